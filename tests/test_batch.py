import csv
import io
import json
import os
import re
import subprocess
import sys
import termios
from pathlib import Path

import pytest

from service.tagger import to_json

from .conftest import ROOT, TEXT

LINES = "درمانگاه تازه گشایش یافت.\n\n  صادرات پسته. به عراق آغاز شد.\n...\n"


def tags(out):
    return [json.loads(line) for line in out.splitlines()]


def told(err):
    """What standard error says before the summary line."""
    *lines, last = err.splitlines()
    assert last.startswith("barchasb: documents ")
    return lines


def test_a_file_is_tagged_sentence_by_sentence(runner, news):
    code, out, err = runner("tag", news)
    assert (code, told(err)) == (0, [])
    assert [list(tag) for tag in tags(out)] == [["text", "start", "end", "themes", "type", "scores"]] * 2
    assert all(TEXT[tag["start"] : tag["end"]] == tag["text"] for tag in tags(out))


def test_a_sentence_is_answered_with_the_same_bytes_whichever_way_it_came(runner, news, client, tmp_path):
    _, from_file, _ = runner("tag", news)
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


def test_a_folder_stands_for_the_pages_below_it_and_rows_name_their_document(runner, news, tmp_path):
    (tmp_path / "deep").mkdir()
    (tmp_path / "deep" / "b.html").write_text(f"<html><body><p>{TEXT}</p></body></html>", "utf-8")
    (tmp_path / "note.md").write_text("نه", "utf-8")
    _, out, _ = runner("tag", tmp_path)
    assert {tag["document"] for tag in tags(out)} == {str(news), str(tmp_path / "deep" / "b.html")}


def test_csv_has_a_head_and_a_column_for_each_score(runner, news):
    _, out, _ = runner("tag", "--format", "csv", news)
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


def test_an_output_file_is_written_whole_and_readable(runner, news, tmp_path):
    out = tmp_path / "out" / "tags.jsonl"
    code, printed, _ = runner("tag", news, "-o", out)
    assert (code, printed) == (0, "")
    assert len(tags(out.read_text("utf-8"))) == 2
    assert out.stat().st_mode & 0o444 == 0o444


def test_the_last_line_tells_documents_sentences_errors_seconds_and_model(runner, news, tmp_path, tagger):
    code, _, err = runner("tag", news, tmp_path / "missing.txt", "-o", tmp_path / "out.jsonl")
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


def test_a_summary_counts_themes_and_types_of_each_document(runner, news, tmp_path):
    other = tmp_path / "other.txt"
    other.write_text("صادرات پسته به ۲۴ کشور و ۳۰۰ هزار تن رسید.", "utf-8")
    out = tmp_path / "out.jsonl"
    runner("tag", news, other, "-o", out, "--summary")
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
    assert [summary["document"] for summary in summaries] == [str(news), str(other)]


def test_the_summary_of_lines_is_one_for_the_whole_file(runner, tmp_path):
    path = tmp_path / "lines.txt"
    path.write_text("درمانگاه تازه گشایش یافت.\n" * 30_000, "utf-8")
    runner("tag", "--lines", path, "-o", tmp_path / "out.jsonl", "--summary", "--jobs", 1)
    (summary,) = tags((tmp_path / "out.jsonl.summary.jsonl").read_text("utf-8"))
    assert summary["sentences"] == summary["health"] == 30_000


def test_a_summary_on_standard_output_stands_behind_the_sentences(runner, news):
    _, out, _ = runner("tag", news, "--summary")
    *found, summary = tags(out)
    assert len(found) == summary["sentences"] == 2


def test_the_output_and_what_belongs_to_it_are_not_read_as_input(runner, news, tmp_path):
    for _ in range(2):
        runner("tag", tmp_path, "-o", tmp_path / "out.jsonl", "--summary")
    assert len(tags((tmp_path / "out.jsonl").read_text("utf-8"))) == 2


def test_an_output_that_is_no_file_is_written_as_it_is(runner, news):
    assert runner("tag", news, "-o", "/dev/null")[0] == 0
    assert Path("/dev/null").is_char_device()


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


def test_text_to_jsonl_needs_none_of_the_large_libraries(models, news):
    code = (
        "import sys; from service.cli import main; main(sys.argv[1:]); "
        "large = {'pyarrow', 'pandas', 'distributed', 'tqdm', 'hazm'}; sys.exit(repr(large & {*sys.modules}))"
    )
    environment = {**os.environ, "BARCHASB_MODELS": str(models)}
    command = [sys.executable, "-c", code, "tag", "--lines", news]
    done = subprocess.run(command, capture_output=True, check=False, env=environment, cwd=ROOT)
    assert done.stderr.splitlines()[1:] == [b"set()"]


def test_a_terminal_sees_the_rate_and_a_file_nothing(models, news, tmp_path):
    command = [ROOT / ".venv/bin/barchasb", "tag", news, "-o", tmp_path / "out.jsonl"]
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
