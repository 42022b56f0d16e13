"""The fitted weights folded into rows: the scores of many sentences from a few operations on whole arrays.

It computes what the pipeline of `training.fit` computes on the words of each sentence, and a test holds the two
together: every distinct word of a sentence adds its row once, and every number adds what it and its neighbours weigh.
Words of all sentences stand in one array, BREAK_WORD before each sentence and at the end.
"""

from collections.abc import Iterable, Mapping, Sequence
from itertools import chain, repeat

import numpy as np

from training.lexicon import (
    AND_WORD,
    BREAK,
    BREAK_WORD,
    ENDS_ALPHA,
    ENDS_HEH,
    HEH_SUFFIX,
    MONTH,
    NUMBER,
    PREFIX,
    STARTS_ALPHA,
    SUFFIX,
    Floats,
    Lexicon,
)
from training.number_rows import NumberRows
from training.numbers import END, START
from training.tokens import Ints
from training.views import char_features, word_features

Weights = Mapping[str, tuple[Sequence[str], Floats]]
"""Per view the names of its features and their weights, shape (n_features, n_labels)."""

_GRID = 2.0**-40
"""Rows are multiples of it, so that sums below 2 ** 13 are exact and no order of adding changes a score."""
_BREAK = f" {BREAK} "


def _on_grid(weights: Floats) -> Floats:
    return np.round(weights / _GRID) * _GRID


class Folded:
    """Scores sentences with the folded weights.

    Parameters
    ----------
    weights : the features of the views `word`, `char` and `number`; a view that is missing has none.
    bias : shape (n_labels,).
    limit : tokens that are remembered.
    """

    def __init__(self, weights: Weights, bias: Floats, limit: int) -> None:
        nothing: tuple[list[str], Floats] = ([], np.zeros((0, len(bias))))
        self._features = {
            # What has no weight is looked up as the last row, which is zero.
            view: ({name: place for place, name in enumerate(names)}, np.pad(values, ((0, 1), (0, 0))))
            for view, (names, values) in ((view, weights.get(view, nothing)) for view in ("word", "char"))
        }
        names, values = weights.get("number", nothing)
        self._numbers = NumberRows(names, _on_grid(values))
        self._start, self._end = (self._numbers.neighbours.get(edge, 0) for edge in (START, END))
        self.lexicon = Lexicon(self.word_rows, _on_grid(bias), self._numbers.neighbours, limit)

    def word_rows(self, words: Sequence[str]) -> Floats:
        """Return the rows of words of the normal form, shape (n_words, n_labels)."""
        return _on_grid(self._sums("word", map(word_features, words)) + self._sums("char", map(char_features, words)))

    def _sums(self, view: str, features: Iterable[Sequence[str]]) -> Floats:
        known, weights = self._features[view]
        found = list(features)
        owners = np.repeat(np.arange(len(found)), [len(names) for names in found])
        places = np.fromiter(map(known.get, chain.from_iterable(found), repeat(len(known))), np.int64, len(owners))
        return np.column_stack([np.bincount(owners, column.take(places), len(found)) for column in weights.T])

    def scores(self, sentences: Sequence[str]) -> Floats:
        """Return the log odds of sentences, shape (n_sentences, n_labels)."""
        if not sentences:
            return np.empty((0, len(self.lexicon.rows)))
        self.lexicon.make_room()
        words = self._joined(self._words(sentences))
        breaks = words == BREAK_WORD
        owners = breaks.cumsum() - 1
        keys = owners << 32 | words
        keys.sort()
        distinct = np.concatenate(([True], keys[1:] != keys[:-1]))
        words_once = (keys & 0xFFFFFFFF)[distinct]
        starts = np.flatnonzero(words_once == BREAK_WORD)
        columns = [np.add.reduceat(column.take(words_once), starts) for column in self.lexicon.rows]
        sums: Floats = np.column_stack(columns)[: len(sentences)]
        self._add_numbers(sums, words, owners)
        return sums

    def _words(self, sentences: Sequence[str]) -> Ints:
        # Two breaks at the end: what comes after the last number may be looked at.
        words = self.lexicon.words_of(f"{BREAK} {_BREAK.join(sentences)}{_BREAK}{BREAK}")
        if np.count_nonzero(words == BREAK_WORD) == len(sentences) + 2:
            return words
        return self._words([" ".join(token for token in each.split() if token != BREAK) for each in sentences])

    def _joined(self, words: Ints) -> Ints:
        """Return the words with affixes that stand alone written to theirs, as `seeds.text.join_affixes` does it."""
        flags = self.lexicon.flags.take(words)
        affixes = np.flatnonzero(flags & (PREFIX | SUFFIX | HEH_SUFFIX))
        if not len(affixes):
            return words
        kinds, before = flags[affixes], flags[affixes - 1]
        to_last = ((kinds & SUFFIX != 0) & (before & ENDS_ALPHA != 0)) | (
            (kinds & HEH_SUFFIX != 0) & (before & ENDS_HEH != 0)
        )
        prefixes = affixes[kinds & PREFIX != 0]
        after = prefixes + 1
        joins = flags[after] & STARTS_ALPHA != 0
        if len(prefixes) > 1 and (prefixes[1:] == after[:-1]).any():
            # A prefix that a prefix has taken takes nothing itself.
            for place in np.flatnonzero(prefixes[1:] == after[:-1]) + 1:
                joins[place] &= not joins[place - 1]
        taken = np.zeros(len(words), bool)
        taken[affixes[to_last]] = True
        taken[after[joins]] = True
        while (ends := np.flatnonzero(taken)).size:
            # Of words that follow each other the first is joined first.
            ends = ends[~taken[ends - 1]]
            words = words.copy()
            words[ends - 1] = self.lexicon.written_together(words[ends - 1], words[ends])
            rest = np.ones(len(words), bool)
            rest[ends] = False
            words, taken = words[rest], taken[rest]
        return words

    def _add_numbers(self, sums: Floats, words: Ints, owners: Ints) -> None:
        """Add what the numbers of the words weigh to the sums of their sentences."""
        lexicon = self.lexicon
        parts = np.flatnonzero(lexicon.flags.take(words) & NUMBER)
        if not len(parts):
            return
        gaps = np.diff(parts)
        connected = (gaps == 1) | ((gaps == 2) & (words[parts[:-1] + 1] == AND_WORD))  # noqa: PLR2004  # «و» between
        firsts = np.flatnonzero(np.concatenate(([True], ~connected)))
        starts = parts[firsts]
        ends = parts[np.concatenate((firsts[1:] - 1, [len(parts) - 1]))] + 1
        before, after = words[starts - 1], words[ends]
        beyond = np.where(after == BREAK_WORD, BREAK_WORD, words[ends + 1])
        neighbours = lexicon.neighbours
        rows = self._numbers(
            np.bitwise_or.reduceat(lexicon.shapes[words[parts]], firsts),
            (
                np.where(before == BREAK_WORD, self._start, neighbours[before]),
                np.where(after == BREAK_WORD, self._end, neighbours[after]),
                np.where(beyond == BREAK_WORD, self._end, neighbours[beyond]),
            ),
            (lexicon.flags[after] & MONTH != 0).astype(np.int64),
        )
        # Numbers of one sentence follow each other.
        found = owners[starts]
        first = np.flatnonzero(np.diff(found, prepend=-1))
        sums[np.ix_(found[first], self._numbers.labels)] += np.add.reduceat(rows, first)
