"""The log: lines of JSON on standard error, whole however many processes write."""

import os
import sys
from datetime import UTC, datetime

import orjson


def write_line(**values: object) -> None:
    """Write a line; values that JSON does not know are written as text."""
    os.write(sys.stderr.fileno(), orjson.dumps({"time": datetime.now(UTC), **values}, default=str) + b"\n")
