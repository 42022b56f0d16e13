"""`barchasb use`: another version of the model."""

import argparse

HELP = "put a version of the model in use; a running service takes it without a stop"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Say what the command takes."""
    parser.add_argument("version", nargs="?", metavar="VERSION", help="without it, the versions are listed")


def run(arguments: argparse.Namespace) -> int:
    """Put the version in use, or list the versions, the one in use marked; return 0."""
    from training import store

    if arguments.version is not None:
        store.use(arguments.version)
        print(f"model {arguments.version} is in use")
        return 0
    in_use = store.current()
    for manifest in store.versions():
        mark = "*" if manifest.version == in_use else " "
        themes, kind = (manifest.scores[part]["macro_f1"] for part in ("themes", "type"))
        print(f"{mark} {manifest.version}  {manifest.sentences} sentences, F1 themes {themes:.3f}, type {kind:.3f}")
    return 0
