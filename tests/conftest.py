import json
import os
from pathlib import Path

import pytest

from labels import dataset
from service import cli
from service.app import create_app
from service.tagger import Tagger
from training import store
from training.train import train

ROOT = Path(__file__).parent.parent
STARTER = [ROOT / "labels" / "literary.jsonl", ROOT / "labels" / "plain.jsonl"]


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
def rows(tmp_path):
    """Write rows as JSONL; return the path."""

    def write(*values, name="rows.jsonl"):
        path = tmp_path / name
        lines = [value if isinstance(value, str) else json.dumps(value, ensure_ascii=False) for value in values]
        path.write_text("".join(f"{line}\n" for line in lines), "utf-8")
        return path

    return write


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
