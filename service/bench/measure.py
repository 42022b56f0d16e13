"""Rounds: every server is started, checked, warmed and asked in each of them, so that all see the same machine."""

import json
import urllib.request
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from itertools import cycle, islice
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from service.bench import scikit, wrk
from service.bench.contenders import Answer, Contender
from service.bench.processes import HOST, free_port, running
from service.bench.scikit import BenchError
from service.tagger import Tagger
from training import console

_BODIES = 4_000
"""Sentences in the requests of one size, or one request for each where that is less; all are asked in turn."""
_CHECKED = 200
"""Sentences of the first request, whose answers are compared."""
_WARM_SECONDS = 2
_LONGEST_SECONDS = 60
"""A server that has answered nobody in so long is given up; it is asked for twice the time until then."""
# Both compute in double precision, in another order; a score that lies between two decimals may fall to either.
_TOLERANCE = 0.00011


@dataclass(frozen=True, slots=True)
class Plan:
    """How servers are asked: with each of `sizes` sentences a request, for so many seconds, in so many rounds.

    `pipelines` is what `scikit.save` wrote.
    """

    pipelines: Path
    sizes: Sequence[int]
    rounds: int
    seconds: int
    connections: int


@dataclass(frozen=True, slots=True)
class Run:
    """What one server reached in one round with so many sentences a request."""

    name: str
    size: int
    round: int
    speed: wrk.Speed


say = partial(console.say, "bench")
"""Tell a step on standard error."""


def requests(sentences: Sequence[str], size: int) -> list[list[str]]:
    """Return requests of so many sentences each, taken in turn, from the first again where they do not suffice."""
    rest = cycle(sentences)
    return [list(islice(rest, size)) for _ in range(max(_BODIES // size, 4))]


def post(address: str, value: Any) -> Any:
    """Return the answer to a JSON request; raises OSError where there is none or it is an error."""
    request = urllib.request.Request(  # noqa: S310  # an address of our own
        address, json.dumps(value, ensure_ascii=False).encode(), {"Content-Type": "application/json"}
    )
    with urllib.request.urlopen(request, timeout=60) as response:  # noqa: S310  # an address of our own
        return json.load(response)


def check(contender: Contender, expected: Sequence[Answer], answers: Sequence[Answer]) -> None:
    """Compare a server's answers to those of the model in use.

    Raises BenchError where one is missing, or is another.
    """
    if len(answers) != len(expected):
        raise BenchError(f"{contender.name}: expected {len(expected)} answers, got {len(answers)}")
    if not contender.right:
        return
    for place, (wanted, found) in enumerate(zip(expected, answers, strict=True)):
        far = any(abs(a - b) > _TOLERANCE for a, b in zip(wanted[2], found[2], strict=True))
        if far or wanted[:2] != found[:2]:
            raise BenchError(
                f"{contender.name}: sentence {place}: expected {wanted}, got {found}; "
                "are the labels those of the model in use? train one with: make train"
            )


def _drain(address: str, value: Any, connections: int) -> None:
    """Wait until a server is through with what wrk left behind: answers come in the order of requests."""
    with ThreadPoolExecutor(connections) as pool:
        list(pool.map(lambda _: post(address, value), range(connections)))


def _asked(address: str, bodies: Path, value: Any, connections: int, seconds: int) -> wrk.Speed | None:
    speed = wrk.ask(address, bodies, connections, seconds)
    _drain(address, value, connections)
    return speed


def _one(
    contender: Contender, plan: Plan, sentences: Sequence[str], expected: Sequence[Answer]
) -> dict[int, wrk.Speed]:
    """Start a server, check and warm it, ask it with each size, stop it."""
    with TemporaryDirectory(prefix="barchasb-") as name:
        folder = Path(name)
        own = folder / "server"
        own.mkdir()
        port = free_port()
        address = f"http://{HOST}:{port}{contender.path}"
        # One thread of linear algebra a worker: more would only wait for each other.
        environment = {**contender.environment(), scikit.VARIABLE: str(plan.pipelines), "OMP_NUM_THREADS": "1"}
        first = contender.body(sentences[: len(expected)])
        with running(contender.command(own, port), environment, folder / "log", lambda: post(address, first)):
            check(contender, expected, contender.answers(post(address, first)))
            speeds = {}
            for size in plan.sizes:
                bodies = folder / f"{size}.jsonl"
                lines = [json.dumps(contender.body(each), ensure_ascii=False) for each in requests(sentences, size)]
                bodies.write_text("".join(f"{line}\n" for line in lines), "utf-8")
                ask = partial(_asked, address, bodies, contender.body(sentences[:1]), plan.connections)
                ask(min(_WARM_SECONDS, plan.seconds))
                seconds = plan.seconds
                while (speed := ask(seconds)) is None:
                    if seconds > _LONGEST_SECONDS:
                        raise BenchError(f"{contender.name}: no answer in {seconds} s; give it more: SECONDS=…")
                    seconds *= 2
                speeds[size] = speed
    return speeds


def measure(contenders: Sequence[Contender], plan: Plan, sentences: Sequence[str], tagger: Tagger) -> list[Run]:
    """Return what every server reached in every round; each round begins with the next, so that none is always first.

    `tagger` has the model in use, whose answers are expected of every server.

    Raises BenchError where a server does not start, answers wrongly, or leaves a request without an answer.
    """
    expected = [
        (tuple(map(str, each.tag.themes)), str(each.tag.type), each.tag.scores)
        for each in tagger.tag_sentences(sentences[:_CHECKED])
    ]
    runs = []
    for number in range(plan.rounds):
        start = number % len(contenders)
        for contender in (*contenders[start:], *contenders[:start]):
            say(f"round {number + 1} of {plan.rounds}: {contender.name}")
            speeds = _one(contender, plan, sentences, expected)
            runs += [Run(contender.name, size, number, speed) for size, speed in speeds.items()]
    return runs
