"""The fitted model that serves: sentences in, tags out, without scikit-learn.

The classifier is additive: a sentence's score is a sum over its words, and over its numbers with their
neighbours, plus a bias. `training.folding` adds them up.
"""

import math
from collections.abc import Callable, Iterator, Sequence
from functools import cached_property, partial
from itertools import islice
from pathlib import Path
from threading import Lock
from typing import Any, NamedTuple, cast

import numpy as np
from numpy.typing import NDArray

from labels.scheme import SCORED, Theme, Type
from seeds.text import words
from training.compiling import worth_compiling
from training.folding import Folded
from training.lexicon import LIMIT, TableInfo
from training.loops import Sigmoids, calibrate
from training.numbers import run_features, runs
from training.units import Encoded, encoded

Array = NDArray[np.float64]
Codes = NDArray[np.int64]
"""A set of labels each: bit n stands for the n-th of SCORED."""

_SENTENCES = 1024
"""Sentences that are scored at once; fewer spend their time on overhead, more in slower memory."""
_UNITS = 1 << 20
"""UTF-16 units of sentences that are scored at once, so that long ones need no more memory than many."""

_NO_CODES = np.empty(0, np.int64)
_BITS = 1 << np.arange(len(SCORED))

LABELS_OF = [
    (
        tuple(theme for bit, theme in enumerate(Theme) if code >> bit & 1),
        Type.STATISTIC if code >> len(Theme) else Type.RHETORIC,
    )
    for code in range(1 << len(SCORED))
]
"""The themes and the type that each code stands for."""
_THEMES, _TYPES = zip(*LABELS_OF, strict=True)


class Tag(NamedTuple):
    """What the model answers about a sentence; `scores` are probabilities in the order of `SCORED`."""

    themes: tuple[Theme, ...]
    type: Type
    scores: tuple[float, ...]


_TAG_OF = cast("Callable[[tuple[object, ...]], Tag]", partial(tuple.__new__, Tag))


def tags_of(codes: Codes, scores: Array) -> list[Tag]:
    """Return the tags that codes, shape (n_sentences,), and scores, shape (n_sentences, n_labels), stand for."""
    given = codes.tolist()
    fields = zip(
        map(_THEMES.__getitem__, given),
        map(_TYPES.__getitem__, given),
        zip(*scores.T.tolist(), strict=True),
        strict=True,
    )
    # `Tag(...)` and `Tag._make` take one and a half times as long.
    return list(map(_TAG_OF, fields))


def codes_of(scores: Array, thresholds: Array) -> Codes:
    """Return which labels scores give by some thresholds, shape (n_sentences,)."""
    codes: Codes = (scores >= thresholds).dot(_BITS)
    return codes


class Contribution(NamedTuple):
    """What one word, or a number with its neighbours, adds to the log odds of each of `SCORED`."""

    word: str
    weights: tuple[float, ...]


class Model:
    """A fitted model.

    Parameters
    ----------
    features : per view (`word`, `char`, `number`) the names of its features, one a line, and their weights, shape
        (n_features, n_labels).
    bias : shape (n_labels,).
    slopes, intercepts : Platt's sigmoid of each label, shape (n_labels,).
    thresholds : the probability from which each label is given, shape (n_labels,).
    limit : tokens of which the model remembers what they add.

    One model may be used by several threads; they wait for each other.

    Raises ValueError for arrays of other shapes.
    """

    def __init__(
        self,
        features: dict[str, tuple[str, Array]],
        bias: Array,
        slopes: Array,
        intercepts: Array,
        thresholds: Array,
        *,
        limit: int = LIMIT,
    ) -> None:
        self.features = features
        self.bias = bias
        self.slopes = slopes
        self.intercepts = intercepts
        self.thresholds = thresholds
        self._limit = limit
        self._check()
        self._begin()

    def _check(self) -> None:
        """Look at the shapes, for machine code does not."""
        labels = len(SCORED)
        shapes: dict[str, tuple[Array, tuple[int, ...]]] = {
            name: (getattr(self, name), (labels,)) for name in ("bias", "slopes", "intercepts", "thresholds")
        }
        for view, (names, weights) in self.features.items():
            shapes[f"weights of {view}"] = weights, (len(names.split("\n")) if names else 0, labels)
        for name, (array, shape) in shapes.items():
            if array.shape != shape:
                raise ValueError(f"{name}: expected an array of shape {shape}, got {array.shape}")

    def _begin(self) -> None:
        self._sigmoids = Sigmoids(self.slopes, self.intercepts, self.thresholds)
        self._folded = Folded(self.features, self.bias, self._sigmoids, self._limit)
        self._lock = Lock()

    def __getstate__(self) -> dict[str, Any]:
        # What is remembered stays here, and so does the lock.
        return {name: value for name, value in vars(self).items() if name not in ("_folded", "_lock")}

    def __setstate__(self, state: dict[str, Any]) -> None:
        vars(self).update(state)
        self._begin()

    def to_state(self) -> dict[str, Any]:
        """Return what `from_state` makes the same model of: strings and arrays only."""
        return {
            "features": self.features,
            "bias": self.bias,
            "slopes": self.slopes,
            "intercepts": self.intercepts,
            "thresholds": self.thresholds,
        }

    @classmethod
    def from_state(cls, state: dict[str, Any], limit: int = LIMIT) -> "Model":
        """Return the model of a state that `to_state` gave; it remembers `limit` tokens."""
        return cls(**state, limit=limit)

    @classmethod
    def load(cls, models: Path | None = None) -> "Model":
        """Return the model in use; `models` is the folder of the models, as `training.store` has it.

        Raises ModelError where there is no sound one.
        """
        # The store makes models of what it reads, so it imports this module.
        from training import store  # noqa: PLC0415

        return store.load(models)[0]

    def prepare(self) -> None:
        """Do now what the first sentences would wait for: load machine code, and meet the words of the model.

        It takes about half a second, and some fifteen more where no process of this machine has made the code before.
        """
        worth_compiling.expect(math.inf)
        self.tag(self.features["word"][0].split("\n") if "word" in self.features else [""])

    def tag(self, sentences: Sequence[str]) -> list[Tag]:
        """Return the tag of each sentence."""
        return tags_of(*self.codes(sentences))

    def codes(self, sentences: Sequence[str] | Encoded) -> tuple[Codes, Array]:
        """Return the tags as arrays, without an object for each: codes, shape (n_sentences,), and scores."""
        _, scores, codes = self._scores(sentences)
        return codes, scores

    def predict_proba(self, sentences: Sequence[str] | Encoded) -> Array:
        """Return the calibrated probabilities, rounded to `DECIMALS`, shape (n_sentences, n_labels)."""
        return self._scores(sentences)[1]

    def calibrated(self, scores: Array) -> Array:
        """Return the probabilities that log odds stand for, both of shape (n_sentences, n_labels)."""
        found, codes = np.empty_like(scores), np.empty(len(scores), np.int64)
        calibrate(scores, self._sigmoids, found, codes)
        return found

    def decision_function(self, sentences: Sequence[str] | Encoded) -> Array:
        """Return the log odds before calibration, shape (n_sentences, n_labels)."""
        return self._scores(sentences)[0]

    def _scores(self, sentences: Sequence[str] | Encoded) -> tuple[Array, Array, Codes]:
        """Return log odds, probabilities and codes."""
        parts = [self._chunk(chunk) for chunk in _chunks(sentences)]
        if len(parts) == 1:
            return parts[0]
        log_odds, scores, codes = zip(*parts, strict=True) if parts else ((), (), ())
        nothing = np.empty((0, len(SCORED)))
        return (
            np.concatenate([nothing, *log_odds]),
            np.concatenate([nothing, *scores]),
            np.concatenate([_NO_CODES, *codes]),
        )

    def _chunk(self, chunk: Encoded) -> tuple[Array, Array, Codes]:
        # The table of words belongs to one chunk at a time.
        with self._lock:
            try:
                return self._folded.scores(chunk)
            except BaseException:
                # Whoever stops it may go on with the model: what was half learned would be wrong for good.
                self._folded = Folded(self.features, self.bias, self._sigmoids, self._limit)
                raise

    def explain(self, sentence: str) -> list[Contribution]:
        """Return what each word of a sentence adds to the log odds; with the bias they sum to them.

        The words are those of the normal form, each once; the numbers, which their neighbours give a meaning,
        stand behind them as entries of their own.
        """
        found = words(sentence)
        distinct = list(dict.fromkeys(found))
        parts = [*zip(distinct, self._folded.word_rows(distinct), strict=True)]
        weights = self._number_weights
        for start, end in runs(found):
            row = sum((weights[name] for name in run_features(found, start, end) if name in weights), 0 * self.bias)
            parts.append((" ".join(found[start:end]), row))
        return [Contribution(name, tuple(row.tolist())) for name, row in parts]

    @cached_property
    def _number_weights(self) -> dict[str, Array]:
        if "number" not in self.features:
            return {}
        names, weights = self.features["number"]
        return dict(zip(names.split("\n"), weights, strict=True))

    def table_info(self) -> TableInfo:
        """Return how many tokens the model remembers, and how often it was asked for one that it did."""
        return self._folded.lexicon.info()


def _chunks(sentences: Sequence[str] | Encoded) -> Iterator[Encoded]:
    if isinstance(sentences, Encoded):
        for start in range(0, len(sentences), _SENTENCES):
            yield from _parts(sentences.part(start, start + _SENTENCES))
    else:
        # Encoded one after the other: all at once would be as large again as what is given.
        rest = iter(sentences)
        while chunk := list(islice(rest, _SENTENCES)):
            yield from _parts(encoded(chunk))


def _parts(chunk: Encoded) -> Iterator[Encoded]:
    if len(chunk) > 1 and chunk.units > _UNITS:
        middle = len(chunk) // 2
        yield from _parts(chunk.part(0, middle))
        yield from _parts(chunk.part(middle, len(chunk)))
    else:
        yield chunk
