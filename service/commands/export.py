"""`barchasb export`: labelled sentences for a spreadsheet, Label Studio or doccano."""

import argparse
import sys
from pathlib import Path

from service.outgoing import FORMS, deliver, write

HELP = "write labelled sentences for a spreadsheet, Label Studio or doccano"
_CONFIGS = ("doccano-config", "label-studio-config")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Say what the command takes."""
    parser.add_argument("format", choices=(*FORMS, *_CONFIGS), help="…-config: what a project there needs")
    parser.add_argument("files", type=Path, nargs="*", metavar="FILE", help="labelled sentences (default: labels/)")
    parser.add_argument("--to", type=Path, metavar="FILE", help="write here, whole or not at all")


def run(arguments: argparse.Namespace) -> int:
    """Export; return 0."""
    from labels import dataset
    from labels.drafts import Draft
    from labels.forms import doccano, label_studio

    if arguments.format in _CONFIGS:
        program = doccano if arguments.format.startswith("doccano") else label_studio
        deliver(program.config(), arguments.to)
        return 0
    data = dataset.read(arguments.files or None)
    if data.absent:
        print(f"barchasb: {data.absent} sentences of absent documents are left out", file=sys.stderr)
    write([Draft.of(sentence) for sentence in data.sentences], arguments.format, arguments.to)
    return 0
