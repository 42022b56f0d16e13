"""fastText on the words of our normal form."""

import tempfile
from collections.abc import Iterable
from typing import Any

import numpy as np
from joblib import Parallel, delayed
from scipy import special

from labels.scheme import SCORED, Theme
from seeds.text import words
from training.contenders.base import SEED, Calibrated, Labelled, library
from training.evaluate import Given
from training.fit import FOLDS, TASKS, Calibration, Scores, Task, folds_of


class FastText(Calibrated):
    """fastText (Joulin et al., 2017) on the words of our normal form: one against all for themes, softmax for type.

    Without `folds` every threshold is .5.
    """

    def __init__(self, *, subwords: bool, folds: bool) -> None:
        library("fasttext")
        self.subwords = subwords
        self.folds = folds
        what = "words and subwords" if subwords else "words"
        self.name = f"fastText, {what}, {'thresholds of folds' if folds else 'threshold .5'}"

    def fit(self, sentences: Labelled) -> None:
        """Train both tasks on all sentences, and first on all but each fold where `folds` are wanted."""
        self.calibrations = [Calibration(1.0, 0.0, 0.5) for _ in SCORED]
        if self.folds:
            folds = folds_of(sentences, SEED)
            parts: list[Scores] = Parallel(n_jobs=-1)(
                delayed(_fasttext_fold)(sentences, folds == fold, subwords=self.subwords) for fold in range(FOLDS)
            )
            out_of_fold = np.zeros((len(sentences), len(SCORED)))
            for fold, part in enumerate(parts):
                out_of_fold[folds == fold] = part
            self.choose(out_of_fold, sentences)
        self.models = [_fasttext(sentences, task, subwords=self.subwords) for task in TASKS]

    def scores(self, sentences: Labelled) -> Scores:
        """Return the log odds, shape (n_sentences, n_labels)."""
        return _fasttext_scores(self.models, sentences)


def _fasttext(sentences: Labelled, task: Task, *, subwords: bool) -> Any:
    """Return a fastText model of one task, the same for the same sentences."""
    themes = task.labels == tuple(Theme)
    with tempfile.NamedTemporaryFile("w", encoding="utf-8", suffix=".txt") as file:
        for sentence in sentences:
            # fastText leaves out a line without a label.
            labels = (sentence.themes or ("none",)) if themes else (sentence.type,)
            file.write(" ".join([*(f"__label__{label}" for label in labels), *words(sentence.text)]) + "\n")
        file.flush()
        return library("fasttext").train_supervised(
            file.name,
            loss="ova" if themes else "softmax",
            # Of five rates and numbers of epochs, those of the best average precision in two of the folds.
            lr=0.5 if themes else 0.1,
            epoch=10 if themes and not subwords else 25,
            dim=50,
            minn=3 if subwords else 0,
            maxn=6 if subwords else 0,
            bucket=200_000,
            seed=SEED,
            thread=1,
            verbose=0,
        )


def _fasttext_scores(models: Iterable[Any], sentences: Labelled) -> Scores:
    """Return the log odds of the models of `TASKS`, shape (n_sentences, n_labels)."""
    texts = [" ".join(words(sentence.text)) for sentence in sentences]
    columns = []
    for task, model in zip(TASKS, models, strict=True):
        names, values = model.predict(texts, k=-1)
        found = [dict(zip(*row, strict=True)) for row in zip(names, values, strict=True)]
        columns += [[row[f"__label__{label}"] for row in found] for label in task.labels]
    # By its module: a worker of `python -m` cannot unpickle a function of C that was imported by name.
    scores: Scores = special.logit(np.clip(np.array(columns, dtype=float).T, 1e-6, 1 - 1e-6))
    return scores


def _fasttext_fold(sentences: Labelled, held_out: Given, *, subwords: bool) -> Scores:
    """Return the log odds of the held-out sentences, shape (n_held_out, n_labels); `held_out` has (n_sentences,)."""
    train = [sentence for sentence, out in zip(sentences, held_out, strict=True) if not out]
    test = [sentence for sentence, out in zip(sentences, held_out, strict=True) if out]
    return _fasttext_scores([_fasttext(train, task, subwords=subwords) for task in TASKS], test)
