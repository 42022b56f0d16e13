"""`barchasb tag`: files, folders or standard input to tags."""

import argparse
import gc
from pathlib import Path

HELP = "tag files, folders or standard input"

_UNSEEN = 50_000
"""Objects made before circles among them are looked for."""


def _jobs(text: str) -> int:
    jobs = int(text)
    if jobs < 1:
        raise ValueError
    return jobs


_jobs.__name__ = "number of processes"
"""argparse names a type in its complaint: «invalid number of processes value»."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Say what the command takes."""
    parser.add_argument(
        "files",
        nargs="*",
        metavar="FILE",
        help="text, HTML, JSONL, CSV, TSV or Parquet, plain or packed with gzip or zstd; a folder; a glob; "
        "- for standard input (default)",
    )
    parser.add_argument("--lines", action="store_true", help="every line or row is a sentence (default: a document)")
    parser.add_argument("--column", default="text", help="the column or key that has the text (default: text)")
    parser.add_argument(
        "--input-format",
        choices=("text", "jsonl", "csv", "tsv", "parquet"),
        help="what the files are (default: by suffix)",
    )
    parser.add_argument("--format", choices=("jsonl", "csv", "parquet"), default="jsonl", help="what is written")
    parser.add_argument(
        "--bom", action="store_true", help="begin CSV with a byte order mark, as older spreadsheets want"
    )
    parser.add_argument(
        "--summary", action="store_true", help="count themes and types of each document: OUT.summary.FORMAT"
    )
    parser.add_argument("-o", "--out", type=Path, help="write here, whole or not at all (default: standard output)")
    parser.add_argument("--resume", action="store_true", help="go on with an output that was not finished")
    parser.add_argument("--strict", action="store_true", help="stop at what cannot be tagged instead of going on")
    where = parser.add_mutually_exclusive_group()
    where.add_argument("--jobs", type=_jobs, metavar="N", help="processes (default: one for each core)")
    where.add_argument("--cluster", metavar="tcp://HOST:8786", help="tag on the workers of this Dask scheduler")


def run(arguments: argparse.Namespace) -> int:
    """Tag; return 1 if anything could not be tagged, 0 if all was, 130 if it was stopped and can go on."""
    # Hardly anything dies in circles here, and to look for them as often as by default takes a tenth of the start.
    gc.set_threshold(_UNSEEN)
    from service.batch import Options, tag_files
    from service.tagger import Tagger

    options = Options(
        lines=arguments.lines,
        column=arguments.column,
        input_form=arguments.input_format,
        form=arguments.format,
        bom=arguments.bom,
        summary=arguments.summary,
        out=arguments.out,
        resume=arguments.resume,
        strict=arguments.strict,
        jobs=arguments.jobs,
        cluster=arguments.cluster,
    )
    again = arguments.command_line + ("" if options.resume else " --resume")
    return tag_files(arguments.files or ["-"], options, tagger=Tagger.load(), again=again)
