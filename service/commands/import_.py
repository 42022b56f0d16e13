"""`barchasb import`: sentences that a person has labelled join the others."""

import argparse
from pathlib import Path

from service.outgoing import FORMS

HELP = "check labelled sentences and add them to the others"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Say what the command takes."""
    parser.add_argument("file", type=Path, metavar="FILE", help="what suggest or export wrote, labelled")
    parser.add_argument("--to", type=Path, metavar="FILE", help="join these (default: labels/imported.jsonl)")
    parser.add_argument("--format", choices=FORMS, help="default: as the file looks")
    parser.add_argument("--by", metavar="NAME", help="who labelled them (default: the user's name)")
    parser.add_argument("--register", help="the kind of text where a row does not say (default: news)")


def run(arguments: argparse.Namespace) -> int:
    """Import all sentences or none; return 0."""
    from getpass import getuser

    from labels.drafts import REGISTER
    from labels.incoming import add

    added = add(
        arguments.file,
        by=arguments.by or getuser(),
        to=arguments.to,
        form=arguments.format,
        register=arguments.register or REGISTER,
    )
    waiting = f"; {added.unlabelled} not labelled yet" if added.unlabelled else ""
    print(f"{added.sentences} sentences added to {added.to}{waiting}")
    return 0
