"""The way from machine code into `training.loops.score`: arrays are made of addresses. Imported only to be compiled."""

from typing import Any

import numpy as np
from numba import carray  # type: ignore[attr-defined]  # numba names it so in its own documents

from training import loops, token_loops, word_loops
from training.lexicon import WORD
from training.loops import score
from training.machine_code import NUMBERS
from training.token_loops import HEAD, SPAN
from training.tokens import TOKEN

FUNCTIONS = (
    token_loops.spell,
    token_loops.find,
    word_loops.add_words,
    word_loops.add_numbers,
    loops.calibrate,
    loops.score,
)


def _column(record: np.dtype[Any], field: str) -> int:
    """Return which column a field is, where records are rows of a matrix of that field's kind."""
    fields: Any = record.fields
    kind, offset = fields[field][:2]
    return int(offset // kind.base.itemsize)


_TOKEN_BYTES, _WORD_BYTES = TOKEN.itemsize, WORD.itemsize
_USED, _CODES, _LENGTHS, _STARTS, _FIRSTS, _COUNTS, _HEADS = (_column(TOKEN, name) for name in TOKEN.names or ())
_HEADS_END = _HEADS + HEAD
_ROWS, _SEEN, _NEIGHBOURS, _SHAPES, _FLAGS = (_column(WORD, name) for name in WORD.names or ())
_ROWS_END = _ROWS + WORD["rows"].shape[0]


def entry(addresses: Any, given: Any, text: Any) -> int:
    """Call `score`; what is given stands in the order of `training.folding`."""
    numbers = carray(given, (NUMBERS + 2 * 29,))
    shape = numbers[NUMBERS:]
    units = carray(text, (numbers[0],))
    firsts = carray(addresses[23], (numbers[1],), np.int64)
    ends = carray(addresses[0], (numbers[1],), np.int64)
    spaces = carray(addresses[1], (shape[2],), np.bool_)
    # The compiler takes tuples for the named tuples that they are.
    search: Any = (spaces, numbers[2], numbers[3], numbers[4], numbers[5])
    letters = carray(addresses[2], (shape[4],), np.uint16)
    token_pieces = carray(addresses[3], (shape[6],), np.int32)
    token_int64 = carray(addresses[4], (shape[8], _TOKEN_BYTES // 8), np.int64)
    token_int32 = carray(addresses[4], (shape[8], _TOKEN_BYTES // 4), np.int32)
    token_uint16 = carray(addresses[4], (shape[8], _TOKEN_BYTES // 2), np.uint16)
    tokens: Any = (
        letters,
        token_pieces,
        token_int64[:, _USED],
        token_int32[:, _CODES],
        token_int32[:, _LENGTHS],
        token_int32[:, _STARTS],
        token_int32[:, _FIRSTS],
        token_int32[:, _COUNTS],
        token_uint16[:, _HEADS:_HEADS_END],
    )
    word_int64 = carray(addresses[7], (shape[14], _WORD_BYTES // 8), np.int64)
    words: Any = (
        carray(addresses[5], (shape[10],), np.int64),
        carray(addresses[6], (shape[12],), np.int64),
        carray(addresses[7], (shape[14], _WORD_BYTES // 8), np.float64)[:, _ROWS:_ROWS_END],
        word_int64[:, _SEEN],
        word_int64[:, _NEIGHBOURS],
        carray(addresses[7], (shape[14], _WORD_BYTES // 2), np.uint16)[:, _SHAPES],
        carray(addresses[7], (shape[14], _WORD_BYTES), np.uint8)[:, _FLAGS],
    )
    labels = carray(addresses[13], (shape[26],), np.int64)
    known: Any = (
        carray(addresses[8], (shape[16], shape[17]), np.int64),
        carray(addresses[9], (shape[18], shape[19], shape[26]), np.float64),
        carray(addresses[10], (shape[20], shape[21], shape[26]), np.float64),
        carray(addresses[11], (shape[22],), np.int64),
        carray(addresses[12], (shape[24], shape[25]), np.float64),
        labels,
        numbers[7],
        numbers[8],
    )
    bias = carray(addresses[14], (shape[28],), np.float64)
    sigmoids: Any = (
        carray(addresses[24], (shape[48],), np.float64),
        carray(addresses[25], (shape[50],), np.float64),
        carray(addresses[26], (shape[52],), np.float64),
    )
    work: Any = (
        carray(addresses[15], (shape[30],), np.int64),
        carray(addresses[16], (shape[32],), np.int64),
        carray(addresses[17], (shape[34],), np.int64),
        carray(addresses[18], (shape[36],), np.int64),
        carray(addresses[19], (shape[38],), np.int64),
        carray(addresses[20], (shape[40],), np.int64),
        carray(addresses[21], (shape[42], SPAN), np.int64),
    )
    sums = carray(addresses[22], (numbers[1], shape[45]), np.float64)
    return score(
        units,
        firsts,
        ends,
        search,
        numbers[6],
        tokens,
        words,
        known,
        bias,
        sigmoids,
        work,
        sums,
        carray(addresses[27], (numbers[1], shape[55]), np.float64),
        carray(addresses[28], (numbers[1],), np.int64),
    )
