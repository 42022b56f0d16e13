"""Sources read item by item, from any position that lies between two items."""

import csv
from collections.abc import Iterable, Iterator
from typing import IO, Any

import numpy as np

from seeds.files import FileError, TextError, is_blank, refuse_binary
from service.archives.items import FAULT_SIZE, LARGEST, SIZE, Batch, Fault, Lines, Page, Position, Rows, Step
from service.archives.sources import DAMAGE, TSV, Source, opened

_LARGE = f"is larger than {LARGEST >> 20} MiB"
_TABLE_ROWS = 512
_SNIFFED = 8192
_CONTINUATION = np.int8(-0x41)
"""The largest of the bytes that go on with a code point, 0x80 to 0xBF, as a signed number; they are the least ones."""
_NO_TEXT = "has bytes that are not UTF-8 text; convert the file to UTF-8"


def lacking(column: str, columns: Iterable[str]) -> str:
    """Return what to say of a record without the column that has the text."""
    return f'column "{column}" is missing; the columns are {", ".join(columns)}: name one with --column'


def page(source: Source, start: Position) -> Iterator[Step]:
    """Yield a file as one document.

    Raises FileError where it cannot be opened or is too large for one.
    """
    if start.offset:
        return
    with opened(source) as stream:
        data = stream.content.read(LARGEST + 1)
        if len(data) > LARGEST:
            raise FileError(f"{_LARGE}, more than a document has; with --lines every line is a sentence")
        after = Position(start.source, len(data), consumed=stream.consumed)
        yield Page(source.name, data), max(len(data), FAULT_SIZE), after


def _length(data: bytes) -> int:
    """Return how many code points UTF-8 has, also of a piece that begins or ends inside of one."""
    return int(np.count_nonzero(np.frombuffer(data, np.int8) > _CONTINUATION))


def _gathered(content: Any, size: int) -> tuple[bytes, Exception | None]:
    """Return so many bytes, fewer at the end or where the file is damaged, and then what was raised there."""
    parts = []
    try:
        while size and (part := content.read1(size)):
            parts.append(part)
            size -= len(part)
        if not size:
            # The rest of the last line.
            parts.append(content.readline(LARGEST))
    except DAMAGE as error:
        return b"".join(parts), error
    return b"".join(parts), None


def lines(source: Source, start: Position) -> Iterator[Step]:
    """Yield the lines of a file, many at a time.

    Raises FileError where it cannot be opened or is no text, and one of `DAMAGE` behind what could be read.
    """
    with opened(source) as stream:
        stream.skip(start.offset)
        at = start
        damage = None
        while damage is None:
            data, damage = _gathered(stream.content, SIZE)
            if not at.offset:
                refuse_binary(data[:_SNIFFED], source.name)
                if is_blank(data[:_SNIFFED].decode("utf-8", "replace")) and len(data) <= _SNIFFED and not damage:
                    raise TextError(source.name, "is empty, expected text")
            if not data:
                break
            # At the end of a file a line needs no end; one that is damaged or too long behind its beginning is left.
            cut = damage is not None or len(data) >= LARGEST
            whole = data[: data.rfind(b"\n") + 1] if cut else data
            if whole:
                item = Lines(source.name, source.form, whole, at.line, at.place)
                at = Position(
                    at.source,
                    at.offset + len(whole),
                    at.line + whole.count(b"\n"),
                    at.place + _length(whole),
                    stream.consumed,
                )
                yield item, len(whole), at
            if cut and damage is None and len(data) > len(whole):
                fault = Fault(source.name, at.line, f"the line {_LARGE}")
                length, place = len(data) - len(whole), at.place + _length(data[len(whole) :])
                while piece := stream.content.readline(SIZE):
                    length += len(piece)
                    place += _length(piece)
                    if piece.endswith(b"\n"):
                        break
                at = Position(at.source, at.offset + length, at.line + 1, place, stream.consumed)
                yield fault, FAULT_SIZE, at
        if damage is not None:
            raise damage


class _TextLines:
    """Lines of a file as text, for the csv module; knows how far it has come and whether bytes were not UTF-8."""

    def __init__(self, content: IO[bytes]) -> None:
        self._content = content
        self.offset = 0
        self.line = 0
        self.broken = False

    def __iter__(self) -> "_TextLines":
        return self

    def __next__(self) -> str:
        data = self._content.readline(LARGEST)
        if not data:
            raise StopIteration
        text = data.decode("utf-8", "replace").removeprefix("" if self.offset else "\N{ZERO WIDTH NO-BREAK SPACE}")
        self.broken |= b"\0" in data or ("\N{REPLACEMENT CHARACTER}" in text and not _is_utf8(data))
        self.offset += len(data)
        self.line += 1
        return text


def _is_utf8(data: bytes) -> bool:
    try:
        data.decode()
    except UnicodeDecodeError:
        return False
    return True


def _head(source: Source, reader: Iterator[list[str]], column: str) -> tuple[str, ...]:
    """Return the names of the columns.

    Raises FileError where they are not usable.
    """
    try:
        head = next(reader, None)
    except csv.Error as error:
        raise TextError(source.name, f"the head of the table cannot be read ({error})", 1) from error
    if not head:
        raise FileError("is empty, expected a table with a head")
    if doubles := sorted({name for name in head if head.count(name) > 1}):
        raise TextError(source.name, f'the head has column "{doubles[0]}" more than once; give it another name', 1)
    if column not in head:
        raise TextError(source.name, lacking(column, head), 1)
    return tuple(head)


type _Found = list[str] | str | Exception
"""A row of a table; or why it is none; or what was raised where the file cannot be read on."""


def _parsed(text: _TextLines, reader: Iterator[list[str]], width: int) -> Iterator[tuple[int, _Found]]:
    """Yield what is found at each line at which a row begins."""
    while True:
        line = text.line + 1
        text.broken = False
        try:
            values = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            yield line, _NO_TEXT if text.broken else f"the row cannot be read ({error})"
        except DAMAGE as error:
            yield line, error
            return
        else:
            if text.broken:
                yield line, _NO_TEXT
            elif values and len(values) != width:
                yield line, f"the row has {len(values)} cells, the head has {width}"
            elif values:
                yield line, values


def csv_rows(source: Source, start: Position, column: str) -> Iterator[Step]:
    """Yield the rows of a CSV or TSV file, many at a time.

    Raises FileError where it cannot be opened or its head is not usable, and one of `DAMAGE` behind what could be read.
    """
    csv.field_size_limit(LARGEST)
    with opened(source) as stream:
        text = _TextLines(stream.content)
        reader = csv.reader(text, delimiter="\t" if source.form == TSV else ",", strict=True)
        columns = _head(source, reader, column)
        if text.broken:
            raise TextError(source.name, _NO_TEXT, 1)
        if start.offset:
            stream.skip(start.offset - text.offset)
            text.offset, text.line = start.offset, start.line - 1

        def position() -> Position:
            return Position(start.source, text.offset, text.line + 1, consumed=stream.consumed)

        rows: list[tuple[int, list[str]]] = []
        begun, before = text.offset, position()
        for line, found in _parsed(text, reader, len(columns)):
            whole = isinstance(found, list)
            if isinstance(found, list):
                rows.append((line, found))
            if rows and (not whole or text.offset - begun >= SIZE):
                yield Rows(source.name, columns, tuple(rows)), text.offset - begun, position() if whole else before
                rows, begun = [], text.offset
            if isinstance(found, Exception):
                raise found
            if isinstance(found, str):
                yield Fault(source.name, line, found), FAULT_SIZE, position()
            before = position()
        if rows:
            yield Rows(source.name, columns, tuple(rows)), text.offset - begun, position()


def parquet_rows(source: Source, start: Position, column: str) -> Iterator[Step]:
    """Yield the rows of a Parquet file, many at a time.

    Raises FileError where it cannot be opened or has not the column, and OSError where it is no Parquet or damaged.
    """
    import pyarrow as pa  # noqa: PLC0415 - large, and most input is not Parquet
    from pyarrow import parquet  # noqa: PLC0415 - as above

    with opened(source) as stream:
        if stream.packed:
            raise FileError("is Parquet packed once more; unpack it, Parquet is packed inside")
        try:
            with parquet.ParquetFile(stream.content) as file:
                if column not in file.schema_arrow.names:
                    raise FileError(lacking(column, file.schema_arrow.names))
                at = start.line
                first = 1
                for group in range(file.num_row_groups):
                    behind = first + file.metadata.row_group(group).num_rows
                    if behind <= at:
                        first = behind
                        continue
                    for batch in file.iter_batches(_TABLE_ROWS, row_groups=[group], use_threads=False):
                        item = Batch(source.name, first, batch)
                        first += batch.num_rows
                        if first > at:
                            consumed = source.size * (first - 1) // file.metadata.num_rows
                            yield item, batch.nbytes, Position(start.source, 0, first, consumed=consumed)
        except pa.ArrowException as error:
            raise OSError(str(error)) from error
