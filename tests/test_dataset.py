import json
import pickle
from hashlib import sha256

import pytest

from labels import dataset
from labels.dataset import DatasetError, read, read_evaluation
from labels.scheme import Theme, Type
from seeds import catalogue

ROW = {
    "id": "a1",
    "text": "سه درمانگاه در بخش مرکزی ساخته شد.",
    "themes": ["health"],
    "type": "statistic",
    "group": "a1",
    "register": "agency",
}
DOCUMENT = "نخستین جمله سند است. دو درمانگاه ساخته شد."
PLACED = {
    "id": "d1",
    "document": "doc.txt",
    "start": 21,
    "end": 42,
    "sha256": sha256(DOCUMENT[21:42].encode()).hexdigest(),
    "themes": ["health"],
    "type": "statistic",
    "group": "doc",
    "register": "document",
}


def text_of(name):
    if name != "doc.txt":
        raise catalogue.CatalogueError(f'"{name}", which is not one of doc.txt')
    return DOCUMENT


def test_a_sound_row_becomes_a_labelled_sentence(rows):
    (sentence,) = read([rows(ROW)]).sentences
    assert sentence.text == ROW["text"]
    assert sentence.themes == (Theme.HEALTH,)
    assert sentence.type is Type.STATISTIC
    assert sentence.has(Theme.HEALTH)
    assert not sentence.has(Theme.EXPORT)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (
            {"themes": ["helth"]},
            r"rows.jsonl:1: expected themes of health, employment, export, ideology, got \"helth\"",
        ),
        ({"themes": [None]}, "expected themes of health.* got null"),
        ({"themes": "health"}, "expected themes to be a list, got 'health'"),
        ({"themes": ["export", "health"]}, "expected every theme once in the order"),
        ({"themes": ["health", "health"]}, "expected every theme once in the order"),
        ({"type": "number"}, "expected type to be statistic or rhetoric, got 'number'"),
        ({"text": "  "}, "expected text to be a string that is not empty"),
        ({"text": "«…»"}, "expected text with at least one word"),
        ({"text": 5}, "expected text to be a string that is not empty, got 5"),
        ({"group": ""}, "expected group to be a string that is not empty"),
        ({"register": None}, "expected register to be a string"),
        ({"id": ""}, "expected id to be a string"),
        ({"note": "x"}, "expected the keys id, text, themes, type, group, register in this order"),
    ],
)
def test_a_faulty_value_is_told_with_its_place(rows, change, message):
    with pytest.raises(DatasetError, match=message):
        read([rows({**ROW, **change})])


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("{", "rows.jsonl:1: expected a JSON object, got"),
        ("[1]", "expected a JSON object, got list"),
        ("", "expected a JSON object, got Expecting value"),
        ('{"id": "a", "id": "b"}', 'expected every key once, got "id" 2 times'),
    ],
)
def test_a_malformed_line_is_told_with_its_place(rows, line, message):
    with pytest.raises(DatasetError, match=message):
        read([rows(line, ROW)])


def test_keys_must_stand_in_their_order(rows):
    with pytest.raises(DatasetError, match="in this order, got text, id"):
        read([rows({"text": ROW["text"], **ROW})])


def test_every_fault_of_every_file_is_told_in_one_pass(rows, tmp_path):
    first = rows({**ROW, "type": "x"}, "{", name="a.jsonl")
    second = rows({**ROW, "id": "b", "themes": ["y"]}, name="b.jsonl")
    with pytest.raises(DatasetError, match="expected") as error:
        read([first, second, tmp_path / "missing.jsonl"])
    assert [fault.split(": ")[0].rsplit("/")[-1] for fault in error.value.faults] == [
        "a.jsonl:1",
        "a.jsonl:2",
        "b.jsonl:1",
        "missing.jsonl",
    ]


def test_an_id_may_be_used_once_over_all_files(rows):
    other = {**ROW, "text": "جمله‌ای دیگر است."}
    with pytest.raises(DatasetError, match=r'b.jsonl:1: expected an id of its own, got "a1" of .*a.jsonl:1 again'):
        read([rows(ROW, name="a.jsonl"), rows(other, name="b.jsonl")])


def test_a_sentence_written_otherwise_is_still_a_duplicate(rows):
    other = {**ROW, "id": "a2", "text": "سه درمانگاه در بخش مركزي ساخته شد"}
    with pytest.raises(DatasetError, match=r"rows.jsonl:2: expected a sentence of its own, got a duplicate of .*:1"):
        read([rows(ROW, other)])


def test_a_duplicate_with_other_labels_is_a_contradiction(rows):
    other = {**ROW, "id": "a2", "type": "rhetoric"}
    with pytest.raises(DatasetError, match=r"rows.jsonl:2: expected one labelling of a sentence, .* contradicts .*:1"):
        read([rows(ROW, other)])


def test_a_sentence_labelled_by_place_gets_its_text_from_the_document(rows):
    (sentence,) = read([rows(PLACED)], text_of).sentences
    assert sentence.text == DOCUMENT[21:42]
    assert sentence.place.document == "doc.txt"


def test_a_sentence_of_an_absent_document_is_counted(rows):
    data = read([rows(PLACED, ROW)], lambda _: None)
    assert (len(data.sentences), data.absent) == (1, 1)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"sha256": "0" * 64}, r"expected sha256 000000000000… at doc.txt\[21:42\], got"),
        ({"start": 42}, "expected whole numbers 0 <= start < end"),
        ({"start": True}, "expected whole numbers"),
        ({"document": "other.txt"}, 'expected a document of the catalogue, got "other.txt"'),
    ],
)
def test_a_place_that_does_not_fit_is_told(rows, change, message):
    with pytest.raises(DatasetError, match=message):
        read([rows({**PLACED, **change})], text_of)


def test_a_folder_without_files_is_told(tmp_path, monkeypatch):
    monkeypatch.setattr(dataset, "FOLDER", tmp_path)
    with pytest.raises(DatasetError, match=r"expected \*.jsonl files, got none"):
        read()


def test_a_file_to_evaluate_on_may_have_other_keys_and_any_order_of_themes(rows):
    row = {"x": 1, "text": ROW["text"], "type": "statistic", "themes": ["employment", "health"]}
    (sentence,) = read_evaluation(rows(row))
    assert sentence.themes == (Theme.HEALTH, Theme.EMPLOYMENT)


def test_a_file_to_evaluate_on_tells_every_fault(rows):
    path = rows({"text": "جمله"}, {**ROW, "type": "x"}, "nope")
    with pytest.raises(DatasetError, match="expected") as error:
        read_evaluation(path)
    assert len(error.value.faults) == 3


def test_the_shipped_rows_are_written_as_the_reader_wants_them():
    for path in sorted(dataset.FOLDER.glob("*.jsonl")):
        for line in path.read_text("utf-8").splitlines():
            assert json.dumps(json.loads(line), ensure_ascii=False) == line


def test_faults_come_whole_out_of_another_process():
    error = pickle.loads(pickle.dumps(DatasetError(["a.jsonl:1: one", "a.jsonl:2: two"])))
    assert error.faults == ("a.jsonl:1: one", "a.jsonl:2: two")
    assert str(error) == "a.jsonl:1: one\na.jsonl:2: two"
