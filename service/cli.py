"""The command `barchasb`."""

import argparse
import os
import sys
from collections.abc import Sequence

from seeds.errors import BarchasbError
from service.commands import check, evaluate, rollback, seeds, serve, tag, train, use

_COMMANDS = (tag, evaluate, train, use, rollback, serve, check, seeds)
"""In the order of `barchasb --help`; a command is called as its module is."""


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="barchasb", description="Tags the sentences of Persian news by theme and by type."
    )
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    for command in _COMMANDS:
        subparser = commands.add_parser(command.__name__.rpartition(".")[2], help=command.HELP)
        command.add_arguments(subparser)
        subparser.set_defaults(run=command.run)
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
