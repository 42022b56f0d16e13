"""`make compare`: other ways to the same tags, trained on the same sentences, scored on the same file, in one table.

fastText and the sentence embeddings come with the extra `compare`, which nothing else installs.
"""

import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from time import perf_counter, process_time

from joblib import effective_n_jobs
from threadpoolctl import threadpool_limits

from labels import dataset
from labels.scheme import Theme, Type, truth_of
from seeds.text import words
from training import console, store
from training.contenders.base import CompareError, Contender, Labelled, say
from training.contenders.embeddings import Embeddings
from training.contenders.fasttext import FastText
from training.contenders.ours import Ours
from training.contenders.rules import Rules
from training.evaluate import Measure, macro_f1, measures


@dataclass(frozen=True, slots=True)
class Result:
    """What a contender reached, and the seconds of its training and of its answer to one sentence."""

    name: str
    found: Mapping[Theme | Type, Measure]
    training: float
    prediction: float


def result(contender: Contender, labelled: Labelled, on: Labelled) -> Result:
    """Train a contender on `labelled`, score it on `on`.

    Training may use every core and is timed by the clock on the wall; answers are timed on one core, after the
    contender has answered `labelled`: what it keeps of words it then has, as a server has.
    """
    # The work is spread over processes; threads of linear algebra inside one would only wait for each other.
    with threadpool_limits(1):
        each = contender.prepare([*labelled, *on])
        start = perf_counter()
        contender.fit(labelled)
        training = perf_counter() - start + each * len(labelled) / effective_n_jobs(-1)
        contender.predict(labelled)
        start = process_time()
        given = contender.predict(on)
        prediction = (process_time() - start) / len(on) + each
    return Result(contender.name, measures(truth_of(on), given), training, prediction)


def _times(value: float) -> str:
    return f"{value:,.0f}" if value >= 10 else f"{value:.2f}"  # noqa: PLR2004  # two or three digits are enough


def table(results: Sequence[Result]) -> str:
    """Return F1 and times of every contender as lines of text; the times are in units of the first one's."""
    heads = ("themes", *Theme, "type", "training", "answer")
    lines = [f"{'':46}" + "".join(f"{head:>11}" for head in heads)]
    for one in results:
        scores = [
            macro_f1(one.found, tuple(Theme)),
            *(one.found[theme].f1 for theme in Theme),
            macro_f1(one.found, tuple(Type)),
        ]
        times = [_times(one.training / results[0].training), _times(one.prediction / results[0].prediction)]
        lines.append(f"{one.name:46}" + "".join(f"{value:>11}" for value in [*(f"{f1:.3f}" for f1 in scores), *times]))
    lines.append(
        f"F1; themes and type are macro-F1; training and answer (to one sentence) as multiples of {results[0].name}"
    )
    return "\n".join(lines)


def every_contender() -> list[Contender]:
    """Return every contender, ours first.

    Raises CompareError where a library of the extra `compare` is missing.
    """
    return [
        Ours(),
        Rules(),
        *(FastText(subwords=subwords, folds=folds) for subwords in (False, True) for folds in (False, True)),
        Embeddings(store.folder() / ".embeddings"),
    ]


def compare(contenders: Iterable[Contender], labelled: Labelled, on: Labelled) -> list[Result]:
    """Return the result of each contender, trained on `labelled` and scored on `on`.

    Raises CompareError where sentences of `on` are among the labelled ones.
    """
    known = {tuple(words(sentence.text)) for sentence in labelled}
    if seen := [sentence.id for sentence in on if tuple(words(sentence.text)) in known]:
        raise CompareError(
            f"{seen[0]}: expected sentences that nothing is trained on, got {len(seen)} of labels/; take them out"
        )
    results = []
    for contender in contenders:
        say(f"{contender.name}: training on {len(labelled):,} sentences")
        results.append(result(contender, labelled, on))
    return results


def _show(paths: Sequence[Path]) -> None:
    if len(paths) != 1:
        raise CompareError(f"expected one labelled file, got {len(paths)}; name it: make compare ON=FILE")
    contenders = every_contender()
    on = dataset.read_evaluation(paths[0])
    print(table(compare(contenders, dataset.read().sentences, on)))


def main(argv: Sequence[str] | None = None) -> int:
    """Compare on the labelled file that is named; return 0, or 1 after an error, which is told on standard error."""
    names = sys.argv[1:] if argv is None else argv
    return console.code_of("compare", partial(_show, [Path(name) for name in names if name]))


if __name__ == "__main__":
    sys.exit(main())
