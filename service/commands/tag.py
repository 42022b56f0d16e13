"""`barchasb tag`: files, folders or standard input to tags."""

import argparse
from pathlib import Path

HELP = "tag files, folders or standard input"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Say what the command takes."""
    parser.add_argument(
        "files", nargs="*", metavar="FILE", help="text or HTML; a folder; - for standard input (default)"
    )
    parser.add_argument("--lines", action="store_true", help="every line is a sentence (default: documents)")
    parser.add_argument("--format", choices=("jsonl", "csv"), default="jsonl")
    parser.add_argument("-o", "--out", type=Path, help="write here, whole or not at all (default: standard output)")


def run(arguments: argparse.Namespace) -> int:
    """Tag; return 1 if any file failed, 0 if none."""
    from service.batch import tag_files
    from service.tagger import Tagger

    return tag_files(
        arguments.files or ["-"],
        tagger=Tagger.load(),
        lines=arguments.lines,
        form=arguments.format,
        out=arguments.out,
    )
