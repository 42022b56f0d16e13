"""The model of this project, its command, and the pipelines that it is folded from."""

import os
import subprocess
import sys
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

from labels.scheme import SCORED, truth_of
from seeds.text import words
from training import store
from training.contenders.base import SEED, Labelled, Raced, say
from training.evaluate import Given
from training.fit import fit, folded


class Ours(Raced):
    """The model of this project, as `make train` makes it."""

    name = "barchasb"

    def fit(self, sentences: Labelled) -> None:
        """Fit and fold; raises TrainingError for too few sentences."""
        self.fitted = fit(sentences, SEED, say)
        self.model = folded(self.fitted)

    def predict(self, sentences: Labelled) -> Given:
        """Return the model's tags."""
        given: Given = self.model.predict_proba([sentence.text for sentence in sentences]) >= self.model.thresholds
        return given

    def run(self, texts: Sequence[str]) -> Callable[[], object]:
        """Return what tags a list of texts."""
        return partial(self.model.tag, texts)

    def save(self, sentences: Labelled, models: Path) -> None:
        """Put the model in use in a folder of models of its own, without a report."""
        about = {
            "seed": SEED,
            "sentences": len(sentences),
            "labels": dict(zip(map(str, SCORED), truth_of(sentences).sum(axis=0).tolist(), strict=True)),
            "thresholds": dict(zip(map(str, SCORED), self.model.thresholds.tolist(), strict=True)),
            "regularisation": dict(zip(map(str, SCORED), self.fitted.regularisation, strict=True)),
            "scores": {},
        }
        store.use(store.save(self.model, about, lambda _: None, models).version, models)


class Pipelines(Raced):
    """scikit-learn's pipelines that our model is folded from: the same features, the same answers."""

    name = "scikit-learn, the same features"

    def __init__(self, ours: Ours) -> None:
        self.ours = ours

    def fit(self, sentences: Labelled) -> None:
        """Learn nothing more: our model has fitted them."""

    def predict(self, sentences: Labelled) -> Given:
        """Return the labels whose calibrated probability reaches our threshold."""
        scores = self.ours.fitted.decision_function([words(sentence.text) for sentence in sentences])
        given: Given = self.ours.model.calibrated(scores) >= self.ours.model.thresholds
        return given

    def run(self, texts: Sequence[str]) -> Callable[[], object]:
        """Return what computes the log odds of texts."""
        return lambda: self.ours.fitted.decision_function([words(text) for text in texts])


def tagging(models: Path, source: Path, tags: Path, jobs: int) -> Callable[[], object]:
    """Return what tags the lines of a file with so many processes of our command, and returns the file of tags."""
    barchasb = Path(sys.executable).with_name("barchasb")
    command: list[str | Path] = [barchasb, "tag", "--lines", source, "-o", tags, "--jobs", str(jobs)]
    environment = {**os.environ, "BARCHASB_MODELS": str(models)}

    def answer() -> Path:
        subprocess.run(command, check=True, env=environment)  # noqa: S603  # our own command
        return tags

    return answer


class Command(Raced):
    """`barchasb tag --lines` from a file to a file of JSON, with its start; `folder` takes model and files."""

    name = "barchasb tag --lines FILE -o OUT"
    on_file = True

    def __init__(self, ours: Ours, folder: Path) -> None:
        self.ours = ours
        self.folder = folder

    def fit(self, sentences: Labelled) -> None:
        """Write our model where the command finds it."""
        self.ours.save(sentences, self.folder / "models")

    def predict(self, sentences: Labelled) -> Given:
        """Return our model's tags: the command writes the same, and a test holds them together."""
        return self.ours.predict(sentences)

    def run(self, texts: Sequence[str]) -> Callable[[], object]:
        """Write the texts to a file; return what tags it and returns the file of tags."""
        source = self.folder / "texts.txt"
        source.write_text("".join(f"{text}\n" for text in texts), "utf-8")
        return tagging(self.folder / "models", source, self.folder / "tags.jsonl", jobs=1)
