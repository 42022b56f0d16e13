"""`barchasb evaluate`: how well the model in use does on labelled sentences."""

import argparse
from pathlib import Path

HELP = "score the model in use on labelled sentences"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Say what the command takes."""
    parser.add_argument("data", type=Path, metavar="DATA.jsonl", help="objects with text, themes and type")
    parser.add_argument("--json", action="store_true", help="print JSON instead of a table")


def run(arguments: argparse.Namespace) -> int:
    """Print precision, recall, F1 and support of every label; return 0."""
    from labels.dataset import read_evaluation
    from service.tagger import Tagger, to_json
    from training.evaluate import evaluate, summary
    from training.tables import table

    sentences = read_evaluation(arguments.data)
    tagger = Tagger.load()
    found = evaluate(tagger.model, sentences)
    if arguments.json:
        print(to_json(summary(found, len(sentences), tagger.version)).decode())
    else:
        print(f"{arguments.data}: {len(sentences)} sentences, model {tagger.version}\n{table(found)}")
    return 0
