"""How good tags are: precision, recall, F1 and support of each label, beside two simple rules."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.metrics import precision_recall_fscore_support

from labels.keywords import has_keyword
from labels.scheme import SCORED, LabelledSentence, Theme, Type, truth_of
from seeds.text import words
from training.model import Model

Given = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Measure:
    """How well one label was given; `support` is the number of sentences that have it."""

    precision: float
    recall: float
    f1: float
    support: int


def evaluate(model: Model, sentences: Sequence[LabelledSentence]) -> dict[Theme | Type, Measure]:
    """Return the measures of a model's tags on labelled sentences."""
    given = model.predict_proba([sentence.text for sentence in sentences]) >= model.thresholds
    return measures(truth_of(sentences), given)


def measures(truth: Given, given: Given) -> dict[Theme | Type, Measure]:
    """Return the measure of every theme and of both types.

    Both arrays have shape (n_sentences, n_labels) with the labels of `SCORED`. What is not defined
    (precision of a label never given, recall of one that never occurs) is 0.
    """
    columns = {label: (truth[:, place], given[:, place]) for place, label in enumerate(SCORED)}
    columns[Type.RHETORIC] = tuple(~column for column in columns[Type.STATISTIC])  # type: ignore[assignment]  # two
    found = {}
    for label, (true, got) in columns.items():
        precision, recall, f1, _ = precision_recall_fscore_support(true, got, average="binary", zero_division=0)
        found[label] = Measure(float(precision), float(recall), float(f1), int(true.sum()))
    return found


def macro_f1(found: Mapping[Theme | Type, Measure], labels: Sequence[Theme | Type]) -> float:
    """Return the mean F1 of some labels."""
    return float(np.mean([found[label].f1 for label in labels]))


def summary(found: Mapping[Theme | Type, Measure], n: int, model: str) -> dict[str, Any]:
    """Return the measures as `barchasb evaluate --json` prints them, rounded to four places."""

    def part(labels: Sequence[Theme | Type]) -> dict[str, Any]:
        each = {str(label): {key: round(value, 4) for key, value in asdict(found[label]).items()} for label in labels}
        return {"macro_f1": round(macro_f1(found, labels), 4), **each}

    return {"themes": part(tuple(Theme)), "type": part(tuple(Type)), "n": n, "model": model}


def baseline(sentences: Sequence[LabelledSentence]) -> Given:
    """Return what two rules answer, shape (n_sentences, n_labels).

    A theme is given where a word begins with one of its keywords, a statistic where a word begins with a digit.
    They learn nothing, so the folds of a cross-validation do not change their answers.
    """
    rows = []
    for sentence in sentences:
        found = words(sentence.text)
        themes = [has_keyword(found, theme) for theme in Theme]
        rows.append([*themes, any(word[0].isdigit() for word in found)])
    return np.array(rows)
