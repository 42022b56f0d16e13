import csv
import io
import json
import os
import subprocess

import pytest

from service import batch
from service.tagger import to_json

from .conftest import ROOT

TEXT = "درمانگاه تازه گشایش یافت. صادرات پسته به عراق آغاز شد.\n"
LINES = "درمانگاه تازه گشایش یافت.\n\n  صادرات پسته. به عراق آغاز شد.\n...\n"


@pytest.fixture
def page(tmp_path):
    path = tmp_path / "page.txt"
    path.write_text(TEXT, "utf-8")
    return path


def tags(out):
    return [json.loads(line) for line in out.splitlines()]


def test_a_file_is_tagged_sentence_by_sentence(runner, page):
    code, out, err = runner("tag", page)
    assert (code, err) == (0, "")
    assert [list(tag) for tag in tags(out)] == [["text", "start", "end", "themes", "type", "scores"]] * 2
    assert all(TEXT[tag["start"] : tag["end"]] == tag["text"] for tag in tags(out))


def test_a_sentence_is_answered_with_the_same_bytes_whichever_way_it_came(runner, page, client, tmp_path):
    _, from_file, _ = runner("tag", page)
    answer = client.post("/classify", json={"text": TEXT})
    assert b"[" + b",".join(line.encode() for line in from_file.splitlines()) + b"]" in answer.data
    first = tags(from_file)[0]["text"]
    lines = tmp_path / "lines.txt"
    lines.write_text(first, "utf-8")
    _, from_lines, _ = runner("tag", "--lines", lines)
    assert from_lines.splitlines()[0] == from_file.splitlines()[0]
    alone = client.post("/classify", json={"sentences": [first]})
    assert from_lines.strip().encode() in alone.data


def test_with_lines_every_line_is_a_sentence_at_its_place(runner, tmp_path):
    path = tmp_path / "lines.txt"
    path.write_text(LINES, "utf-8")
    _, out, _ = runner("tag", "--lines", path)
    assert [tag["text"] for tag in tags(out)] == ["درمانگاه تازه گشایش یافت.", "صادرات پسته. به عراق آغاز شد."]
    assert all(LINES[tag["start"] : tag["end"]] == tag["text"] for tag in tags(out))


def test_standard_input_is_tagged_without_a_name(models):
    environment = {**os.environ, "BARCHASB_MODELS": str(models)}
    for arguments in ([], ["-"]):
        done = subprocess.run(
            [ROOT / ".venv/bin/barchasb", "tag", *arguments],
            input=TEXT.encode(),
            capture_output=True,
            check=True,
            env=environment,
        )
        assert len(done.stdout.splitlines()) == 2


def test_a_folder_stands_for_the_pages_below_it_and_rows_name_their_document(runner, page, tmp_path):
    (tmp_path / "deep").mkdir()
    (tmp_path / "deep" / "b.html").write_text(f"<html><body><p>{TEXT}</p></body></html>", "utf-8")
    (tmp_path / "note.md").write_text("نه", "utf-8")
    _, out, _ = runner("tag", tmp_path)
    assert {tag["document"] for tag in tags(out)} == {str(page), str(tmp_path / "deep" / "b.html")}


def test_csv_has_a_head_and_a_column_for_each_score(runner, page):
    _, out, _ = runner("tag", "--format", "csv", page)
    head, *rows = list(csv.DictReader(io.StringIO(out))), *()
    assert len(head) == 2
    assert rows == []
    assert list(head[0]) == [
        "text",
        "start",
        "end",
        "themes",
        "type",
        "health",
        "employment",
        "export",
        "ideology",
        "statistic",
    ]


@pytest.mark.parametrize("cell", ["=1+1", "+1", "-1", "@x"])
def test_a_cell_that_a_spreadsheet_would_compute_is_made_text(cell):
    assert batch._cell(cell) == f"'{cell}"


def test_an_output_file_is_written_whole_and_readable(runner, page, tmp_path):
    out = tmp_path / "out" / "tags.jsonl"
    code, printed, _ = runner("tag", page, "-o", out)
    assert (code, printed) == (0, "")
    assert len(tags(out.read_text("utf-8"))) == 2
    assert out.stat().st_mode & 0o444 == 0o444


BAD = {
    "binary.txt": (b"\x00\x01\x02", "binary.txt: is a binary file"),
    "utf16.txt": (TEXT.encode("utf-16"), "utf16.txt: is UTF-16, expected UTF-8; convert it with: iconv"),
    "broken.txt": (TEXT.encode() + b"\xd8\n", "broken.txt:2: byte 0xd8 at offset"),
    "empty.txt": (b"", "empty.txt: is empty"),
    "blank.txt": (b"\n \n", "blank.txt: is empty"),
}


def test_each_bad_file_is_told_and_the_others_are_tagged_all_the_same(runner, page, tmp_path):
    names = []
    for name, (content, _) in BAD.items():
        (tmp_path / name).write_bytes(content)
        names.append(tmp_path / name)
    unreadable = tmp_path / "empty-folder"
    unreadable.mkdir()
    code, out, err = runner("tag", tmp_path / "missing.txt", unreadable, *names, page)
    assert code == 1
    assert {tag["document"] for tag in tags(out)} == {str(page)}
    lines = err.splitlines()
    assert len(lines) == len(BAD) + 2
    assert "missing.txt: No such file or directory" in lines[0]
    assert "empty-folder: has no file that ends with" in lines[1]
    for line, (_, message) in zip(lines[2:], BAD.values(), strict=True):
        assert message in line


def test_a_place_that_cannot_be_written_is_told(runner, page, tmp_path):
    code, _, err = runner("tag", page, "-o", page / "under-a-file.jsonl")
    assert code == 1
    assert err.count("\n") == 1
    assert "page.txt" in err


def test_a_reader_that_has_read_enough_is_no_traceback(models, tmp_path):
    path = tmp_path / "long.txt"
    path.write_text(TEXT * 5000, "utf-8")
    done = subprocess.run(
        ["bash", "-c", f"{ROOT}/.venv/bin/barchasb tag {path} | head -n 1"],
        capture_output=True,
        check=True,
        env={**os.environ, "BARCHASB_MODELS": str(models)},
    )
    assert done.stdout.count(b"\n") == 1
    assert done.stderr == b""


def test_an_interrupt_is_one_line(runner, page, monkeypatch):
    monkeypatch.setattr("service.batch.tag_files", lambda *_, **__: (_ for _ in ()).throw(KeyboardInterrupt))
    assert runner("tag", page) == (130, "", "barchasb: stopped\n")


def test_a_missing_model_is_one_sentence_with_the_remedy(runner, page, tmp_path, monkeypatch):
    runner("tag", page)
    monkeypatch.setenv("BARCHASB_MODELS", str(tmp_path / "none"))
    code, out, err = runner("tag", page)
    assert (code, out) == (1, "")
    assert err.count("\n") == 1
    assert "there is no model yet; train one with: make train" in err


def test_evaluate_prints_the_contract(runner, rows):
    row = {"text": "درمانگاه تازه گشایش یافت.", "themes": ["health"], "type": "rhetoric"}
    code, out, _ = runner("evaluate", rows(row), "--json")
    found = json.loads(out)
    assert code == 0
    assert found["n"] == 1
    assert set(found["themes"]) == {"macro_f1", "health", "employment", "export", "ideology"}
    assert set(found["type"]) == {"macro_f1", "statistic", "rhetoric"}
    assert runner("evaluate", rows(row))[1].count("\n") > 8


def test_evaluate_tells_faulty_rows_line_by_line(runner, rows):
    code, out, err = runner("evaluate", rows("{", {"text": "سلام"}))
    assert (code, out) == (1, "")
    assert len(err.splitlines()) == 2
    assert all(line.startswith("barchasb: ") for line in err.splitlines())


def test_json_keeps_persian_as_it_is():
    assert to_json({"a": "سلام"}) == '{"a":"سلام"}'.encode()
