"""`barchasb seeds`: the source documents of the catalogue."""

import argparse
from pathlib import Path

HELP = "copy the source documents of the catalogue into the project"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Say what the command takes."""
    parser.add_argument("origin", type=Path, metavar="DIR", help="the folder that has them")


def run(arguments: argparse.Namespace) -> int:
    """Copy, print the names of the copies; return 0."""
    from seeds.catalogue import fetch

    for path in fetch(arguments.origin):
        print(path.name)
    return 0
