"""`barchasb check`: are the labelled sentences sound, and like real ones."""

import argparse
from pathlib import Path

HELP = "validate the labelled sentences and count them"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Say what the command takes."""
    parser.add_argument(
        "files",
        type=Path,
        nargs="*",
        metavar="FILE",
        help="labelled sentences (default: labels/ and those of BARCHASB_LABELS)",
    )
    parser.add_argument("--against", type=Path, metavar="DATA.jsonl", help="show how ours differ from real sentences")


def run(arguments: argparse.Namespace) -> int:
    """Check and count; return 1 if anything is wrong, 0 if not."""
    from labels.check import check

    return check(arguments.files or None, arguments.against)
