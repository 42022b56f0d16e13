"""`barchasb serve`: answers over HTTP."""

import argparse

HELP = "answer over HTTP"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Say what the command takes."""
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8000)


def run(arguments: argparse.Namespace) -> int:
    """Serve until stopped; return 0."""
    from service.server import serve

    serve(arguments.host, arguments.port)
    return 0
