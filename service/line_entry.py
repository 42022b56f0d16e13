"""The way from machine code into `service.line_loops.find_lines`; see `training.score_entry`."""

from typing import Any

import numpy as np
from numba import carray  # type: ignore[attr-defined]  # numba names it so in its own documents

from service import line_loops
from service.line_loops import COLUMNS, find_lines
from training.machine_code import NUMBERS

FUNCTIONS = (line_loops.find_lines,)


def entry(addresses: Any, given: Any, text: Any) -> int:
    """Call `find_lines`; what is given stands in the order of `service.lines`."""
    numbers = carray(given, (NUMBERS + 2 * 3,))
    shape = numbers[NUMBERS:]
    # Behind the text there is always one byte more, as C has it.
    pairs = carray(text, ((numbers[0] + 1) // 2,))
    return find_lines(
        pairs.view(np.uint8)[: numbers[0]],
        carray(addresses[0], (shape[0],), np.uint8),
        carray(addresses[1], (shape[2],), np.uint16),
        carray(addresses[2], (shape[4], COLUMNS), np.int64),
    )
