"""fastText as its users run it: raw lines in, every label's probability out, from Python and from the command line."""

import subprocess
import tempfile
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from shutil import which

from training.contenders.base import SEED, CompareError, Labelled, Raced, given_of, labels_of, library
from training.evaluate import Given

_PREFIX = "__label__"


class FastTextLines(Raced):
    """One fastText model of all labels, one against all, on raw lines; Python's `predict` on a list, threshold .5."""

    def __init__(self, *, subwords: bool) -> None:
        library("fasttext")
        self.subwords = subwords
        self.name = f"fastText, {'words and subwords' if subwords else 'words'}"

    def fit(self, sentences: Labelled) -> None:
        """Train on raw lines, with the settings of `FastText` for the themes."""
        with tempfile.NamedTemporaryFile("w", encoding="utf-8", suffix=".txt") as file:
            for sentence in sentences:
                labels = " ".join(f"{_PREFIX}{label}" for label in labels_of(sentence))
                file.write(f"{labels} {_line(sentence.text)}\n")
            file.flush()
            self.model = library("fasttext").train_supervised(
                file.name,
                loss="ova",
                lr=0.5,
                epoch=25 if self.subwords else 10,
                dim=50,
                minn=3 if self.subwords else 0,
                maxn=6 if self.subwords else 0,
                bucket=200_000,
                seed=SEED,
                thread=1,
                verbose=0,
            )

    def predict(self, sentences: Labelled) -> Given:
        """Return the labels with a probability of .5 or more."""
        names, _ = self.model.predict([_line(sentence.text) for sentence in sentences], k=-1, threshold=0.5)
        return given_of([name.removeprefix(_PREFIX) for name in row] for row in names)

    def run(self, texts: Sequence[str]) -> Callable[[], object]:
        """Return what gives every label of every text its probability."""
        return partial(self.model.predict, list(texts), k=-1)


class FastTextCommand(Raced):
    """`fasttext predict-prob` from a file to a file, with its start; `folder` takes model and files.

    The command is that of the package `fasttext` of Debian and its kin: wheels have none.
    """

    on_file = True

    def __init__(self, lines: FastTextLines, folder: Path) -> None:
        if not (command := which("fasttext")):
            raise CompareError("the command fasttext is missing; install it with: apt-get install fasttext")
        self.command = command
        self.lines = lines
        self.folder = folder
        self.name = f"fasttext predict-prob, {'words and subwords' if lines.subwords else 'words'}"

    def fit(self, sentences: Labelled) -> None:
        """Write the model that `lines` has trained where the command finds it."""
        self.model = self.folder / f"fasttext-{self.lines.subwords:d}.bin"
        self.lines.model.save_model(str(self.model))

    def predict(self, sentences: Labelled) -> Given:
        """Return the labels that the command gives a probability of .5 or more."""
        answers: Path = self.run([sentence.text for sentence in sentences])()
        rows = []
        for line in answers.read_text("utf-8").splitlines():
            fields = line.split()
            pairs = zip(fields[::2], fields[1::2], strict=True)
            rows.append([name.removeprefix(_PREFIX) for name, value in pairs if float(value) >= 0.5])  # noqa: PLR2004  # as above
        return given_of(rows)

    def run(self, texts: Sequence[str]) -> Callable[[], Path]:
        """Write the texts to a file; return what answers it and returns the file of answers."""
        source, answers = self.folder / "lines.txt", self.folder / "answers.txt"
        source.write_text("".join(f"{_line(text)}\n" for text in texts), "utf-8")

        def answer() -> Path:
            with answers.open("wb") as out:
                subprocess.run([self.command, "predict-prob", self.model, source, "-1"], check=True, stdout=out)  # noqa: S603  # found above
            return answers

        return answer


def _line(text: str) -> str:
    return " ".join(text.split())
