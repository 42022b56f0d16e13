"""The fitted weights folded into rows: the scores of many sentences from one pass over their letters.

It computes what the pipeline of `training.fit` computes on the words of each sentence, and a test holds the two
together: every distinct word of a sentence adds its row once, and every number adds what it and its neighbours weigh.
"""

from collections.abc import Mapping, Sequence

import numpy as np

from training.compiling import loops_for
from training.grams import Grams
from training.lexicon import Lexicon
from training.loops import Floats
from training.number_rows import NumberRows
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
    limit : tokens that are remembered.
    """

    def __init__(self, weights: Weights, bias: Floats, limit: int) -> None:
        nothing = ("", np.zeros((0, len(bias))))
        names, values = weights.get("word", nothing)
        self._words = dict(zip(names.split("\n"), range(len(values)), strict=False))
        # What has no weight is looked up as the last row, which is zero.
        self._word_weights = np.concatenate((values, np.zeros((1, len(bias)))))
        self._grams = Grams(*weights.get("char", nothing))
        names, values = weights.get("number", nothing)
        self._numbers = NumberRows(names, _on_grid(values))
        self._bias = _on_grid(bias)
        self._mark = 0
        self._wishes = np.empty(_WISHES, np.int64)
        self.lexicon = Lexicon(self.word_rows, len(bias), self._numbers.neighbours, limit)

    def word_rows(self, words: Sequence[str]) -> Floats:
        """Return the rows of words of the normal form, shape (n_words, n_labels)."""
        known = self._words
        rows: Floats = self._word_weights[[known.get(word_feature(word), -1) for word in words]]
        rows += self._grams.sums(words)
        return _on_grid(rows)

    def scores(self, sentences: Sequence[str]) -> Floats:
        """Return the log odds of sentences, shape (n_sentences, n_labels)."""
        lexicon, wishes = self.lexicon, self._wishes
        lexicon.make_room()
        found, counts = lexicon.tokens_of(sentences)
        chosen = loops_for(len(found))
        lengths = np.empty(len(sentences), np.int64)
        sums = np.empty((len(sentences), len(self._bias)))
        while True:
            line, wished = chosen.add_words(
                found, counts, lexicon.tokens, lexicon.words, self._bias, self._mark, sums, lengths, wishes
            )
            self._mark += len(sentences)
            if wished:
                lexicon.join(np.unique(wishes[:wished]).tolist())
                continue
            wished = chosen.add_numbers(line, lengths, lexicon.words, self._numbers.tables, sums, wishes)
            if not wished:
                return sums
            self._numbers.learn(np.unique(wishes[:wished]).tolist())
