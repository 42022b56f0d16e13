"""Vowpal Wabbit's own multilabel reduction on the words of raw lines, from Python and from file to file."""

import random
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from labels.scheme import SCORED
from training.contenders.base import SEED, Labelled, Raced, given_of, labels_of, library
from training.evaluate import Given

_EPOCHS = 10
_NAMES = [*map(str, SCORED), "none"]
_SETTINGS = f"--multilabel_oaa {len(_NAMES)} --loss_function logistic -b 22 --quiet"
# What separates features from each other, from their weights and from names of groups.
_SIGNS = str.maketrans(":|\n\r", "    ")


class VowpalWabbit(Raced):
    """One model of all labels, one against all, a bag of words in 2 ** 22 buckets; one `predict` a text."""

    name = "Vowpal Wabbit, Python"

    def __init__(self) -> None:
        library("vowpalwabbit")

    def fit(self, sentences: Labelled) -> None:
        """Learn for some epochs, the same for the same sentences."""
        self.workspace: Any = library("vowpalwabbit").Workspace(_SETTINGS)
        lines = [
            f"{','.join(str(_NAMES.index(label)) for label in labels_of(sentence))} {_features(sentence.text)}"
            for sentence in sentences
        ]
        generator = random.Random(SEED)  # noqa: S311  # the order of examples
        for _ in range(_EPOCHS):
            generator.shuffle(lines)
            for line in lines:
                self.workspace.learn(line)

    def predict(self, sentences: Labelled) -> Given:
        """Return the labels that Vowpal Wabbit gives."""
        answers = [self.workspace.predict(_features(sentence.text)) for sentence in sentences]
        return given_of([_NAMES[place] for place in answer] for answer in answers)

    def run(self, texts: Sequence[str]) -> Callable[[], object]:
        """Return what answers texts one by one."""
        return lambda: [self.workspace.predict(_features(text)) for text in texts]


class VowpalWabbitFile(Raced):
    """The same model over a file that is in Vowpal Wabbit's form already; `folder` takes model and files.

    The wheel's `python -m vowpalwabbit` is the command line `vw`.
    """

    name = "Vowpal Wabbit, file to file"
    on_file = True

    def __init__(self, python: VowpalWabbit, folder: Path) -> None:
        self.python = python
        self.folder = folder

    def fit(self, sentences: Labelled) -> None:
        """Write the model that `python` has trained where the command finds it."""
        self.model = self.folder / "vowpal-wabbit.model"
        self.python.workspace.save(str(self.model))

    def predict(self, sentences: Labelled) -> Given:
        """Return the labels that the command writes."""
        answers = self.run([sentence.text for sentence in sentences])().read_text("utf-8").splitlines()
        return given_of([_NAMES[int(place)] for place in line.split(",") if place.strip()] for line in answers)

    def run(self, texts: Sequence[str]) -> Callable[[], Path]:
        """Write the texts to a file; return what answers it and returns the file of answers."""
        source, answers = self.folder / "examples.txt", self.folder / "labels.txt"
        source.write_text("".join(f"{_features(text)}\n" for text in texts), "utf-8")
        options = ["-t", "-i", str(self.model), "-d", str(source), "-p", str(answers), "--quiet"]

        def answer() -> Path:
            subprocess.run([sys.executable, "-m", "vowpalwabbit", *options], check=True)  # noqa: S603  # the wheel's own command
            return answers

        return answer


def _features(text: str) -> str:
    return f"| {text.translate(_SIGNS)}"
