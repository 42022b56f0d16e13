import csv
import gzip
import io
import json
import os
import re
import subprocess
import sys
import termios
from collections import Counter
from pathlib import Path

import pyarrow as pa
import pytest
from pyarrow import parquet

from seeds import sentences
from service.archives.items import LARGEST
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


def told(err):
    """What standard error says before the summary line."""
    *lines, last = err.splitlines()
    assert last.startswith("barchasb: documents ")
    return lines


def test_a_file_is_tagged_sentence_by_sentence(runner, page):
    code, out, err = runner("tag", page)
    assert (code, told(err)) == (0, [])
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
    lines = told(err)
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


def test_the_last_line_tells_documents_sentences_errors_seconds_and_model(runner, page, tmp_path, tagger):
    code, _, err = runner("tag", page, tmp_path / "missing.txt", "-o", tmp_path / "out.jsonl")
    assert code == 1
    assert re.fullmatch(
        r"barchasb: documents 1, sentences 2, errors 1 \(in .*/out\.jsonl\.errors\.jsonl\), "
        rf"seconds \d+\.\d, model {tagger.version}\n",
        err,
    )


def test_a_table_names_its_rows_and_passes_their_columns_on(runner, rows):
    path = rows({"id": 7, "text": TEXT, "type": "خبر", "at": {"year": 1402}}, {"text": TEXT, "id": "هفت"})
    _, out, _ = runner("tag", path)
    first, _, third, _ = tags(out)
    assert list(first) == ["text", "start", "end", "themes", "type", "scores", "document", "id", "input_type", "at"]
    assert (first["document"], first["id"], first["input_type"], first["at"]) == (f"{path}:1", 7, "خبر", {"year": 1402})
    assert (third["document"], third["id"]) == (f"{path}:2", "هفت")
    assert TEXT[first["start"] : first["end"]] == first["text"]


def test_with_lines_a_row_of_a_table_is_a_sentence_whatever_its_punctuation(runner, rows):
    path = rows({"text": f"  {TEXT}", "id": 1})
    _, out, _ = runner("tag", "--lines", path)
    (tag,) = tags(out)
    assert (tag["text"], tag["start"], tag["end"], tag["id"]) == (TEXT.strip(), 2, len(TEXT) + 1, 1)
    assert "document" not in tag


def test_a_column_is_chosen_by_its_name(runner, rows):
    _, out, _ = runner("tag", rows({"body": TEXT, "text": "عنوان"}), "--column", "body")
    assert [(tag["text"], tag["input_text"]) for tag in tags(out)] == [
        ("درمانگاه تازه گشایش یافت.", "عنوان"),
        ("صادرات پسته به عراق آغاز شد.", "عنوان"),
    ]


def test_a_summary_counts_themes_and_types_of_each_document(runner, page, tmp_path):
    other = tmp_path / "other.txt"
    other.write_text("صادرات پسته به ۲۴ کشور و ۳۰۰ هزار تن رسید.", "utf-8")
    out = tmp_path / "out.jsonl"
    runner("tag", page, other, "-o", out, "--summary")
    summaries = tags(out.with_name("out.jsonl.summary.jsonl").read_text("utf-8"))
    for summary in summaries:
        found = [tag for tag in tags(out.read_text("utf-8")) if tag["document"] == summary["document"]]
        statistics = sum(tag["type"] == "statistic" for tag in found)
        assert summary == {
            "document": summary["document"],
            "sentences": len(found),
            **{
                theme: sum(theme in tag["themes"] for tag in found)
                for theme in ("health", "employment", "export", "ideology")
            },
            "statistic": statistics,
            "rhetoric": len(found) - statistics,
            "statistic_share": round(statistics / len(found), 4),
        }
    assert [summary["document"] for summary in summaries] == [str(page), str(other)]


def test_the_summary_of_lines_is_one_for_the_whole_file(runner, tmp_path):
    path = tmp_path / "lines.txt"
    path.write_text("درمانگاه تازه گشایش یافت.\n" * 30_000, "utf-8")
    runner("tag", "--lines", path, "-o", tmp_path / "out.jsonl", "--summary", "--jobs", 1)
    (summary,) = tags((tmp_path / "out.jsonl.summary.jsonl").read_text("utf-8"))
    assert summary["sentences"] == summary["health"] == 30_000


def test_a_summary_on_standard_output_stands_behind_the_sentences(runner, page):
    _, out, _ = runner("tag", page, "--summary")
    *found, summary = tags(out)
    assert len(found) == summary["sentences"] == 2


def test_the_output_and_what_belongs_to_it_are_not_read_as_input(runner, page, tmp_path):
    for _ in range(2):
        runner("tag", tmp_path, "-o", tmp_path / "out.jsonl", "--summary")
    assert len(tags((tmp_path / "out.jsonl").read_text("utf-8"))) == 2


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--resume"], "--resume goes on with a file"),
        (["-", "--resume", "-o", "out"], "--resume cannot read standard input again"),
        (["--summary", "--format", "csv"], "--summary makes a second table"),
        (["--bom"], "--bom is a mark for spreadsheets"),
        (["page.txt", "-o", "page.txt"], "page.txt: is both input and output"),
        (["page.txt", "-o", "."], "is a folder; name a file with -o"),
    ],
)
def test_options_that_do_not_go_together_are_refused_in_one_sentence(runner, page, monkeypatch, arguments, message):
    monkeypatch.chdir(page.parent)
    before = page.read_bytes()
    code, out, err = runner("tag", *arguments)
    assert (code, out, err.count("\n")) == (1, "", 1)
    assert message in err
    assert page.read_bytes() == before


def test_every_kind_of_error_is_told_with_its_place_and_the_rest_is_tagged(runner, page, tmp_path):
    bad = tmp_path / "bad"
    bad.mkdir()
    long = "ب" * (LARGEST // 2 + 1)
    packed = gzip.compress(f"{TEXT}\n".encode() * 50_000)
    table = io.BytesIO()
    parquet.write_table(pa.table({"text": pa.array([TEXT, None, " ", TEXT]), "n": [1, 2, 3, 4]}), table)
    contents = {
        "1.jsonl": "\n".join(
            [
                '{"text": "متن"',
                '["متن"]',
                "null",
                '{"body": "متن"}',
                '{"text": 5}',
                '{"text": null}',
                '{"text": " "}',
                '{"text": "a\\u0000b"}',
                '{"text": "\\ud800"}',
                json.dumps({"text": TEXT}),
                json.dumps({"text": long}),
                json.dumps({"text": TEXT}),
            ]
        ).encode()
        + b'\n{"text": "\xd8"}\n',
        "2.csv": f'id,text\n1,{TEXT}2\n3,متن,5\n4,"متن" دیگر\n5,\n6,{TEXT.strip()}\n7,'.encode() + b"\xd8\n",
        "3.csv": b"id,body\n1,x\n",
        "4.csv": b"text,text\n1,x\n",
        "5.csv": b"",
        "6.parquet": table.getvalue(),
        "7.parquet": b"PAR1 no parquet",
        "8.txt.gz": packed[: len(packed) // 2],
        "9.jsonl.zst": b"\x28\xb5\x2f\xfd\x00\x00",
        "A.txt": b"\0\1",
        "B.txt": TEXT.encode("utf-16"),
        "C.txt": TEXT.encode() + b"\xd8\n",
        "D.txt": b"",
        "E.txt": long.encode(),
        "F.tsv": f"id\ttext\n1\t{TEXT}".encode(),
    }
    for name, content in contents.items():
        (bad / name).write_bytes(content)
    out = tmp_path / "out.jsonl"
    code, _, _ = runner("tag", bad, tmp_path / "missing.txt", str(tmp_path / "*.nothing"), page, "-o", out)
    assert code == 1
    errors = [
        (error["file"].rpartition("/")[2], error["line"], error["reason"])
        for error in tags(out.with_name("out.jsonl.errors.jsonl").read_text("utf-8"))
    ]
    expected = [
        ("1.jsonl", 1, "is not a JSON object on a line of its own"),
        ("1.jsonl", 2, "expected a JSON object, got a list"),
        ("1.jsonl", 3, "expected a JSON object, got null"),
        ("1.jsonl", 4, 'column "text" is missing; the columns are body: name one with --column'),
        ("1.jsonl", 5, "expected text, got a number"),
        ("1.jsonl", 6, "expected text, got nothing"),
        ("1.jsonl", 7, "is empty"),
        ("1.jsonl", 8, "has a NUL character"),
        ("1.jsonl", 9, "is not a JSON object on a line of its own"),
        ("1.jsonl", 11, "the line is larger than 16 MiB"),
        ("1.jsonl", 13, "is not a JSON object on a line of its own"),
        ("2.csv", 3, "the row has 1 cells, the head has 2"),
        ("2.csv", 4, "the row has 3 cells, the head has 2"),
        ("2.csv", 5, "the row cannot be read"),
        ("2.csv", 6, "is empty"),
        ("2.csv", 8, "has bytes that are not UTF-8"),
        ("3.csv", 1, 'column "text" is missing; the columns are id, body'),
        ("4.csv", 1, 'has column "text" more than once'),
        ("5.csv", None, "is empty"),
        ("6.parquet", 2, "expected text, got nothing"),
        ("6.parquet", 3, "is empty"),
        ("7.parquet", None, "cannot be read on from here"),
        ("8.txt.gz", None, "cannot be read on from here"),
        ("9.jsonl.zst", None, "cannot be read on from here"),
        ("A.txt", None, "is a binary file"),
        ("B.txt", None, "is UTF-16"),
        ("C.txt", 2, "byte 0xd8 at offset"),
        ("D.txt", None, "is empty"),
        ("E.txt", None, "is larger than 16 MiB"),
        ("missing.txt", None, "No such file or directory"),
        ("*.nothing", None, "matches no file"),
    ]
    assert [error[:2] for error in errors] == [error[:2] for error in expected]
    for error, (_, _, reason) in zip(errors, expected, strict=True):
        assert reason in error[2]
    counts = Counter(tag["document"].rpartition("/")[2] for tag in tags(out.read_text("utf-8")))
    assert counts == {
        **dict.fromkeys(("1.jsonl:10", "1.jsonl:12", "2.csv:2", "2.csv:7"), 2),
        **dict.fromkeys(("6.parquet:1", "6.parquet:4", "F.tsv:2", "page.txt"), 2),
    }


def test_strict_stops_at_the_first_error_and_leaves_nothing(runner, page, tmp_path):
    code, _, err = runner("tag", page, tmp_path / "missing.txt", "--strict", "-o", tmp_path / "out.jsonl")
    assert code == 1
    assert "missing.txt: No such file or directory; check the path and its permissions (stopped, as --strict" in err
    assert {path.name for path in tmp_path.iterdir()} == {"page.txt"}


def test_errors_of_an_earlier_run_do_not_stay(runner, page, tmp_path):
    out = tmp_path / "out.jsonl"
    runner("tag", page, tmp_path / "missing.txt", "-o", out)
    assert out.with_name("out.jsonl.errors.jsonl").exists()
    runner("tag", page, "-o", out)
    assert not out.with_name("out.jsonl.errors.jsonl").exists()


def test_an_output_that_is_no_file_is_written_as_it_is(runner, page):
    assert runner("tag", page, "-o", "/dev/null")[0] == 0
    assert Path("/dev/null").is_char_device()


def test_a_page_that_no_parser_foresaw_is_an_error_and_the_rest_goes_on(runner, page, tmp_path, monkeypatch):
    def read_sentences(text):
        if "گره" in text:
            raise RecursionError("too deep")
        return sentences.read_sentences(text)

    monkeypatch.setattr("service.archives.tagging.read_sentences", read_sentences)
    (tmp_path / "deep.txt").write_text("گره در گره.", "utf-8")
    code, out, err = runner("tag", tmp_path / "deep.txt", page)
    assert (code, len(tags(out))) == (1, 2)
    assert "deep.txt: cannot be read as a page (RecursionError: too deep)" in err


@pytest.mark.parametrize("unbuffered", ["", "1"])
def test_a_large_output_is_printed_to_its_end(models, tmp_path, unbuffered):
    path = tmp_path / "long.txt"
    path.write_text(TEXT * 1000, "utf-8")
    done = subprocess.run(
        [ROOT / ".venv/bin/barchasb", "tag", path],
        capture_output=True,
        check=True,
        env={**os.environ, "BARCHASB_MODELS": str(models), "PYTHONUNBUFFERED": unbuffered},
    )
    assert len(tags(done.stdout)) == 2000


def test_text_to_jsonl_needs_none_of_the_large_libraries(models, page):
    code = (
        "import sys; from service.cli import main; main(sys.argv[1:]); "
        "large = {'pyarrow', 'pandas', 'distributed', 'tqdm', 'hazm'}; sys.exit(repr(large & {*sys.modules}))"
    )
    environment = {**os.environ, "BARCHASB_MODELS": str(models)}
    command = [sys.executable, "-c", code, "tag", "--lines", page]
    done = subprocess.run(command, capture_output=True, check=False, env=environment, cwd=ROOT)
    assert done.stderr.splitlines()[1:] == [b"set()"]


def test_a_terminal_sees_the_rate_and_a_file_nothing(models, page, tmp_path):
    command = [ROOT / ".venv/bin/barchasb", "tag", page, "-o", tmp_path / "out.jsonl"]
    environment = {**os.environ, "BARCHASB_MODELS": str(models)}
    ours, theirs = os.openpty()
    termios.tcsetwinsize(ours, (24, 120))
    subprocess.run(command, check=True, env=environment, stderr=theirs)
    os.close(theirs)
    shown = os.read(ours, 100_000).decode()
    os.close(ours)
    assert "100%" in shown
    assert "sentences/s" in shown
    done = subprocess.run(command, check=True, env=environment, capture_output=True, text=True)
    assert told(done.stderr) == []


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
