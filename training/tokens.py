"""Numbers for the tokens of sentences: what `str.split` and a dictionary would give, without making a string for each.

The letters of all sentences stand in one array of UTF-16 units, and so do those of the tokens that are known; the loops
over both are those of `training.loops`.
"""

import re
import secrets
from collections.abc import Sequence
from itertools import chain, pairwise
from operator import is_not
from typing import Any

import numpy as np
from numpy.typing import NDArray

from training.compiling import INTERPRETED, loops_for
from training.loops import MULTIPLIERS, SPACES, Bools, Ints, Tokens

# A lone surrogate has no unit. It reads as what else has no sound and keeps what it stands between apart.
_SURROGATES = re.compile("[\ud800-\udfff]")
_SILENT = chr(1)
_HIGH_SURROGATE, _SURROGATE_BITS = 0xD800, 0xFC00
# What is read together lies together, so that it comes from memory at once.
_TOKEN = np.dtype([(name, np.int64) for name in Tokens._fields[3:]])


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


class TokenTable:
    """A table of tokens, each with a number from 0 on; `size` is how many there are.

    The hash table has twice as many slots as tokens at the least, and `slots` when it is made.
    """

    def __init__(self, slots: int) -> None:
        self.size = 0
        # Nobody who sends a text may know which tokens meet in a slot.
        self._multiplier = MULTIPLIERS // 2 + secrets.randbelow(MULTIPLIERS // 2)
        self._clock = 0
        self._n_letters = self._n_pieces = 0
        self._letters = np.zeros(0, np.uint16)
        self._pieces = np.zeros(0, np.int32)
        self._records = extended(np.zeros(0, _TOKEN), 1)
        self._fields = Fields()
        self._place_all(slots)

    @property
    def arrays(self) -> Arrays:
        """What the loops read and write."""
        return self._fields((self._slots, self._letters, self._pieces), self._records)

    def numbers(self, sentences: Sequence[str]) -> tuple[Ints, Ints, list[str]]:
        """Return the number of each token in order, how many each sentence has, and the tokens that are new.

        These have the last numbers; their words are to be given to `learn` before the loops look for them.
        """
        units, ends = _units(sentences)
        # Every second unit can be a token, and in each sentence one more.
        most = (len(units) + len(sentences)) // 2 + 1
        self._make_room(most, len(units))
        found, counts = np.empty(most, np.int64), np.empty(len(sentences), np.int64)
        self._clock += 1
        chosen = loops_for(len(units))
        before = self.size
        self.size = chosen.find(
            # Whoever interprets takes items of a list three times as fast.
            units.tolist() if chosen is INTERPRETED else units,
            ends,
            SPACES,
            self._multiplier,
            self._clock,
            before,
            self.arrays,
            found,
            counts,
        )
        return found[: counts.sum()], counts, self._spelling(before)

    def learn(self, words: Sequence[Sequence[int]]) -> None:
        """Take the words of the last tokens."""
        counts = np.array([len(each) for each in words])
        last = self._records[self.size - len(words) : self.size]
        last["counts"] = counts
        last["firsts"] = self._n_pieces + counts.cumsum() - counts
        end = self._n_pieces + int(counts.sum())
        self._pieces = extended(self._pieces, end)
        self._pieces[self._n_pieces : end] = list(chain.from_iterable(words))
        self._n_pieces = end

    @property
    def used(self) -> Ints:
        """When each token was last looked up, on a clock that counts calls; shape (size,)."""
        used: Ints = self._records["used"][: self.size]
        return used

    def keep(self, kept: Bools) -> Ints:
        """Forget all tokens but those kept, which get numbers in the same order; shape (size,).

        Returns the words of those kept, which `renumber` gives new numbers.
        """
        records = self._records[: self.size][kept]
        self._letters = self._letters[_ranges(records["starts"], records["lengths"])]
        records["starts"] = records["lengths"].cumsum() - records["lengths"]
        self._pieces = self._pieces[_ranges(records["firsts"], records["counts"])]
        records["firsts"] = records["counts"].cumsum() - records["counts"]
        self.size, self._n_letters, self._n_pieces = len(records), len(self._letters), len(self._pieces)
        self._records = extended(records, 1)
        self._place_all(len(self._slots))
        return self._pieces.astype(np.int64)

    def renumber(self, numbers: Ints) -> None:
        """Change the numbers of words; shape (n_words,)."""
        self._pieces = numbers[self._pieces].astype(np.int32)

    def _spelling(self, first: int) -> list[str]:
        if first == self.size:
            return []
        starts = self._records["starts"][first : self.size].tolist()
        start = starts[0]
        self._n_letters = starts[-1] + int(self._records["lengths"][self.size - 1])
        encoded = self._letters[start : self._n_letters].tobytes()
        edges = (2 * (each - start) for each in (*starts, self._n_letters))
        return [encoded[one:other].decode("utf-16-le") for one, other in pairwise(edges)]

    def _make_room(self, tokens: int, letters: int) -> None:
        length = self.size + tokens
        self._records = extended(self._records, length)
        self._letters = extended(self._letters, self._n_letters + letters)
        if 2 * length > len(self._slots):
            self._place_all(2 * length)

    def _place_all(self, slots: int) -> None:
        self._slots = np.full(1 << (slots - 1).bit_length(), -1, np.int32)
        loops_for(self.size).place_all(self._slots, self._records["codes"], self.size)
