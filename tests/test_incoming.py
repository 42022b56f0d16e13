import json
import re
from hashlib import sha256

import pytest

from labels import dataset, provenance
from labels.dataset import DatasetError
from labels.drafts import Draft, identity
from labels.forms import FORMS, sheet
from labels.incoming import add
from labels.scheme import Place, Theme, Type
from seeds import catalogue

from .conftest import LABELLED

TEXT = "چهار درمانگاه تازه در روستاهای بخش مرکزی شهرستان ساخته شد."
OTHER = "بافندگان این شهر سه ماه است که دستمزد خود را نگرفته‌اند."
DOCUMENT = f"تیتر. {TEXT} {OTHER}"
NAME = "speech.txt"


@pytest.fixture
def known(catalogued):
    return catalogued(NAME, DOCUMENT)


def draft(text=TEXT, themes=(), kind=None, **rest):
    identifier = identity(text)
    return Draft(identifier, text, rest.pop("group", identifier), "news", tuple(themes), kind, **rest)


def placed(text=TEXT, **rest):
    start = DOCUMENT.index(text)
    place = Place(NAME, start, start + len(text), sha256(text.encode()).hexdigest())
    return draft(text, kind=Type.STATISTIC, place=place, **rest)


def written(tmp_path, *drafts, form="csv", name="filled.csv"):
    path = tmp_path / name
    path.write_bytes(FORMS[form].write(drafts))
    return path


def origins_of(path):
    return rows_of(provenance.path_of(path))


def rows_of(path):
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()]


def test_labelled_sentences_join_the_others_in_the_keys_of_the_contract(one_label, tmp_path):
    path = written(tmp_path, draft(themes=[Theme.HEALTH], kind=Type.STATISTIC, group="document-1"), draft(OTHER))
    added = add(path, by="سارا")
    assert (added.sentences, added.unlabelled, added.to) == (1, 1, one_label / "imported.jsonl")
    assert rows_of(added.to) == [
        {
            "id": identity(TEXT),
            "text": TEXT,
            "themes": ["health"],
            "type": "statistic",
            "group": "document-1",
            "register": "news",
        }
    ]
    assert len(dataset.read().sentences) == 2


def test_provenance_says_who_when_and_from_which_file(one_label, tmp_path):
    path = written(tmp_path, draft(kind=Type.STATISTIC))
    added = add(path, by="سارا")
    (entry,) = origins_of(added.to)
    digest = sha256(path.read_bytes()).hexdigest()
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", entry.pop("time"))
    assert entry == {
        "id": identity(TEXT),
        "by": ["سارا"],
        "source": {"file": "filled.csv", "sha256": digest, "form": "csv"},
    }


def test_a_second_import_goes_behind_the_first(one_label, tmp_path):
    add(written(tmp_path, draft(kind=Type.STATISTIC)), by="a")
    add(written(tmp_path, draft(OTHER, [Theme.EMPLOYMENT], Type.RHETORIC)), by="b")
    assert [row["text"] for row in rows_of(one_label / "imported.jsonl")] == [TEXT, OTHER]
    assert [row["by"] for row in origins_of(one_label / "imported.jsonl")] == [["a"], ["b"]]


def test_a_file_without_a_line_end_is_continued_on_a_new_line(one_label, tmp_path):
    (one_label / "there.jsonl").write_text(json.dumps(LABELLED, ensure_ascii=False), "utf-8")
    add(written(tmp_path, draft(kind=Type.STATISTIC)), by="a", to=one_label / "there.jsonl")
    assert [row["id"] for row in rows_of(one_label / "there.jsonl")] == ["there-1", identity(TEXT)]


def test_a_file_beside_the_folder_is_looked_at_too(one_label, tmp_path):
    to = tmp_path / "elsewhere" / "mine.jsonl"
    path = written(tmp_path, draft(kind=Type.STATISTIC))
    add(path, by="a", to=to)
    with pytest.raises(DatasetError, match=r"filled.csv:2: expected an id of its own, got .* of .*mine.jsonl:1 again"):
        add(path, by="a", to=to)
    assert [row["id"] for row in origins_of(to)] == [identity(TEXT)]


def test_every_fault_is_told_and_nothing_written(one_label, tmp_path):
    lines = sheet.write([draft(kind=Type.STATISTIC)]).decode("utf-8-sig").splitlines()
    cells = {"again": f"x1,{LABELLED['text']},,,,,rhetoric", "type": f"x2,{OTHER},,,,,number", "mark": "x3,جمله,?,,,,"}
    rest = "," * (len(sheet.COLUMNS) - 7)
    path = tmp_path / "filled.csv"
    path.write_text("\n".join([*lines, *(row + rest for row in cells.values())]) + "\n", "utf-8")
    with pytest.raises(DatasetError, match="expected") as error:
        add(path, by="a")
    assert sorted(fault.split("filled.csv:")[1] for fault in error.value.faults) == [
        f"3: expected a sentence of its own, got a duplicate of {one_label}/there.jsonl:1",
        "4: expected type to be statistic or rhetoric, got 'number'",
        '5: expected "x" or nothing in column "health", got \'?\'',
    ]
    assert sorted(path.name for path in one_label.iterdir()) == ["there.jsonl"]


def test_a_near_duplicate_of_a_labelled_sentence_is_refused(one_label, tmp_path):
    path = written(tmp_path, draft(f"{LABELLED['text']} و رفت", kind=Type.RHETORIC))
    with pytest.raises(DatasetError, match=r"filled.csv:2: a near-duplicate of there-1 \(«استاندار.*leave one of them"):
        add(path, by="a")


def test_near_duplicates_among_the_new_are_refused(one_label, tmp_path):
    path = written(tmp_path, draft(kind=Type.STATISTIC), draft(f"{TEXT} و رفت", kind=Type.RHETORIC))
    with pytest.raises(DatasetError, match=r"filled.csv:\d: labelled otherwise than its near-duplicate s-"):
        add(path, by="a")


def test_a_text_that_a_spreadsheet_has_changed_is_refused(one_label, tmp_path):
    path = written(tmp_path, draft(kind=Type.STATISTIC))
    path.write_text(path.read_text("utf-8").replace("چهار", "پنج"), "utf-8")
    with pytest.raises(DatasetError, match=r"filled.csv:2: the text is not the one that was suggested; put it back"):
        add(path, by="a")


def test_a_sentence_of_ones_own_needs_no_more_than_text_and_labels(one_label, rows):
    added = add(rows({"text": TEXT, "themes": ["export", "health"], "type": "statistic"}), by="a", register="speech")
    assert rows_of(added.to) == [
        {
            "id": identity(TEXT),
            "text": TEXT,
            "themes": ["health", "export"],
            "type": "statistic",
            "group": identity(TEXT),
            "register": "speech",
        }
    ]


@pytest.mark.parametrize("form", FORMS)
def test_a_sentence_of_a_catalogued_document_is_kept_by_its_place_alone(one_label, tmp_path, known, form):
    path = written(tmp_path, placed(group="document-9"), form=form, name="filled")
    added = add(path, by="a", form=form, text_of=known)
    assert TEXT not in added.to.read_text("utf-8")
    assert rows_of(added.to) == [
        {
            "id": identity(TEXT),
            "document": NAME,
            "start": 6,
            "end": 6 + len(TEXT),
            "sha256": sha256(TEXT.encode()).hexdigest(),
            "themes": [],
            "type": "statistic",
            "group": "document-9",
            "register": "news",
        }
    ]
    assert dataset.read(text_of=known).sentences[0].text == TEXT


def test_sentences_of_one_catalogued_document_get_the_group_of_those_there(one_label, tmp_path, known):
    add(written(tmp_path, placed(group="document-000")), by="a", text_of=known)
    add(written(tmp_path, placed(OTHER, group="document-9")), by="a", text_of=known)
    assert [row["group"] for row in rows_of(one_label / "imported.jsonl")] == ["document-000"] * 2


def test_a_sentence_of_an_absent_catalogued_document_is_refused(one_label, tmp_path, known):
    path = written(tmp_path, placed())
    with pytest.raises(DatasetError, match=r"filled.csv:2: speech.txt is absent, so nobody can check the place"):
        add(path, by="a", text_of=lambda _: None)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"start": 7}, r"the text is not the one at speech.txt\[7:"),
        ({"sha256": "0" * 64}, "expected sha256 000000000000… at speech.txt"),
        ({"start": None}, "expected start and end of the sentence in speech.txt, whose text is not redistributed"),
    ],
)
def test_a_wrong_place_is_refused(one_label, rows, known, change, message):
    row = {key: value for key, value in {**placed().to_dict(), "id": "a", **change}.items() if value is not None}
    with pytest.raises(DatasetError, match=f"rows.jsonl:1: {message}"):
        add(rows(row), by="a", text_of=known)


def test_a_catalogued_document_that_was_changed_is_told(one_label, tmp_path, known):
    def damaged(name):
        raise catalogue.CatalogueError(f"{name}: expected sha256 a, got b")

    with pytest.raises(DatasetError, match=r"filled.csv:2: speech.txt: expected sha256 a, got b"):
        add(written(tmp_path, placed()), by="a", text_of=damaged)


def test_faulty_labels_that_are_there_stop_the_import(one_label, tmp_path):
    (one_label / "there.jsonl").write_text("{\n", "utf-8")
    with pytest.raises(DatasetError, match=r"there.jsonl:1: expected a JSON object"):
        add(written(tmp_path, draft(kind=Type.STATISTIC)), by="a")


def test_nothing_labelled_writes_nothing(one_label, tmp_path):
    assert add(written(tmp_path, draft()), by="a").unlabelled == 1
    assert sorted(path.name for path in one_label.iterdir()) == ["there.jsonl"]


def test_an_import_that_stopped_before_its_sentences_is_mended_by_the_same_import(one_label, tmp_path):
    path = written(tmp_path, draft(kind=Type.STATISTIC))
    add(path, by="a").to.unlink()
    added = add(path, by="b")
    assert [row["by"] for row in origins_of(added.to)] == [["b"]]


def test_damaged_provenance_is_told(one_label, rows, tmp_path):
    rows("{", name="labels/provenance/imported.jsonl")
    with pytest.raises(DatasetError, match=r"provenance/imported.jsonl:1: expected a JSON object"):
        add(written(tmp_path, draft(kind=Type.STATISTIC)), by="a")
    assert not (one_label / "imported.jsonl").exists()


def test_labels_that_the_environment_names_are_looked_at_too(one_label, rows, tmp_path, monkeypatch):
    other = {**LABELLED, "id": "other", "group": "other", "text": TEXT}
    monkeypatch.setenv("BARCHASB_LABELS", str(rows(other, name="mine/corrections.jsonl").parent))
    with pytest.raises(
        DatasetError, match=r"filled.csv:2: expected one labelling .* contradicts .*corrections.jsonl:1"
    ):
        add(written(tmp_path, draft(kind=Type.STATISTIC)), by="a")


def test_half_a_character_is_told(one_label, rows):
    row = json.dumps({"text": f"\ud800 {TEXT}", "themes": [], "type": "statistic"})
    with pytest.raises(DatasetError, match=r"rows.jsonl:1: has half a character"):
        add(rows(row), by="a")
