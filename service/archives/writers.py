"""The forms of the output: what stands at its head, how rows become bytes, what its end needs.

Rows become bytes where they are made, whichever process that is, and the bytes of one block stand behind those of the
other: so writing is copying, and what has been written can be cut at the end of any block.
"""

import csv
import io
import re
from collections.abc import Iterable, Sequence
from typing import IO, Any, Protocol

from service import __version__
from service.archives.columns import LIST, REAL, TRUTH, WHOLE, WORDS, Column
from service.archives.tables import Table

FORMATS = ("jsonl", "csv", "parquet")
_GROUP = 100_000
"""Rows in a row group of Parquet."""
# A cell that begins with one of these is a formula to a spreadsheet unless it is a number; an apostrophe makes it text.
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
_NUMBER = re.compile(r"[+-]?\d+(?:[.,]\d+)*")


class Writer(Protocol):
    """A form of the output."""

    def head(self) -> bytes:
        """Return what stands before the first row."""

    def rows(self, table: Table) -> bytes:
        """Return rows as bytes."""

    def finish(self, written: IO[bytes], out: IO[bytes]) -> bool:
        """Write what is to be of a head and rows that have been written; False if they are that already."""


class JsonLines:
    """JSONL: an object a row, with all that came with it."""

    def head(self) -> bytes:
        """Return nothing."""
        return b""

    def rows(self, table: Table) -> bytes:
        """Return a line for each row."""
        return table.to_lines()

    def finish(self, written: IO[bytes], out: IO[bytes]) -> bool:
        """Do nothing."""
        return False


class Csv:
    """CSV with a head; with a byte order mark if asked, without which older spreadsheets misread Persian."""

    def __init__(self, columns: Sequence[Column], *, bom: bool = False) -> None:
        self._names = [column.name for column in columns]
        self._bom = bom

    def head(self) -> bytes:
        """Return the names of the columns."""
        return self._encoded([map(cell, self._names)], "utf-8-sig" if self._bom else "utf-8")

    def rows(self, table: Table) -> bytes:
        """Return a line for each row; cells that hold a line end are quoted."""
        columns = (map(cell, values) for values in table.columns(self._names))
        return self._encoded(zip(*columns, strict=True), "utf-8")

    def finish(self, written: IO[bytes], out: IO[bytes]) -> bool:
        """Do nothing."""
        return False

    @staticmethod
    def _encoded(cells: Iterable[Iterable[object]], encoding: str) -> bytes:
        buffer = io.StringIO(newline="")
        csv.writer(buffer).writerows(cells)
        return buffer.getvalue().encode(encoding)


class Parquet:
    """Parquet with the model's version in its metadata; until the end a stream of Arrow record batches.

    A Parquet file cannot be gone on with once it is closed, a stream can be cut behind any batch.
    """

    def __init__(self, columns: Sequence[Column], model: str) -> None:
        self._columns = tuple(columns)
        self._model = model

    def _schema(self) -> Any:
        import pyarrow as pa  # noqa: PLC0415 - large, and the other formats do not need it

        types = {
            WORDS: pa.string(),
            WHOLE: pa.int64(),
            REAL: pa.float64(),
            TRUTH: pa.bool_(),
            LIST: pa.list_(pa.string()),
        }
        metadata = {"barchasb.model": self._model, "barchasb.version": __version__}
        return pa.schema([(column.name, types[column.kind]) for column in self._columns], metadata)

    def head(self) -> bytes:
        """Return the schema as Arrow writes it."""
        return bytes(self._schema().serialize())

    def rows(self, table: Table) -> bytes:
        """Return rows as one record batch."""
        import pyarrow as pa  # noqa: PLC0415 - as above

        if not len(table):
            return b""
        schema = self._schema()
        columns = zip(table.columns(schema.names), schema.types, strict=True)
        arrays = [pa.array(values, kind) for values, kind in columns]
        return bytes(pa.record_batch(arrays, schema=schema).serialize())

    def finish(self, written: IO[bytes], out: IO[bytes]) -> bool:
        """Write the batches as a Parquet file whose row groups depend on the rows alone."""
        import pyarrow as pa  # noqa: PLC0415 - as above
        from pyarrow import parquet  # noqa: PLC0415 - as above

        with (
            pa.ipc.open_stream(written) as stream,
            parquet.ParquetWriter(out, stream.schema, compression="zstd") as file,
        ):
            group: list[Any] = []
            for batch in stream:
                group.append(batch)
                if sum(each.num_rows for each in group) >= _GROUP:
                    file.write_table(pa.Table.from_batches(group))
                    group = []
            if group:
                file.write_table(pa.Table.from_batches(group))
        return True


def writer(form: str, columns: Sequence[Column], model: str, *, bom: bool) -> JsonLines | Csv | Parquet:
    """Return the writer of one of `FORMATS`."""
    if form == "parquet":
        return Parquet(columns, model)
    return Csv(columns, bom=bom) if form == "csv" else JsonLines()


def cell(value: object) -> object:
    """Return what a spreadsheet shows as the value it is and never computes."""
    if isinstance(value, str) and value.startswith(_FORMULA) and not _NUMBER.fullmatch(value):
        return f"'{value}"
    if isinstance(value, tuple):
        return " ".join(value)
    if isinstance(value, bool):
        return str(value).lower()
    return value
