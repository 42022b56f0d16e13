"""Resident memory while sentences are tagged, measured in a process that does nothing else.

`python -m training.memory FILE MODELS` prints, as JSON, what was resident after each tenth of the lines of a file.
"""

import json
import subprocess
import sys
from collections.abc import Iterable, Iterator
from itertools import batched, islice
from pathlib import Path

from training import store

_AT_ONCE = 10_000
_STEPS = 10


def resident() -> tuple[float, float]:
    """Return the megabytes of this process that are resident, and the most that ever were.

    From `/proc`, for `ru_maxrss` of a new process begins with what its parent had.
    """
    fields = dict(line.split(":", 1) for line in Path("/proc/self/status").read_text("ascii").splitlines())
    now, most = (int(fields[name].split()[0]) * 1024 / 1e6 for name in ("VmRSS", "VmHWM"))
    return now, most


def tagged(lines: Iterable[str], models: Path, step: int) -> Iterator[tuple[int, float, float]]:
    """Tag lines; yield how many were, and `resident`, after the model is loaded and after every `step` lines."""
    model, _ = store.load(models)
    yield 0, *resident()
    rest, done = iter(lines), 0
    while part := list(islice(rest, step)):
        for some in batched(part, _AT_ONCE):
            model.tag(some)
        done += len(part)
        yield done, *resident()


def measure(file: Path, count: int, models: Path) -> list[tuple[int, float, float]]:
    """Return what `tagged` yields in a fresh process for the `count` lines of a file."""
    command = [sys.executable, "-m", "training.memory", str(file), str(models), str(max(1, count // _STEPS))]
    done = subprocess.run(command, check=True, capture_output=True)  # noqa: S603  # our own module
    return [tuple(json.loads(line)) for line in done.stdout.splitlines()]


def table(found: Iterable[tuple[int, float, float]]) -> str:
    """Return the steps as lines of text."""
    lines = [f"{'sentences':>12}{'resident, MB':>14}{'most, MB':>10}"]
    lines += [f"{count:12,}{now:14.0f}{most:10.0f}" for count, now, most in found]
    return "\n".join(lines)


if __name__ == "__main__":
    with Path(sys.argv[1]).open(encoding="utf-8") as source:
        for row in tagged(map(str.strip, source), Path(sys.argv[2]), int(sys.argv[3])):
            print(json.dumps(row), flush=True)
