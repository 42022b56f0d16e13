"""The command `barchasb`."""

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from seeds.errors import BarchasbError


def _tag(arguments: argparse.Namespace) -> int:
    from service.batch import tag_files
    from service.tagger import Tagger

    return tag_files(
        arguments.files or ["-"],
        tagger=Tagger.load(),
        lines=arguments.lines,
        form=arguments.format,
        out=arguments.out,
    )


def _evaluate(arguments: argparse.Namespace) -> int:
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


def _train(arguments: argparse.Namespace) -> int:
    from training.train import train

    _, text = train(arguments.labels or None, seed=arguments.seed, on=arguments.on, force=arguments.force)
    print(text)
    return 0


def _serve(arguments: argparse.Namespace) -> int:
    from service.server import serve

    serve(arguments.host, arguments.port)
    return 0


def _check(arguments: argparse.Namespace) -> int:
    from labels.check import check

    return check(arguments.files or None, arguments.against)


def _seeds(arguments: argparse.Namespace) -> int:
    from seeds.catalogue import fetch

    for path in fetch(arguments.origin):
        print(path.name)
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="barchasb", description="Tags the sentences of Persian news by theme and type."
    )
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    tag = commands.add_parser("tag", help="tag files, folders or standard input")
    tag.add_argument("files", nargs="*", metavar="FILE", help="text or HTML; a folder; - for standard input (default)")
    tag.add_argument("--lines", action="store_true", help="every line is a sentence (default: documents)")
    tag.add_argument("--format", choices=("jsonl", "csv"), default="jsonl")
    tag.add_argument("-o", "--out", type=Path, help="write here, whole or not at all (default: standard output)")
    tag.set_defaults(run=_tag)

    evaluate = commands.add_parser("evaluate", help="score the model in use on labelled sentences")
    evaluate.add_argument("data", type=Path, metavar="DATA.jsonl", help="objects with text, themes and type")
    evaluate.add_argument("--json", action="store_true", help="print JSON instead of a table")
    evaluate.set_defaults(run=_evaluate)

    train = commands.add_parser("train", help="train a model and put it in use")
    train.add_argument("--labels", type=Path, nargs="+", metavar="FILE", help="labelled sentences (default: labels/)")
    train.add_argument("--seed", type=int, default=0)
    train.add_argument("--on", type=Path, metavar="DATA.jsonl", help="the new model must not be worse on these either")
    train.add_argument("--force", action="store_true", help="put the new model in use even if it is worse")
    train.set_defaults(run=_train)

    serve = commands.add_parser("serve", help="answer over HTTP")
    serve.add_argument("--host", default="127.0.0.1")
    serve.add_argument("--port", type=int, default=8000)
    serve.set_defaults(run=_serve)

    check = commands.add_parser("check", help="validate the labelled sentences and count them")
    check.add_argument("files", type=Path, nargs="*", metavar="FILE", help="labelled sentences (default: labels/)")
    check.add_argument("--against", type=Path, metavar="DATA.jsonl", help="show how ours differ from real sentences")
    check.set_defaults(run=_check)

    seeds = commands.add_parser("seeds", help="copy the source documents of the catalogue into the project")
    seeds.add_argument("origin", type=Path, metavar="DIR", help="the folder that has them")
    seeds.set_defaults(run=_seeds)
    return parser


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command; return 0, 1 after an error, which is told on standard error, or 130 if it was interrupted."""
    arguments = _parser().parse_args(argv)
    try:
        code: int = arguments.run(arguments)
    except BarchasbError as error:
        for line in str(error).splitlines():
            print(f"barchasb: {line}", file=sys.stderr)
        return 1
    except BrokenPipeError:
        # Whoever read us has read enough («| head»); the interpreter must not flush into the closed pipe at its end.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except OSError as error:
        print(f"barchasb: {error.filename or 'system'}: {error.strerror or error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("barchasb: stopped", file=sys.stderr)
        return 130
    return code
