"""The number view folded into tables: what a number of each kind weighs beside its neighbours."""

from collections.abc import Iterable, Sequence

import numpy as np

from training.lexicon import SHAPES
from training.loops import Floats
from training.numbers import END, START, kind_of
from training.tokens import Arrays


def _parsed(name: str) -> tuple[str, str, str, str]:
    """Return kind, sign, word and the word beyond of a feature that `training.numbers.run_features` named."""
    sign = next((sign for sign in "<>" if sign in name), "")
    kind, _, words = name.partition(sign) if sign else (name, "", "")
    word, _, beyond = words.partition(" ")
    # «#» is any kind, «#scale» the kind alone.
    return kind.removeprefix("#") if not sign or kind == "#" else kind, sign, word, beyond


class NumberRows:
    """What numbers weigh: a table by kind and word before, one by kind and word after, one by the two words after.

    `neighbours` numbers the words that are known beside a number, from 1 on; `tables` and `edges` (start and end) are
    what the loops read, as in `training.loops.Numbers`.
    """

    def __init__(self, names: Sequence[str], weights: Floats) -> None:
        labels = np.flatnonzero(weights.any(axis=0))
        features = [_parsed(name) for name in names]
        # 0 is whatever was never seen.
        self._kinds = {kind: n for n, kind in enumerate(dict.fromkeys(k for k, *_ in features if k), 1)}
        words = dict.fromkeys(word for _, _, *both in features for word in both if word)
        self.neighbours = {word: n for n, word in enumerate(words, 1)}
        shape = (len(self._kinds) + 1, len(words) + 1, len(labels))
        tables = {"<": np.zeros(shape), ">": np.zeros(shape)}
        farther = {-1: np.zeros(len(labels))}
        for (kind, sign, word, far), row in zip(features, weights[:, labels], strict=True):
            if far:
                farther[self.neighbours[word] << 32 | self.neighbours[far]] = row
            else:
                # A feature without a kind, or without a word, holds for all of them.
                kinds = self._kinds[kind] if kind else slice(None)
                tables[sign or "<"][kinds, self.neighbours[word] if word else slice(None)] += row
        self._kind_of = np.full((1 << len(SHAPES), 2), -1)
        beyond = np.array([farther[key] for key in sorted(farther)])
        self.tables: Arrays = (self._kind_of, tables["<"], tables[">"], np.array(sorted(farther)), beyond, labels)
        self.edges = self.neighbours.get(START, 0), self.neighbours.get(END, 0)

    def learn(self, asked: Iterable[int]) -> None:
        """Find the kinds of numbers, each given as twice the bits of its shapes, and 1 more where a month follows."""
        for each in asked:
            shapes, month = divmod(each, 2)
            names = [name for bit, name in enumerate(SHAPES) if shapes >> bit & 1]
            self._kind_of[shapes, month] = self._kinds.get(kind_of(names, before_month=bool(month)), 0)
