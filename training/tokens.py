"""The table of tokens: what `str.split` and a dictionary would give, without making a string for each.

The letters of the tokens that are known stand in one array of UTF-16 units; the loops that look there are those of
`training.token_loops`.
"""

import re
import secrets
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from training.arrays import Arrays, Ints, extended, zeros
from training.token_loops import HEAD, MULTIPLIERS
from training.units import ENCODING, ERRORS

_SURROGATES = re.compile("[\ud800-\udfff]")
_SILENT = chr(1)
# What is read together lies together, so that it comes from memory at once.
TOKEN = np.dtype(
    [
        ("used", np.int64),
        *((name, np.int32) for name in ("codes", "lengths", "starts", "firsts", "counts")),
        ("heads", np.uint16, (HEAD,)),
    ]
)
"""What is known of a token; see `training.token_loops.Tokens`."""


def _ranges(starts: Ints, lengths: Ints) -> Ints:
    """Return the places of all ranges, one behind the other."""
    ends = lengths.cumsum()
    total = int(ends[-1]) if len(ends) else 0
    return np.arange(total) + np.repeat(starts - ends + lengths, lengths)


type Learn = Callable[[list[str]], Sequence[Sequence[int]]]
"""Gives the words of tokens."""


class TokenTable:
    """A table of tokens; `size` is how many there are.

    It has twice as many slots as tokens at the least, and `slots` when it is made.
    """

    def __init__(self, slots: int) -> None:
        self.size = 0
        # Nobody who sends a text may know which tokens meet in a slot.
        self._multiplier = MULTIPLIERS // 2 + secrets.randbelow(MULTIPLIERS // 2)
        self._clock = 0
        self._n_letters = self._n_pieces = 0
        self._letters = np.zeros(0, np.uint16)
        self._pieces = np.zeros(0, np.int32)
        self._place(np.zeros(0, TOKEN), 1 << max(1, slots - 1).bit_length())

    @property
    def arrays(self) -> Arrays:
        """What the loops read and write: letters, pieces and records, these with the fields TOKEN."""
        return self._letters, self._pieces, self._records

    @property
    def room(self) -> int:
        """How many tokens more there may be before the table must `grow`."""
        return len(self._records) // 2 - self.size

    def begin(self, units: int) -> tuple[int, int, int]:
        """Make room for the letters of so many units; return what the loops take: multiplier, clock and free."""
        self._letters = extended(self._letters, self._n_letters + units)
        self._clock += 1
        return self._multiplier, self._clock, self._n_letters

    def grow(self) -> None:
        """Double the slots; the numbers of tokens change."""
        self._place(self._records[self._records["lengths"] > 0], 2 * len(self._records))

    def take(self, fresh: Ints, learn: Learn) -> None:
        """Take tokens that the loops have put in; `learn` gives their words."""
        records = self._records[fresh]
        self.size += len(fresh)
        self._n_letters += int(records["lengths"][records["lengths"] > HEAD].sum())
        words = learn(self._spelled(records))
        counts = np.array([len(each) for each in words])
        records["counts"] = counts
        many = counts != 1
        end = self._n_pieces + int(counts[many].sum())
        self._pieces = extended(self._pieces, end)
        self._pieces[self._n_pieces : end] = [word for each in words if len(each) != 1 for word in each]
        records["firsts"][many] = self._n_pieces + counts[many].cumsum() - counts[many]
        records["firsts"][~many] = [each[0] for each in words if len(each) == 1]
        self._n_pieces = end
        self._records[fresh] = records

    def _spelled(self, records: NDArray[Any]) -> list[str]:
        found = []
        starts, lengths = records["starts"].tolist(), records["lengths"].tolist()
        for head, start, length in zip(records["heads"], starts, lengths, strict=True):
            letters = head[:length] if length <= HEAD else self._letters[start : start + length]
            # A lone surrogate reads as what else has no sound and keeps what it stands between apart.
            found.append(_SURROGATES.sub(_SILENT, letters.tobytes().decode(ENCODING, ERRORS)))
        return found

    def halve(self) -> Ints:
        """Forget the half of the tokens that has not been looked up for longest; return the words of the others.

        `renumber` gives these their new numbers.
        """
        records = self._records[self._records["lengths"] > 0]
        records = records[records["used"] > np.median(records["used"])]
        long = records["lengths"] > HEAD
        starts, lengths = records["starts"][long], records["lengths"][long]
        self._letters = self._letters[_ranges(starts, lengths)]
        records["starts"][long] = lengths.cumsum() - lengths
        many = records["counts"] != 1
        firsts, counts = records["firsts"][many], records["counts"][many]
        self._pieces = self._pieces[_ranges(firsts, counts)]
        records["firsts"][many] = counts.cumsum() - counts
        self.size, self._n_letters, self._n_pieces = len(records), len(self._letters), len(self._pieces)
        self._place(records, len(self._records))
        return np.concatenate((self._pieces, records["firsts"][~many])).astype(np.int64)

    def renumber(self, numbers: Ints) -> None:
        """Change the numbers of words; shape (n_words,)."""
        self._pieces = numbers[self._pieces].astype(np.int32)
        one = (self._records["lengths"] > 0) & (self._records["counts"] == 1)
        self._records["firsts"][one] = numbers[self._records["firsts"][one]]

    def _place(self, records: NDArray[Any], slots: int) -> None:
        """Put tokens into an empty table with so many slots."""
        order = records["codes"] & (slots - 1)
        records = records[order.argsort(kind="stable")]
        # Where a slot is taken the token goes to the next that is not, and behind the last to the first.
        steps = np.arange(len(records))
        places = np.maximum.accumulate(np.sort(order) - steps) + steps
        over = int(np.count_nonzero(places >= slots))
        free = np.ones(slots, bool)
        free[places[: len(places) - over]] = False
        places[len(places) - over :] = np.flatnonzero(free)[:over]
        self._records = zeros(slots, TOKEN)
        self._records[places] = records
