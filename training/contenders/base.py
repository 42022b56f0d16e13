"""What every contender has: it learns from labelled sentences and answers others."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Collection, Iterable, Sequence
from functools import partial
from importlib import import_module
from typing import Any

import numpy as np
from scipy import special

from labels.scheme import SCORED, LabelledSentence, truth_of
from seeds.errors import BarchasbError
from training import console
from training.evaluate import Given
from training.fit import Calibration, Scores, calibrate

SEED = 0
Labelled = Sequence[LabelledSentence]


class CompareError(BarchasbError):
    """A comparison that cannot be made."""


say = partial(console.say, "compare")
"""Tell a step on standard error."""


def library(name: str) -> Any:
    """Return a library of the extra `compare`.

    Raises CompareError where it is not installed.
    """
    try:
        return import_module(name)
    except ImportError as error:
        raise CompareError(f"{name} is not installed; install and compare with: make compare ON=FILE") from error


class Contender(ABC):
    """One way from labelled sentences to tags."""

    name: str

    def prepare(self, sentences: Labelled) -> float:
        """Do what every sentence needs, trained on or not; return the seconds of one core that each takes."""
        return 0.0

    @abstractmethod
    def fit(self, sentences: Labelled) -> None:
        """Learn from labelled sentences."""

    @abstractmethod
    def predict(self, sentences: Labelled) -> Given:
        """Return which label each sentence is given, shape (n_sentences, n_labels) with the labels of `SCORED`."""


class Raced(Contender):
    """A contender that `make bench` times too."""

    on_file = False
    """Whether it reads a file and writes one, in a process of its own that starts each time."""

    @abstractmethod
    def run(self, texts: Sequence[str]) -> Callable[[], object]:
        """Bring texts into the form that the contender takes; return what answers them, which alone is timed."""


def given_of(answers: Iterable[Collection[str]]) -> Given:
    """Return answers that are names of labels as an array of shape (n_sentences, n_labels)."""
    return np.array([[str(label) in answer for label in SCORED] for answer in answers])


def labels_of(sentence: LabelledSentence) -> list[str]:
    """Return the labels of `SCORED` that a sentence has, `none` where it has none.

    Learners of the command line take a line without a label for one to answer, not one to learn from.
    """
    return [str(label) for label in SCORED if sentence.has(label)] or ["none"]


class Calibrated(Contender):
    """A contender with log odds, whose thresholds are chosen as ours are: half of the best out-of-fold F1."""

    calibrations: Sequence[Calibration]

    @abstractmethod
    def scores(self, sentences: Labelled) -> Scores:
        """Return the log odds, shape (n_sentences, n_labels)."""

    def choose(self, out_of_fold: Scores, sentences: Labelled) -> None:
        """Choose calibration and thresholds on out-of-fold log odds, shape (n_sentences, n_labels)."""
        columns = zip(out_of_fold.T, truth_of(sentences).T, strict=True)
        self.calibrations = [calibrate(scores, truth) for scores, truth in columns]

    def predict(self, sentences: Labelled) -> Given:
        """Return the labels whose calibrated probability reaches the threshold."""
        slopes, intercepts, thresholds = np.array([[c.slope, c.intercept, c.threshold] for c in self.calibrations]).T
        given: Given = special.expit(self.scores(sentences) * slopes + intercepts) >= thresholds
        return given
