import json
from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from labels import dataset, provenance
from labels.dataset import TEXT_KEYS, DatasetError, Reader
from labels.drafts import Draft, Returned, identity
from labels.forms import FORMS, sheet
from labels.incoming import _joined, add
from labels.provenance import Import, ProvenanceError
from labels.scheme import Place, Theme, Type
from seeds import catalogue

THERE = {
    "id": "there-1",
    "text": "استاندار در جلسه شورای اداری از تکمیل راه روستایی منطقه تا پایان سال خبر داد.",
    "themes": [],
    "type": "rhetoric",
    "group": "there-1",
    "register": "agency",
}
TEXT = "چهار درمانگاه تازه در روستاهای بخش مرکزی شهرستان ساخته شد."
OTHER = "بافندگان این شهر سه ماه است که دستمزد خود را نگرفته‌اند."
DOCUMENT = f"تیتر. {TEXT} {OTHER}"
NAME = "speech.txt"


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A folder of labelled sentences with one of them, in place of the project's own."""
    folder = tmp_path / "labels"
    folder.mkdir()
    (folder / "there.jsonl").write_text(json.dumps(THERE, ensure_ascii=False) + "\n", "utf-8")
    monkeypatch.setattr(dataset, "FOLDER", folder)
    return folder


@pytest.fixture
def known(monkeypatch):
    """A catalogue with one document, which is present; what gives its text."""
    source = catalogue.Source(NAME, sha256(DOCUMENT.encode()).hexdigest(), "نشریه", None, len(DOCUMENT.encode()))
    monkeypatch.setattr(catalogue, "sources", lambda: {NAME: source})
    return {NAME: DOCUMENT}.get


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


def rows_of(path):
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()]


def test_labelled_sentences_join_the_others_in_the_keys_of_the_contract(folder, tmp_path):
    path = written(tmp_path, draft(themes=[Theme.HEALTH], kind=Type.STATISTIC, group="document-1"), draft(OTHER))
    added = add(path, by="سارا")
    assert (added.sentences, added.unlabelled, added.to) == (1, 1, folder / "imported.jsonl")
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


def test_provenance_says_who_when_and_from_which_file(folder, tmp_path):
    path = written(tmp_path, draft(kind=Type.STATISTIC))
    add(path, by="سارا")
    (entry,) = provenance.read(folder)
    assert (entry.by, entry.file, entry.form, entry.to) == ("سارا", "filled.csv", "csv", "imported.jsonl")
    assert entry.sha256 == sha256(path.read_bytes()).hexdigest()
    assert entry.ids == (identity(TEXT),)
    assert entry.when.endswith("+00:00")


def test_a_second_import_goes_behind_the_first(folder, tmp_path):
    add(written(tmp_path, draft(kind=Type.STATISTIC)), by="a")
    add(written(tmp_path, draft(OTHER, [Theme.EMPLOYMENT], Type.RHETORIC)), by="b")
    assert [row["text"] for row in rows_of(folder / "imported.jsonl")] == [TEXT, OTHER]
    assert [entry.by for entry in provenance.read(folder)] == ["a", "b"]


def test_a_file_without_a_line_end_is_continued_on_a_new_line(folder, tmp_path):
    (folder / "there.jsonl").write_text(json.dumps(THERE, ensure_ascii=False), "utf-8")
    add(written(tmp_path, draft(kind=Type.STATISTIC)), by="a", to=folder / "there.jsonl")
    assert [row["id"] for row in rows_of(folder / "there.jsonl")] == ["there-1", identity(TEXT)]


def test_a_file_beside_the_folder_is_looked_at_too(folder, tmp_path):
    to = tmp_path / "elsewhere" / "mine.jsonl"
    path = written(tmp_path, draft(kind=Type.STATISTIC))
    add(path, by="a", to=to)
    with pytest.raises(DatasetError, match=r"filled.csv:2: expected an id of its own, got .* of .*mine.jsonl:1 again"):
        add(path, by="a", to=to)
    assert provenance.read(to.parent)[0].to == "mine.jsonl"


def test_every_fault_is_told_and_nothing_written(folder, tmp_path):
    lines = sheet.write([draft(kind=Type.STATISTIC)]).decode("utf-8-sig").splitlines()
    cells = {"again": f"x1,{THERE['text']},,,,,rhetoric", "type": f"x2,{OTHER},,,,,number", "mark": "x3,جمله,?,,,,"}
    rest = "," * (len(sheet.COLUMNS) - 7)
    path = tmp_path / "filled.csv"
    path.write_text("\n".join([*lines, *(row + rest for row in cells.values())]) + "\n", "utf-8")
    with pytest.raises(DatasetError, match="expected") as error:
        add(path, by="a")
    assert sorted(fault.split("filled.csv:")[1] for fault in error.value.faults) == [
        f"3: expected a sentence of its own, got a duplicate of {folder}/there.jsonl:1",
        "4: expected type to be statistic or rhetoric, got 'number'",
        '5: expected "x" or nothing in column "health", got \'?\'',
    ]
    assert sorted(path.name for path in folder.iterdir()) == ["there.jsonl"]


def test_a_near_duplicate_of_a_labelled_sentence_is_refused(folder, tmp_path):
    path = written(tmp_path, draft(f"{THERE['text']} و رفت", kind=Type.RHETORIC))
    with pytest.raises(DatasetError, match=r"filled.csv:2: a near-duplicate of there-1 \(«استاندار.*leave one of them"):
        add(path, by="a")


def test_near_duplicates_among_the_new_are_refused(folder, tmp_path):
    path = written(tmp_path, draft(kind=Type.STATISTIC), draft(f"{TEXT} و رفت", kind=Type.RHETORIC))
    with pytest.raises(DatasetError, match=r"filled.csv:\d: labelled otherwise than its near-duplicate s-"):
        add(path, by="a")


def test_a_text_that_a_spreadsheet_has_changed_is_refused(folder, tmp_path):
    path = written(tmp_path, draft(kind=Type.STATISTIC))
    path.write_text(path.read_text("utf-8").replace("چهار", "پنج"), "utf-8")
    with pytest.raises(DatasetError, match=r"filled.csv:2: the text is not the one that was suggested; put it back"):
        add(path, by="a")


def test_a_sentence_of_ones_own_needs_no_more_than_text_and_labels(folder, rows):
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
def test_a_sentence_of_a_catalogued_document_is_kept_by_its_place_alone(folder, tmp_path, known, form):
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


def test_sentences_of_one_catalogued_document_get_the_group_of_those_there(folder, tmp_path, known):
    add(written(tmp_path, placed(group="document-000")), by="a", text_of=known)
    add(written(tmp_path, placed(OTHER, group="document-9")), by="a", text_of=known)
    assert [row["group"] for row in rows_of(folder / "imported.jsonl")] == ["document-000"] * 2


def test_a_sentence_of_an_absent_catalogued_document_is_refused(folder, tmp_path, known):
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
def test_a_wrong_place_is_refused(folder, rows, known, change, message):
    row = {key: value for key, value in {**placed().to_dict(), "id": "a", **change}.items() if value is not None}
    with pytest.raises(DatasetError, match=f"rows.jsonl:1: {message}"):
        add(rows(row), by="a", text_of=known)


def test_a_catalogued_document_that_was_changed_is_told(folder, tmp_path, known):
    def damaged(name):
        raise catalogue.CatalogueError(f"{name}: expected sha256 a, got b")

    with pytest.raises(DatasetError, match=r"filled.csv:2: speech.txt: expected sha256 a, got b"):
        add(written(tmp_path, placed()), by="a", text_of=damaged)


def test_faulty_labels_that_are_there_stop_the_import(folder, tmp_path):
    (folder / "there.jsonl").write_text("{\n", "utf-8")
    with pytest.raises(DatasetError, match=r"there.jsonl:1: expected a JSON object"):
        add(written(tmp_path, draft(kind=Type.STATISTIC)), by="a")


def test_nothing_labelled_writes_nothing(folder, tmp_path):
    assert add(written(tmp_path, draft()), by="a").unlabelled == 1
    assert sorted(path.name for path in folder.iterdir()) == ["there.jsonl"]


def test_an_import_that_stopped_before_its_sentences_is_mended_by_the_same_import(folder, tmp_path):
    entry = Import("2020-01-01T00:00:00+00:00", "a", "filled.csv", "0", "csv", "imported.jsonl", (identity(TEXT),))
    provenance.write(folder, [entry])
    add(written(tmp_path, draft(kind=Type.STATISTIC)), by="b")
    assert [each.by for each in provenance.read(folder)] == ["b"]


def test_damaged_provenance_is_told(folder, tmp_path):
    (folder / provenance.NAME).write_text('[{"when": 1}]')
    with pytest.raises(ProvenanceError, match=r"provenance.json: expected a list of imports, got 'ids'; restore"):
        add(written(tmp_path, draft(kind=Type.STATISTIC)), by="a")
    assert sorted(path.name for path in folder.iterdir()) == ["provenance.json", "there.jsonl"]


ROWS = st.dictionaries(
    st.sampled_from("id text themes type group register document start end sha256".split()),
    st.none()
    | st.integers()
    | st.text()
    | st.sampled_from([TEXT, NAME, "statistic", ["health"]])
    | st.lists(st.text(max_size=3) | st.none(), max_size=2)
    | st.just({}),
)


@given(values=st.lists(ROWS, max_size=4))
def test_whatever_rows_say_they_are_sound_or_told_as_faults(values):
    found = [Returned(f"file:{number}", value) for number, value in enumerate(values, 1)]
    rows, faults = _joined(found, Reader(lambda _: None), lambda _: None, "news")
    assert all(fault.startswith("file:") for fault in faults)
    assert len(rows) == len(values) or faults
    for row in rows:
        assert tuple(row) == TEXT_KEYS
        assert json.loads(json.dumps(row, ensure_ascii=False).encode()) == row


def test_half_a_character_is_told(folder, rows):
    row = json.dumps({"text": f"\ud800 {TEXT}", "themes": [], "type": "statistic"})
    with pytest.raises(DatasetError, match=r"rows.jsonl:1: has half a character"):
        add(rows(row), by="a")
