"""The row of a tagged sentence, as JSON has it: every way out of the service writes these keys in this order."""

from collections.abc import Iterable
from functools import cache, cached_property
from threading import Lock
from typing import Any

import numpy as np
import orjson
from numpy.typing import NDArray

from labels.scheme import SCORED
from service.bulk import Sentences
from service.row_loops import COLUMNS, ESCAPES, LABELS, LEADS, NUMBER_BYTES, PIECES, UNIT_BYTES, WIDTHS, put_rows
from training.compiling import worth_compiling
from training.model import LABELS_OF, Array, Codes

SCORES = tuple(map(str, SCORED))
"""The keys of the scores."""


def row(place: tuple[Any, Any, Any], themes: Iterable[Any], kind: Any, scores: Iterable[Any]) -> dict[str, Any]:
    """Return the row of a sentence; `place` is its text, start and end."""
    text, start, end = place
    return {
        "text": text,
        "start": start,
        "end": end,
        "themes": list(themes),
        "type": kind,
        "scores": dict(zip(SCORES, scores, strict=True)),
    }


KEYS = tuple(row(("", 0, 0), (), "", SCORES))
"""The keys of a row."""


def _pieces() -> tuple[NDArray[np.uint8], NDArray[np.int64]]:
    """Return what rows have in common, as `service.row_loops.put_rows` takes it."""
    hole = orjson.Fragment(b"\0")
    text = orjson.Fragment(b'"\0"')
    found = [
        piece
        for labels in LABELS_OF
        for piece in orjson.dumps(row((text, hole, hole), *labels, [hole] * LABELS)).split(b"\0")
    ]
    ends = np.cumsum([0, *map(len, found)])
    return np.frombuffer(b"".join(found), np.uint8), ends


class _Writer:
    """Writes rows; what it writes into is kept for the next time."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._pieces, self._ends = _pieces()
        most = int(np.diff(self._ends).reshape(-1, PIECES).sum(axis=1).max())
        self._most = most + (2 + LABELS) * NUMBER_BYTES
        self._columns = np.empty((0, COLUMNS), np.int64)
        self._scores = np.empty((0, LABELS))
        self._out = np.empty(0, np.uint8)

    @cached_property
    def _call(self) -> Any:
        # Reason for the late import: see `training.compiling`.
        from training.machine_code import Caller, machine_code  # noqa: PLC0415

        return Caller(machine_code("service.row_entry", "service.row_loops", "labels.scheme"))

    def _reserve(self, units: int, sentences: int) -> None:
        if sentences > len(self._columns):
            self._columns = np.empty((2 * sentences, COLUMNS), np.int64)
            self._scores = np.empty((2 * sentences, LABELS))
        if (size := UNIT_BYTES * units + self._most * sentences) > len(self._out):
            self._out = np.empty(2 * size, np.uint8)

    def lines(self, sentences: Sentences, codes: Codes, scores: Array) -> bytes:
        """Return a line for each sentence."""
        encoded, many = sentences.encoded, len(sentences)
        with self._lock:
            self._reserve(encoded.units, many)
            columns = self._columns[:many]
            columns.T[:] = encoded.firsts, encoded.ends, sentences.starts, sentences.ends, codes
            self._scores[:many] = scores
            pieces, tables = (self._pieces, self._ends), (WIDTHS, LEADS, ESCAPES)
            if worth_compiling(0):
                arrays = (self._columns, self._scores, *pieces, *tables, self._out)
                size = self._call(arrays, (encoded.units, many), encoded.text)
            else:
                units = np.frombuffer(encoded.text, np.uint16).tolist()
                size = put_rows(units, columns, self._scores, *pieces, tables, self._out)
            if size >= 0:
                return self._out[:size].tobytes()
        # A lone surrogate, which the codec can tell better.
        return b"".join(text.encode() for text in sentences.texts)


_writer = cache(_Writer)


def json_lines(sentences: Sentences, codes: Codes, scores: Array) -> bytes:
    """Return the rows of sentences as lines of JSON in UTF-8, the same bytes as one by one.

    `codes` and `scores` are as `Model.codes` returns them.

    Raises UnicodeEncodeError where a text has a lone surrogate, which UTF-8 has not.
    """
    return _writer().lines(sentences, codes, scores)
