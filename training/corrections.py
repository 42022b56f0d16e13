"""What corrections would teach a model, on labelled sentences that it has not seen.

Some of the sentences stand for corrections: they come into a folder of labels, and through the strict reader into
training, as corrections do. Regularisation, calibration and thresholds stay as they are, so that each point costs one
fit and shows what the sentences alone give.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from joblib import Parallel, delayed
from sklearn.pipeline import Pipeline

from labels import dataset, folder
from labels.drafts import Draft
from labels.scheme import SCORED, LabelledSentence, Theme, Type, truth_of
from seeds.errors import BarchasbError
from seeds.text import words
from training.evaluate import Given, Measure, macro_f1, measures
from training.fit import TASKS, Calibration, Fitted, LinearLabels, folded, union_of
from training.model import Array, Model

SIZES = (0, 100, 200, 300)
"""How many sentences are taken as corrections."""
ORDERS = 6
"""How often it is drawn which ones; the rest is small, so that one order says little."""
_LEAST = 50
"""Sentences that must be left to score on."""


class LearnError(BarchasbError):
    """A file that shows nothing about corrections."""


@dataclass(frozen=True)
class Choices:
    """What stays as it is while sentences come: `regularisation` by label, and the calibration of `model`."""

    model: Model
    regularisation: Mapping[str, float]
    seed: int = 0


@dataclass(frozen=True)
class Curve:
    """What models reach on `rest` sentences after so many corrections, in each order.

    `found[order][place]` are the measures after `sizes[place]` corrections.
    """

    sizes: tuple[int, ...]
    rest: int
    found: Sequence[Sequence[Mapping[Theme | Type, Measure]]]

    def f1(self, labels: Sequence[Theme | Type]) -> Array:
        """Return the mean F1 of some labels, shape (n_orders, n_sizes)."""
        return np.array([[macro_f1(measure, labels) for measure in order] for order in self.found])


def unseen(sentences: Sequence[LabelledSentence], labelled: Sequence[LabelledSentence]) -> list[LabelledSentence]:
    """Return the sentences that are not among the labelled ones, each once."""
    seen = {tuple(words(sentence.text)) for sentence in labelled}
    found = []
    for sentence in sentences:
        if (key := tuple(words(sentence.text))) not in seen:
            seen.add(key)
            found.append(sentence)
    return found


def learn(
    files: Sequence[Path],
    sentences: Sequence[LabelledSentence],
    choices: Choices,
    *,
    sizes: tuple[int, ...] = SIZES,
    orders: int = ORDERS,
) -> Curve:
    """Return the curve of corrections that come to the labelled sentences of `files`.

    Corrections are drawn from `sentences`, which must not be among those of `files`.

    Raises LearnError where too few are left to score on.
    """
    if (rest := len(sentences) - max(sizes)) < _LEAST:
        raise LearnError(
            f"expected at least {max(sizes) + _LEAST} sentences that no training has seen, got {len(sentences)}; "
            "name a larger file"
        )
    random = np.random.default_rng(choices.seed)
    drawn = [random.permutation(len(sentences)) for _ in range(orders)]
    # Without corrections every order has the same model.
    jobs = [drawn[0][:0], *(order[:size] for order in drawn for size in sizes if size)]
    given: list[Given] = Parallel(n_jobs=-1)(
        delayed(_given)(files, [sentences[place] for place in job], sentences, choices) for job in jobs
    )
    truth = truth_of(sentences)
    later = iter(given[1:])
    found = []
    for order in drawn:
        left = order[max(sizes) :]
        steps = [next(later) if size else given[0] for size in sizes]
        found.append([measures(truth[left], step[left]) for step in steps])
    return Curve(sizes, rest, found)


def _given(
    files: Sequence[Path],
    corrections: Sequence[LabelledSentence],
    sentences: Sequence[LabelledSentence],
    choices: Choices,
) -> Given:
    """Return what a model that has learnt from corrections too gives to sentences, shape (n_sentences, n_labels)."""
    with TemporaryDirectory() as temporary:
        path = Path(temporary) / "corrections.jsonl"
        names = [f"correction-{number}" for number in range(len(corrections))]
        rows = [
            Draft.of(replace(sentence, id=name, group=name, register="correction")).to_dict()
            for name, sentence in zip(names, corrections, strict=True)
        ]
        folder.write_rows(path, rows)
        labelled = dataset.read([*files, path] if rows else files).sentences
    texts = [words(sentence.text) for sentence in labelled]
    pipelines = tuple(
        Pipeline(
            [
                ("views", union_of(task.views)),
                ("labels", LinearLabels([choices.regularisation[label] for label in task.labels], choices.seed)),
            ]
        ).fit(texts, truth_of(labelled, task.labels))
        for task in TASKS
    )
    model = choices.model
    fitted = Fitted(
        pipelines,
        tuple(choices.regularisation.values()),
        tuple(map(Calibration, model.slopes, model.intercepts, model.thresholds)),
        out_of_fold=np.empty((0, len(SCORED))),
    )
    given: Given = folded(fitted).predict_proba([sentence.text for sentence in sentences]) >= model.thresholds
    return given
