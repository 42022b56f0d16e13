import gzip
import io
import json
from collections import Counter

import pyarrow as pa
import pytest
from pyarrow import parquet

from seeds import sentences
from service.archives.items import LARGEST

from .conftest import TEXT
from .test_batch import LINES, tags, told


@pytest.mark.parametrize(
    ("bad", "reason"),
    [
        (b"\xda", "byte 0xda is not UTF-8; convert the file to UTF-8"),
        (b"\xed\xa0\x80", "byte 0xed is not UTF-8; convert the file to UTF-8"),
        (b"\0", "the line has a NUL character; remove it"),
    ],
)
def test_a_line_that_cannot_be_read_is_told_and_the_others_keep_their_places(runner, tmp_path, bad, reason):
    path = tmp_path / "lines.txt"
    # What makes a file binary is looked for at its beginning only.
    before, behind = f"{'آب ' * 4000}\nصادرات ", f" پسته\n{LINES}"
    path.write_bytes(before.encode() + bad + behind.encode())
    code, out, err = runner("tag", "--lines", path)
    assert (code, told(err)) == (1, [f"barchasb: {path}:2: {reason}"])
    text = path.read_text("utf-8", "replace")
    found = tags(out)
    assert len(found) == 3
    assert all(text[tag["start"] : tag["end"]] == tag["text"] for tag in found)


BAD = {
    "binary.txt": (b"\x00\x01\x02", "binary.txt: is a binary file"),
    "utf16.txt": (TEXT.encode("utf-16"), "utf16.txt: is UTF-16, expected UTF-8; convert it with: iconv"),
    "broken.txt": (TEXT.encode() + b"\xd8\n", "broken.txt:2: byte 0xd8 at offset"),
    "empty.txt": (b"", "empty.txt: is empty"),
    "blank.txt": (b"\n \n", "blank.txt: is empty"),
}


def test_each_bad_file_is_told_and_the_others_are_tagged_all_the_same(runner, news, tmp_path):
    names = []
    for name, (content, _) in BAD.items():
        (tmp_path / name).write_bytes(content)
        names.append(tmp_path / name)
    unreadable = tmp_path / "empty-folder"
    unreadable.mkdir()
    code, out, err = runner("tag", tmp_path / "missing.txt", unreadable, *names, news)
    assert code == 1
    assert {tag["document"] for tag in tags(out)} == {str(news)}
    lines = told(err)
    assert len(lines) == len(BAD) + 2
    assert "missing.txt: No such file or directory" in lines[0]
    assert "empty-folder: has no file that ends with" in lines[1]
    for line, (_, message) in zip(lines[2:], BAD.values(), strict=True):
        assert message in line


def test_a_place_that_cannot_be_written_is_told(runner, news, tmp_path):
    code, _, err = runner("tag", news, "-o", news / "under-a-file.jsonl")
    assert code == 1
    assert err.count("\n") == 1
    assert "page.txt" in err


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
def test_options_that_do_not_go_together_are_refused_in_one_sentence(runner, news, monkeypatch, arguments, message):
    monkeypatch.chdir(news.parent)
    before = news.read_bytes()
    code, out, err = runner("tag", *arguments)
    assert (code, out, err.count("\n")) == (1, "", 1)
    assert message in err
    assert news.read_bytes() == before


def test_every_kind_of_error_is_told_with_its_place_and_the_rest_is_tagged(runner, news, tmp_path):
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
    code, _, _ = runner("tag", bad, tmp_path / "missing.txt", str(tmp_path / "*.nothing"), news, "-o", out)
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


def test_strict_stops_at_the_first_error_and_leaves_nothing(runner, news, tmp_path):
    code, _, err = runner("tag", news, tmp_path / "missing.txt", "--strict", "-o", tmp_path / "out.jsonl")
    assert code == 1
    assert "missing.txt: No such file or directory; check the path and its permissions (stopped, as --strict" in err
    assert {path.name for path in tmp_path.iterdir()} == {"page.txt"}


def test_errors_of_an_earlier_run_do_not_stay(runner, news, tmp_path):
    out = tmp_path / "out.jsonl"
    runner("tag", news, tmp_path / "missing.txt", "-o", out)
    assert out.with_name("out.jsonl.errors.jsonl").exists()
    runner("tag", news, "-o", out)
    assert not out.with_name("out.jsonl.errors.jsonl").exists()


def test_a_page_that_no_parser_foresaw_is_an_error_and_the_rest_goes_on(runner, news, tmp_path, monkeypatch):
    def read_sentences(text):
        if "گره" in text:
            raise RecursionError("too deep")
        return sentences.read_sentences(text)

    monkeypatch.setattr("service.archives.tagging.read_sentences", read_sentences)
    (tmp_path / "deep.txt").write_text("گره در گره.", "utf-8")
    code, out, err = runner("tag", tmp_path / "deep.txt", news)
    assert (code, len(tags(out))) == (1, 2)
    assert "deep.txt: cannot be read as a page (RecursionError: too deep)" in err


def test_an_interrupt_is_one_line(runner, news, monkeypatch):
    monkeypatch.setattr("service.batch.tag_files", lambda *_, **__: (_ for _ in ()).throw(KeyboardInterrupt))
    assert runner("tag", news) == (130, "", "barchasb: stopped\n")


def test_a_missing_model_is_one_sentence_with_the_remedy(runner, news, tmp_path, monkeypatch):
    runner("tag", news)
    monkeypatch.setenv("BARCHASB_MODELS", str(tmp_path / "none"))
    code, out, err = runner("tag", news)
    assert (code, out) == (1, "")
    assert err.count("\n") == 1
    assert "there is no model yet; train one with: make train" in err
