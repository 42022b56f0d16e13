"""The lines of a text as sentences: many at once, without a string for each."""

from functools import cache
from typing import Any

import numpy as np

from service.bulk import Sentences
from service.line_loops import COLUMNS, SPACE, WORD, find_lines
from training.compiling import worth_compiling
from training.loops import SPACES
from training.units import ENCODING, ERRORS, Encoded


@cache
def _kinds() -> Any:
    units = list(map(chr, range(1 << 16)))
    words = np.fromiter(map(str.isalnum, units), np.uint8, len(units))
    return SPACE * SPACES.astype(np.uint8) + WORD * words


@cache
def _call() -> Any:
    # Reason for the late import: see `training.compiling`.
    from training.machine_code import Caller, machine_code  # noqa: PLC0415

    return Caller(machine_code("service.line_entry", "service.line_loops"))


def lines_of(document: str, place: int = 0) -> Sentences:
    """Return each line of a document that has a letter or digit as a sentence, in order.

    `place` is where the document begins in the text that the sentences have their places in, in code points.
    """
    text = document.encode(ENCODING, ERRORS)
    lines = np.empty((document.count("\n") + 1, COLUMNS), np.int64)
    if worth_compiling(0):
        count = _call()((_kinds(), lines), (len(text) // 2,), text)
    else:
        count = find_lines(np.frombuffer(text, np.uint16).tolist(), _kinds(), lines)
    firsts, ends, starts, stops, doubts = lines[:count].T.copy()
    found = Sentences(Encoded(text, firsts, ends), starts + place, stops + place)
    if doubts.any():
        kept = [not doubt or any(map(str.isalnum, line)) for doubt, line in zip(doubts, found.texts, strict=True)]
        found = found.chosen(np.flatnonzero(kept))
    return found
