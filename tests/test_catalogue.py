"""The source documents: five, known by digest, copied only when every one is right."""

import json
import re
from hashlib import sha256

import pytest

from seeds import catalogue
from seeds.catalogue import CATALOGUE, DOCUMENTS, CatalogueError, Source, fetch, name_of, sources, text_of
from seeds.errors import BarchasbError
from seeds.files import FileError
from seeds.sentences import read_sentences

INVENTED = {
    "one.txt": "آسیاب کلات به گردش درآمد.\r\nآرد تازه رسید.\n".encode(),
    "two.txt": "نانوایی ده دوباره باز شد.".encode(),
    "three.txt": "چشمه جوشید.\n".encode(),
}


@pytest.fixture
def origin(tmp_path, monkeypatch):
    """A folder of small invented documents that the catalogue knows."""
    entries = [
        {"name": name, "sha256": sha256(data).hexdigest(), "publisher": "کلات", "date": None, "bytes": len(data)}
        for name, data in INVENTED.items()
    ]
    path = tmp_path / "catalogue.json"
    path.write_text(json.dumps(entries), "utf-8")
    monkeypatch.setattr(catalogue, "CATALOGUE", path)
    sources.cache_clear()
    folder = tmp_path / "origin"
    folder.mkdir()
    for name, data in INVENTED.items():
        (folder / name).write_bytes(data)
    yield folder
    sources.cache_clear()


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "documents"


def test_the_catalogue_has_five_documents():
    assert len(sources()) == 5
    assert len({source.sha256 for source in sources().values()}) == 5


@pytest.mark.parametrize("entry", json.loads(CATALOGUE.read_text("utf-8")), ids=lambda entry: entry["name"][:3])
def test_every_document_has_a_name_a_digest_a_publisher_and_a_size(entry):
    source = sources()[entry["name"]]
    assert source == Source(**entry)
    assert re.fullmatch(r"\d{3}_[0-9a-f]{16}\.txt", source.name)
    assert re.fullmatch(r"[0-9a-f]{64}", source.sha256)
    assert source.publisher.strip()
    assert source.bytes > 1000


@pytest.mark.parametrize("name", sources())
def test_the_day_of_a_document_is_a_jalali_day_where_it_has_one(name):
    date = sources()[name].date
    assert date is None or re.fullmatch(r"1[34]\d\d-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])", date)


def test_fetch_copies_every_document_byte_by_byte(origin, folder):
    copies = fetch(origin, folder)
    assert copies == [folder / name for name in INVENTED]
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == INVENTED


def test_fetch_again_replaces_a_copy_that_has_gone_bad(origin, folder):
    folder.mkdir()
    (folder / "two.txt").write_bytes(b"bad")
    fetch(origin, folder)
    assert (folder / "two.txt").read_bytes() == INVENTED["two.txt"]


def test_fetch_names_every_missing_document_and_the_command_to_give(origin, folder):
    (origin / "one.txt").unlink()
    (origin / "three.txt").unlink()
    message = f"{origin}: expected one.txt, three.txt; give the folder that has them: make seeds FROM=DIR"
    with pytest.raises(FileError, match=f"^{re.escape(message)}$"):
        fetch(origin, folder)
    assert not folder.exists()


def test_fetch_takes_a_missing_folder_as_missing_documents(origin, folder):
    with pytest.raises(FileError, match=r"nowhere: expected one\.txt, two\.txt, three\.txt; give the folder"):
        fetch(origin / "nowhere", folder)


def test_fetch_names_a_document_with_another_digest_both_digests_and_both_sizes(origin, folder):
    good, bad = INVENTED["three.txt"], b"other"
    (origin / "three.txt").write_bytes(bad)
    message = (
        f"{origin / 'three.txt'}: expected sha256 {sha256(good).hexdigest()[:12]}… ({len(good)} bytes), "
        f"got {sha256(bad).hexdigest()[:12]}… ({len(bad)} bytes); get the file as it was published"
    )
    with pytest.raises(CatalogueError, match=f"^{re.escape(message)}$"):
        fetch(origin, folder)


def test_fetch_names_every_document_with_another_digest(origin, folder):
    (origin / "one.txt").write_bytes(b"other")
    (origin / "three.txt").write_bytes(b"other")
    with pytest.raises(CatalogueError, match=r"(?s)one\.txt.*three\.txt"):
        fetch(origin, folder)


@pytest.mark.parametrize("bad", INVENTED)
def test_fetch_copies_nothing_when_one_document_is_bad(origin, folder, bad):
    (origin / bad).write_bytes(INVENTED[bad] + b"\n")
    with pytest.raises(CatalogueError, match=re.escape(bad)):
        fetch(origin, folder)
    assert not folder.exists()


@pytest.mark.parametrize("bad", INVENTED)
def test_fetch_leaves_the_copies_there_are_when_one_document_is_bad(origin, folder, bad):
    folder.mkdir()
    (folder / "one.txt").write_bytes(b"earlier")
    (origin / bad).write_bytes(b"other")
    with pytest.raises(CatalogueError, match=re.escape(bad)):
        fetch(origin, folder)
    assert [path.name for path in folder.iterdir()] == ["one.txt"]
    assert (folder / "one.txt").read_bytes() == b"earlier"


def test_the_text_of_a_document_keeps_its_line_ends(origin):
    assert text_of("one.txt", origin) == INVENTED["one.txt"].decode()


@pytest.mark.usefixtures("origin")
@pytest.mark.parametrize("name", INVENTED)
def test_an_absent_document_has_no_text(folder, name):
    assert text_of(name, folder) is None


def test_a_name_that_the_catalogue_lacks_is_an_error_that_names_those_it_has(origin):
    (origin / "four.txt").write_bytes(b"x")
    with pytest.raises(CatalogueError, match=r'^"four\.txt", which is not one of one\.txt, two\.txt, three\.txt$'):
        text_of("four.txt", origin)


def test_a_document_changed_after_it_was_fetched_is_an_error(origin):
    (origin / "two.txt").write_bytes(b"changed")
    with pytest.raises(CatalogueError, match=r"two\.txt: expected sha256 .* \(7 bytes\); get the file as it was"):
        text_of("two.txt", origin)


def test_a_document_is_known_by_its_digest():
    assert [name_of(source.sha256) for source in sources().values()] == list(sources())
    assert name_of("0" * 64) is None


def test_a_catalogue_error_is_an_error_of_the_project():
    assert issubclass(CatalogueError, BarchasbError)


def test_the_five_documents_have_71_to_75_sentences_and_no_text_where_they_are_absent():
    present = [name for name in sources() if (DOCUMENTS / name).exists()]
    texts = {name: text_of(name) for name in sources()}
    assert [name for name, text in texts.items() if text is not None] == present
    if len(present) == len(sources()):
        assert 71 <= sum(len(read_sentences(text)) for text in texts.values()) <= 75
