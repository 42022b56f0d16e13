import csv
import gzip
import io
import json

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyarrow import parquet

from service.archives import blocks as cutting
from service.archives import readers
from service.archives.blocks import blocks
from service.archives.items import Fault
from service.archives.records import Record, records
from service.archives.sources import find

TEXTS = [f"سطر {number} «{'الف' * (number % 7)}»\nو دنباله" for number in range(300)]


@pytest.fixture(autouse=True)
def small(monkeypatch):
    monkeypatch.setattr(cutting, "SIZE", 500)
    monkeypatch.setattr(readers, "SIZE", 500)
    monkeypatch.setattr(readers, "_TABLE_ROWS", 7)


def packed_zstd(data):
    sink = pa.BufferOutputStream()
    with pa.CompressedOutputStream(sink, "zstd") as file:
        file.write(data)
    return sink.getvalue().to_pybytes()


def as_jsonl(texts):
    return "".join(json.dumps({"text": text}, ensure_ascii=False) + "\n" for text in texts).encode()


def as_csv(texts, delimiter=","):
    buffer = io.StringIO(newline="")
    csv.writer(buffer, delimiter=delimiter).writerows([["n", "text"], *([n, text] for n, text in enumerate(texts))])
    return buffer.getvalue().encode("utf-8-sig")


def as_parquet(texts):
    buffer = io.BytesIO()
    parquet.write_table(pa.table({"text": texts}), buffer, row_group_size=50)
    return buffer.getvalue()


FORMS = {
    "a.jsonl": as_jsonl(TEXTS),
    "a.csv": as_csv(TEXTS),
    "a.tsv": as_csv(TEXTS, "\t"),
    "a.parquet": as_parquet(TEXTS),
    # Two members, as «cat a.gz b.gz» makes them.
    "a.jsonl.gz": gzip.compress(as_jsonl(TEXTS[:150])) + gzip.compress(as_jsonl(TEXTS[150:])),
}


def texts_of(found):
    return [
        record.text
        for block in found
        for item in block.items
        for record in records(item, "text")
        if isinstance(record, Record)
    ]


@pytest.mark.parametrize("name", ["a.jsonl", "a.csv", "a.tsv", "a.parquet", "a.jsonl.gz", "a.jsonl.zst", "a.csv.zst"])
def test_every_form_gives_the_texts_that_went_in(tmp_path, name):
    data = FORMS[name.removesuffix(".zst")]
    (tmp_path / name).write_bytes(packed_zstd(data) if name.endswith(".zst") else data)
    assert texts_of(blocks(find([str(tmp_path)]), lines=False, column="text")) == TEXTS


@pytest.mark.parametrize("name", ["a.jsonl", "a.csv", "a.parquet", "a.jsonl.gz", "a.csv.zst"])
def test_reading_on_behind_any_block_gives_the_same_blocks(tmp_path, name):
    data = FORMS[name.removesuffix(".zst")]
    for copy in range(2):
        (tmp_path / f"{copy}-{name}").write_bytes(packed_zstd(data) if name.endswith(".zst") else data)
    (tmp_path / "c.txt").write_text("متن", "utf-8")
    found = find([str(tmp_path)])
    whole = list(blocks(found, lines=False, column="text"))
    assert len(whole) > 20
    consumed = [block.after.consumed for block in whole]
    assert consumed == sorted(consumed)
    assert consumed[-1] == sum(source.size for source in found)
    for place in range(0, len(whole), 3):
        assert list(blocks(found, lines=False, column="text", begin=whole[place].after)) == whole[place + 1 :]


def test_lines_know_their_number_and_their_place(tmp_path):
    text = "".join(f"سطر شماره {number} 𐎠\n" for number in range(200))
    (tmp_path / "a.txt").write_text(text, "utf-8")
    items = [
        item for block in blocks(find([str(tmp_path / "a.txt")]), lines=True, column="text") for item in block.items
    ]
    assert len(items) > 5
    for item in items:
        assert text[item.place :].startswith(item.data.decode())
        assert text[: item.place].count("\n") == item.line - 1
    assert b"".join(item.data for item in items) == text.encode()


@settings(max_examples=50)
@given(data=st.lists(st.binary(max_size=40), max_size=30), lines=st.booleans())
def test_whatever_is_in_a_file_every_byte_is_read_once_or_the_file_is_a_fault(tmp_path_factory, data, lines):
    path = tmp_path_factory.mktemp("any") / "a.txt"
    path.write_bytes(b"\n".join(data))
    items = [item for block in blocks(find([str(path)]), lines=lines, column="text") for item in block.items]
    if not any(isinstance(item, Fault) for item in items):
        assert b"".join(item.data for item in items) == path.read_bytes()


@pytest.mark.parametrize("size", [499, 500, 501, 5000])
def test_a_line_that_is_too_long_is_a_fault_and_the_next_is_read(tmp_path, monkeypatch, size):
    monkeypatch.setattr(readers, "LARGEST", 2000)
    path = tmp_path / "a.jsonl"
    path.write_bytes(as_jsonl(["یک", "ب" * size, "دو"]))
    found = [item for block in blocks(find([str(path)]), lines=False, column="text") for item in block.items]
    faults = [(item.line, item.reason) for item in found if isinstance(item, Fault)]
    texts = [record.text for item in found for record in records(item, "text") if isinstance(record, Record)]
    assert texts == (["یک", "دو"] if size == 5000 else ["یک", "ب" * size, "دو"])
    assert [line for line, _ in faults] == ([2] if size == 5000 else [])


@pytest.mark.parametrize("name", ["a.jsonl.gz", "a.csv.gz", "a.jsonl.zst"])
def test_what_stands_before_a_cut_of_a_packed_file_is_read(tmp_path, name):
    # Text that packs badly, so that half of the file holds about half of the lines.
    texts = [f"{number} {hash_of(number)}" for number in range(20_000)]
    data = as_csv(texts) if ".csv" in name else as_jsonl(texts)
    packed = packed_zstd(data) if name.endswith(".zst") else gzip.compress(data)
    # zstd packs 128 KiB at a time; what is cut off within them is lost.
    (tmp_path / name).write_bytes(packed[: len(packed) // 2])
    found = list(blocks(find([str(tmp_path / name)]), lines=False, column="text"))
    read = texts_of(found)
    assert 3_000 < len(read) < 14_000
    assert read == texts[: len(read)]
    (fault,) = [item for block in found for item in block.items if isinstance(item, Fault)]
    assert "the file is damaged or cut off" in fault.reason
    assert fault.line > 3_000


def hash_of(number):
    return f"{number * 0x9E3779B97F4A7C15 % 2**64:x}"
