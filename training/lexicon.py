"""What is known of every token and word that has been met: the bounded table behind the model's speed.

A raw token (as `str.split` gives it) stands for some words of the normal form, a word for a row of weights and for
what affixes and numbers ask of it. All of it is computed when the token is first met. Numbers and names are met
without end, so a full table is halved: the tokens that were used last stay.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain

import numpy as np

from labels.scheme import SCORED
from seeds.text import AFFIXES, HEH, HEH_SUFFIXES, PREFIXES, SUFFIXES, pieces_of
from training.arrays import Arrays, Floats, Ints, extended, zeros
from training.numbers import AND, IN_WORDS, MONTHS, is_number, neighbour, shape
from training.tokens import TokenTable
from training.word_loops import (
    AND_WORD,
    ENDS_ALPHA,
    ENDS_HEH,
    HEH_SUFFIX,
    MONTH,
    NUMBER,
    PREFIX,
    STARTS_ALPHA,
    SUFFIX,
)

SHAPES = "item date time year decimal d1 d2 d3 d4 ordinal fraction scale one word".split()
"""A number's shape is the bit of the place that it has here."""

LIMIT = 1 << 18
"""Tokens that are kept; with their words they take about 130 MB."""
# With longer words than news has it is full before it has as many: addresses and noise can be of any length.
_MEAN_LENGTH = 16
_LISTED = AFFIXES | MONTHS | IN_WORDS
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
"""What is known of a word; see `training.word_loops.Words`."""


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


def _about(word: str) -> tuple[int, int]:
    """Return the shape of a word, if it is a number, as a bit, and its flags."""
    starts_alpha = word[0].isalpha()
    flags = ENDS_ALPHA * word[-1].isalpha() | ENDS_HEH * (word[-1] == HEH) | STARTS_ALPHA * starts_alpha
    if starts_alpha and word not in _LISTED:
        return 0, flags
    found = shape(word)
    return 1 << SHAPES.index(found) if found else 0, flags | (
        PREFIX * (word in PREFIXES)
        | SUFFIX * (word in SUFFIXES)
        | HEH_SUFFIX * (word in HEH_SUFFIXES)
        | NUMBER * is_number(word)
        | MONTH * (neighbour(word) in MONTHS)
    )


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
        self._numbers: dict[str, int] = {}
        self.tokens = TokenTable(_SLOTS)
        self._records = zeros(1, WORD)
        self._pairs = self._joined = np.zeros(0, np.int64)
        self._meet([AND])

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
        words = [*map(pieces_of, new)]
        self._meet(chain.from_iterable(words))
        numbers = self._numbers
        return [[numbers[word] for word in each] for each in words]

    def join(self, pairs: Sequence[int]) -> None:
        """Learn what pairs of words make that are written together, each `first << 32 | second`, in order."""
        spelling = self._spelling
        made = [spelling[pair >> 32] + spelling[pair & 0xFFFFFFFF] for pair in pairs]
        self._meet(made)
        places = np.searchsorted(self._pairs, pairs)
        self._pairs = np.insert(self._pairs, places, pairs)
        self._joined = np.insert(self._joined, places, [self._numbers[word] for word in made])

    def make_room(self) -> None:
        """Halve the table, more than once if need be, where it is full; numbers that it gave are void then."""
        while max(self.tokens.size, len(self._pairs), self._characters / _MEAN_LENGTH) > self._limit:
            self._halve()

    def _halve(self) -> None:
        kept = np.zeros(len(self._numbers), bool)
        kept[AND_WORD] = True
        kept[self.tokens.halve()] = True
        self.tokens.renumber(kept.cumsum() - 1)
        self._records = self._records[: len(kept)][kept]
        self._spelling = [word for word, has in zip(self._spelling, kept.tolist(), strict=True) if has]
        self._numbers = dict(zip(self._spelling, range(len(self._spelling)), strict=True))
        self._characters = sum(map(len, self._spelling))
        self._pairs = self._joined = np.zeros(0, np.int64)

    def _meet(self, words: Iterable[str]) -> None:
        """Give words that are new their numbers, and find out what is known of them."""
        new = [word for word in dict.fromkeys(words) if word not in self._numbers]
        if not new:
            return
        start, end = len(self._spelling), len(self._spelling) + len(new)
        self._numbers.update(zip(new, range(start, end), strict=True))
        self._spelling += new
        self._characters += sum(map(len, new))
        self._records = extended(self._records, end)
        records = self._records[start:end]
        records["rows"] = self._weigh(new)
        records["neighbours"] = [self._codes.get(neighbour(word), 0) for word in new]
        records["shapes"], records["flags"] = zip(*map(_about, new), strict=True)
