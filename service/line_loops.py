"""The loop that finds the lines of a text: plain Python, which is compiled where there is much to do."""

import numpy as np
from numpy.typing import NDArray

from training.loops import Ints, Units

SPACE, WORD = (1 << bit for bit in range(2))
"""What a UTF-16 unit is to a line: `str.strip` takes it off, it is a letter or digit."""
NEWLINE = ord("\n")
HIGH_SURROGATE, SURROGATE_BITS = 0xD800, 0xFC00
COLUMNS = 5
"""What there is of each line: its first unit, the one behind its last, start, end, and whether it is in doubt."""


def find_lines(units: Units, kinds: NDArray[np.uint8], lines: Ints) -> int:
    """Write the lines that have a letter or digit into `lines`, shape (n, COLUMNS); return how many there are.

    A line is in doubt where its only letters and digits can be such as need two units.
    """
    count = start = pairs = 0
    while start <= len(units):
        behind = start
        while behind < len(units) and units[behind] != NEWLINE:
            behind += 1
        first = start
        while first < behind and kinds[units[first]] & SPACE != 0:
            first += 1
        end = behind
        while end > first and kinds[units[end - 1]] & SPACE != 0:
            end -= 1
        before = pairs
        for at in range(first, end):
            pairs += units[at] & SURROGATE_BITS == HIGH_SURROGATE
        at = first
        while at < end and kinds[units[at]] & WORD == 0:
            at += 1
        if at < end or pairs > before:
            lines[count, 0] = first
            lines[count, 1] = end
            lines[count, 2] = first - before
            lines[count, 3] = end - pairs
            lines[count, 4] = at == end
            count += 1
        start = behind + 1
    return count
