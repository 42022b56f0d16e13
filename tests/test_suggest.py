import csv
import io
import json
from functools import partial
from hashlib import sha256

import numpy as np
import pytest

from labels import dataset
from labels.drafts import identity
from labels.duplicates import similar
from labels.forms import FORMS
from seeds import catalogue
from seeds.text import words
from service import outgoing
from service.suggest import _Pool, suggest
from training.choose import doubts

from .conftest import LABELLED, ROOT

SAMPLES = [path for path in sorted((ROOT / "seeds" / "samples").iterdir()) if path.suffix != ".json"]
PAGE = "چهار درمانگاه تازه در روستاهای بخش مرکزی ساخته شد. بافندگان این شهر سه ماه است که مزد نگرفته‌اند.\n"


@pytest.fixture
def page(tmp_path):
    path = tmp_path / "page.txt"
    path.write_text(PAGE, "utf-8")
    return path


def asked(tagger, names, wanted=20, labelled=(), *, lines=False):
    return suggest(map(str, names), tagger=tagger, wanted=wanted, lines=lines, register="news", labelled=labelled)


def test_suggestions_are_more_doubtful_than_the_rest_and_none_is_like_another(tagger):
    found, failures = asked(tagger, SAMPLES, 20)
    assert failures == []
    assert len(found) == len({draft.id for draft in found}) == 20
    assert not list(similar([words(draft.text) for draft in found]))
    everything, _ = asked(tagger, SAMPLES, 1000)
    assert len(everything) > 60

    def mean(drafts):
        return doubts(np.array([draft.proposal.scores for draft in drafts]), tagger.model.thresholds).mean()

    assert mean(found) > mean(everything) + 0.1


def test_a_suggestion_says_where_it_was_read_and_what_the_model_proposes(tagger, page):
    found, _ = asked(tagger, [page])
    draft = next(draft for draft in found if draft.text.startswith("چهار"))
    assert PAGE[draft.place.start : draft.place.end] == draft.text
    assert draft.place.document == str(page)
    assert (draft.themes, draft.type, draft.register) == ((), None, "news")
    (tag,) = tagger.model.tag([draft.text])
    assert (draft.proposal.model, draft.proposal.themes, draft.proposal.scores) == (
        tagger.version,
        tag.themes,
        tag.scores,
    )
    assert len({draft.group for draft in found}) == 1


def test_every_line_is_a_document_of_its_own_where_lines_are_asked_for(tagger, tmp_path):
    path = tmp_path / "lines.txt"
    path.write_text("پل شهر باز شد\nمدرسه روستا ساخته شد\n", "utf-8")
    found, _ = asked(tagger, [path], lines=True)
    assert {draft.group for draft in found} == {draft.id for draft in found}
    assert len(found) == 2


def test_labelled_sentences_and_too_short_ones_are_not_suggested(tagger, page):
    page.write_text(f"{PAGE}پایان خبر.\n", "utf-8")
    found, _ = asked(tagger, [page], labelled=["چهار درمانگاه تازه در روستاهای بخش مرکزی ساخته شد"])
    assert [draft.text.split()[0] for draft in found] == ["بافندگان"]


def test_a_document_of_the_catalogue_is_known_by_its_digest(tagger, page, monkeypatch):
    digest = sha256(PAGE.encode()).hexdigest()
    source = catalogue.Source("speech.txt", digest, "نشریه", None, 1)
    monkeypatch.setattr(catalogue, "sources", lambda: {"speech.txt": source})
    found, _ = asked(tagger, [page])
    assert {draft.place.document for draft in found} == {"speech.txt"}


def test_a_file_that_cannot_be_read_is_told_and_the_others_are_read(tagger, page, tmp_path):
    found, failures = asked(tagger, [tmp_path / "missing.txt", page])
    assert len(found) == 2
    assert failures == [f"{tmp_path}/missing.txt: No such file or directory; check the path and its permissions"]


def test_the_pool_keeps_the_most_doubtful_and_each_sentence_once():
    class Known:
        def __init__(self, name):
            self.id = name

    pool = _Pool(2)
    for doubt, name in [(0.1, "a"), (0.5, "b"), (0.5, "b"), (0.9, "c"), (0.3, "d"), (0.1, "a"), (0.6, "a")]:
        pool.offer(doubt, Known(name))
    assert [(doubt, draft.id) for doubt, draft in pool.ranked()] == [(0.9, "c"), (0.6, "a")]


def test_what_was_suggested_and_filled_in_is_imported_and_not_suggested_again(runner, page, one_label, tmp_path):
    sheet = tmp_path / "sheet.csv"
    assert runner("suggest", page, "-o", sheet)[0] == 0
    rows = list(csv.DictReader(io.StringIO(sheet.read_text("utf-8-sig"), newline="")))
    assert len(rows) == 2
    rows[0]["type"], rows[0]["health"] = "statistic", "x"
    with sheet.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, rows[0])
        writer.writeheader()
        writer.writerows(rows)
    code, out, err = runner("import", sheet, "--by", "سارا")
    assert (code, out, err) == (0, f"1 sentences added to {one_label}/imported.jsonl; 1 not labelled yet\n", "")
    code, out, _ = runner("suggest", page)
    assert [json.loads(line)["text"] for line in out.splitlines()] == [rows[1]["text"]]


@pytest.mark.parametrize("form", ["csv", "jsonl", "doccano", "label-studio"])
def test_exported_labels_are_imported_elsewhere_as_they_were(runner, rows, one_label, tmp_path, form):
    row = {**LABELLED, "id": "x", "text": "سه پل تازه ساخته شد.", "themes": ["health", "export"], "group": "pair"}
    out = tmp_path / "exported"
    assert runner("export", form, rows(row), "--to", out)[0] == 0
    assert runner("import", out, "--format", form, "--by", "a")[0] == 0
    assert (one_label / "imported.jsonl").read_text("utf-8") == json.dumps(row, ensure_ascii=False) + "\n"


def test_sentences_of_absent_documents_are_left_out_of_an_export_and_counted(runner, monkeypatch):
    monkeypatch.setattr(dataset, "read", partial(dataset.read, text_of=lambda _: None))
    code, out, err = runner("export", "jsonl", dataset.FOLDER / "documents.jsonl")
    assert (code, out) == (0, "")
    assert err == "barchasb: 71 sentences of absent documents are left out\n"


@pytest.mark.parametrize(
    ("program", "start"), [("label-studio", '<View>\n  <Text name="text"'), ("doccano", '[\n  {\n    "text": "health"')]
)
def test_what_a_project_of_another_program_needs_is_printed(runner, program, start):
    code, out, _ = runner("export", f"{program}-config")
    assert code == 0
    assert out.startswith(start)


def test_every_fault_of_an_import_is_a_line_on_standard_error(runner, rows, one_label):
    code, out, err = runner("import", rows("{", {"text": "سه پل", "themes": ["x"], "type": "statistic"}))
    assert (code, out) == (1, "")
    assert [line.split("rows.jsonl:")[1][:20] for line in err.splitlines()] == [
        "1: expected a JSON o",
        "2: expected themes o",
    ]


def test_the_commands_know_every_form():
    assert tuple(FORMS) == outgoing.FORMS


@pytest.mark.usefixtures("one_label")
@pytest.mark.parametrize(("name", "start"), [("a.json", b"["), ("a.csv", b"\xef\xbb\xbfid"), ("a.out", b"{")])
def test_the_form_of_suggestions_is_that_of_the_name_of_the_output(runner, page, tmp_path, name, start):
    assert runner("suggest", page, "-o", tmp_path / name)[0] == 0
    assert (tmp_path / name).read_bytes().startswith(start)


@pytest.mark.parametrize("count", ["0", "-3", "two"])
def test_a_count_that_is_none_is_refused(runner, count, capfd):
    with pytest.raises(SystemExit):
        runner("suggest", "x", f"-n={count}")
    assert "expected a whole number of at least 1" in capfd.readouterr().err


def test_an_identity_is_what_suggestions_go_by(tagger, page):
    found, _ = asked(tagger, [page])
    assert all(draft.id == identity(draft.text) for draft in found)
