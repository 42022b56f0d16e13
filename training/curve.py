"""The learning curve: what more sentences give."""

from collections.abc import Mapping, Sequence

import numpy as np
from joblib import Parallel, delayed
from sklearn.metrics import average_precision_score

from labels.scheme import SCORED, LabelledSentence, truth_of
from seeds.text import words
from training.evaluate import Given
from training.fit import TASKS, LinearLabels, Task, Words, folds_of, union_of
from training.model import Array

_SHARES = (0.25, 0.5)
"""The shares of the groups that the learning curve is learnt from, beside all of them, which cross-validation did.

Three quarters would cost as much as these two together and lie between points that are known.
"""
_HELD_OUT = 0
"""The fold that the learning curve is scored on."""


def learning_curve(
    sentences: Sequence[LabelledSentence], out_of_fold: Array, regularisation: Mapping[str, float], seed: int
) -> tuple[list[int], dict[str, list[float]]]:
    """Return numbers of sentences, and each label's average precision when it has learnt from as many.

    `out_of_fold` are the log odds of cross-validation with the same seed, shape (n_sentences, n_labels).

    Every point is scored on the same held-out fold and fitted with the regularisation that was chosen on all
    sentences, so that the curve costs two fits of a part. Average precision needs no threshold, which a part of the
    sentences would put elsewhere. It is not a number where a part has no sentence with the label, or none without.
    """
    texts = [words(sentence.text) for sentence in sentences]
    held_out = folds_of(sentences, seed) == _HELD_OUT
    groups = np.array([sentence.group for sentence in sentences])
    order = np.random.default_rng(seed).permutation(np.unique(groups[~held_out]))
    # Each part has all groups of the one before, so that the curve shows what more sentences give.
    parts = [~held_out & np.isin(groups, order[: round(share * len(order))]) for share in _SHARES]
    jobs = [(part, task) for part in parts for task in TASKS]
    scored: list[Array] = Parallel(n_jobs=-1)(
        delayed(_part_scores)(
            task, [regularisation[label] for label in task.labels], texts,
            truth_of(sentences, task.labels), part, held_out, seed,
        )
        for part, task in jobs
    )  # fmt: skip
    steps = [np.hstack(scored[place : place + len(TASKS)]) for place in range(0, len(jobs), len(TASKS))]
    steps.append(out_of_fold[held_out])
    truth = truth_of(sentences)[held_out]
    return [int(part.sum()) for part in (*parts, ~held_out)], {
        str(label): [_average_precision(truth[:, place], scores[:, place]) for scores in steps]
        for place, label in enumerate(SCORED)
    }


def _part_scores(  # noqa: PLR0917  # what a process of its own must be told
    task: Task, regularisation: Sequence[float], texts: Words, y: Given, part: Given, held_out: Given, seed: int
) -> Array:
    """Return the held-out sentences' log odds, shape (n_held_out, n_labels of the task)."""
    union = union_of(task.views)
    train = union.fit_transform([text for text, learnt in zip(texts, part, strict=True) if learnt])
    test = union.transform([text for text, out in zip(texts, held_out, strict=True) if out])
    scores = np.full((test.shape[0], len(task.labels)), np.nan)
    both = [column for column in range(len(task.labels)) if 0 < y[part, column].sum() < part.sum()]
    if both:
        fitted = LinearLabels([regularisation[column] for column in both], seed).fit(train, y[part][:, both])
        scores[:, both] = fitted.decision_function(test)
    return scores


def _average_precision(truth: Given, scores: Array) -> float:
    return float(average_precision_score(truth, scores)) if truth.any() and not np.isnan(scores).any() else np.nan
