"""The fitted weights folded into rows: the scores of many sentences from one pass over their letters.

It computes what the pipeline of `training.fit` computes on the words of each sentence, and a test holds the two
together: every distinct word of a sentence adds its row once, and every number adds what it and its neighbours weigh.
"""

from collections.abc import Iterable, Mapping, Sequence
from itertools import chain, repeat

import numpy as np

from training.compiling import loops_for
from training.lexicon import Lexicon
from training.loops import Floats
from training.number_rows import NumberRows
from training.views import char_features, word_features

Weights = Mapping[str, tuple[Sequence[str], Floats]]
"""Per view the names of its features and their weights, shape (n_features, n_labels)."""

_GRID = 2.0**-40
"""Rows are multiples of it, so that sums below 2 ** 13 are exact and no order of adding changes a score."""
_WISHES = 4096
"""What the loops may ask for at once; what is more they ask for the next time."""


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
        self._bias = _on_grid(bias)
        self._mark = 0
        self._wishes = np.empty(_WISHES, np.int64)
        self.lexicon = Lexicon(self.word_rows, len(bias), self._numbers.neighbours, limit)

    def word_rows(self, words: Sequence[str]) -> Floats:
        """Return the rows of words of the normal form, shape (n_words, n_labels)."""
        return _on_grid(self._sums("word", map(word_features, words)) + self._sums("char", map(char_features, words)))

    def _sums(self, view: str, features: Iterable[Sequence[str]]) -> Floats:
        known, weights = self._features[view]
        found = list(features)
        owners = np.repeat(np.arange(len(found)), [len(names) for names in found])
        places = np.fromiter(map(known.get, chain.from_iterable(found), repeat(len(known))), np.int64, len(owners))
        # Rows first: to take from a column would copy the whole of it.
        return np.column_stack([np.bincount(owners, column, len(found)) for column in weights[places].T])

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
