"""`barchasb train`: labelled sentences to the model in use."""

import argparse
from pathlib import Path

HELP = "train a model and put it in use"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Say what the command takes."""
    parser.add_argument(
        "--labels",
        type=Path,
        nargs="+",
        metavar="FILE",
        help="labelled sentences (default: labels/ and those of BARCHASB_LABELS)",
    )
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--on", type=Path, metavar="DATA.jsonl", help="the new model must not be worse on these either")
    parser.add_argument("--force", action="store_true", help="put the new model in use even if it is worse")


def run(arguments: argparse.Namespace) -> int:
    """Train, print the table of scores; return 0."""
    from service.tagger import Tagger
    from training.train import train

    _, text = train(arguments.labels or None, seed=arguments.seed, on=arguments.on, force=arguments.force)
    print(text)
    # Machine code is made once on a machine; whoever tags first would wait for it.
    Tagger.load().prepare()
    return 0
