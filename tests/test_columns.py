import csv
import io
import json

import pyarrow as pa
import pytest
from pyarrow import parquet

from service.archives.records import passed_on

TEXT = "درمانگاه تازه گشایش یافت."


def read_csv(path):
    return list(csv.DictReader(io.StringIO(path.read_text("utf-8"), newline="")))


@pytest.mark.parametrize(
    ("name", "output"),
    [("id", "id"), ("text", "input_text"), ("health", "input_health"), ("input_type", "input_input_type"), ("", "")],
)
def test_a_column_that_has_a_name_of_ours_gets_another(name, output):
    assert passed_on(name) == output


def test_columns_of_csv_come_through_to_parquet_as_text(runner, tmp_path):
    (tmp_path / "a.csv").write_text(f"id,text,type\n007,{TEXT},خبر\n", "utf-8")
    runner("tag", tmp_path / "a.csv", "--format", "parquet", "-o", tmp_path / "out")
    (row,) = parquet.read_table(tmp_path / "out").to_pylist()
    assert (row["id"], row["input_type"], row["document"]) == ("007", "خبر", f"{tmp_path / 'a.csv'}:2")


def test_columns_of_jsonl_keep_their_kind_in_parquet(runner, rows, tmp_path):
    first = {"text": TEXT, "n": 1, "x": 1, "yes": True, "words": ["الف"], "mixed": 1, "none": None}
    second = {"text": TEXT, "n": 2, "x": 0.5, "yes": False, "words": [], "mixed": "یک", "none": None}
    runner("tag", rows(first, second, {"text": TEXT}), "--format", "parquet", "-o", tmp_path / "out")
    table = parquet.read_table(tmp_path / "out").select(["n", "x", "yes", "words", "mixed", "none"])
    assert table.to_pylist() == [
        {"n": 1, "x": 1.0, "yes": True, "words": '["الف"]', "mixed": "1", "none": None},
        {"n": 2, "x": 0.5, "yes": False, "words": "[]", "mixed": "یک", "none": None},
        dict.fromkeys(("n", "x", "yes", "words", "mixed", "none")),
    ]


def test_columns_of_parquet_come_through_to_jsonl_as_values_of_json(runner, tmp_path):
    table = pa.table(
        {
            "text": [TEXT],
            "n": pa.array([5], pa.int32()),
            "at": pa.array([0], pa.timestamp("ns")),
            "raw": [b"\xff"],
            "nan": [float("nan")],
            "list": [["الف"]],
        }
    )
    parquet.write_table(table, tmp_path / "a.parquet")
    _, out, _ = runner("tag", tmp_path / "a.parquet")
    row = json.loads(out)
    assert (row["n"], row["raw"], row["nan"], row["list"]) == (5, "/w==", None, ["الف"])
    assert row["at"].startswith("1970-01-01 00:00:00")


def test_a_table_has_the_columns_of_all_its_inputs(runner, tmp_path):
    (tmp_path / "a.csv").write_text(f"text,a\n{TEXT},1\n", "utf-8")
    (tmp_path / "b.csv").write_text(f"b,text\n2,{TEXT}\n", "utf-8")
    runner("tag", tmp_path / "a.csv", tmp_path / "b.csv", "--format", "csv", "-o", tmp_path / "out")
    assert [(row["a"], row["b"]) for row in read_csv(tmp_path / "out")] == [("1", ""), ("", "2")]


def test_a_column_that_comes_late_is_an_error_in_a_table_and_none_in_jsonl(runner, rows, tmp_path, monkeypatch):
    monkeypatch.setattr("service.archives.readers.SIZE", 10)
    path = rows({"text": TEXT}, {"text": TEXT, "late": 1}, {"text": TEXT})
    code, _, _ = runner("tag", path, "--format", "csv", "-o", tmp_path / "out")
    assert (code, len(read_csv(tmp_path / "out"))) == (1, 2)
    error = json.loads((tmp_path / "out.errors.jsonl").read_text("utf-8"))
    assert error["line"] == 2
    assert error["reason"].startswith('column "late" is not one of the first records; write JSONL')
    assert runner("tag", path)[0] == 0


def test_a_value_of_another_kind_is_an_error_in_a_table(runner, rows, tmp_path, monkeypatch):
    monkeypatch.setattr("service.archives.readers.SIZE", 10)
    path = rows({"text": TEXT, "n": 1}, {"text": TEXT, "n": "دو"}, {"text": TEXT, "n": 3})
    runner("tag", path, "--format", "parquet", "-o", tmp_path / "out")
    assert parquet.read_table(tmp_path / "out")["n"].to_pylist() == [1, 3]
    reason = json.loads((tmp_path / "out.errors.jsonl").read_text("utf-8"))["reason"]
    assert reason == 'column "n": expected a whole number as in the first records, got text'


@pytest.mark.parametrize("form", ["csv", "parquet"])
def test_tables_are_read_from_standard_input_too(runner, tmp_path, monkeypatch, form):
    data = io.BytesIO()
    if form == "csv":
        data.write(f"id,text\n1,{TEXT}\n".encode())
    else:
        parquet.write_table(pa.table({"id": ["1"], "text": [TEXT]}), data)
    data.seek(0)
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BufferedReader(data)))
    _, out, _ = runner("tag", "--input-format", form, "--format", "csv")
    (row,) = csv.DictReader(io.StringIO(out, newline=""))
    assert (row["text"], row["id"], row["document"]) == (TEXT, "1", f"<stdin>:{2 if form == 'csv' else 1}")
