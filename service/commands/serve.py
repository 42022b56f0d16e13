"""`barchasb serve`: answers over HTTP."""

import argparse

from service.serving import settings

HELP = "answer over HTTP"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Say what the command takes."""
    settings.add_arguments(parser)


def run(arguments: argparse.Namespace) -> int:
    """Serve until stopped; return 0."""
    from service.serving.server import serve

    serve(settings.read(vars(arguments)))
    return 0
