"""`barchasb suggest`: the sentences worth labelling next."""

import argparse
import sys
from pathlib import Path

from service.outgoing import FORMS, write

HELP = "find the sentences worth labelling next"


def _positive(word: str) -> int:
    if not word.isdecimal() or int(word) < 1:
        raise argparse.ArgumentTypeError(f"expected a whole number of at least 1, got {word!r}")
    return int(word)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Say what the command takes."""
    parser.add_argument("files", nargs="+", metavar="FILE", help="what tag reads; a folder; - for standard input")
    parser.add_argument("-n", "--count", type=_positive, default=200, help="at most so many (default: 200)")
    parser.add_argument("--lines", action="store_true", help="every line is a sentence (default: documents)")
    parser.add_argument("--column", default="text", help="the column or key that has the text (default: text)")
    parser.add_argument(
        "--input-format",
        choices=("text", "jsonl", "csv", "tsv", "parquet"),
        help="what the files are (default: by suffix)",
    )
    parser.add_argument("--format", choices=FORMS, help="default: as the output is called, else jsonl")
    parser.add_argument("--register", help="the kind of text (default: news)")
    parser.add_argument("-o", "--out", type=Path, help="write here, whole or not at all (default: standard output)")


def run(arguments: argparse.Namespace) -> int:
    """Suggest; return 1 if any file failed, 0 if none."""
    from labels import dataset
    from labels.drafts import REGISTER
    from service.suggest import suggest
    from service.tagger import Tagger

    drafts, failures = suggest(
        arguments.files,
        tagger=Tagger.load(),
        wanted=arguments.count,
        lines=arguments.lines,
        column=arguments.column,
        form=arguments.input_format,
        register=arguments.register or REGISTER,
        labelled=[sentence.text for sentence in dataset.read().sentences],
    )
    for failure in failures:
        print(f"barchasb: {failure}", file=sys.stderr)
    write(drafts, arguments.format, arguments.out)
    return 1 if failures else 0
