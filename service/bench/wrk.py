"""wrk (https://github.com/wg/wrk): asks one address as fast as it answers."""

import json
import subprocess
from dataclasses import dataclass
from pathlib import Path
from shutil import which

from service.bench.scikit import BenchError

_SCRIPT = Path(__file__).with_name("wrk.lua")


@dataclass(frozen=True, slots=True)
class Speed:
    """Requests answered a second, and the milliseconds within which half and 99 of 100 of them were."""

    rate: float
    p50: float
    p99: float


def ask(address: str, bodies: Path, connections: int, seconds: int) -> Speed | None:
    """Ask with the lines of a file in turn, over so many connections for so many seconds; None if none was in time.

    Raises BenchError where wrk is missing or fails, and where any request was refused or lost.
    """
    if not (program := which("wrk")):
        raise BenchError("wrk is not installed; install it with the system's packages (apt-get install wrk)")
    arguments = ("--threads", "1", "--connections", f"{connections}", "--duration", f"{seconds}", "--timeout", "60")
    done = subprocess.run(  # noqa: S603  # an address of our own
        [program, *arguments, "--script", _SCRIPT, address, "--", bodies], capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise BenchError(f"wrk {address}: exit code {done.returncode}: {done.stderr.strip()}")
    found = json.loads(done.stdout.splitlines()[-1])
    if found["refused"] or found["lost"]:
        raise BenchError(f"wrk {address}: expected every request to be answered, got {found}")
    if not found["answers"]:
        return None
    return Speed(found["answers"] / found["microseconds"] * 1e6, found["p50"] / 1000, found["p99"] / 1000)
