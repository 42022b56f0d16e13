"""The number view folded into tables: what a number of each kind weighs beside its neighbours."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from training.lexicon import SHAPES, Floats
from training.numbers import kind_of
from training.tokens import Ints


def _parsed(name: str) -> tuple[str, str, str, str]:
    """Return kind, sign, word and the word beyond of a feature that `training.numbers.run_features` named."""
    sign = next((sign for sign in "<>" if sign in name), "")
    kind, _, words = name.partition(sign) if sign else (name, "", "")
    word, _, beyond = words.partition(" ")
    # «#» is any kind, «#scale» the kind alone.
    return kind.removeprefix("#") if not sign or kind == "#" else kind, sign, word, beyond


class NumberRows:
    """What numbers weigh: a table by kind and word before, one by kind and word after, one by the two words after.

    `neighbours` numbers the words that are known beside a number, from 1 on. `labels` are the columns of the labels
    that look at numbers, shape (n_labels_here,).
    """

    def __init__(self, names: Sequence[str], weights: Floats) -> None:
        self.labels = np.flatnonzero(weights.any(axis=0))
        features = [_parsed(name) for name in names]
        # 0 is whatever was never seen.
        self._kinds = {kind: n for n, kind in enumerate(dict.fromkeys(k for k, *_ in features if k), 1)}
        words = dict.fromkeys(word for _, _, *both in features for word in both if word)
        self.neighbours = {word: n for n, word in enumerate(words, 1)}
        shape = (len(self._kinds) + 1, len(words) + 1, len(self.labels))
        tables = {"<": np.zeros(shape), ">": np.zeros(shape)}
        beyond = {-1: np.zeros(len(self.labels))}
        for (kind, sign, word, far), row in zip(features, weights[:, self.labels], strict=True):
            if far:
                beyond[self._key(self.neighbours[word], self.neighbours[far])] = row
            else:
                # A feature without a kind, or without a word, holds for all of them.
                kinds = self._kinds[kind] if kind else slice(None)
                tables[sign or "<"][kinds, self.neighbours[word] if word else slice(None)] += row
        self._before, self._after = tables.values()
        self._beyond_keys = np.array(sorted(beyond))
        self._beyond = np.array([beyond[key] for key in sorted(beyond)])
        self._kind_of = np.full((1 << len(SHAPES), 2), -1)

    @staticmethod
    def _key(after: Any, beyond: Any) -> Any:
        return after << 32 | beyond

    def __call__(self, shapes: Ints, neighbours: tuple[Ints, Ints, Ints], before_month: Ints) -> Floats:
        """Return what numbers weigh, shape (n_numbers, n_labels_here).

        `shapes` are the bits of each number's shapes (see `training.lexicon.SHAPES`), `neighbours` the words before,
        after and beyond it, `before_month` 1 where a month follows; each of shape (n_numbers,).
        """
        before, after, beyond = neighbours
        kinds = self._kind_of[shapes, before_month]
        for place in np.flatnonzero(kinds < 0):
            names = [name for bit, name in enumerate(SHAPES) if shapes[place] >> bit & 1]
            kind = self._kinds.get(kind_of(names, before_month=bool(before_month[place])), 0)
            kinds[place] = self._kind_of[shapes[place], before_month[place]] = kind
        wanted = self._key(after, beyond)
        places = np.minimum(self._beyond_keys.searchsorted(wanted), len(self._beyond_keys) - 1)
        # The first key is that of no words, its row is zero.
        places[self._beyond_keys[places] != wanted] = 0
        total: Floats = self._before[kinds, before] + self._after[kinds, after] + self._beyond[places]
        return total
