"""`make soak`: the service answers ever new words, and its memory ends as it was.

The tables of words fill, are dropped and fill again. What a worker has for itself alone (USS) is weighed
after every lap of requests. The first half of the laps may fill what is meant to be filled, the second may add nothing.
"""

import argparse
import itertools
import sys
import urllib.request
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import psutil

from service.bench.measure import post
from service.bench.processes import HOST, free_port, running
from training.train import train

ROOT = Path(__file__).parent.parent
_SENTENCES = 500
_WORDS = 12
_LETTERS = "ابپتثجچحخدرزسشصطعغفقکگلمنوهی"
MOST = 1.05
"""The second half of the laps may have at most so many times the memory of the first; 12 short runs had up to 1.013."""
_TRIM = 1 << 17
"""Bytes that malloc may keep for later: by itself it keeps up to some MiB, one time more and one time less."""


@dataclass(frozen=True)
class Report:
    """The bytes that the workers had together after each lap, and how many distinct words had been asked by then."""

    memory: Sequence[int]
    words: int

    @property
    def ratio(self) -> float:
        """The most of the second half over the most of the first."""
        half = len(self.memory) // 2
        return max(self.memory[half:]) / max(self.memory[:half])

    def text(self) -> str:
        """Return the figures as lines of text."""
        laps = " ".join(f"{size / 2**20:,.0f}" for size in self.memory)
        return f"{self.words:,} distinct words; MiB after each lap: {laps}\nsecond half over first: {self.ratio:.3f}"


def new_words() -> Iterator[str]:
    """Yield words that are all different."""
    for letters in itertools.product(_LETTERS, repeat=6):
        yield "".join(letters)


def _weigh(master: int) -> int:
    return sum(worker.memory_full_info().uss for worker in psutil.Process(master).children())


def run(models: Path, log: Path, *, laps: int, requests: int, command: list[str], workers: int = 2) -> Report:
    """Ask so many requests of new words in each lap, and weigh the workers after it."""
    port = free_port()
    words = new_words()
    memory = []

    def ready() -> None:
        urllib.request.urlopen(f"http://{HOST}:{port}/readyz", timeout=5).close()

    environment = {
        "BARCHASB_MODELS": str(models),
        "BARCHASB_PORT": str(port),
        "BARCHASB_WORKERS": str(workers),
        "MALLOC_TRIM_THRESHOLD_": str(_TRIM),
    }
    with running(command, environment, log, ready) as master:
        for _ in range(laps):
            for _ in range(requests):
                sentences = [" ".join(itertools.islice(words, _WORDS)) for _ in range(_SENTENCES)]
                post(f"http://{HOST}:{port}/classify", {"sentences": sentences})
            memory.append(_weigh(master))
    return Report(memory, laps * requests * _SENTENCES * _WORDS)


def command(table: int | None = None) -> list[str]:
    """Return what serves; its tables of tokens hold so many, by default as many as in use."""
    if table is None:
        return [str(ROOT / ".venv/bin/barchasb"), "serve"]
    code = (
        "import functools, sys, service.cli; from training.model import Model; "
        f"Model.from_state = functools.partial(Model.from_state, limit={table}); "
    )
    return [str(ROOT / ".venv/bin/python"), "-c", f"{code}sys.exit(service.cli.main(['serve']))"]


def main(argv: list[str] | None = None) -> int:
    """Soak, print what came of it; return 1 if memory grew."""
    parser = argparse.ArgumentParser(prog="make soak", description="Asks ever new words and weighs the workers.")
    parser.add_argument("--laps", type=int, default=20)
    parser.add_argument("--requests", type=int, default=60, help="of a lap, 6,000 new words each")
    plan = parser.parse_args(argv)
    with TemporaryDirectory(prefix="barchasb-") as name:
        models = Path(name) / "models"
        train([ROOT / "labels/plain.jsonl"], models, progress=str)
        report = run(models, Path(name) / "log", laps=plan.laps, requests=plan.requests, command=command())
    print(report.text())
    return 0 if report.ratio <= MOST else 1


if __name__ == "__main__":
    sys.exit(main())
