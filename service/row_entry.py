"""The way from machine code into `service.row_loops.put_rows`; see `training.score_entry`."""

from typing import Any

import numpy as np
from numba import carray  # type: ignore[attr-defined]  # numba names it so in its own documents

from service import row_loops
from service.row_loops import COLUMNS, LABELS, put_rows
from training.machine_code import NUMBERS

FUNCTIONS = (
    row_loops.put_number,
    row_loops.put_score,
    row_loops.put_text,
    row_loops.put_piece,
    row_loops.put_rows,
)


def entry(addresses: Any, given: Any, text: Any) -> int:
    """Call `put_rows`; what is given stands in the order of `service.rows`."""
    numbers = carray(given, (NUMBERS + 2 * 8,))
    shape = numbers[NUMBERS:]
    return put_rows(
        carray(text, (numbers[0],)),
        carray(addresses[0], (numbers[1], COLUMNS), np.int64),
        carray(addresses[1], (numbers[1], LABELS), np.float64),
        carray(addresses[2], (shape[4],), np.uint8),
        carray(addresses[3], (shape[6],), np.int64),
        (
            carray(addresses[4], (shape[8],), np.uint8),
            carray(addresses[5], (shape[10],), np.uint8),
            carray(addresses[6], (shape[12],), np.uint8),
        ),
        carray(addresses[7], (shape[14],), np.uint8),
    )
