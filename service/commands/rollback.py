"""`barchasb rollback`: the model that was in use before."""

import argparse

HELP = "put the previous version of the model in use again"


def add_arguments(_: argparse.ArgumentParser) -> None:
    """Take nothing."""


def run(_: argparse.Namespace) -> int:
    """Put the previous version in use; return 0."""
    from training import store

    print(f"model {store.roll_back()} is in use")
    return 0
