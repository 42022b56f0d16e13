import json
import uuid
from hashlib import sha256

import pytest

from labels import dataset, folder
from labels.drafts import group_of
from labels.scheme import Theme, Type
from service import cli
from service.corrections.body import correction_of
from service.corrections.store import CorrectionStore
from service.corrections.writing import write
from training.train import train

from .conftest import STARTER
from .test_corrections_api import SENTENCE, correction

EXPORT = {"themes": ["export"], "type": "statistic"}
HEALTH = {"themes": ["health"], "type": "rhetoric"}


@pytest.fixture(autouse=True)
def data(tmp_path, monkeypatch):
    """Corrections of their own for every test, beside a project with few labels."""
    (tmp_path / "project").mkdir()
    (tmp_path / "project" / "plain.jsonl").write_bytes(STARTER[1].read_bytes())
    monkeypatch.setattr(dataset, "FOLDER", tmp_path / "project")
    monkeypatch.setenv("BARCHASB_DATA", str(tmp_path / "data"))
    monkeypatch.delenv(folder.VARIABLE, raising=False)
    return tmp_path / "data"


@pytest.fixture
def said(data):
    """Store a correction as the page does; return its id."""
    store = CorrectionStore()

    def say(text=SENTENCE, labels=EXPORT, key=None, **changes):
        value = correction(text=text, labels=labels, sentence=labels is not None, **changes)
        with store.writing() as corrections:
            return corrections.add(correction_of(value), key)[0].correction.id

    yield say
    store.close()


@pytest.fixture
def corrections(capfd):
    """Run `barchasb corrections`; return exit code, output and errors."""

    def run(*words):
        code = cli.main(["corrections", *map(str, words)])
        captured = capfd.readouterr()
        return code, captured.out, captured.err

    return run


def listed(corrections, *options):
    return [json.loads(line) for line in corrections("list", "--json", *options)[1].splitlines()]


def labels_in(path):
    return dataset.read([path]).sentences


def test_without_corrections_the_command_says_so_and_makes_no_file(corrections, data):
    code, _, err = corrections("list")
    assert code == 1
    assert "there are no corrections yet; BARCHASB_DATA names the folder" in err
    assert not data.exists()


def test_the_list_has_a_line_for_each_with_what_was_shown_and_what_is_right(corrections, said):
    identity = said(note="وزن گفته شده", key="mina")
    code, out, _ = corrections("list")
    assert code == 0
    assert out.startswith(f"{identity[:8]}  open      20")
    assert f"mina  health, rhetoric -> export, statistic  (وزن گفته شده)  {SENTENCE}" in out
    assert out.count("\n") == 1


def test_the_list_does_not_steer_the_terminal(corrections, said):
    said(text="سلام\x1b[2J\r\n\N{RIGHT-TO-LEFT OVERRIDE}دنیا", note="\x9b31m")
    out = corrections("list")[1]
    assert out.count("\n") == 1
    assert not {"\x1b", "\r", "\x9b", "\N{RIGHT-TO-LEFT OVERRIDE}"} & set(out)


def test_the_list_can_be_of_one_state_and_of_what_is_no_sentence(corrections, said):
    first, second = said(), said(text="فهرست خبرها", labels=None)
    corrections("accept", first)
    assert [each["id"] for each in listed(corrections, "--state", "accepted")] == [first]
    assert [each["id"] for each in listed(corrections, "--no-sentences")] == [second]


def test_a_correction_can_be_named_by_the_beginning_of_its_id(corrections, said):
    identity = said()
    code, out, _ = corrections("show", identity[:6].upper())
    assert (code, json.loads(out)["id"]) == (0, identity)


@pytest.mark.parametrize("action", ["show", "accept", "reject"])
def test_an_unknown_or_ambiguous_id_is_told(corrections, said, action):
    for number in range(2):
        said(id=f"0000000{number}-{str(uuid.uuid4())[9:]}")
    assert "00000002: no correction begins with this" in corrections(action, "00000002")[2]
    assert "0000000: 2 corrections begin with this" in corrections(action, "0000000")[2]
    assert [each["state"] for each in listed(corrections)] == ["open", "open"]


def test_an_accepted_correction_is_written_with_its_provenance(corrections, said, tmp_path):
    identity = said(key="mina", note="روشن است")
    assert corrections("accept", identity)[:2] == (0, "1 accepted\n")
    code, out, _ = corrections("write", tmp_path / "mine")
    assert (code, out) == (0, f"{tmp_path}/mine/corrections.jsonl: 1 sentences, 0 are no sentences\n")
    (row,) = labels_in(tmp_path / "mine" / "corrections.jsonl")
    assert (row.text, row.themes, row.type) == (SENTENCE, (Theme.EXPORT,), Type.STATISTIC)
    assert (row.id, row.group) == (f"correction-{identity}", f"document-{'ab' * 6}")
    (line,) = (tmp_path / "mine" / "provenance" / "corrections.jsonl").read_text("utf-8").splitlines()
    origin = json.loads(line)
    assert origin["id"] == row.id
    assert (origin["by"], origin["source"].keys()) == (["mina"], {"corrections"})
    (known,) = origin["source"]["corrections"]
    assert origin["time"] == known["review"]["time"]
    assert {"model", "tags", "time", "key", "note", "start", "end", "document", "review"} <= known.keys()
    assert "text" not in known
    assert (known["key"], known["tags"]["themes"], known["review"]["sentence"]) == ("mina", ["health"], True)


def test_an_open_or_rejected_correction_is_not_written(corrections, said, tmp_path):
    said(text="جمله‌ای که باز است.")
    corrections("reject", said())
    corrections("write", tmp_path / "mine")
    assert not (tmp_path / "mine" / "corrections.jsonl").exists()


def test_what_is_rejected_after_it_was_written_goes_with_the_next_writing(corrections, said, tmp_path):
    first, second = said(), said(text="پزشکان دهکده درمانگاه را رایگان می‌گردانند.", labels=HEALTH)
    corrections("accept", first, second)
    corrections("write", tmp_path / "mine")
    assert len(labels_in(tmp_path / "mine" / "corrections.jsonl")) == 2
    corrections("reject", first)
    corrections("write", tmp_path / "mine")
    assert [row.id for row in labels_in(tmp_path / "mine" / "corrections.jsonl")] == [f"correction-{second}"]
    corrections("reject", second)
    corrections("write", tmp_path / "mine")
    assert list((tmp_path / "mine").rglob("*.jsonl")) == []


def test_writing_twice_gives_the_same_bytes(corrections, said, tmp_path):
    corrections("accept", said())
    corrections("write", tmp_path / "a")
    corrections("write", tmp_path / "a")
    corrections("write", tmp_path / "b")
    for path in (tmp_path / "a").rglob("*.jsonl"):
        assert path.read_bytes() == (tmp_path / "b" / path.relative_to(tmp_path / "a")).read_bytes()


def test_an_edit_accepts_with_the_labels_of_the_reviewer_and_keeps_what_was_said(corrections, said, tmp_path):
    identity = said()
    code, out, _ = corrections("edit", identity, "--themes", "export,employment", "--type", "rhetoric")
    assert (code, out) == (0, "accepted as employment+export, rhetoric\n")
    shown = json.loads(corrections("show", identity)[1])
    assert shown["labels"] == EXPORT
    assert shown["review"]["labels"] == {"themes": ["employment", "export"], "type": "rhetoric"}
    corrections("write", tmp_path / "mine")
    (row,) = labels_in(tmp_path / "mine" / "corrections.jsonl")
    assert (row.themes, row.type) == ((Theme.EMPLOYMENT, Theme.EXPORT), Type.RHETORIC)


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (["--themes", "sport", "--type", "rhetoric"], 'must have "themes"'),
        (["--type", "poem"], 'must have a "type"'),
        (["--themes", "health", "--no-sentence"], "has no themes"),
    ],
)
def test_an_edit_that_cannot_be_is_told(corrections, said, options, told):
    code, _, err = corrections("edit", said(), *options)
    assert code == 1
    assert told in err
    assert listed(corrections)[0]["state"] == "open"


def test_two_people_who_disagree_are_a_conflict_and_none_of_them_wins(corrections, said, tmp_path):
    mina, omid = said(key="mina"), said(text=SENTENCE.replace("ی", "ي"), labels=HEALTH, key="omid")
    code, out, _ = corrections("conflicts")
    assert code == 1
    assert [line.split()[0] for line in out.splitlines()[1:]] == [mina[:8], omid[:8]]
    assert out.splitlines()[0] == SENTENCE
    code, _, err = corrections("accept", omid)
    assert code == 1
    assert f"{omid}: others say otherwise of this sentence: {mina} (mina: export, statistic); reject" in err
    assert corrections("accept", "--all")[:2] == (1, "0 accepted, 2 left open: people disagree on them\n")
    assert corrections("accept", mina, omid)[0] == 1
    assert [each["state"] for each in listed(corrections)] == ["open", "open"]
    assert corrections("write", tmp_path / "mine")[0] == 1
    assert not (tmp_path / "mine" / "corrections.jsonl").exists()


def test_a_conflict_is_settled_when_one_of_them_is_rejected(corrections, said, tmp_path):
    mina, omid = said(key="mina"), said(labels=HEALTH, key="omid")
    corrections("reject", mina)
    assert corrections("conflicts")[:2] == (0, "")
    assert corrections("accept", omid)[0] == 0
    corrections("write", tmp_path / "mine")
    assert [row.themes for row in labels_in(tmp_path / "mine" / "corrections.jsonl")] == [(Theme.HEALTH,)]


def test_who_disagrees_later_with_what_was_accepted_is_a_conflict_too(corrections, said, tmp_path):
    mina = said(key="mina")
    corrections("accept", mina)
    omid = said(labels=None, key="omid")
    assert corrections("conflicts")[0] == 1
    code, _, err = corrections("write", tmp_path / "mine")
    assert code == 1
    assert f"barchasb: {mina}: in conflict; settle it first" in err
    assert omid in err
    assert not (tmp_path / "mine" / "corrections.jsonl").exists()


def test_people_who_agree_make_one_row_with_the_provenance_of_all(corrections, said, tmp_path):
    said(key="mina")
    said(key="omid", text=f" {SENTENCE} ")
    assert corrections("accept", "--all")[1] == "2 accepted\n"
    corrections("write", tmp_path / "mine")
    assert len(labels_in(tmp_path / "mine" / "corrections.jsonl")) == 1
    origin = json.loads((tmp_path / "mine" / "provenance" / "corrections.jsonl").read_text("utf-8"))
    assert origin["by"] == ["mina", "omid"]
    assert [each["key"] for each in origin["source"]["corrections"]] == ["mina", "omid"]


def test_only_the_last_word_of_a_person_counts(corrections, said):
    first, last = said(key="mina", labels=HEALTH), said(key="mina")
    assert corrections("conflicts")[0] == 0
    code, _, err = corrections("accept", first)
    assert code == 1
    assert "mina has corrected this sentence again; accept that one" in err
    assert corrections("accept", last)[0] == 0


def test_what_is_no_sentence_is_listed_for_the_splitter_and_is_no_label(corrections, said, tmp_path):
    corrections("accept", said(text="تصاویر بیشتر", labels=None))
    assert corrections("write", tmp_path / "mine")[1].endswith("0 sentences, 1 are no sentences\n")
    assert not (tmp_path / "mine" / "corrections.jsonl").exists()
    (line,) = (tmp_path / "mine" / "provenance" / "no-sentences.jsonl").read_text("utf-8").splitlines()
    assert (json.loads(line)["text"], json.loads(line)["labels"]) == ("تصاویر بیشتر", None)


def test_what_contradicts_a_label_of_the_project_is_left_out_and_told(corrections, said, tmp_path):
    taken = next(sentence for sentence in dataset.read().sentences if not sentence.themes)
    other = said(text=taken.text)
    fine = said()
    corrections("accept", "--all")
    code, _, err = corrections("write", tmp_path / "mine")
    assert code == 1
    assert (
        f"{other}: expected one labelling of a sentence, got one that contradicts {dataset.FOLDER}/plain.jsonl:" in err
    )
    assert [row.id for row in labels_in(tmp_path / "mine" / "corrections.jsonl")] == [f"correction-{fine}"]


def test_what_another_folder_has_from_the_same_store_is_counted(corrections, said, tmp_path, monkeypatch):
    corrections("accept", said())
    corrections("write", tmp_path / "mine")
    monkeypatch.setenv(folder.VARIABLE, str(tmp_path / "mine"))
    assert corrections("write", tmp_path / "yours")[1].endswith(
        "0 sentences, 1 have these labels already, 0 are no sentences\n"
    )


def test_what_is_labelled_so_already_is_counted_and_not_written(corrections, said, tmp_path):
    taken = dataset.read().sentences[0]
    said(text=taken.text, labels={"themes": list(taken.themes), "type": taken.type})
    corrections("accept", "--all")
    code, out, _ = corrections("write", tmp_path / "mine")
    assert code == 0
    assert "0 sentences, 1 have these labels already" in out


def test_labels_of_another_origin_are_never_written_over(corrections, said, tmp_path, rows):
    path = rows(
        {"id": "own", "text": "جمله من.", "themes": [], "type": "rhetoric", "group": "own", "register": "own"},
        name="mine/corrections.jsonl",
    )
    before = path.read_bytes()
    corrections("accept", said())
    code, _, err = corrections("write", tmp_path / "mine")
    assert code == 1
    assert f"{path}: has 1 sentences that are no corrections of this store, own for one" in err
    assert path.read_bytes() == before


def test_a_fault_among_the_labels_of_the_folder_is_told_before_anything_is_written(corrections, said, tmp_path, rows):
    rows("{", name="mine/other.jsonl")
    corrections("accept", said())
    code, _, err = corrections("write", tmp_path / "mine")
    assert code == 1
    assert "other.jsonl:1: expected a JSON object" in err
    assert not (tmp_path / "mine" / "corrections.jsonl").exists()


def test_the_folder_that_the_environment_names_may_be_new(corrections, said, tmp_path, monkeypatch):
    monkeypatch.setenv(folder.VARIABLE, str(tmp_path / "mine"))
    corrections("accept", said())
    assert corrections("write", tmp_path / "mine")[0] == 0


def test_training_takes_written_corrections_in(corrections, said, tmp_path, monkeypatch):
    monkeypatch.setenv(folder.VARIABLE, str(tmp_path / "mine"))
    corrections("accept", said())
    corrections("write", tmp_path / "mine")

    def stop(message):
        raise InterruptedError(message)

    with pytest.raises(InterruptedError, match="read 481 labelled sentences"):
        train(models=tmp_path / "models", progress=stop)


def test_accept_wants_ids_or_all_and_not_both(corrections, said):
    identity = said()
    for words in ([], ["--all", identity]):
        code, _, err = corrections("accept", *words)
        assert code == 1
        assert "name the corrections, or say --all" in err


DOCUMENT = f"تیتر خبر\n\n{SENTENCE} پزشکان دهکده درمانگاه را رایگان می‌گردانند.\n"
NAME = "speech.txt"


@pytest.fixture
def known(catalogued):
    return catalogued(NAME, DOCUMENT)


def written(tmp_path, text_of):
    mine = tmp_path / "mine"
    store = CorrectionStore()
    with store.reading() as corrections:
        done = write(corrections.everyones(), mine, text_of)
    store.close()
    files = {str(path.relative_to(mine)): path.read_text("utf-8") for path in mine.rglob("*.jsonl")}
    return done, files, [json.loads(line) for line in files.get("corrections.jsonl", "").splitlines()]


PLACE = {"start": DOCUMENT.index(SENTENCE), "end": DOCUMENT.index(SENTENCE) + len(SENTENCE)}


@pytest.mark.parametrize("pasted", [False, True], ids=["whole", "in part"])
def test_a_sentence_of_a_catalogued_document_is_written_by_its_place_alone(corrections, said, tmp_path, known, pasted):
    # What was pasted in part has other places in another text.
    seen = {"document": "cd" * 32} if pasted else {"document": sha256(DOCUMENT.encode()).hexdigest(), **PLACE}
    identity = said(**seen)
    said(**seen, key="omid", text=SENTENCE.replace("ک", "ك"))
    corrections("accept", "--all")
    done, files, (row,) = written(tmp_path, known)
    assert done.left_out == []
    assert row == {
        "id": f"correction-{identity}",
        "document": NAME,
        **PLACE,
        "sha256": sha256(SENTENCE.encode()).hexdigest(),
        **EXPORT,
        "group": group_of(sha256(DOCUMENT.encode()).hexdigest()),
        "register": "correction",
    }
    assert not any(text in content for text in (SENTENCE, SENTENCE.replace("ک", "ك")) for content in files.values())
    again, same, _ = written(tmp_path, known)
    assert (again.sentences, same) == (1, files)


def test_a_sentence_of_an_absent_document_is_left_out_and_told(corrections, said, tmp_path, known):
    identity = said(document=sha256(DOCUMENT.encode()).hexdigest(), **PLACE)
    corrections("accept", "--all")
    done, files, _ = written(tmp_path, lambda _: None)
    assert done.left_out == [
        f"{identity}: speech.txt is absent, so nobody can check the place; get it with: make seeds FROM=DIR"
    ]
    assert files == {}


def test_a_wrong_place_in_a_catalogued_document_is_left_out_and_told(corrections, said, tmp_path, known):
    identity = said(document=sha256(DOCUMENT.encode()).hexdigest(), start=0, end=5)
    corrections("accept", "--all")
    done, files, _ = written(tmp_path, known)
    assert done.left_out == [f"{identity}: the text is not the one at speech.txt[0:5]; put it back as it was suggested"]
    assert files == {}


def test_what_is_no_sentence_of_a_catalogued_document_is_listed_without_its_text(corrections, said, tmp_path, known):
    said(document=sha256(DOCUMENT.encode()).hexdigest(), text="تیتر خبر", start=0, end=8, labels=None)
    corrections("accept", "--all")
    _, files, _ = written(tmp_path, known)
    listing = json.loads(files["provenance/no-sentences.jsonl"])
    assert (listing["start"], listing["end"], "text" in listing) == (0, 8, False)
