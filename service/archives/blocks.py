"""The input cut into blocks, the same ones whoever reads them and wherever the reading begins.

A block is what one worker takes at a time. It is cut here, where the files are, and read there: cutting is cheap, so
that one reader keeps many workers busy. Only blocks in hand are in memory, never a file.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from seeds.files import FileError, TextError
from service.archives import readers
from service.archives.items import FAULT_SIZE, SIZE, Fault, Item, Position, Step
from service.archives.sources import CSV, DAMAGE, JSONL, PARQUET, TSV, Source


@dataclass(frozen=True, slots=True)
class Block:
    """What one worker takes at a time, and where the input goes on behind it."""

    items: tuple[Item, ...]
    after: Position


def blocks(found: Sequence[Source], *, lines: bool, column: str, begin: Position | None = None) -> Iterator[Block]:
    """Yield the blocks of the sources from a position, that of the first byte or one behind a block, to the end."""
    begin = begin or Position()
    before = sum(source.size for source in found[: begin.source])
    items: list[Item] = []
    weight = 0
    for index in range(begin.source, len(found)):
        start = begin if index == begin.source else Position(index)
        for item, size, after in steps(found[index], start, lines=lines, column=column):
            items.append(item)
            weight += size
            if weight >= SIZE:
                yield Block(tuple(items), replace(after, consumed=before + after.consumed))
                items, weight = [], 0
        before += found[index].size
    if items:
        yield Block(tuple(items), Position(len(found), consumed=before))


def steps(source: Source, start: Position, *, lines: bool, column: str) -> Iterator[Step]:
    """Yield the items of one source from a position; what cannot be read is a fault among them.

    Positions count what is consumed of this source alone.
    """
    at = start
    try:
        for item, size, at in _steps(source, start, column, lines=lines):
            yield item, size, at
    except TextError as error:
        yield Fault(source.name, error.line, error.reason), FAULT_SIZE, Position(start.source + 1)
    except FileError as error:
        yield Fault(source.name, None, str(error)), FAULT_SIZE, Position(start.source + 1)
    except DAMAGE as error:
        line = at.line if at.line > 1 else None
        reason = f"cannot be read on from here ({error}); the file is damaged or cut off"
        yield Fault(source.name, line, reason), FAULT_SIZE, Position(start.source + 1)


def _steps(source: Source, start: Position, column: str, *, lines: bool) -> Iterator[Step]:
    if source.form == PARQUET:
        return readers.parquet_rows(source, start, column)
    if source.form in (CSV, TSV):
        return readers.csv_rows(source, start, column)
    if source.form == JSONL or lines:
        return readers.lines(source, start)
    return readers.page(source, start)
