"""What is in an item of a block: records, each a text to tag with the other columns of its row."""

import base64
import math
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import orjson

from labels.scheme import SCORED, Type
from seeds.files import TextError, decode, is_blank
from service.archives.items import Batch, Fault, Item, Lines, Page, Rows
from service.archives.readers import lacking
from service.rows import KEYS

ROW = (*KEYS, "document")
"""The keys of a tagged sentence."""
SUMMARY = ("sentences", *SCORED, Type.RHETORIC, "statistic_share")
"""The keys of a summary behind its `document`."""
_OURS = frozenset((*ROW, *SUMMARY))
_PREFIX = "input_"


@dataclass(frozen=True, slots=True)
class Record:
    """A text and what came with it. `document` names it; `columns` have the names that they have in the output."""

    document: str
    file: str
    line: int | None
    text: str
    columns: dict[str, Any] = field(default_factory=dict)


def passed_on(name: str) -> str:
    """Return the name that a column of the input has in the output: another one where ours has that name."""
    inner = name
    while inner.startswith(_PREFIX):
        inner = inner.removeprefix(_PREFIX)
    return _PREFIX + name if inner in _OURS else name


def records(item: Item, column: str) -> Iterator[Record | Fault]:
    """Yield the documents of an item, and what of it is none."""
    match item:
        case Fault():
            yield item
        case Page():
            try:
                yield Record(item.file, item.file, None, decode(item.data, item.file))
            except TextError as error:
                yield Fault(item.file, error.line, error.reason)
        case Lines():
            for line, text in enumerate(item.data.split(b"\n"), item.line):
                if text and not text.isspace():
                    yield _json(item.file, line, text, column)
        case Rows():
            for line, values in item.rows:
                yield _record(item.file, line, dict(zip(item.columns, values, strict=True)), column)
        case Batch():
            yield from _arrow(item, column)


def _record(file: str, line: int, value: dict[str, Any], column: str) -> Record | Fault:
    text = value.pop(column)
    if not isinstance(text, str):
        return Fault(file, line, f'column "{column}": expected text, got {_kind(text)}')
    if is_blank(text):
        return Fault(file, line, f'column "{column}" is empty, expected text')
    if "\0" in text:
        return Fault(file, line, f'column "{column}" has a NUL character; remove it')
    columns = {passed_on(name): each for name, each in value.items()}
    return Record(f"{file}:{line}", file, line, text, columns)


def _kind(value: object) -> str:
    kinds = {dict: "an object", list: "a list", bool: "true or false", int: "a number", float: "a number"}
    return "nothing (null)" if value is None else kinds.get(type(value), type(value).__name__)


def _json(file: str, line: int, data: bytes, column: str) -> Record | Fault:
    try:
        value = orjson.loads(data.removeprefix(b"\xef\xbb\xbf") if line == 1 else data)
    except orjson.JSONDecodeError as error:
        return Fault(file, line, f"is not a JSON object on a line of its own ({error.msg} at column {error.colno})")
    if not isinstance(value, dict):
        return Fault(file, line, f"expected a JSON object, got {_kind(value) if value is not None else 'null'}")
    if column not in value:
        return Fault(file, line, lacking(column, value))
    return _record(file, line, value, column)


def _arrow(item: Batch, column: str) -> Iterator[Record | Fault]:
    import pyarrow as pa  # noqa: PLC0415 - large, and most input is not Parquet

    table = item.batch
    names = table.schema.names
    values = {}
    for name, array in zip(names, table.columns, strict=True):
        # Times and exact decimals are no values of JSON: they come through as Arrow writes them.
        plain = (
            array.cast(pa.string()) if pa.types.is_temporal(array.type) or pa.types.is_decimal(array.type) else array
        )
        values[name] = plain.to_pylist()
    for place in range(table.num_rows):
        row = {name: _plain(each[place]) for name, each in values.items()}
        yield _record(item.file, item.row + place, row, column)


def _plain(value: Any) -> Any:
    """Return a value of Arrow as one of JSON: bytes in base64, what is not a number as nothing."""
    if isinstance(value, bytes):
        return base64.b64encode(value).decode()
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value
