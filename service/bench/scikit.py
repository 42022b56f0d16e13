"""The pipelines of scikit-learn that the model in use is folded from: the same tags, computed as most people would."""

import os
from collections.abc import Iterable, Sequence
from pathlib import Path

import joblib
import numpy as np
from sklearn.pipeline import Pipeline
from threadpoolctl import threadpool_limits

from labels import dataset
from labels.scheme import truth_of
from seeds.errors import BarchasbError
from seeds.text import words
from service.tagger import Tagger
from training import store
from training.fit import TASKS, pipeline_of
from training.model import Array, Codes, Model, codes_of
from training.units import Encoded

VARIABLE = "BARCHASB_BENCH_PIPELINES"
"""The environment variable that tells every server where `save` has put the pipelines."""


class BenchError(BarchasbError):
    """A comparison that cannot be made."""


class Unfolded(Model):
    """A model whose log odds come from fitted pipelines, one a task; the rest of it is `like` that of another."""

    def __init__(self, pipelines: Sequence[Pipeline], like: Model) -> None:
        super().__init__({}, like.bias, like.slopes, like.intercepts, like.thresholds)
        self.pipelines = pipelines

    def decision_function(self, sentences: Sequence[str] | Encoded) -> Array:
        """Return the log odds before calibration, shape (n_sentences, n_labels)."""
        given = sentences.decoded() if isinstance(sentences, Encoded) else sentences
        texts = [words(sentence) for sentence in given]
        return np.hstack([pipeline.decision_function(texts) for pipeline in self.pipelines])

    def codes(self, sentences: Sequence[str] | Encoded) -> tuple[Codes, Array]:
        """Return the tags as arrays: codes, shape (n_sentences,), and scores."""
        scores = self.calibrated(self.decision_function(sentences))
        return codes_of(scores, self.thresholds), scores


def save(path: Path, labels: Iterable[Path] | None = None, models: Path | None = None) -> None:
    """Fit the pipelines of the model in use again and write them.

    `labels` are what it was trained on, by default the labelled sentences of labels/.

    Raises ModelError where no sound model is in use, BenchError where it was trained on other sentences.
    """
    model, manifest = store.load(models)
    sentences = dataset.read(labels).sentences
    if len(sentences) != manifest.sentences:
        raise BenchError(
            f"model {manifest.version}: expected the {manifest.sentences} sentences that it was trained on, "
            f"got {len(sentences)}; train one with: make train"
        )
    texts = [words(sentence.text) for sentence in sentences]
    # One thread, as in training: with several, sums are rounded otherwise.
    with threadpool_limits(1):
        pipelines = [
            pipeline_of(task, [manifest.regularisation[label] for label in task.labels], manifest.seed).fit(
                texts, truth_of(sentences, task.labels)
            )
            for task in TASKS
        ]
    joblib.dump((Unfolded(pipelines, model), manifest.version), path)


def load() -> Tagger:
    """Return the tagger with the pipelines that `VARIABLE` names."""
    model, version = joblib.load(os.environ[VARIABLE])
    return Tagger(model, version)
