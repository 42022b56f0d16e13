import csv
import io
import shutil
import subprocess

import numpy as np
import orjson
import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyarrow import parquet

from service.archives import writers
from service.archives.columns import TAGS, WORDS, Column
from service.archives.tables import Rows, Tags
from service.archives.writers import Csv, JsonLines, Parquet, cell
from service.bulk import Sentences
from service.tagger import TaggedSentences

TEXT = "نرخ «بیکاری» به ۹٫۲ درصد رسید،\nگفت: می‌رویم\N{ZERO WIDTH NON-JOINER} ; =۲"
SCORES = {"health": 0.1, "employment": 0.9, "export": 0.0, "ideology": 0.2, "statistic": 1.0}
CODE = 0b10110
COLUMNS = (*TAGS, Column("id", WORDS))
ROW = {
    "text": TEXT,
    "start": 5,
    "end": 5 + len(TEXT),
    "themes": ["employment", "export"],
    "type": "statistic",
    "scores": SCORES,
    "id": "=1+1",
}
FLAT = {**ROW, **SCORES, "themes": "employment export", "id": "'=1+1"}
FLAT.pop("scores")


def table(size=1):
    sentences = Sentences.given([TEXT] * size, [ROW["start"]] * size, [ROW["end"]] * size)
    tagged = TaggedSentences(sentences, np.full(size, CODE), np.array([[*SCORES.values()]] * size))
    return Tags(tagged, [({"id": "=1+1"}, size)])


@pytest.mark.parametrize("formula", ["=1+1", "+1+1", "-1+cmd", "@x", "\tx", "\rx", "\nx", "＝1", "+", "-"])
def test_a_cell_that_a_spreadsheet_would_compute_is_made_text(formula):
    assert cell(formula) == f"'{formula}"


@pytest.mark.parametrize("value", ["-5", "+989120000000", "-3.14", "1=1", "", "متن", 5, -5, 0.5, None])
def test_a_cell_that_is_a_number_or_plain_text_stays_as_it_is(value):
    assert cell(value) == value


def test_csv_flattens_scores_and_themes():
    writer = Csv(COLUMNS)
    text = (writer.head() + writer.rows(table())).decode()
    assert next(csv.DictReader(io.StringIO(text, newline=""))) == {name: str(value) for name, value in FLAT.items()}


@pytest.mark.parametrize("bom", [False, True])
def test_pandas_opens_the_csv_with_persian_intact(bom):
    writer = Csv(COLUMNS, bom=bom)
    frame = pd.read_csv(io.BytesIO(writer.head() + writer.rows(table(2))))
    assert frame.to_dict("records") == [FLAT, FLAT]


def test_a_spreadsheet_opens_the_csv_with_persian_intact_and_computes_nothing(tmp_path):
    office = shutil.which("soffice")
    if office is None:
        pytest.skip("LibreOffice is not installed (apt-get install libreoffice-calc-nogui)")
    writer = Csv(COLUMNS, bom=True)
    (tmp_path / "tags.csv").write_bytes(writer.head() + writer.rows(table()))
    # 44,34,76: comma, quotation mark, UTF-8; the rest is the default of a double click.
    subprocess.run(
        [
            office,
            f"-env:UserInstallation=file://{tmp_path}/profile",
            "--headless",
            "--infilter=CSV:44,34,76",
            "--convert-to",
            "fods",
            "--outdir",
            tmp_path,
            tmp_path / "tags.csv",
        ],
        check=True,
        capture_output=True,
        timeout=120,
    )
    sheet = (tmp_path / "tags.fods").read_text("utf-8")
    assert "«بیکاری» به ۹٫۲ درصد رسید،" in sheet
    assert "می\N{ZERO WIDTH NON-JOINER}رویم" in sheet
    assert "table:formula" not in sheet


@given(st.lists(st.text(st.characters(codec="utf-8", exclude_characters="\0\r")), min_size=1))
def test_csv_gives_back_every_text_but_for_the_apostrophe(texts):
    writer = Csv([Column("text", WORDS), Column("other", WORDS)])
    data = writer.rows(Rows([{"text": text, "other": "x"} for text in texts])).decode()
    found = [row[0] for row in csv.reader(io.StringIO(data, newline=""))]
    assert [text.removeprefix("'") for text in found] == [text.removeprefix("'") for text in texts]


def test_parquet_keeps_kinds_and_lists(tmp_path):
    writer = Parquet(COLUMNS, "0123456789ab")
    written = io.BytesIO(writer.head() + writer.rows(table()) + writer.rows(Rows([])) + writer.rows(table()))
    out = io.BytesIO()
    assert writer.finish(written, out)
    found = parquet.read_table(out)
    row = {**ROW, **SCORES}
    row.pop("scores")
    assert found.to_pylist() == [row, row]
    assert found.schema.metadata[b"barchasb.model"] == b"0123456789ab"
    assert found.schema.field("themes").type == pa.list_(pa.string())


@pytest.mark.parametrize("sizes", [[10], [3, 3, 4], [1] * 10])
def test_row_groups_of_parquet_are_cut_behind_a_block(monkeypatch, sizes):
    monkeypatch.setattr(writers, "_GROUP", 4)
    writer = Parquet(COLUMNS, "0123456789ab")
    out = io.BytesIO()
    writer.finish(io.BytesIO(writer.head() + b"".join(writer.rows(table(size)) for size in sizes)), out)
    metadata = parquet.read_metadata(out)
    groups = [metadata.row_group(number).num_rows for number in range(metadata.num_row_groups)]
    assert groups == {10: [10], 3: [6, 4], 1: [4, 4, 2]}[sizes[0]]


def test_parquet_without_rows_has_its_columns():
    writer = Parquet(COLUMNS, "0123456789ab")
    out = io.BytesIO()
    writer.finish(io.BytesIO(writer.head()), out)
    assert parquet.read_table(out).column_names == [column.name for column in COLUMNS]


def test_jsonl_is_finished_as_it_is_written():
    writer = JsonLines()
    assert writer.head() + writer.rows(Rows([{"a": "ب"}, {"a": 1}])) == '{"a":"ب"}\n{"a":1}\n'.encode()
    assert not writer.finish(io.BytesIO(), io.BytesIO())


def test_jsonl_has_what_came_with_the_sentences_behind_their_tags():
    came = Tags(table(3).tagged, [({"document": "a", "id": 'x"y'}, 2), ({}, 1)])
    plain, _, last = JsonLines().rows(Tags(came.tagged, [({}, 3)])).splitlines()
    rows = JsonLines().rows(came).splitlines()
    assert rows == [orjson.dumps({**orjson.loads(plain), "document": "a", "id": 'x"y'})] * 2 + [last]


def test_rows_without_a_column_have_nothing_there():
    assert Rows([{"a": 1}, {"b": 2}]).columns(["a", "b"]) == [[1, None], [None, 2]]
    assert Tags(table(2).tagged, [({"a": 1}, 1), ({}, 1)]).columns(["a", "start"]) == [[1, None], [5, 5]]
