"""What the targets of `make` tell on standard error, each line under the name of its target."""

import sys
from collections.abc import Callable

from seeds.errors import BarchasbError


def say(name: str, message: str) -> None:
    """Tell a step."""
    print(f"{name}: {message}", file=sys.stderr, flush=True)


def code_of(name: str, work: Callable[[], None]) -> int:
    """Do some work; return 0, or 1 after an error, which is told line by line."""
    try:
        work()
    except BarchasbError as error:
        for line in str(error).splitlines():
            say(name, line)
        return 1
    return 0
