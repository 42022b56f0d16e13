"""What a tutorial on Persian text would do: hazm's Normalizer and scikit-learn, both as they come."""

from collections.abc import Callable, Sequence
from functools import partial

import numpy as np
from hazm import Normalizer
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.multiclass import OneVsRestClassifier
from sklearn.pipeline import make_pipeline

from labels.scheme import truth_of
from training.contenders.base import Labelled, Raced
from training.evaluate import Given


class Tutorial(Raced):
    """hazm's Normalizer, TF-IDF of words, one logistic regression a label; threshold .5."""

    name = "hazm Normalizer, scikit-learn"

    def fit(self, sentences: Labelled) -> None:
        """Fit on the normalised texts."""
        self.normalizer = Normalizer()
        self.pipeline = make_pipeline(TfidfVectorizer(), OneVsRestClassifier(LogisticRegression()))
        self.pipeline.fit(self._normalised([one.text for one in sentences]), truth_of(sentences).astype(int))

    def predict(self, sentences: Labelled) -> Given:
        """Return the labels that the pipeline gives."""
        return np.asarray(self._answer([sentence.text for sentence in sentences]), dtype=bool)

    def run(self, texts: Sequence[str]) -> Callable[[], object]:
        """Return what normalises and labels texts."""
        return partial(self._answer, texts)

    def _normalised(self, texts: Sequence[str]) -> list[str]:
        return [self.normalizer.normalize(text) for text in texts]

    def _answer(self, texts: Sequence[str]) -> object:
        return self.pipeline.predict(self._normalised(texts))
