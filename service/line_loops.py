"""The loop that finds the lines of a text: plain Python, which is compiled where there is much to do."""

import numpy as np
from numpy.typing import NDArray

from training.arrays import Ints, Units

SPACE, WORD = (1 << bit for bit in range(2))
"""What a UTF-16 unit is to a line: `str.strip` takes it off, it is a letter or digit."""
NEWLINE = ord("\n")
BEHIND = b"\n\n\n"
"""What `find_lines` wants behind a text: the end of its last line, another if half a letter swallows that, and a byte
that is read beside it."""
FIRST, END, START, STOP, DOUBT = range(5)
COLUMNS = 5
"""What there is of each line: its first unit, the one behind its last, both in code points, whether it is in doubt."""
NOT_UTF8, MORE = -1, -2
"""Returned instead of a count: the text is not UTF-8 (RFC 3629), or there are more lines than there is room for."""


def find_lines(data: NDArray[np.uint8] | bytes, kinds: NDArray[np.uint8], units: Units, lines: Ints) -> int:
    """Write the lines that have a letter or digit into `lines`, shape (n, COLUMNS); return how many there are.

    `data` is UTF-8 and `BEHIND`; `units`, at least as long as `data`, takes it in UTF-16. A line is in doubt where its
    only letters and digits can be such as need two units.
    """
    count = at = place = pairs = bad = 0
    while at < len(data) - 2:
        first = place
        before = pairs
        unit = -1
        while unit != NEWLINE:
            unit = int(data[at])
            second = int(data[at + 1])
            if unit < 0xE0:
                # As sums, for a branch here would be guessed wrongly at every space; -1 has all bits, 0 has none.
                wide = -(unit >> 7)
                bad |= wide & (second & 0xC0 ^ 0x80 | unit - 0xC2 >> 8)
                unit += wide & ((unit & 0x1F) << 6 | second & 0x3F) - unit
                at += 1 - wide
            else:
                if second & 0xC0 != 0x80 or int(data[at + 2]) & 0xC0 != 0x80:
                    return NOT_UTF8
                code = (unit & 0xF) << 12 | (second & 0x3F) << 6 | int(data[at + 2]) & 0x3F
                at += 3
                if unit < 0xF0:
                    if code < 0x800 or code & 0xF800 == 0xD800:
                        return NOT_UTF8
                    unit = code
                else:
                    code = (code << 6 | int(data[at]) & 0x3F) - 0x10000
                    if unit > 0xF4 or int(data[at]) & 0xC0 != 0x80 or code < 0 or code >> 20 != 0:
                        return NOT_UTF8
                    at += 1
                    units[place] = 0xD800 | code >> 10
                    place += 1
                    pairs += 1
                    unit = 0xDC00 | code & 0x3FF
            units[place] = unit
            place += 1
        if bad != 0:
            return NOT_UTF8
        end = place
        while end > first and kinds[units[end - 1]] & SPACE != 0:
            end -= 1
        while first < end and kinds[units[first]] & SPACE != 0:
            first += 1
        letter = first
        while letter < end and kinds[units[letter]] & WORD == 0:
            letter += 1
        if letter < end or pairs > before:
            if count == len(lines):
                return MORE
            lines[count, FIRST] = first
            lines[count, END] = end
            lines[count, START] = first - before
            lines[count, STOP] = end - pairs
            lines[count, DOUBT] = letter == end
            count += 1
    return count
