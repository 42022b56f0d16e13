"""Numbers for the tokens of sentences: what `str.split` and a dictionary would give, without making a string for each.

The letters of all sentences stand in one array of UTF-16 units, and so do those of the tokens that are known; the loops
over both are those of `training.loops`.
"""

import re
import secrets
from collections.abc import Callable, Sequence
from operator import is_not
from typing import Any

import numpy as np
from numpy.typing import NDArray

from training.compiling import INTERPRETED, loops_for
from training.loops import HEAD, MULTIPLIERS, SPACES, Ints

# A lone surrogate has no unit. It reads as what else has no sound and keeps what it stands between apart.
_SURROGATES = re.compile("[\ud800-\udfff]")
_SILENT = chr(1)
_HIGH_SURROGATE, _SURROGATE_BITS = 0xD800, 0xFC00
# What is read together lies together, so that it comes from memory at once.
_TOKEN = np.dtype(
    [
        ("used", np.int64),
        *((name, np.int32) for name in ("codes", "lengths", "starts", "firsts", "counts")),
        ("heads", np.uint16, (HEAD,)),
    ]
)


_LEAST = 2
"""Records that there is room for at the least: fields of a single one lie otherwise, and loops were compiled anew."""

type Arrays = tuple[NDArray[Any], ...]
"""A named tuple of `training.loops` as a plain one: names of classes must not stand in a file of machine code."""


def extended(column: NDArray[Any], length: int) -> NDArray[Any]:
    """Return the column with room for so many rows; it grows by doubling, and new ones are zero."""
    length = max(length, _LEAST)
    if length <= len(column):
        return column
    return np.concatenate((column, np.zeros((2 * length - len(column), *column.shape[1:]), column.dtype)))


class Fields:
    """Remembers the fields of records, which take as long to find as a sentence to answer, until others are given."""

    def __init__(self) -> None:
        self._given: Arrays = ()
        self._found: Arrays = ()

    def __call__(self, arrays: Arrays, records: NDArray[Any]) -> Arrays:
        """Return the arrays and behind them the fields of the records."""
        given = (*arrays, records)
        if not self._given or any(map(is_not, given, self._given)):
            self._given = given
            self._found = (*arrays, *(records[name] for name in records.dtype.names or ()))
        return self._found


def _ranges(starts: Ints, lengths: Ints) -> Ints:
    """Return the places of all ranges, one behind the other."""
    ends = lengths.cumsum()
    total = int(ends[-1]) if len(ends) else 0
    return np.arange(total) + np.repeat(starts - ends + lengths, lengths)


def _units(sentences: Sequence[str]) -> tuple[NDArray[np.uint16], Ints]:
    """Return sentences in UTF-16, one behind the other, and the units at which they end."""
    text = "".join(sentences)
    try:
        encoded = text.encode("utf-16-le")
    except UnicodeEncodeError:
        encoded = _SURROGATES.sub(_SILENT, text).encode("utf-16-le")
    units = np.frombuffer(encoded, np.uint16)
    ends = np.fromiter(map(len, sentences), np.int64, len(sentences)).cumsum()
    if len(text) < len(units):
        # Beyond the first plane a code point has two units.
        pairs = np.flatnonzero(units & _SURROGATE_BITS == _HIGH_SURROGATE)
        ends += np.searchsorted(pairs - np.arange(len(pairs)), ends)
    return units, ends


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
        self._fields = Fields()
        self._place(np.zeros(0, _TOKEN), 1 << max(1, slots - 1).bit_length())

    @property
    def arrays(self) -> Arrays:
        """What the loops read and write, as in `training.loops.Tokens`."""
        return self._fields((self._letters, self._pieces), self._records)

    def find(self, sentences: Sequence[str], learn: Learn) -> tuple[Ints, Ints]:
        """Return the token of each word of sentences in order, and how many each sentence has.

        `learn` gives the words of tokens that are new.
        """
        units, ends = _units(sentences)
        # Every second unit can be a token, and in each sentence one more.
        found = np.empty((len(units) + len(sentences)) // 2 + 1, np.int64)
        counts = np.empty(len(sentences), np.int64)
        self._letters = extended(self._letters, self._n_letters + len(units))
        self._clock += 1
        chosen = loops_for(len(units))
        while True:
            fresh = np.empty(len(self._records) // 2 - self.size, np.int64)
            n = chosen.find(
                # Whoever interprets takes items of a list three times as fast.
                units.tolist() if chosen is INTERPRETED else units,
                ends,
                SPACES,
                self._multiplier,
                self._clock,
                self._n_letters,
                self.arrays,
                found,
                counts,
                fresh,
            )
            if n:
                self._take(fresh[: n if n > 0 else -1 - n], learn)
            if n >= 0:
                return found[: counts.sum()], counts
            self._place(self._records[self._records["lengths"] > 0], 2 * len(self._records))

    def _take(self, fresh: Ints, learn: Learn) -> None:
        """Take tokens that are new."""
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
            found.append(letters.tobytes().decode("utf-16-le"))
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
        places = np.empty(len(records), np.int64)
        loops_for(len(records)).place_all(np.ascontiguousarray(records["codes"]), np.zeros(slots, bool), places)
        self._records = extended(np.zeros(0, _TOKEN), slots)[:slots]
        self._records[places] = records
