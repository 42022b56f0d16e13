"""The log: lines of JSON on standard error, whole however many processes write."""

import os
import sys
from datetime import UTC, datetime

import orjson


def write_line(**values: object) -> None:
    """Write a line; values that JSON does not know are written as text."""
    line = orjson.dumps({"time": datetime.now(UTC), **values}, str, orjson.OPT_APPEND_NEWLINE)
    try:  # noqa: SIM105  # every request comes here
        os.write(sys.stderr.fileno(), line)
    except OSError:
        # Answers go on when whoever read the log has gone.
        pass
