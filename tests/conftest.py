import json
import os
import subprocess
from hashlib import sha256
from pathlib import Path

import pytest

from labels import dataset
from seeds import catalogue
from service import cli
from service.app import create_app
from service.corrections.store import CorrectionStore
from service.tagger import Tagger
from training import store
from training.train import train

from . import browser as browsing

ROOT = Path(__file__).parent.parent
TEXT = "درمانگاه تازه گشایش یافت. صادرات پسته به عراق آغاز شد.\n"
STARTER = [ROOT / "labels" / "literary.jsonl", ROOT / "labels" / "plain.jsonl"]


def printed(code, **environment):
    """What a new process prints that runs this code."""
    command = [ROOT / ".venv/bin/python", "-c", code]
    given = {**os.environ, **environment}
    return subprocess.run(command, check=True, capture_output=True, text=True, cwd=ROOT, env=given).stdout


@pytest.fixture(scope="session")
def models(tmp_path_factory):
    """A folder with a model trained on the 1,320 oldest sentences."""
    folder = tmp_path_factory.mktemp("models")
    train(STARTER, folder, progress=str)
    return folder


@pytest.fixture(scope="session")
def tagger(models):
    return Tagger.load(models)


@pytest.fixture(scope="session")
def manifest(models):
    return store.load(models)[1]


@pytest.fixture(scope="session")
def current():
    """The tagger with the model in use, which `make test` trains where there is none."""
    return Tagger.load(Path(os.environ.get("BARCHASB_MODELS", ROOT / "models")))


@pytest.fixture(scope="session")
def labelled():
    """Every labelled sentence of the project whose text is here."""
    return dataset.read().sentences


@pytest.fixture
def app(tagger, manifest):
    return create_app({"TESTING": True, "QUIET": True, "MAX_SENTENCES": 50, "MAX_BODY": 200_000}, tagger, manifest)


@pytest.fixture
def client(app):
    return app.test_client()


@pytest.fixture
def runner(models, monkeypatch, capfd):
    """Run the command; return its exit code, standard output and standard error."""
    monkeypatch.setenv("BARCHASB_MODELS", str(models))

    def run(*argv):
        code = cli.main([str(word) for word in argv])
        captured = capfd.readouterr()
        return code, captured.out, captured.err

    return run


@pytest.fixture
def news(tmp_path):
    """A file with a text of two sentences."""
    path = tmp_path / "page.txt"
    path.write_text(TEXT, "utf-8")
    return path


@pytest.fixture
def rows(tmp_path):
    """Write rows as JSONL; return the path."""

    def write(*values, name="rows.jsonl"):
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        lines = [value if isinstance(value, str) else json.dumps(value, ensure_ascii=False) for value in values]
        path.write_text("".join(f"{line}\n" for line in lines), "utf-8")
        return path

    return write


LABELLED = {
    "id": "there-1",
    "text": "استاندار در جلسه شورای اداری از تکمیل راه روستایی منطقه تا پایان سال خبر داد.",
    "themes": [],
    "type": "rhetoric",
    "group": "there-1",
    "register": "agency",
}


@pytest.fixture
def one_label(rows, monkeypatch):
    """A folder of labelled sentences with one of them, in place of the project's own."""
    folder = rows(LABELLED, name="labels/there.jsonl").parent
    monkeypatch.setattr(dataset, "FOLDER", folder)
    monkeypatch.delenv("BARCHASB_LABELS", raising=False)
    return folder


@pytest.fixture
def catalogued(monkeypatch):
    """Make a catalogue of one document, which is present; return what gives its text."""

    def make(name, text):
        data = text.encode()
        source = catalogue.Source(name, sha256(data).hexdigest(), "نشریه", None, len(data))
        monkeypatch.setattr(catalogue, "sources", lambda: {name: source})
        return {name: text}.get

    return make


@pytest.fixture
def store_folder(models, tmp_path):
    """A copy of the models that a test may damage; its path and that of the version in use."""
    folder = tmp_path / "models"
    version = store.current(models)
    (folder / version / "report").mkdir(parents=True)
    for path in (models / version).rglob("*"):
        if path.is_file():
            (folder / version / path.relative_to(models / version)).write_bytes(path.read_bytes())
    (folder / "current").write_text(f"{version}\n")
    return folder, folder / version


@pytest.fixture(scope="session")
def models_in_use(current):
    """The folder that `current` came from."""
    return Path(os.environ.get("BARCHASB_MODELS", ROOT / "models"))


@pytest.fixture(scope="session")
def site_data(tmp_path_factory):
    """The folder of the corrections of `site`."""
    return tmp_path_factory.mktemp("data")


@pytest.fixture(scope="session")
def _served(models_in_use, site_data):
    with browsing.served(models_in_use, site_data) as address:
        yield address


@pytest.fixture(scope="session")
def site_store(site_data):
    """The store of the corrections of `site`."""
    store = CorrectionStore(site_data)
    yield store
    store.close()


@pytest.fixture
def site(_served, site_store):
    """The address of a server with the model in use, and no corrections but those of the test."""
    yield _served
    with site_store.writing() as corrections:
        corrections._connection.execute("DELETE FROM reviews")
        corrections._connection.execute("DELETE FROM corrections")


@pytest.fixture(scope="module")
def browser():
    """A browser for the tests of one file: while it runs, no other event loop can."""
    if not browsing.chromium():
        missing = "Chromium is missing, so the page is not tested; install it with: apt-get install chromium"
        # On a developer's machine it may be, in CI never.
        (pytest.fail if os.environ.get("CI") else pytest.skip)(missing)
    with browsing.launched() as started:
        yield started


@pytest.fixture
def visit(browser, request):
    """Open the page; in the end nothing may have failed in the browser or been asked of another machine.

    A picture of every page stands in artefacts/ after the test.
    """
    opened = []
    wrong = []

    def fault(message):
        # A refused request is the reader's business, not a fault of the page.
        return message.type == "error" and not message.text.startswith("Failed to load resource")

    def to(path="/", site=None, **options):
        site = site or request.getfixturevalue("site")
        context = browser.new_context(**{"viewport": browsing.DESKTOP, **options})
        # Generous, for a busy machine.
        context.set_default_timeout(30_000)
        page = context.new_page()
        opened.append(page)
        page.on("console", lambda message: wrong.append(message.text) if fault(message) else None)
        page.on("pageerror", lambda error: wrong.append(str(error)))
        page.on("request", lambda asked: None if asked.url.startswith((site, "blob:")) else wrong.append(asked.url))
        page.goto(site + path)
        return page

    yield to
    artefacts = ROOT / "artefacts"
    artefacts.mkdir(exist_ok=True)
    for number, page in enumerate(opened):
        page.screenshot(path=artefacts / f"{request.node.name[:80].replace('/', '-')}-{number}.png")
        page.context.close()
    assert wrong == []
