"""The fitted weights folded into rows: the scores of many sentences from one pass over their letters.

It computes what the pipeline of `training.fit` computes on the words of each sentence, and a test holds the two
together: every distinct word of a sentence adds its row once, and every number adds what it and its neighbours weigh.
"""

from collections.abc import Mapping, Sequence
from functools import cached_property

import numpy as np

from training.arrays import Floats, Ints
from training.compiling import Score, compiled, interpreted, worth_compiling
from training.grams import Grams
from training.lexicon import Lexicon
from training.loops import ASKS, DONE, FRESH, FULL, LONG, PAIRS, Sigmoids, Work
from training.number_rows import NumberRows
from training.token_loops import SPACES, SPAN
from training.units import Encoded
from training.views import word_feature

Weights = Mapping[str, tuple[str, Floats]]
"""Per view the names of its features, one a line, and their weights, shape (n_features, n_labels)."""

_GRID = 2.0**-40
"""Rows are multiples of it, so that sums below 2 ** 13 are exact and no order of adding changes a score."""
_WISHES = 4096
"""What the loops may ask for at once; what is more they ask for the next time."""


def _on_grid(weights: Floats) -> Floats:
    found: Floats = np.rint(weights / _GRID)
    found *= _GRID
    return found


class Folded:
    """Scores sentences with the folded weights.

    Parameters
    ----------
    weights : the features of the views `word`, `char` and `number`; a view that is missing has none.
    bias : shape (n_labels,).
    sigmoids : what makes probabilities and tags of log odds.
    limit : tokens that are remembered.
    """

    def __init__(self, weights: Weights, bias: Floats, sigmoids: Sigmoids, limit: int) -> None:
        nothing = ("", np.zeros((0, len(bias))))
        names, values = weights.get("word", nothing)
        self._words = dict(zip(names.split("\n"), range(len(values)), strict=False))
        # What has no weight is looked up as the last row, which is zero.
        self._word_weights = np.concatenate((values, np.zeros((1, len(bias)))))
        self._grams = Grams(*weights.get("char", nothing))
        names, values = weights.get("number", nothing)
        self._numbers = NumberRows(names, _on_grid(values))
        self._bias = _on_grid(bias)
        self._sigmoids = Sigmoids(*(np.ascontiguousarray(each, np.float64) for each in sigmoids))
        self._mark = 0
        self.lexicon = Lexicon(self.word_rows, self._numbers.neighbours, limit)
        self._firsts = self._ends = self._codes = np.empty(0, np.int64)
        self._log_odds = self._scores = np.empty((0, len(bias)))
        empty = np.empty(0, np.int64)
        self._work = Work(empty, empty, empty, empty, np.empty(_WISHES, np.int64), empty, np.empty((0, SPAN), np.int64))

    def word_rows(self, words: Sequence[str]) -> Floats:
        """Return the rows of words of the normal form, shape (n_words, n_labels)."""
        known = self._words
        rows: Floats = self._word_weights[[known.get(word_feature(word), -1) for word in words]]
        rows += self._grams.sums(words)
        return _on_grid(rows)

    def scores(self, sentences: Encoded) -> tuple[Floats, Floats, Ints]:
        """Return the log odds of sentences, the probabilities, both of shape (n_sentences, n_labels), and the codes."""
        lexicon = self.lexicon
        lexicon.make_room()
        units, many = sentences.units, len(sentences)
        call = self._call if worth_compiling(units) else interpreted
        while True:
            self._reserve(units, many)
            self._firsts[:many], self._ends[:many] = sentences.firsts, sentences.ends
            multiplier, clock, free = lexicon.tokens.begin(units)
            room = lexicon.tokens.room
            numbers = (units, many, multiplier, clock, free, room, self._mark, *self._numbers.edges)
            arrays = (
                self._ends,
                SPACES,
                *lexicon.arrays,
                *self._numbers.tables,
                self._bias,
                *self._work,
                self._log_odds,
                self._firsts,
                *self._sigmoids,
                self._scores,
                self._codes,
            )
            count, asked = divmod(call(arrays, numbers, sentences.text), ASKS)
            self._mark += many
            if asked == DONE:
                lexicon.count(count)
                return self._log_odds[:many].copy(), self._scores[:many].copy(), self._codes[:many].copy()
            self._answer(asked, count)

    def _reserve(self, units: int, sentences: int) -> None:
        """Make room for what the loops write about so many units and sentences."""
        work = self._work
        # Every second unit can be a token, and in each sentence one more.
        if (tokens := (units + sentences) // 2 + 1) > len(work.found):
            found, spans = np.empty(2 * tokens, np.int64), np.empty((2 * tokens, SPAN), np.int64)
            work = work._replace(found=found, spans=spans)
        if sentences > len(self._ends):
            self._firsts, self._ends, self._codes, *each = np.empty((5, 2 * sentences), np.int64)
            work = work._replace(per_sentence=each[0], words_each=each[1])
            self._log_odds, self._scores = np.empty((2, 2 * sentences, len(self._bias)))
        if (room := self.lexicon.tokens.room) > len(work.fresh):
            work = work._replace(fresh=np.empty(2 * room, np.int64))
        self._work = work

    def _answer(self, asked: int, count: int) -> None:
        """Do what the loops ask for, so that they can go on."""
        wishes = self._work.wishes[:count]
        if asked in (FRESH, FULL):
            self.lexicon.take(self._work.fresh[:count])
            if asked == FULL:
                self.lexicon.tokens.grow()
        elif asked == LONG:
            self._work = self._work._replace(line=np.empty(2 * count, np.int64))
        elif asked == PAIRS:
            self.lexicon.join(np.unique(wishes).tolist())
        else:
            self._numbers.learn(np.unique(wishes).tolist())

    @cached_property
    def _call(self) -> Score:
        return compiled()
