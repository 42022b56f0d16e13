"""The fitted model that serves: sentences in, tags out, without scikit-learn.

The classifier is additive: a sentence's score is a sum over its words, and over its numbers with their
neighbours, plus a bias. So a word's row of weights is computed once, when the word is first met, and
kept in a bounded table.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, islice
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from labels.scheme import SCORED, Theme, Type
from seeds.text import join_affixes, normalize, pieces
from training.numbers import run_features, runs
from training.views import char_features, word_features

Array = NDArray[np.float64]

DECIMALS = 4
"""Scores are rounded to this many places before the threshold is applied, so that what is shown decides."""

# A table of rows is dropped when it has this many entries: numbers and names must not fill the memory.
_TABLE_SIZE = 200_000
# Longer tokens are met once; keeping them would cost memory and win nothing.
_LONGEST_KEPT = 64
_CHUNK = 2_000
"""Sentences that are scored at once; more would not be faster, only larger."""


@dataclass(frozen=True, slots=True)
class Tag:
    """What the model answers about a sentence; `scores` are probabilities in the order of `SCORED`."""

    themes: tuple[Theme, ...]
    type: Type
    scores: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Contribution:
    """What one word, or a number with its neighbours, adds to the log odds of each of `SCORED`."""

    word: str
    weights: tuple[float, ...]


class Model:
    """A fitted model.

    Parameters
    ----------
    features : per view (`word`, `char`, `number`) the weights of each feature, shape (n_labels,).
    bias : shape (n_labels,).
    slopes, intercepts : Platt's sigmoid of each label, shape (n_labels,).
    thresholds : the probability from which each label is given, shape (n_labels,).
    """

    def __init__(
        self,
        features: dict[str, tuple[list[str], Array]],
        bias: Array,
        slopes: Array,
        intercepts: Array,
        thresholds: Array,
    ) -> None:
        self.features = features
        self.bias = bias
        self.slopes = slopes
        self.intercepts = intercepts
        self.thresholds = thresholds
        self._places = {
            view: {feature: place for place, feature in enumerate(names)} for view, (names, _) in features.items()
        }
        self._words: dict[str, Array] = {}
        self._runs: dict[tuple[str, ...], Array] = {}
        self._tokens: dict[str, tuple[str, ...]] = {}

    def to_state(self) -> dict[str, Any]:
        """Return what `from_state` makes the same model of: strings and arrays only."""
        return {
            "features": {view: ("\n".join(names), weights) for view, (names, weights) in self.features.items()},
            "bias": self.bias,
            "slopes": self.slopes,
            "intercepts": self.intercepts,
            "thresholds": self.thresholds,
        }

    @classmethod
    def from_state(cls, state: dict[str, Any]) -> "Model":
        """Return the model of a state that `to_state` gave."""
        features = {view: (names.split("\n"), weights) for view, (names, weights) in state["features"].items()}
        return cls(features, state["bias"], state["slopes"], state["intercepts"], state["thresholds"])

    @classmethod
    def load(cls, models: Path | None = None) -> "Model":
        """Return the model in use; `models` is the folder of the models, as `training.store` has it.

        Raises ModelError where there is no sound one.
        """
        # The store makes models of what it reads, so it imports this module.
        from training import store  # noqa: PLC0415

        return store.load(models)[0]

    def tag(self, sentences: Sequence[str]) -> list[Tag]:
        """Return the tag of each sentence."""
        tags = []
        for scores in self.predict_proba(sentences):
            given = scores >= self.thresholds
            tags.append(
                Tag(
                    tuple(theme for theme, has in zip(Theme, given, strict=False) if has),
                    Type.STATISTIC if given[-1] else Type.RHETORIC,
                    tuple(scores.tolist()),
                )
            )
        return tags

    def predict_proba(self, sentences: Sequence[str]) -> Array:
        """Return the calibrated probabilities, rounded to `DECIMALS`, shape (n_sentences, n_labels)."""
        return self.calibrated(self.decision_function(sentences))

    def calibrated(self, scores: Array) -> Array:
        """Return the probabilities that log odds stand for, both of shape (n_sentences, n_labels)."""
        # tanh instead of exp: no overflow however large the score.
        return np.round(0.5 * (1.0 + np.tanh(0.5 * (self.slopes * scores + self.intercepts))), DECIMALS)

    def decision_function(self, sentences: Sequence[str]) -> Array:
        """Return the log odds before calibration, shape (n_sentences, n_labels)."""
        rest = iter(sentences)
        parts = []
        while chunk := list(islice(rest, _CHUNK)):
            parts.append(self._chunk_scores(chunk))
        return np.concatenate(parts) if parts else np.empty((0, len(SCORED)))

    def explain(self, sentence: str) -> list[Contribution]:
        """Return what each word of a sentence adds to the log odds; with the bias they sum to them.

        The words are those of the normal form, each once; the numbers, which their neighbours give a meaning,
        stand behind them as entries of their own.
        """
        return [Contribution(name, tuple(row.tolist())) for name, row in self._rows(self._normal(sentence))]

    def _chunk_scores(self, sentences: Sequence[str]) -> Array:
        rows: list[Array] = []
        starts = []
        for sentence in sentences:
            starts.append(len(rows))
            # The bias comes first, so no sentence is without a row.
            rows.append(self.bias)
            rows.extend(row for _, row in self._rows(self._normal(sentence)))
        # Each segment is summed in order, whatever stands before and after it in the batch.
        return np.add.reduceat(np.array(rows), starts, axis=0)

    def _normal(self, sentence: str) -> list[str]:
        tokens = self._tokens
        if len(tokens) > _TABLE_SIZE:
            tokens.clear()
        found = []
        for token in sentence.split():
            if (parts := tokens.get(token)) is None:
                parts = tuple(pieces(normalize(token)))
                if len(token) <= _LONGEST_KEPT:
                    tokens[token] = parts
            found.append(parts)
        return join_affixes(chain.from_iterable(found))

    def _rows(self, words: Sequence[str]) -> Iterator[tuple[str, Array]]:
        for word in dict.fromkeys(words):
            yield word, self._word_row(word)
        for start, end in runs(words):
            yield " ".join(words[start:end]), self._run_row(words, start, end)

    def _word_row(self, word: str) -> Array:
        row = self._words.get(word)
        if row is None:
            if len(self._words) > _TABLE_SIZE:
                self._words.clear()
            row = self._sum("word", word_features(word)) + self._sum("char", char_features(word))
            if len(word) <= _LONGEST_KEPT:
                self._words[word] = row
        return row

    def _run_row(self, words: Sequence[str], start: int, end: int) -> Array:
        # The places tell a number at an edge of the sentence from one inside it.
        key = (*words[max(start - 1, 0) : end + 2], str(start and 1), str(len(words[end : end + 2])))
        row = self._runs.get(key)
        if row is None:
            if len(self._runs) > _TABLE_SIZE:
                self._runs.clear()
            row = self._sum("number", run_features(words, start, end))
            if len(key) <= _LONGEST_KEPT:
                self._runs[key] = row
        return row

    def _sum(self, view: str, features: Sequence[str]) -> Array:
        places = self._places[view]
        weights = self.features[view][1]
        total = np.zeros(len(SCORED))
        for feature in features:
            if (place := places.get(feature)) is not None:
                total += weights[place]
        return total
