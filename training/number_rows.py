"""The number view folded into tables: what a number of each kind weighs beside its neighbours."""

import re
from collections.abc import Iterable
from itertools import chain, repeat

import numpy as np

from training.arrays import Arrays, Floats, Ints
from training.lexicon import SHAPES
from training.numbers import END, START, kind_of

# What `training.numbers.run_features` names: kind, sign, word and the word beyond. «#» is any kind, «#scale» the kind
# alone.
_FEATURE = re.compile("^#?([^<>\n]*)([<>]?)([^ \n]*) ?(.*)$", re.MULTILINE)


def _numbered(names: Iterable[str]) -> dict[str, int]:
    """Return a number from 1 on for each name; 0 is whatever was never seen, and no name."""
    distinct = dict.fromkeys(names)
    distinct.pop("", None)
    return dict(zip(distinct, range(1, len(distinct) + 1), strict=True))


class NumberRows:
    """What numbers weigh: a table by kind and word before, one by kind and word after, one by the two words after.

    `names` has the features of the number view, one a line, and `weights` theirs, shape (n_features, n_labels).
    `neighbours` numbers the words that are known beside a number, from 1 on; `tables` and `edges` (start and end) are
    what the loops read, as in `training.word_loops.Numbers`.
    """

    def __init__(self, names: str, weights: Floats) -> None:
        labels = np.flatnonzero(weights.any(axis=0))
        rows = weights[:, labels]
        kinds, signs, words, fars = zip(*_FEATURE.findall(names), strict=True)
        self._kinds = _numbered(kinds)
        self.neighbours = _numbered(chain(words, fars))

        def places(numbers: dict[str, int], column: Iterable[str]) -> Ints:
            return np.fromiter(map(numbers.get, column, repeat(0)), np.int64, len(rows))

        kind, word, far = places(self._kinds, kinds), places(self.neighbours, words), places(self.neighbours, fars)
        behind = places({">": 1}, signs)
        # Both tables in one; a feature without a kind, or without a word, holds for all of them.
        tables = np.zeros((2, len(self._kinds) + 1, len(self.neighbours) + 1, len(labels)))
        near = far == 0
        both, any_kind, any_word = near & (kind > 0) & (word > 0), near & (kind == 0), near & (word == 0)
        tables[behind[both], kind[both], word[both]] += rows[both]
        tables[behind[any_kind], :, word[any_kind]] += rows[any_kind, None]
        tables[behind[any_word], kind[any_word]] += rows[any_word, None]
        pairs = np.flatnonzero(far)
        keys = word[pairs] << 32 | far[pairs]
        order = keys.argsort()
        self._kind_of = np.full((1 << len(SHAPES), 2), -1)
        self.edges = self.neighbours.get(START, 0), self.neighbours.get(END, 0)
        self.tables: Arrays = (
            self._kind_of,
            *tables,
            # The first is that of no words, its row is zero.
            np.concatenate(([-1], keys[order])),
            np.concatenate((np.zeros((1, len(labels))), rows[pairs[order]])),
            labels,
        )

    def learn(self, asked: Iterable[int]) -> None:
        """Find the kinds of numbers, each given as twice the bits of its shapes, and 1 more where a month follows."""
        for each in asked:
            shapes, month = divmod(each, 2)
            names = [name for bit, name in enumerate(SHAPES) if shapes >> bit & 1]
            self._kind_of[shapes, month] = self._kinds.get(kind_of(names, before_month=bool(month)), 0)
