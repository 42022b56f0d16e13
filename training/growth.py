"""How our time grows: with sentences, their length, distinct tokens, sentences trained on, and more cores."""

import random
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from pathlib import Path
from statistics import median

import numpy as np
from sklearn.pipeline import Pipeline

from labels.scheme import SCORED, truth_of
from seeds.text import words
from training.contenders.base import SEED, Labelled
from training.contenders.ours import tagging
from training.corpus import recombined, spelled
from training.fit import TASKS, Calibration, Fitted, LinearLabels, folded, union_of
from training.model import Model
from training.race import digits, one_core, say, seconds

_WORDS = 32
"""Words of a sentence of made up tokens, as many as news has."""

Row = tuple[str, ...]


def _rates(count: int, answer: Callable[[], object], rounds: int) -> list[float]:
    """Return how many of the `count` things that are answered are so in a second, a value a round."""
    return [count / seconds(answer) for _ in range(rounds)]


def _cells(found: Sequence[float]) -> Row:
    return digits(median(found)), digits(min(found)), digits(max(found))


def by_sentences(model: Model, texts: Sequence[str], counts: Iterable[int], rounds: int) -> list[Row]:
    """Return a row for each number of sentences, recombined from `texts`."""
    rows = []
    for count in counts:
        some = list(recombined(texts, count))
        model.tag(some)
        rows.append((f"{len(some):,}", *_cells(_rates(len(some), partial(model.tag, some), rounds))))
    return rows


def by_words(model: Model, texts: Sequence[str], lengths: Iterable[int], tokens: int, rounds: int) -> list[Row]:
    """Return a row for each number of words a sentence; all rows have about so many tokens in all."""
    rows = []
    for length in lengths:
        some = list(recombined(texts, max(1, tokens // length), (length, length)))
        model.tag(some)
        found = _rates(len(some), partial(model.tag, some), rounds)
        rows.append((f"{length:,}", *_cells(found), digits(median(found) * length)))
    return rows


def by_distinct_tokens(model: Model, counts: Iterable[int], tokens: int, rounds: int) -> list[Row]:
    """Return a row for each number of distinct tokens, with the share of tokens that the table knew.

    Every round begins with a model that has seen nothing.
    """
    rows = []
    state = model.to_state()
    for count in counts:
        texts = list(spelled(count, tokens, _WORDS))
        found = []
        for _ in range(rounds):
            fresh = Model.from_state(state)
            found += _rates(len(texts), partial(fresh.tag, texts), 1)
        info = fresh.table_info()
        rows.append((f"{count:,}", *_cells(found), f"{info.hit_rate:.4f}", f"{info.size:,}"))
    return rows


def by_training(
    labelled: Labelled, regularisation: Mapping[str, float], texts: Sequence[str], counts: Iterable[int], rounds: int
) -> list[Row]:
    """Return a row for each number of training sentences, drawn at random; nothing is chosen anew."""
    shuffled = list(labelled)
    random.Random(SEED).shuffle(shuffled)  # noqa: S311  # draws sentences
    rows = []
    for count in counts:
        model = fitted_on(shuffled[:count], regularisation)
        model.tag(texts)
        features = sum(len(weights) for _, weights in model.features.values())
        found = _rates(len(texts), partial(model.tag, texts), rounds)
        rows.append((f"{min(count, len(shuffled)):,}", *_cells(found), f"{features:,}"))
    return rows


def fitted_on(sentences: Labelled, regularisation: Mapping[str, float]) -> Model:
    """Return a model with a regularisation that is given; its probabilities are not calibrated."""
    texts = [words(sentence.text) for sentence in sentences]
    pipelines = tuple(
        Pipeline(
            [
                ("views", union_of(task.views)),
                ("labels", LinearLabels([regularisation[label] for label in task.labels], SEED)),
            ]
        ).fit(texts, truth_of(sentences, task.labels))
        for task in TASKS
    )
    plain = (Calibration(1.0, 0.0, 0.5),) * len(SCORED)
    return folded(Fitted(pipelines, tuple(regularisation.values()), plain, np.zeros((0, len(SCORED)))))


def by_cores(models: Path, file: Path, count: int, processes: Iterable[int], rounds: int) -> list[Row]:
    """Return a row for each number of processes of `barchasb tag` on the `count` lines of a file, start and all."""
    rows = []
    first = 0.0
    for jobs in processes:
        found = _rates(count, tagging(models, file, file.with_suffix(".jsonl"), jobs), rounds)
        first = first or median(found)
        rows.append((str(jobs), *_cells(found), f"{median(found) / first:.2f}"))
    return rows


def table(heads: Row, rows: Iterable[Row]) -> str:
    """Return rows under their heads as lines of text."""
    return "\n".join("".join(f"{cell:>18}" for cell in row) for row in (heads, *rows))


def tables(
    model: Model,
    labelled: Labelled,
    regularisation: Mapping[str, float],
    texts: Sequence[str],
    *,
    models: Path,
    file: Path,
    scale: int,
    rounds: int,
) -> str:
    """Return all tables; the greatest number of sentences and of distinct tokens is `scale`.

    `models` is the folder of the model for other processes, `texts` are sentences as long as those of news, and `file`
    has `scale` of them.
    """
    rate = ("sentences/s", "least", "most")
    raw = [sentence.text for sentence in labelled]
    steps = [step for step in (scale // 1000, scale // 100, scale // 10, scale) if step]
    sections = []

    def add(title: str, heads: Row, rows: Callable[[], list[Row]]) -> None:
        say(f"{title}, {heads[0]}")
        sections.append(f"{title}\n{table(heads, rows())}")

    with one_core():
        add("by sentences", ("sentences", *rate), lambda: by_sentences(model, raw, steps, rounds))
        lengths = (4, 8, 16, 32, 64, 128, 256)
        add("by words of a sentence", ("words", *rate, "words/s"), lambda: by_words(model, raw, lengths, scale, rounds))
        add(
            f"by distinct tokens, {4 * scale:,} tokens drawn evenly, {_WORDS} a sentence, a new model every round",
            ("distinct tokens", *rate, "hit rate", "table"),
            lambda: by_distinct_tokens(model, steps, 4 * scale, rounds),
        )
        sizes = sorted({min(len(labelled), 1320), len(labelled) // 2, len(labelled)})
        add(
            "by sentences trained on",
            ("trained on", *rate, "features"),
            lambda: by_training(labelled, regularisation, texts, sizes, rounds),
        )
    add(
        f"by processes of barchasb tag --lines FILE -o OUT, {scale:,} sentences",
        ("processes", *rate, "times one"),
        lambda: by_cores(models, file, scale, (1, 2), rounds),
    )
    return "\n\n".join(sections)
