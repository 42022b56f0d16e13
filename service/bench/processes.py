"""Servers that run while a block runs, on the loopback alone."""

import os
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

from service.bench.scikit import BenchError

HOST = "127.0.0.1"
_START_SECONDS = 120
_STOP_SECONDS = 30


def free_port() -> int:
    """Return a port of the loopback that nothing listens on."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        port: int = probe.getsockname()[1]
    return port


def _end(path: Path) -> str:
    return "\n".join(path.read_text("utf-8", "replace").splitlines()[-5:])


@contextmanager
def running(
    command: Sequence[str], environment: Mapping[str, str], log: Path, ready: Callable[[], object]
) -> Iterator[int]:
    """Run a server in the repository's folder while the block runs; yield its process id when it is ready.

    It is when `ready` raises no OSError any more.

    Raises BenchError with the last lines of its log where the server ends before, or is not ready in time.
    """
    with log.open("wb") as file:
        process = subprocess.Popen(  # noqa: S603  # a command of our own
            command,
            cwd=Path(__file__).parents[2],
            env={**os.environ, **environment},
            stdin=subprocess.DEVNULL,
            stdout=file,
            stderr=subprocess.STDOUT,
            # Its workers are stopped with it, whatever becomes of it.
            start_new_session=True,
        )
    try:
        limit = time.monotonic() + _START_SECONDS
        while True:
            if process.poll() is not None:
                raise BenchError(f"{command[0]}: the server ended with {process.returncode}:\n{_end(log)}")
            try:
                ready()
                break
            except OSError as error:
                if time.monotonic() > limit:
                    raise BenchError(f"{command[0]}: not ready in {_START_SECONDS} s: {error}\n{_end(log)}") from error
                time.sleep(0.1)
        yield process.pid
    finally:
        process.terminate()
        with suppress(subprocess.TimeoutExpired):
            process.wait(_STOP_SECONDS)
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
