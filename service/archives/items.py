"""What the input is cut into: items, and the positions between them."""

from dataclasses import dataclass
from typing import Any

SIZE = 1 << 19
"""Bytes of an item, about: some 2,000 sentences."""
LARGEST = 1 << 24
"""Bytes of the longest document, line or cell; the longest speech has a tenth of that."""
FAULT_SIZE = 256
"""What a fault counts as: so many of them do not make a block without end."""


# Items have slots, so nothing can hold a weak reference to them: joblib's Dask backend sends such arguments with the
# task. Others it puts on one worker and only refers to them, and they would be lost with that worker.
@dataclass(frozen=True, slots=True)
class Fault:
    """Input that cannot be tagged. `line` counts from 1 (in Parquet: rows), None where the whole file is meant."""

    file: str
    line: int | None
    reason: str

    def __str__(self) -> str:
        return f"{self.file}: {self.reason}" if self.line is None else f"{self.file}:{self.line}: {self.reason}"


@dataclass(frozen=True, slots=True)
class Page:
    """A file that is one document."""

    file: str
    data: bytes


@dataclass(frozen=True, slots=True)
class Lines:
    """Whole lines of a file; the first is line `line` and begins at code point `place` of the text."""

    file: str
    form: str
    data: bytes
    line: int
    place: int


@dataclass(frozen=True, slots=True)
class Rows:
    """Rows of a table with the lines at which they begin."""

    file: str
    columns: tuple[str, ...]
    rows: tuple[tuple[int, list[str]], ...]


@dataclass(frozen=True, slots=True)
class Batch:
    """Rows of a Parquet file as an Arrow record batch; the first is row `row`."""

    file: str
    row: int
    batch: Any


type Item = Fault | Page | Lines | Rows | Batch


@dataclass(frozen=True, slots=True)
class Position:
    """Where the input goes on: in which source, at which byte of its content, line (Parquet: row) and code point.

    `consumed` counts the bytes of the files, packed as they are, that lie before it.
    """

    source: int = 0
    offset: int = 0
    line: int = 1
    place: int = 0
    consumed: int = 0


type Step = tuple[Item, int, Position]
"""An item, its size in bytes, and where the input goes on behind it."""
