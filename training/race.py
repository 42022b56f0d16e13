"""Fair timing: one core, rounds that take turns, medians and spread."""

import gc
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from statistics import median
from time import perf_counter

from labels.scheme import Theme, Type
from training import console
from training.evaluate import Measure, macro_f1

_LEAST = 0.1
"""Seconds from which a time says how many sentences the wanted seconds are enough for."""


say = partial(console.say, "bench")
"""Tell a step on standard error."""


@dataclass
class Racer:
    """Something that answers texts, and the sentences per second that it did in each round.

    `run` makes texts ready and returns what answers them. With `whole` it answers all of them in every round.
    `found` are its measures, None where it does not tag.
    """

    name: str
    run: Callable[[Sequence[str]], Callable[[], object]]
    whole: bool = False
    found: Mapping[Theme | Type, Measure] | None = None
    rates: list[float] = field(default_factory=list)

    @property
    def rate(self) -> float:
        """The median of the sentences per second."""
        return median(self.rates)

    def times(self, other: "Racer") -> float:
        """Return how many times as fast as another this one is: the median over the rounds that both ran."""
        return median(mine / theirs for mine, theirs in zip(self.rates, other.rates, strict=True))


@contextmanager
def one_core() -> Iterator[None]:
    """Keep this process and those that it starts on one core, where the system can."""
    if not hasattr(os, "sched_setaffinity"):
        yield
        return
    cores = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {max(cores)})
    try:
        yield
    finally:
        os.sched_setaffinity(0, cores)


def seconds(answer: Callable[[], object]) -> float:
    """Return the seconds that an answer takes by the clock on the wall, without garbage collection."""
    gc.collect()
    gc.disable()
    try:
        start = perf_counter()
        # Kept until the clock has stopped: to free it is not to answer.
        kept = answer()
        found = perf_counter() - start
        del kept
    finally:
        gc.enable()
    return found


def enough(racer: Racer, texts: Sequence[str], wanted: float) -> Sequence[str]:
    """Return as many of the texts as the racer answers in about the wanted seconds; that is its warm-up too."""
    if racer.whole:
        seconds(racer.run(texts))
        return texts
    count = 1
    while (taken := seconds(racer.run(texts[:count]))) < min(_LEAST, wanted) and count < len(texts):
        count *= 4
    return texts[: max(1, min(len(texts), round(min(count, len(texts)) * wanted / taken)))]


def race(racers: Sequence[Racer], texts: Sequence[str], *, rounds: int, wanted: float) -> None:
    """Time every racer once a round, one after the other in each, for about the wanted seconds each time."""
    parts = []
    for racer in racers:
        say(f"{racer.name}: warm-up")
        parts.append(enough(racer, texts, wanted))
        # With the very sentences of the rounds: what is kept of them is kept then.
        seconds(racer.run(parts[-1]))
    for number in range(rounds):
        say(f"round {number + 1} of {rounds}")
        for racer, part in zip(racers, parts, strict=True):
            racer.rates.append(len(part) / seconds(racer.run(part)))


def table(racers: Sequence[Racer], against: Sequence[Racer]) -> str:
    """Return medians, spread, F1, and how many times as fast those of `against` are, as lines of text."""
    width = max(len(racer.name) for racer in racers) + 2
    marks = [chr(ord("A") + place) for place in range(len(against))]
    lines = [
        f"{'':{width}}{'sentences/s':>13}{'least':>11}{'most':>11}"
        + "".join(f"{f'{mark} is':>9}" for mark in marks)
        + f"{'themes':>9}{'type':>8}"
    ]
    for racer in racers:
        scores = "".join(
            f"{macro_f1(racer.found, tuple(labels)):{cells}.3f}" if racer.found else f"{'-':>{cells}}"
            for labels, cells in ((Theme, 9), (Type, 8))
        )
        ratios = "".join(f"{_ratio(other.times(racer)):>9}" for other in against)
        rates = f"{digits(racer.rate):>13}{digits(min(racer.rates)):>11}{digits(max(racer.rates)):>11}"
        lines.append(f"{racer.name:{width}}{rates}{ratios}{scores}")
    lines += [f"{mark} is: how many times as fast {other.name} is" for mark, other in zip(marks, against, strict=True)]
    return "\n".join(lines)


def digits(value: float) -> str:
    """Return a rate with as many digits as say something."""
    return f"{value:,.0f}" if value >= 100 else f"{value:.1f}"  # noqa: PLR2004  # three digits


def _ratio(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 else f"{value:.2f}"  # noqa: PLR2004  # three digits
