"""The command `barchasb`."""

import argparse
import atexit
import gc
import os
import shlex
import sys
from collections.abc import Sequence
from importlib import import_module
from keyword import iskeyword

from seeds.errors import BarchasbError

_COMMANDS = tuple("tag evaluate train use rollback serve corrections check suggest import export seeds".split())
"""The modules of `service.commands`, in the order of `barchasb --help`."""


def _parser(wanted: Sequence[str]) -> argparse.ArgumentParser:
    """Return the parser of some commands: to make those of all takes as long as to load the model."""
    parser = argparse.ArgumentParser(
        prog="barchasb", description="Tags the sentences of Persian news by theme and by type."
    )
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    for name in wanted:
        # A module that would have the name of a keyword has an underscore behind it.
        command = import_module(f"service.commands.{name}{'_' * iskeyword(name)}")
        subparser = commands.add_parser(name, help=command.HELP)
        command.add_arguments(subparser)
        subparser.set_defaults(run=command.run)
    return parser


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command; return 0, 1 after an error, which is told on standard error, or 130 if it was interrupted."""
    # With all that ends with the process, to look for circles in it takes longer than to tag a few sentences.
    atexit.register(gc.freeze)
    words = sys.argv[1:] if argv is None else argv
    wanted = [name for name in _COMMANDS if name in words[:1]]
    arguments = _parser(wanted or _COMMANDS).parse_args(words)
    # A run that stops tells how to go on with it.
    arguments.command_line = shlex.join(["barchasb", *words])
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
