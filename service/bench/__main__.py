"""python -m service.bench: the comparison from the command line."""

import argparse
import os
import platform
import random
import sys
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

from labels import dataset
from service.bench import scikit
from service.bench.contenders import CONTENDERS
from service.bench.measure import Plan, measure, say
from service.bench.table import table
from service.tagger import Tagger
from training import console


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="make bench-service", description="Measures servers of the same answers.")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=int, default=10, help="of each measurement")
    parser.add_argument("--workers", type=int, default=2, help="processes that answer, of each server")
    parser.add_argument("--connections", type=int, default=8, help="that ask at the same time")
    parser.add_argument("--sizes", type=int, nargs="+", default=[1, 40, 1000], help="sentences of a request")
    parser.add_argument("--only", nargs="+", metavar="NAME", help="of the servers beside ours, those named so")
    return parser


def _bench(arguments: argparse.Namespace) -> None:
    chosen = [
        contender
        for contender in CONTENDERS
        if contender is CONTENDERS[0] or not arguments.only or contender.__name__ in arguments.only
    ]
    contenders = [contender(arguments.workers) for contender in chosen]
    # The files are sorted by what they are about; a server meets everything mixed.
    sentences = [sentence.text for sentence in dataset.read().sentences]
    random.Random(0).shuffle(sentences)  # noqa: S311  # the same order in every run
    with TemporaryDirectory(prefix="barchasb-") as folder:
        pipelines = Path(folder) / "pipelines.joblib"
        say("fitting the pipelines of scikit-learn")
        scikit.save(pipelines)
        plan = Plan(pipelines, arguments.sizes, arguments.rounds, arguments.seconds, arguments.connections)
        runs = measure(contenders, plan, sentences, Tagger.load())
    print(table(runs))
    print(
        f"\nwrk with {arguments.connections} connections, {arguments.workers} workers each, {arguments.rounds} rounds "
        f"of {arguments.seconds} s: median (least–most). {os.process_cpu_count()} cores, "
        f"Python {platform.python_version()}."
    )


def main(argv: Sequence[str] | None = None) -> int:
    """Measure, print the table; return 0, or 1 after an error, which is told on standard error."""
    return console.code_of("bench", partial(_bench, _parser().parse_args(argv)))


if __name__ == "__main__":
    sys.exit(main())
