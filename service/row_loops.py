"""The loop that writes rows as JSON: plain Python, which is compiled where there is much to do, as `training.loops`."""

import numpy as np
from numpy.typing import NDArray

from labels.scheme import SCORED
from training.arrays import Floats, Ints, Units

Bytes = NDArray[np.uint8]
Tables = tuple[Bytes, Bytes, Bytes]
"""WIDTHS, LEADS and ESCAPES."""

LABELS = len(SCORED)
PIECES = 4 + LABELS
"""Parts of a row that its labels decide: before its text, start, end and each score, and behind the last."""
COLUMNS = 5
"""What there is of each row: its first unit, the one behind its last, its start and end, and its code."""
_ESCAPED = b'"\\\b\f\n\r\t'
_LETTERS = b'"\\bfnrt'
ESCAPES = np.zeros(128, np.uint8)
"""The letter behind the backslash that stands for a character, 0 where it has none."""
ESCAPES[[*_ESCAPED]] = [*_LETTERS]
WIDTHS = np.zeros(1 << 16, np.uint8)
"""Bytes that a unit takes where they are one or two and it stays as it is, otherwise 0."""
WIDTHS[0x20:0x80], WIDTHS[0x80:0x800] = 1, 2
LEADS = np.array([unit if unit < 0x80 else 0xC0 | unit >> 6 for unit in range(0x800)], np.uint8)
"""The first of these bytes."""
WIDTHS[[*_ESCAPED]] = 0

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
    out[at + 2] = 48 + rest // 1_000 % 10
    out[at + 3] = 48 + rest // 100 % 10
    out[at + 4] = 48 + rest // 10 % 10
    out[at + 5] = 48 + rest % 10
    end = at + 6
    while out[end - 1] == 48 and end > at + 3:
        end -= 1
    return end


def put_text(units: Units, first: int, end: int, tables: Tables, out: Bytes, at: int) -> int:
    """Write UTF-16 units as the inner of a JSON string; return the place behind it, -1 for a lone surrogate."""
    widths, leads, escapes = tables
    place = first
    while place < end:
        unit = int(units[place])
        place += 1
        width = int(widths[unit])
        if width != 0:
            # Both bytes are written whatever the width: a branch here would be guessed wrongly at every space.
            out[at] = leads[unit]
            out[at + 1] = 0x80 | unit & 0x3F
            at += width
        elif unit >= 0x800:
            if unit & 0xF800 == 0xD800:
                if unit & 0x400 != 0 or place == end or int(units[place]) & 0xFC00 != 0xDC00:
                    return -1
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
        else:
            out[at] = 92
            out[at + 1] = escapes[unit]
            if escapes[unit] != 0:
                at += 2
            else:
                out[at + 1] = 117
                out[at + 2] = out[at + 3] = 48
                out[at + 4] = 48 + (unit >> 4)
                digit = unit & 15
                out[at + 5] = 48 + digit if digit < 10 else 87 + digit
                at += 6
    return at


def put_piece(pieces: Bytes, ends: Ints, piece: int, out: Bytes, at: int) -> int:
    """Copy a piece; return the place behind it."""
    first = ends[piece]
    length = ends[piece + 1] - first
    for place in range(length):
        out[at + place] = pieces[first + place]
    return int(at + length)


def put_rows(units: Units, columns: Ints, scores: Floats, pieces: Bytes, ends: Ints, tables: Tables, out: Bytes) -> int:
    """Write a line for each sentence; return how many bytes they are, -1 where one has a lone surrogate.

    `columns` has shape (n_sentences, COLUMNS), `scores` shape (n_sentences, n_labels). Piece n of a code is
    `pieces[ends[code * PIECES + n] : ends[code * PIECES + n + 1]]`.
    """
    at = 0
    for row in range(len(columns)):
        piece = columns[row, 4] * PIECES
        at = put_piece(pieces, ends, piece, out, at)
        at = put_text(units, columns[row, 0], columns[row, 1], tables, out, at)
        if at < 0:
            return -1
        at = put_piece(pieces, ends, piece + 1, out, at)
        at = put_number(columns[row, 2], out, at)
        at = put_piece(pieces, ends, piece + 2, out, at)
        at = put_number(columns[row, 3], out, at)
        for label in range(LABELS):
            at = put_piece(pieces, ends, piece + 3 + label, out, at)
            at = put_score(scores[row, label], out, at)
        at = put_piece(pieces, ends, piece + PIECES - 1, out, at)
        out[at] = 10
        at += 1
    return at
