"""The log: lines of JSON on standard error, whole however many processes write."""

import os
import sys
from contextlib import suppress
from datetime import UTC, datetime

import orjson


def write_line(**values: object) -> None:
    """Write a line; values that JSON does not know are written as text."""
    line = orjson.dumps({"time": datetime.now(UTC), **values}, default=str) + b"\n"
    # Answers go on when whoever read the log has gone.
    with suppress(OSError):
        os.write(sys.stderr.fileno(), line)
