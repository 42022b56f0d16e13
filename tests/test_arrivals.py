import json
from hashlib import sha256
from itertools import chain

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from labels import dataset, folder
from labels.arrivals import Arrival, Checked, check, put
from labels.dataset import PLACE_KEYS, TEXT_KEYS, DatasetError
from labels.provenance import Origin, path_of

from .conftest import LABELLED
from .test_incoming import DOCUMENT, NAME, OTHER, TEXT

ORIGIN = Origin(("مینا",), "2026-01-01T00:00:00Z", {"file": "sheet.csv"})


def arrival(text=TEXT, where="here", **said):
    return Arrival(where, {"text": text, "themes": ["health"], "type": "statistic", "register": "news", **said}, ORIGIN)


@pytest.fixture
def known(catalogued):
    return catalogued(NAME, DOCUMENT)


def there(one_label):
    return sorted(one_label.glob("*.jsonl"))


def test_what_is_checked_is_written_with_a_row_of_provenance_for_each(one_label):
    path = one_label / "new.jsonl"
    checked = check([arrival(), arrival(OTHER)], there(one_label))
    put(path, checked, behind=False)
    assert [row.text for row in dataset.read([path]).sentences] == [TEXT, OTHER]
    origins = folder.read_rows(path_of(path))
    assert [row["id"] for row in origins] == [row["id"] for row in checked.rows]
    assert origins[0] == {**ORIGIN.to_dict(checked.rows[0]["id"])}


def test_what_is_put_behind_leaves_every_byte_that_was_there(one_label):
    path = one_label / "there.jsonl"
    before = path.read_bytes().replace(b": ", b":")
    path.write_bytes(before)
    put(path, check([arrival()], there(one_label)), behind=True)
    assert path.read_bytes().startswith(before)
    assert len(dataset.read([path]).sentences) == 2


def test_what_is_put_in_place_of_nothing_leaves_no_file(one_label):
    path = one_label / "new.jsonl"
    put(path, check([arrival()], there(one_label)), behind=False)
    put(path, Checked(), behind=False)
    assert [each.name for each in one_label.rglob("*.jsonl")] == ["there.jsonl"]


def test_what_is_there_already_is_told_apart_from_what_contradicts_it(one_label):
    same = arrival(LABELLED["text"], "same", themes=[], type="rhetoric")
    near = arrival(f"{LABELLED['text']} و رفت", "near", themes=[], type="rhetoric")
    other, nearly = arrival(LABELLED["text"], "other", id="other"), arrival(f"{LABELLED['text']} و ماند", "nearly")
    checked = check([same, near, other, nearly, arrival()], there(one_label))
    assert [row["text"] for row in checked.rows] == [TEXT]
    assert [each.split(":")[0] for (each,) in checked.known] == ["same", "near"]
    assert [each.split(":")[0] for each in checked.faults] == ["other", "nearly"]
    assert "there.jsonl:1" in checked.faults[0]
    assert "labelled otherwise than its near-duplicate there-1" in checked.faults[1]


def test_of_several_that_are_nearly_the_same_the_first_stays(one_label):
    texts = [TEXT, f"{TEXT} و رفت", f"{TEXT} و رفت و ماند"]
    checked = check([arrival(text) for text in texts], there(one_label))
    assert [row["text"] for row in checked.rows] == [TEXT]
    assert len(checked.known) == 2


def test_the_same_id_and_sentence_again_is_known(one_label):
    again = arrival(LABELLED["text"], id="there-1", themes=[], type="rhetoric")
    checked = check([again], there(one_label))
    assert (len(checked.known), checked.faults) == (1, [])


def test_an_id_of_another_sentence_is_a_fault(one_label):
    checked = check([arrival(id="there-1")], there(one_label))
    assert (checked.rows, checked.known) == ([], [])
    assert 'expected an id of its own, got "there-1"' in checked.faults[0]


def test_a_sentence_of_the_catalogue_is_known_by_its_words_where_nothing_tells_its_place(one_label, known):
    pasted = arrival(TEXT.replace("ی", "ي"), document="ab" * 32, start=900, end=999)
    (row,) = check([pasted], there(one_label), known).rows
    assert tuple(row) == PLACE_KEYS
    assert (row["document"], row["start"], row["end"]) == (NAME, 6, 6 + len(TEXT))
    assert row["sha256"] == sha256(TEXT.encode()).hexdigest()


def test_a_place_gets_the_digest_of_what_stands_there(one_label, known):
    (row,) = check([arrival(document=NAME, start=6, end=6 + len(TEXT))], there(one_label), known).rows
    assert row["sha256"] == sha256(TEXT.encode()).hexdigest()
    assert TEXT not in json.dumps(row, ensure_ascii=False)


def test_faulty_files_stop_everything(one_label, rows):
    with pytest.raises(DatasetError, match=r"other.jsonl:1: expected a JSON object"):
        check([arrival()], [*there(one_label), rows("{", name="labels/other.jsonl")])


ROWS = st.dictionaries(
    st.sampled_from("id text themes type group register document start end sha256".split()),
    st.none()
    | st.integers()
    | st.text()
    | st.sampled_from([TEXT, NAME, "statistic", ["health"]])
    | st.lists(st.text(max_size=3) | st.none(), max_size=2)
    | st.just({}),
)


@settings(deadline=None)
@given(values=st.lists(ROWS, max_size=4))
def test_whatever_rows_say_they_are_sound_or_told_as_faults(values):
    found = [Arrival(f"file:{number}", value, ORIGIN) for number, value in enumerate(values, 1)]
    checked = check(found, [], lambda _: None)
    told = [*chain.from_iterable(checked.known), *checked.faults]
    assert all(fault.startswith("file:") for fault in told)
    assert len(checked.rows) == len(checked.origins)
    assert len(checked.rows) == len(values) or told
    for row in checked.rows:
        assert tuple(row) == TEXT_KEYS
        assert json.loads(json.dumps(row, ensure_ascii=False).encode()) == row
