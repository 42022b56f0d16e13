"""The lines of a text as sentences: many at once, without a string for each."""

from functools import cache, cached_property
from threading import Lock
from typing import Any

import numpy as np

from service.bulk import Sentences
from service.line_loops import BEHIND, COLUMNS, END, MORE, NOT_UTF8, SPACE, WORD, find_lines
from training.arrays import Ints
from training.compiling import worth_compiling
from training.token_loops import SPACES
from training.units import Encoded

_LINES = 1 << 10
"""Lines that there is room for at first."""


def _kinds() -> Any:
    units = list(map(chr, range(1 << 16)))
    words = np.fromiter(map(str.isalnum, units), np.uint8, len(units))
    return SPACE * SPACES.astype(np.uint8) + WORD * words


class _Finder:
    """Finds lines; what it writes into is kept for the next time."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._kinds = _kinds()
        self._units = np.empty(0, np.uint16)
        self._lines = np.empty((_LINES, COLUMNS), np.int64)

    @cached_property
    def _call(self) -> Any:
        # Reason for the late import: see `training.compiling`.
        from training.machine_code import Caller, machine_code  # noqa: PLC0415

        return Caller(machine_code("service.line_entry", "service.line_loops"))

    def lines(self, document: bytes) -> tuple[bytes, Ints]:
        """Return a document in UTF-16 up to its last line, and the lines in columns, shape (COLUMNS, n_lines).

        Raises UnicodeDecodeError where the document is not UTF-8.
        """
        text = document + BEHIND
        with self._lock:
            if len(text) > len(self._units):
                self._units = np.empty(2 * len(text), np.uint16)
            while (count := self._find(text)) == MORE:
                self._lines = np.empty((2 * len(self._lines), COLUMNS), np.int64)
            if count == NOT_UTF8:
                # The codec can tell better what is wrong and where.
                document.decode()
                raise AssertionError("find_lines refuses what the codec reads")
            lines = self._lines[:count]
            return self._units[: lines[-1, END] if count else 0].tobytes(), lines.T.copy()

    def _find(self, text: bytes) -> int:
        if worth_compiling(0):
            count: int = self._call((self._kinds, self._units, self._lines), (len(text),), text)
            return count
        return find_lines(text, self._kinds, self._units, self._lines)


_finder = cache(_Finder)


def lines_of(document: bytes, place: int = 0) -> Sentences:
    """Return each line of a document that has a letter or digit as a sentence, in order.

    `place` is where the document begins in the text that the sentences have their places in, in code points.

    Raises UnicodeDecodeError where the document is not UTF-8.
    """
    text, (firsts, ends, starts, stops, doubts) = _finder().lines(document)
    found = Sentences(Encoded(text, firsts, ends), starts + place, stops + place)
    if doubts.any():
        kept = [not doubt or any(map(str.isalnum, line)) for doubt, line in zip(doubts, found.texts, strict=True)]
        found = found.chosen(np.flatnonzero(kept))
    return found
