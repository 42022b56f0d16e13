"""What is known of every token and word that has been met: the bounded table behind the model's speed.

A raw token (as `str.split` gives it) stands for some words of the normal form, a word for a row of weights and for
what affixes and numbers ask of it. All of it is computed when the token is first met. Numbers and names are met
without end, so a full table is halved: the tokens that were used last stay.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from labels.scheme import SCORED
from seeds.text import HEH, HEH_SUFFIXES, PREFIXES, SUFFIXES, normalize, pieces
from training.loops import (
    AND_WORD,
    ENDS_ALPHA,
    ENDS_HEH,
    HEH_SUFFIX,
    MONTH,
    NUMBER,
    PREFIX,
    STARTS_ALPHA,
    SUFFIX,
    Floats,
    Ints,
)
from training.numbers import AND, MONTHS, is_number, neighbour, shape
from training.tokens import Arrays, TokenTable, extended

SHAPES = "item date time year decimal d1 d2 d3 d4 ordinal fraction scale one word".split()
"""A number's shape is the bit of the place that it has here."""

LIMIT = 1 << 18
"""Tokens that are kept; with their words they take about 130 MB."""
# With longer words than news has it is full before it has as many: addresses and noise can be of any length.
_MEAN_LENGTH = 16
_SLOTS = 1 << 12
"""Slots of the hash table at first: enough for a page; it doubles with what is met."""
# What is read together lies together, so that it comes from memory at once: a word fills a line of the cache.
WORD = np.dtype(
    [
        ("rows", np.float64, (len(SCORED),)),
        ("seen", np.int64),
        ("neighbours", np.int64),
        ("shapes", np.uint16),
        ("flags", np.uint8),
    ],
    align=True,
)
"""What is known of a word; see `training.loops.Words`."""


@dataclass(frozen=True, slots=True)
class TableInfo:
    """How the table does: tokens that it holds and may hold, tokens looked up, and those that were not in it."""

    size: int
    limit: int
    lookups: int
    misses: int

    @property
    def hit_rate(self) -> float:
        """The share of the lookups that the table answered."""
        return 1 - self.misses / self.lookups if self.lookups else 0.0


class _Numbers(dict[Any, int]):
    """Gives every new key the next number; `new` are the keys since it was last emptied."""

    def __init__(self) -> None:
        self.new: list[Any] = []

    def __missing__(self, key: Any) -> int:
        self[key] = number = len(self)
        self.new.append(key)
        return number

    def keep(self, kept: NDArray[np.bool_]) -> None:
        """Forget all keys but those whose number is kept, which get numbers in the same order; shape (n_keys,)."""
        keys = [key for key, has in zip(self, kept.tolist(), strict=True) if has]
        self.clear()
        self.update(zip(keys, range(len(keys)), strict=True))


def _flags(word: str) -> int:
    return (
        PREFIX * (word in PREFIXES)
        | SUFFIX * (word in SUFFIXES)
        | HEH_SUFFIX * (word in HEH_SUFFIXES)
        | ENDS_ALPHA * word[-1].isalpha()
        | ENDS_HEH * word.endswith(HEH)
        | STARTS_ALPHA * word[0].isalpha()
        | NUMBER * is_number(word)
        | MONTH * (neighbour(word) in MONTHS)
    )


def _shape_bit(word: str) -> int:
    found = shape(word)
    return 1 << SHAPES.index(found) if found else 0


class Lexicon:
    """The table of tokens and words.

    Parameters
    ----------
    weigh : gives the rows of weights of words, shape (n_words, n_labels).
    neighbours : the number of every word that is known beside a number; other words have 0.
    limit : tokens that are kept.
    """

    def __init__(self, weigh: Callable[[Sequence[str]], Floats], neighbours: Mapping[str, int], limit: int) -> None:
        self._weigh = weigh
        self._codes = neighbours
        self._limit = limit
        self._lookups = self._misses = 0
        self._characters = 0
        self._spelling: list[str] = []
        self._numbers = _Numbers()
        self.tokens = TokenTable(_SLOTS)
        self._records = np.zeros(1, WORD)
        self._pairs = self._joined = np.zeros(0, np.int64)
        self._numbers[AND]
        self._fill_words()

    @property
    def arrays(self) -> Arrays:
        """What the loops read: that of the table of tokens, then pairs, joined and the records of words (WORD)."""
        return *self.tokens.arrays, self._pairs, self._joined, self._records

    def info(self) -> TableInfo:
        """Return size and hits since the lexicon was made."""
        return TableInfo(self.tokens.size, self._limit, self._lookups, self._misses)

    def count(self, lookups: int) -> None:
        """Count tokens that were looked up."""
        self._lookups += lookups

    def take(self, fresh: Ints) -> None:
        """Learn tokens that the loops have put into the table."""
        self.tokens.take(fresh, self._learn)

    def _learn(self, new: Sequence[str]) -> list[list[int]]:
        self._misses += len(new)
        words = [[self._numbers[word] for word in pieces(normalize(token))] for token in new]
        self._fill_words()
        return words

    def join(self, pairs: Sequence[int]) -> None:
        """Learn what pairs of words make that are written together, each `first << 32 | second`, in order."""
        spelling = self._spelling
        made = [self._numbers[spelling[pair >> 32] + spelling[pair & 0xFFFFFFFF]] for pair in pairs]
        self._fill_words()
        places = np.searchsorted(self._pairs, pairs)
        self._pairs = np.insert(self._pairs, places, pairs)
        self._joined = np.insert(self._joined, places, made)

    def make_room(self) -> None:
        """Halve the table, more than once if need be, where it is full; numbers that it gave are void then."""
        while max(self.tokens.size, len(self._pairs), self._characters / _MEAN_LENGTH) > self._limit:
            self._halve()

    def _halve(self) -> None:
        kept = np.zeros(len(self._numbers), bool)
        kept[AND_WORD] = True
        kept[self.tokens.halve()] = True
        self.tokens.renumber(kept.cumsum() - 1)
        self._numbers.keep(kept)
        self._records = self._records[: len(kept)][kept]
        self._spelling = list(self._numbers)
        self._characters = sum(map(len, self._spelling))
        self._pairs = self._joined = np.zeros(0, np.int64)

    def _fill_words(self) -> None:
        new = self._numbers.new
        if not new:
            return
        start, end = len(self._spelling), len(self._numbers)
        self._records = extended(self._records, end)
        words = self._records[start:end]
        words["rows"] = self._weigh(new)
        words["neighbours"] = [self._codes.get(neighbour(word), 0) for word in new]
        words["shapes"] = [_shape_bit(word) for word in new]
        words["flags"] = [_flags(word) for word in new]
        self._spelling += new
        self._characters += sum(map(len, new))
        new.clear()
