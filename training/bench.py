"""`make bench`: speed beside quality, ours and others, in one run; then how our time and memory grow.

fastText, spaCy, Vowpal Wabbit and the sentence embeddings come with the extra `compare`, which nothing else installs.
"""

import argparse
import platform
import sys
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path

from threadpoolctl import threadpool_limits

from labels import dataset
from labels.scheme import SCORED, truth_of
from training import console, growth, memory, race, store
from training.contenders.base import CompareError, Labelled, Raced
from training.contenders.embeddings import Embeddings
from training.contenders.fasttext_lines import FastTextCommand, FastTextLines
from training.contenders.ours import Command, Ours, Pipelines
from training.contenders.spacy import SpaCy
from training.contenders.tutorial import Tutorial
from training.contenders.vowpal_wabbit import VowpalWabbit, VowpalWabbitFile
from training.corpus import recombined
from training.evaluate import measures
from training.race import say


def _split_all(texts: Sequence[str]) -> None:
    for text in texts:
        text.split()


def floors() -> list[race.Racer]:
    """Return the least that a tagger of words must do, to find them: thrown away, and kept."""
    return [
        race.Racer("floor: for text in texts: text.split()", lambda texts: lambda: _split_all(texts)),
        race.Racer("floor: [text.split() for text in texts]", lambda texts: lambda: [text.split() for text in texts]),
    ]


def contenders(ours: Ours, folder: Path) -> list[Raced]:
    """Return every contender, ours and our command first; `folder` takes their models and files.

    Raises CompareError where a library of the extra `compare` is missing. Without the command `fasttext`, which no
    package of Python has, its rows are left out, and standard error says so.
    """
    words, subwords = (FastTextLines(subwords=wanted) for wanted in (False, True))
    vowpal_wabbit = VowpalWabbit()
    found: list[Raced] = [
        ours,
        Command(ours, folder),
        words,
        subwords,
        vowpal_wabbit,
        VowpalWabbitFile(vowpal_wabbit, folder),
        Pipelines(ours),
        SpaCy(),
        Tutorial(),
        Embeddings(store.folder() / ".embeddings"),
    ]
    try:
        commands = [FastTextCommand(lines, folder) for lines in (words, subwords)]
    except CompareError as error:
        say(f"{error}; its rows are left out")
    else:
        found[4:4] = commands
    return found


def racer(contender: Raced, labelled: Labelled, on: Labelled) -> race.Racer:
    """Train a contender on `labelled`, score it on `on`, and return what times it."""
    say(f"{contender.name}: training on {len(labelled):,} sentences")
    contender.prepare([*labelled, *on])
    contender.fit(labelled)
    return race.Racer(contender.name, contender.run, contender.on_file, measures(truth_of(on), contender.predict(on)))


def bench(on: Labelled, arguments: argparse.Namespace) -> str:
    """Train, race and measure; return the tables as lines of text."""
    labelled = dataset.read().sentences
    raw = [sentence.text for sentence in labelled]
    with tempfile.TemporaryDirectory() as name, threadpool_limits(1):
        folder = Path(name)
        ours = Ours()
        racers = [racer(each, labelled, on) for each in contenders(ours, folder)]
        tagger, command = racers[:2]
        racers[2:2] = floors()
        texts = list(recombined(raw, arguments.sentences))
        with race.one_core():
            race.race(racers, texts, rounds=arguments.rounds, wanted=arguments.seconds)
        head = (
            f"{arguments.rounds} rounds, one core, {len(texts):,} distinct sentences, "
            f"Python {platform.python_version()}, F1 on {len(on):,} sentences"
        )
        sections = [f"{head}\n{race.table(racers, (tagger, command, racers[2]))}"]
        regularisation = dict(zip(map(str, SCORED), ours.fitted.regularisation, strict=True))
        file = folder / "many.txt"
        with file.open("w", encoding="utf-8") as out:
            out.writelines(f"{text}\n" for text in recombined(raw, arguments.scale))
        sections.append(
            growth.tables(
                ours.model,
                labelled,
                regularisation,
                texts,
                models=folder / "models",
                file=file,
                scale=arguments.scale,
                rounds=arguments.rounds,
            )
        )
        del texts
        say("memory")
        found = memory.measure(file, arguments.scale, folder / "models")
        sections.append(f"memory of a fresh process\n{memory.table(found)}")
    return "\n\n".join(sections)


def _number(kind: Callable[[str], float]) -> Callable[[str], float]:
    def read(text: str) -> float:
        value = kind(text)
        if not 0 < value < float("inf"):
            raise argparse.ArgumentTypeError(f"expected a number above 0, got {text}")
        return value

    return read


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="make bench", description="Measures speed beside quality.")
    parser.add_argument("on", type=Path, metavar="FILE", help="labelled sentences to score on (ON=FILE)")
    parser.add_argument("--rounds", type=_number(int), default=5, help="rounds of the race (ROUNDS=5)")
    parser.add_argument("--seconds", type=_number(float), default=1.5, help="of each contender in each round")
    parser.add_argument("--sentences", type=_number(int), default=300_000, help="that the race is run on, at most")
    parser.add_argument("--scale", type=_number(int), default=1_000_000, help="sentences and tokens of the last tables")
    return parser


def main(argv: Sequence[str] | None = None) -> int:
    """Measure; return 0, or 1 after an error, which is told on standard error."""
    arguments = _parser().parse_args(argv)
    return console.code_of("bench", lambda: print(bench(dataset.read_evaluation(arguments.on), arguments)))


if __name__ == "__main__":
    sys.exit(main())
