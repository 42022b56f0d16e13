"""What is known of every token and word that has been met: the bounded table behind the model's speed.

A raw token (as `str.split` gives it) stands for some words of the normal form, a word for a row of weights and for
what affixes and numbers ask of it. All of it is computed when the token is first met. Numbers and names are met
without end, so a full table is halved: the tokens that were used last stay.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any

import numpy as np
from numpy.typing import NDArray

from seeds.text import HEH, HEH_SUFFIXES, PREFIXES, SUFFIXES, normalize, pieces
from training.numbers import AND, MONTHS, is_number, neighbour, shape
from training.tokens import Ints, Tokens, extended

Floats = NDArray[np.float64]

PREFIX, SUFFIX, HEH_SUFFIX, ENDS_ALPHA, ENDS_HEH, STARTS_ALPHA, NUMBER, MONTH = (1 << bit for bit in range(8))
"""What a word can be, as bits of its flags."""
SHAPES = "item date time year decimal d1 d2 d3 d4 ordinal fraction scale one word".split()
"""A number's shape is the bit of the place that it has here."""

BREAK = chr(0xFDD0)
"""The token between sentences: a code point that Unicode keeps for uses like this and no text should have."""
BREAK_WORD, AND_WORD = 0, 1
"""The numbers of the word that BREAK stands for and of «و»."""

LIMIT = 1 << 18
"""Tokens that are kept; with their words they take about 80 MB."""
# With longer words than news has it is full before it has as many: addresses and noise can be of any length.
_MEAN_LENGTH = 16


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
    bias : the row of BREAK_WORD, so that every sentence has its bias in it; shape (n_labels,).
    neighbours : the number of every word that is known beside a number; other words have 0.
    limit : tokens that are kept.

    `flags`, `shapes`, `neighbours` and, one a label, `rows` are columns by word.
    """

    def __init__(
        self, weigh: Callable[[Sequence[str]], Floats], bias: Floats, neighbours: Mapping[str, int], limit: int
    ) -> None:
        self._weigh = weigh
        self._codes = neighbours
        self._limit = limit
        self._lookups = self._misses = 0
        self._characters = 0
        self._clock = 0
        self._spelling: list[str] = []
        self._words = _Numbers()
        self.flags = np.zeros(0, np.uint8)
        self.shapes = np.zeros(0, np.uint16)
        self.neighbours = np.zeros(0, np.int64)
        self.rows = [np.zeros(0) for _ in bias]
        self._words[BREAK], self._words[AND]
        self._fill_words()
        self.flags[BREAK_WORD] = 0
        for column, value in zip(self.rows, bias, strict=True):
            column[BREAK_WORD] = value
        self._joined = _Numbers()
        self._joined_words = np.zeros(0, np.int64)
        self._tokens = Tokens(4 * limit)
        self._first = np.zeros(0, np.int64)
        self._count = np.zeros(0, np.int64)
        self._used = np.zeros(0, np.int64)
        # The word of a token that stands for one, else -1.
        self._only = np.zeros(0, np.int64)
        self._pieces = np.zeros(0, np.int64)
        self._n_pieces = 0

    def info(self) -> TableInfo:
        """Return size and hits since the lexicon was made."""
        return TableInfo(self._tokens.size, self._limit, self._lookups, self._misses)

    def words_of(self, text: str) -> Ints:
        """Return the numbers of the words of a text, affixes not joined; BREAK stands for BREAK_WORD."""
        found, new = self._tokens.numbers(text)
        self._lookups += len(found)
        if new:
            self._fill_tokens(new)
        self._clock += 1
        self._used[found] = self._clock
        words = self._only.take(found)
        return words if words.min() >= 0 else self._expanded(words, found)

    def written_together(self, first: Ints, second: Ints) -> Ints:
        """Return the numbers of the words that `first` and `second` make, all of shape (n_pairs,)."""
        keys = (first << 32 | second).tolist()
        found = np.fromiter(map(self._joined.__getitem__, keys), np.int64, len(keys))
        if new := self._joined.new:
            spelling = self._spelling
            made = [self._words[spelling[key >> 32] + spelling[key & 0xFFFFFFFF]] for key in new]
            self._joined_words = extended(self._joined_words, made, len(self._joined) - len(new))
            new.clear()
            self._fill_words()
        return self._joined_words[found]

    def make_room(self) -> None:
        """Halve the table, more than once if need be, where it is full; numbers that it gave are void then."""
        while max(self._tokens.size, len(self._joined), self._characters / _MEAN_LENGTH) > self._limit:
            used = self._used[: self._tokens.size]
            self._keep(used > np.median(used))

    def _keep(self, kept: NDArray[np.bool_]) -> None:
        tokens = np.flatnonzero(kept)
        words = self._pieces[self._places(tokens)]
        kept_words = np.zeros(len(self._words), bool)
        kept_words[[BREAK_WORD, AND_WORD]] = True
        kept_words[words] = True

        self._tokens.keep(kept)
        self._used = self._used[tokens]
        self._count = self._count[tokens]
        self._first = self._count.cumsum() - self._count
        self._pieces = kept_words.cumsum()[words] - 1
        self._only = np.where(self._count == 1, self._pieces[np.minimum(self._first, len(words) - 1)], -1)
        self._n_pieces = len(words)

        self._joined.clear()
        self._words.keep(kept_words)
        self._spelling = list(self._words)
        self._characters = sum(map(len, self._spelling))
        numbers = np.flatnonzero(kept_words)
        self.flags, self.shapes = self.flags[numbers], self.shapes[numbers]
        self.neighbours = self.neighbours[numbers]
        self.rows = [column[numbers] for column in self.rows]

    def _expanded(self, words: Ints, tokens: Ints) -> Ints:
        """Return `words` with all words of the tokens that do not stand for one, where it is below 0."""
        others = np.flatnonzero(words < 0)
        counts = np.ones(len(words), np.int64)
        counts[others] = self._count[tokens[others]]
        expanded = words.repeat(counts)
        expanded[expanded < 0] = self._pieces[self._places(tokens[others])]
        return expanded

    def _places(self, tokens: Ints) -> Ints:
        """Return where the pieces of tokens are, one token's after the other's."""
        counts = self._count[tokens]
        ends = counts.cumsum()
        total = int(ends[-1]) if len(ends) else 0
        return np.arange(total) + np.repeat(self._first[tokens] - ends + counts, counts)

    def _fill_tokens(self, new: Sequence[str]) -> None:
        found = [
            [BREAK_WORD] if token == BREAK else [self._words[word] for word in pieces(normalize(token))]
            for token in new
        ]
        start = self._tokens.size - len(new)
        counts = np.array([len(words) for words in found])
        self._count = extended(self._count, counts, start)
        self._first = extended(self._first, self._n_pieces + counts.cumsum() - counts, start)
        only = [words[0] if len(words) == 1 else -1 for words in found]
        self._only = extended(self._only, only, start)
        self._used = extended(self._used, np.zeros(len(new), np.int64), start)
        self._pieces = extended(self._pieces, list(chain.from_iterable(found)), self._n_pieces)
        self._n_pieces += int(counts.sum())
        self._misses += len(new)
        self._fill_words()

    def _fill_words(self) -> None:
        new = self._words.new
        start = len(self._spelling)
        self.flags = extended(self.flags, [_flags(word) for word in new], start)
        self.shapes = extended(self.shapes, [_shape_bit(word) for word in new], start)
        self.neighbours = extended(self.neighbours, [self._codes.get(neighbour(word), 0) for word in new], start)
        self.rows = [extended(*each, start) for each in zip(self.rows, self._weigh(new).T, strict=True)]
        self._spelling += new
        self._characters += sum(map(len, new))
        new.clear()
