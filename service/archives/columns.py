"""The columns of what is written, and what goes into them."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice

import orjson

from labels.scheme import SCORED, Theme, Type
from service.archives.blocks import steps
from service.archives.items import Fault, Position
from service.archives.records import Record, records
from service.archives.sources import TEXT, Source

WORDS, WHOLE, REAL, TRUTH, LIST = "text", "whole number", "number", "true or false", "list"
"""What a column holds; `LIST` is a list of texts."""


@dataclass(frozen=True, slots=True)
class Column:
    """A column of the output; `kind` is one of those above."""

    name: str
    kind: str


DOCUMENT = Column("document", WORDS)
TAGS = (
    Column("text", WORDS),
    Column("start", WHOLE),
    Column("end", WHOLE),
    Column("themes", LIST),
    Column("type", WORDS),
    *(Column(label, REAL) for label in SCORED),
)
COUNTS = (
    Column("sentences", WHOLE),
    *(Column(label, WHOLE) for label in (*Theme, *Type)),
    Column("statistic_share", REAL),
)


def _kind(value: object) -> str:
    # Not isinstance: True is an int to Python.
    return {bool: TRUTH, int: WHOLE, float: REAL}.get(type(value), WORDS)


def columns_of(found: Sequence[Source], column: str, *, lines: bool) -> tuple[Column, ...]:
    """Return the columns that come through from the sources, as their first records have them, in that order.

    A column is of one kind; where records disagree it holds text, and what is no text stands in it as JSON.
    """
    kinds: dict[str, set[str]] = {}
    for source in found:
        if source.form == TEXT:
            continue
        for item, _, _ in islice(steps(source, Position(), lines=lines, column=column), 1):
            for record in records(item, column):
                if isinstance(record, Record):
                    for name, value in record.columns.items():
                        kinds.setdefault(name, set()).update([] if value is None else [_kind(value)])
    return tuple(Column(name, _common(each)) for name, each in kinds.items())


def _common(kinds: set[str]) -> str:
    if kinds == {WHOLE, REAL}:
        return REAL
    return next(iter(kinds)) if len(kinds) == 1 else WORDS


def fitted(record: Record, columns: Sequence[Column]) -> Record | Fault:
    """Return a record as it fits into the columns of a table, or why it does not."""
    if unknown := [name for name in record.columns if name not in {column.name for column in columns}]:
        reason = (
            f'column "{unknown[0]}" is not one of the first records; write JSONL (--format jsonl), which needs none'
        )
        return Fault(record.file, record.line, reason)
    values = {}
    for column in columns:
        value = record.columns.get(column.name)
        if value is not None and not _fits(value, column.kind):
            reason = f'column "{column.name}": expected a {column.kind} as in the first records, got {_kind(value)}'
            return Fault(record.file, record.line, reason)
        if column.kind == WORDS and value is not None and not isinstance(value, str):
            value = orjson.dumps(value).decode()
        values[column.name] = value
    return Record(record.document, record.file, record.line, record.text, values)


def _fits(value: object, kind: str) -> bool:
    return kind in (WORDS, _kind(value)) or (kind == REAL and _kind(value) == WHOLE)
