"""The loop that writes rows as JSON: plain Python, which is compiled where there is much to do, as `training.loops`."""

import numpy as np
from numpy.typing import NDArray

from labels.scheme import SCORED
from training.loops import Floats, Ints, Units

Bytes = NDArray[np.uint8]

LABELS = len(SCORED)
PIECES = 4 + LABELS
"""Parts of a row that its labels decide: before its text, start, end and each score, and behind the last."""
_ESCAPES = bytearray(128)
for _plain, _letter in zip(b'"\\\b\f\n\r\t', b'"\\bfnrt', strict=True):
    _ESCAPES[_plain] = _letter
ESCAPES = np.frombuffer(bytes(_ESCAPES), np.uint8)
"""The letter behind the backslash that stands for a character, 0 where it has none."""
HEX = np.frombuffer(b"0123456789abcdef", np.uint8)

UNIT_BYTES = 6
"""Bytes that a UTF-16 unit takes at most: `\\\\u0001`."""
NUMBER_BYTES = 20
"""Bytes that a number takes at most."""


def put_number(number: int, out: Bytes, at: int) -> int:
    """Write a number that is not negative in decimal digits; return the place behind it."""
    end = at + 1
    rest = number // 10
    while rest > 0:
        end += 1
        rest //= 10
    place = end
    while place > at:
        place -= 1
        out[place] = 48 + number % 10
        number //= 10
    return end


def put_score(score: float, out: Bytes, at: int) -> int:
    """Write a score of four decimals from 0 to 1, without the zeros at its end; return the place behind it."""
    rest = int(score * 10_000 + 0.5)
    out[at] = 48 + rest // 10_000
    out[at + 1] = 46
    at += 2
    rest %= 10_000
    digit = 1_000
    while True:
        out[at] = 48 + rest // digit
        at += 1
        rest %= digit
        digit //= 10
        if rest == 0:
            return at


def put_text(units: Units, first: int, end: int, escapes: Bytes, digits: Bytes, out: Bytes, at: int) -> int:
    """Write UTF-16 units as the inner of a JSON string in UTF-8; return the place behind it."""
    place = first
    while place < end:
        unit = int(units[place])
        place += 1
        if unit >= 0x800:
            if unit & 0xFC00 == 0xD800 and place < end:
                unit = 0x10000 + ((unit & 0x3FF) << 10 | int(units[place]) & 0x3FF)
                place += 1
                out[at] = 0xF0 | unit >> 18
                out[at + 1] = 0x80 | unit >> 12 & 0x3F
                at += 2
            else:
                out[at] = 0xE0 | unit >> 12
                at += 1
            out[at] = 0x80 | unit >> 6 & 0x3F
            out[at + 1] = 0x80 | unit & 0x3F
            at += 2
        elif unit >= 0x80:
            out[at] = 0xC0 | unit >> 6
            out[at + 1] = 0x80 | unit & 0x3F
            at += 2
        elif escapes[unit] != 0:
            out[at] = 92
            out[at + 1] = escapes[unit]
            at += 2
        elif unit < 0x20:
            out[at] = 92
            out[at + 1] = 117
            out[at + 2] = out[at + 3] = 48
            out[at + 4] = digits[unit >> 4]
            out[at + 5] = digits[unit & 15]
            at += 6
        else:
            out[at] = unit
            at += 1
    return at


def put_piece(pieces: Bytes, ends: Ints, piece: int, out: Bytes, at: int) -> int:
    """Copy a piece; return the place behind it."""
    first = ends[piece]
    length = ends[piece + 1] - first
    for place in range(length):
        out[at + place] = pieces[first + place]
    return int(at + length)


def put_rows(
    units: Units, columns: Ints, scores: Floats, pieces: Bytes, ends: Ints, escapes: Bytes, digits: Bytes, out: Bytes
) -> int:
    """Write a line for each sentence; return how many bytes they are.

    The sentences stand in `units` one behind the other. `columns`, shape (n_sentences, 4), has where each ends there,
    its start and end, and its code; `scores` has shape (n_sentences, n_labels). Piece n of a code is
    `pieces[ends[code * PIECES + n] : ends[code * PIECES + n + 1]]`.
    """
    at = first = 0
    for row in range(len(columns)):
        piece = columns[row, 3] * PIECES
        at = put_piece(pieces, ends, piece, out, at)
        at = put_text(units, first, columns[row, 0], escapes, digits, out, at)
        first = columns[row, 0]
        at = put_piece(pieces, ends, piece + 1, out, at)
        at = put_number(columns[row, 1], out, at)
        at = put_piece(pieces, ends, piece + 2, out, at)
        at = put_number(columns[row, 2], out, at)
        for label in range(LABELS):
            at = put_piece(pieces, ends, piece + 3 + label, out, at)
            at = put_score(scores[row, label], out, at)
        at = put_piece(pieces, ends, piece + PIECES - 1, out, at)
        out[at] = 10
        at += 1
    return at
