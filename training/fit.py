"""Labelled sentences become a fitted classifier: TF-IDF views, one linear classifier a label.

Whatever is chosen (regularisation, thresholds, calibration) is chosen on out-of-fold scores of grouped
cross-validation: sentences of one group are never on both sides of a split.
"""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np
from joblib import Parallel, delayed
from numpy.typing import NDArray
from scipy import sparse
from sklearn.base import BaseEstimator, ClassifierMixin, TransformerMixin
from sklearn.feature_extraction.text import CountVectorizer, TfidfTransformer
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import average_precision_score, precision_recall_curve
from sklearn.model_selection import StratifiedGroupKFold
from sklearn.pipeline import FeatureUnion, Pipeline, make_pipeline

from labels.scheme import SCORED, LabelledSentence, Theme, Type, truth_of
from seeds.errors import BarchasbError
from seeds.text import words
from training.model import Model
from training.views import THEME_VIEWS, TYPE_VIEWS, VIEWS

FOLDS = 5
REGULARISATION = (1.0, 3.0, 10.0, 30.0, 100.0)
"""The inverse strengths of regularisation (`C` of LogisticRegression) that are tried for each label."""

Scores = NDArray[np.float64]
Words = Sequence[Sequence[str]]


class TrainingError(BarchasbError):
    """Labelled sentences that no classifier can be trained on."""


class MeanLength(TransformerMixin, BaseEstimator):  # type: ignore[misc]  # scikit-learn ships no types
    """Divides a view by the mean euclidean length of its training rows.

    Unlike a normalisation of each row, this keeps a sentence's score a sum over its words.
    """

    def fit(self, X: sparse.csr_matrix, y: object = None) -> Self:  # noqa: N803  # scikit-learn's name
        """Learn the mean length of the rows of `X`, shape (n_sentences, n_features)."""
        self.length_ = float(np.sqrt(X.multiply(X).sum(axis=1)).mean()) or 1.0
        return self

    def transform(self, X: sparse.csr_matrix) -> sparse.csr_matrix:  # noqa: N803  # scikit-learn's name
        """Return `X` in units of the mean length."""
        return X / self.length_


class LinearLabels(ClassifierMixin, BaseEstimator):  # type: ignore[misc]  # scikit-learn ships no types
    """One logistic regression a label (one against the rest), each with a regularisation of its own.

    `C` holds one value a label.
    """

    def __init__(self, C: Sequence[float], seed: int = 0) -> None:  # noqa: N803  # scikit-learn's name
        self.C = C
        self.seed = seed

    def fit(self, X: sparse.csr_matrix, Y: NDArray[np.bool_]) -> Self:  # noqa: N803  # scikit-learn's name
        """Fit on `X`, shape (n_sentences, n_features), and `Y`, shape (n_sentences, n_labels)."""
        self.estimators_ = [
            LogisticRegression(C=c, solver="liblinear", random_state=self.seed).fit(X, Y[:, column])
            for column, c in enumerate(self.C)
        ]
        self.coef_ = np.vstack([estimator.coef_ for estimator in self.estimators_])
        self.intercept_ = np.concatenate([estimator.intercept_ for estimator in self.estimators_])
        return self

    def decision_function(self, X: sparse.csr_matrix) -> Scores:  # noqa: N803  # scikit-learn's name
        """Return the log odds, shape (n_sentences, n_labels)."""
        scores: Scores = np.column_stack([estimator.decision_function(X) for estimator in self.estimators_])
        return scores


@dataclass(frozen=True)
class Calibration:
    """What turns a label's log odds into a probability, and the probability from which the label is given.

    The probability is `1 / (1 + exp(-(slope * score + intercept)))` (Platt, 1999).
    """

    slope: float
    intercept: float
    threshold: float


@dataclass(frozen=True)
class Task:
    """Labels that are judged by the same views; `labels` are columns of every score array, see `SCORED`."""

    labels: tuple[Theme | Type, ...]
    views: tuple[str, ...]


TASKS = (Task(tuple(Theme), THEME_VIEWS), Task((Type.STATISTIC,), TYPE_VIEWS))
"""Together their labels are `SCORED`, in its order."""


@dataclass(frozen=True)
class Fitted:
    """Fitted pipelines, one a task, with what cross-validation chose and measured.

    `regularisation` and `calibrations` have one entry a label. `out_of_fold` are the log odds, shape
    (n_sentences, n_labels), that each sentence got from the folds it was not in.
    """

    pipelines: tuple[Pipeline, ...]
    regularisation: tuple[float, ...]
    calibrations: tuple[Calibration, ...]
    out_of_fold: Scores

    def decision_function(self, texts: Words) -> Scores:
        """Return the log odds of sentences given as words, shape (n_sentences, n_labels)."""
        return np.hstack([pipeline.decision_function(texts) for pipeline in self.pipelines])


def union_of(views: Sequence[str]) -> FeatureUnion:
    """Return the named TF-IDF views, unfitted; their input is the words of each sentence."""
    return FeatureUnion(
        [
            (name, make_pipeline(CountVectorizer(analyzer=VIEWS[name]), TfidfTransformer(norm=None), MeanLength()))
            for name in views
        ]
    )


def pipeline_of(task: Task, regularisation: Sequence[float], seed: int) -> Pipeline:
    """Return the pipeline of a task, unfitted; `regularisation` has one entry a label of the task."""
    return Pipeline([("views", union_of(task.views)), ("labels", LinearLabels(regularisation, seed))])


def folds_of(sentences: Sequence[LabelledSentence], seed: int) -> NDArray[np.int_]:
    """Return the fold of every sentence; groups stay together, label combinations are spread evenly."""
    kinds = [f"{'+'.join(sentence.themes)}/{sentence.type}" for sentence in sentences]
    # Combinations rarer than the folds cannot be spread; they count as one.
    seen = Counter(kinds)
    kinds = [kind if seen[kind] >= FOLDS else "rare" for kind in kinds]
    folds = np.zeros(len(sentences), dtype=int)
    splitter = StratifiedGroupKFold(FOLDS, shuffle=True, random_state=seed)
    for fold, (_, held_out) in enumerate(splitter.split(kinds, kinds, [sentence.group for sentence in sentences])):
        folds[held_out] = fold
    return folds


def _fold_scores(task: Task, texts: Words, y: NDArray[np.bool_], held_out: NDArray[np.bool_], seed: int) -> Scores:
    """Return the held-out sentences' scores, shape (n_regularisations, n_held_out, n_labels)."""
    union = union_of(task.views)
    train = union.fit_transform([text for text, out in zip(texts, held_out, strict=True) if not out])
    test = union.transform([text for text, out in zip(texts, held_out, strict=True) if out])
    return np.stack(
        [
            LinearLabels([c] * len(task.labels), seed).fit(train, y[~held_out]).decision_function(test)
            for c in REGULARISATION
        ]
    )


def calibrate(scores: Scores, truth: NDArray[np.bool_]) -> Calibration:
    """Fit Platt's sigmoid on out-of-fold scores of one label, and find the threshold of the best F1.

    For calibrated probabilities that is half of the best F1 (Lipton, Elkan and Naryanaswamy, 2014, «Optimal
    thresholding of classifiers to maximize F1 measure»). The place where the curve of a sample happens to peak
    is near it and much noisier; see EXPERIMENTS.md.
    """
    sigmoid = LogisticRegression(C=1e6).fit(scores[:, None], truth)
    slope, intercept = float(sigmoid.coef_[0, 0]), float(sigmoid.intercept_[0])
    probabilities = 1 / (1 + np.exp(-(slope * scores + intercept)))
    precision, recall, _ = precision_recall_curve(truth, probabilities)
    best_f1 = float(np.max(2 * precision * recall / np.maximum(precision + recall, 1e-12)))
    return Calibration(slope, intercept, round(best_f1 / 2, 4))


def _require_groups(sentences: Sequence[LabelledSentence]) -> None:
    for label in SCORED:
        for value, what in ((True, "with"), (False, "without")):
            groups = {sentence.group for sentence in sentences if sentence.has(label) == value}
            if len(groups) < FOLDS:
                raise TrainingError(
                    f"labels: expected at least {FOLDS} groups {what} {label}, got {len(groups)}; label more sentences"
                )


def fit(sentences: Sequence[LabelledSentence], seed: int = 0, progress: Callable[[str], object] = str) -> Fitted:
    """Fit a classifier on labelled sentences; `progress` is told each step.

    Raises TrainingError where a label has too few groups with or without it for the folds.
    """
    _require_groups(sentences)
    texts = [words(sentence.text) for sentence in sentences]
    folds = folds_of(sentences, seed)
    jobs = [(task, fold) for task in TASKS for fold in range(FOLDS)]
    progress(f"cross-validation: {FOLDS} folds, {len(REGULARISATION)} regularisations, {len(SCORED)} labels")
    parts: list[Scores] = Parallel(n_jobs=-1)(
        delayed(_fold_scores)(task, texts, truth_of(sentences, task.labels), folds == fold, seed) for task, fold in jobs
    )
    tried = {task: np.zeros((len(REGULARISATION), len(sentences), len(task.labels))) for task in TASKS}
    for (task, fold), part in zip(jobs, parts, strict=True):
        tried[task][:, folds == fold] = part

    regularisation: dict[Theme | Type, float] = {}
    out_of_fold = []
    for task in TASKS:
        y = truth_of(sentences, task.labels)
        for column, label in enumerate(task.labels):
            precisions = [average_precision_score(y[:, column], scores[:, column]) for scores in tried[task]]
            best = int(np.argmax(precisions))
            regularisation[label] = REGULARISATION[best]
            out_of_fold.append(tried[task][best, :, column])
    progress(f"fitting on {len(sentences)} sentences")
    # Not in this process: here the threads of linear algebra would wait for each other.
    pipelines: list[Pipeline] = Parallel(n_jobs=-1)(
        delayed(pipeline_of(task, [regularisation[label] for label in task.labels], seed).fit)(
            texts, truth_of(sentences, task.labels)
        )
        for task in TASKS
    )
    scores: Scores = np.column_stack(out_of_fold)
    truth = truth_of(sentences)
    calibrations = tuple(calibrate(scores[:, column], truth[:, column]) for column in range(len(SCORED)))
    return Fitted(tuple(pipelines), tuple(regularisation.values()), calibrations, scores)


def folded(fitted: Fitted) -> Model:
    """Return the model that adds up what the fitted pipelines compute, without scikit-learn.

    A feature's weight is its coefficient times idf over the view's length; a label that does not use a view
    has weight 0 there.
    """
    features: dict[str, tuple[str, Scores]] = {}
    column = 0
    for task, pipeline in zip(TASKS, fitted.pipelines, strict=True):
        classifier: LinearLabels = pipeline["labels"]
        place = 0
        for name, view in pipeline["views"].transformer_list:
            counts, tfidf, length = (step for _, step in view.steps)
            names = counts.get_feature_names_out()
            coefficients = classifier.coef_[:, place : place + len(names)].T
            weights = features.setdefault(name, ("\n".join(names), np.zeros((len(names), len(SCORED)))))[1]
            weights[:, column : column + len(task.labels)] = coefficients * (tfidf.idf_ / length.length_)[:, None]
            place += len(names)
        column += len(task.labels)
    return Model(
        features,
        bias=np.concatenate([pipeline["labels"].intercept_ for pipeline in fitted.pipelines]),
        slopes=np.array([calibration.slope for calibration in fitted.calibrations]),
        intercepts=np.array([calibration.intercept for calibration in fitted.calibrations]),
        thresholds=np.array([calibration.threshold for calibration in fitted.calibrations]),
    )
