"""`make load`: requests at a share of what the service can do, while models switch and workers are killed.

Every answer is compared with what the version that it names answers. A request may fail only when a worker was killed
under it. Only 127.0.0.1 is asked, and for a bounded time.
"""

import argparse
import asyncio
import itertools
import random
import signal
import sys
import time
import urllib.request
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory

import aiohttp
import orjson
import psutil

from service.bench.processes import HOST, free_port, running
from training import store
from training.train import train

from .load_cases import Case, bad_cases, good_cases
from .load_report import Outcome, Report

ROOT = Path(__file__).parent.parent
CONNECTIONS = 16
"""Requests at the same time, fewer than the service lets wait."""
_BAD_SHARE = 0.1


class Load:
    """A stream of requests at one server, with what became of each."""

    def __init__(self, port: int, good: list[Case], bad: list[Case], session: aiohttp.ClientSession) -> None:
        self.port = port
        self.session = session
        self.outcomes: list[Outcome] = []
        self._random = random.Random(1)
        self._good, self._bad = good, bad
        self._numbers = itertools.count()

    async def one(self, start: float | None = None) -> None:
        """Ask once; `start` is when it should have been asked, by default now."""
        bad = self._random.random() < _BAD_SHARE
        case = self._random.choice(self._bad if bad else self._good)
        start = time.monotonic() if start is None else start
        version = wrong = lost = None
        try:
            version, wrong = await (self._raw(case) if case.raw else self._ask(case))
        except (OSError, EOFError, aiohttp.ClientError, TimeoutError) as error:
            lost = repr(error)
        self.outcomes.append(Outcome(start, time.monotonic(), version, wrong, lost))

    async def _raw(self, case: Case) -> tuple[None, str | None]:
        reader, writer = await asyncio.open_connection(HOST, self.port)
        try:
            writer.write(case.body)
            await writer.drain()
            if not case.status:
                return None, None
            line = await asyncio.wait_for(reader.readuntil(b"\r\n"), 30)
        finally:
            writer.close()
            with suppress(OSError):
                await writer.wait_closed()
        return None, None if f" {case.status} ".encode() in line else f"expected {case.status}, got {line!r}"

    async def _ask(self, case: Case) -> tuple[str | None, str | None]:
        identity = f"load-{next(self._numbers)}"
        headers = {"Content-Type": case.kind, "X-Request-ID": identity}
        address = f"http://{HOST}:{self.port}{case.path}"
        async with self.session.request(case.method, address, data=case.body, headers=headers) as response:
            body = await response.read()
        if response.status != case.status:
            return None, f"expected {case.status}, got {response.status}: {body[:200]!r}"
        if response.headers["X-Request-ID"] != identity:
            return None, f"{identity}: got the answer of {response.headers['X-Request-ID']}"
        if case.status != 200:
            right = response.content_type == "application/problem+json" and orjson.loads(body)["status"] == case.status
            return None, None if right else f"expected a problem, got {response.content_type} {body[:200]!r}"
        answer = orjson.loads(body)
        version = answer["model"]
        if response.headers["X-Model-Version"] != version:
            return version, f"body of {version}, head of {response.headers['X-Model-Version']}"
        return version, None if answer["sentences"] == case.tags[version] else f"the tags are not those of {version}"

    async def as_fast_as_it_answers(self, seconds: float) -> float:
        """Ask for so long; return the requests a second."""
        begin = time.monotonic()
        before = len(self.outcomes)

        async def client() -> None:
            while time.monotonic() < begin + seconds:
                await self.one()

        await asyncio.gather(*(client() for _ in range(CONNECTIONS)))
        return (len(self.outcomes) - before) / (time.monotonic() - begin)

    async def at(self, rate: float, seconds: float) -> None:
        """Ask at a fixed rate whether or not earlier requests were answered; time counts from when one was due."""
        room = asyncio.Semaphore(CONNECTIONS)

        async def due(start: float) -> None:
            async with room:
                await self.one(start)

        begin = time.monotonic()
        async with asyncio.TaskGroup() as group:
            for number in range(int(rate * seconds)):
                start = begin + number / rate
                if (early := start - time.monotonic()) > 0:
                    await asyncio.sleep(early)
                group.create_task(due(start))


async def _switching(models: Path, versions: list[str], times: int, seconds: float, done: list) -> None:
    turns = itertools.cycle(versions)
    done.append((time.monotonic(), next(turns)))
    for _ in range(times):
        await asyncio.sleep(seconds / (times + 1))
        version = next(turns)
        await asyncio.to_thread(store.use, version, models)
        done.append((time.monotonic(), version))


async def _killing(master: psutil.Process, every: float, seconds: float, done: list[float]) -> None:
    chance = random.Random(2)
    for _ in range(int((seconds - 0.001) / every)):
        await asyncio.sleep(every)
        with suppress(psutil.NoSuchProcess):
            chance.choice(master.children()).send_signal(signal.SIGKILL)
            done.append(time.monotonic())


async def _load(
    port: int, master: int, models: Path, versions: list[str], plan: argparse.Namespace, *, good: list[Case]
) -> Report:
    switches: list[tuple[float, str]] = []
    kills: list[float] = []
    async with aiohttp.ClientSession(
        # The client gives up an idle connection before the server does, so that none ends under a request.
        connector=aiohttp.TCPConnector(limit=0, keepalive_timeout=2),
        timeout=aiohttp.ClientTimeout(total=30),
    ) as session:
        load = Load(port, good, bad_cases(), session)
        await load.as_fast_as_it_answers(plan.warm)
        capacity = await load.as_fast_as_it_answers(plan.warm)
        async with asyncio.TaskGroup() as group:
            group.create_task(_switching(models, versions, plan.switches, plan.seconds, switches))
            group.create_task(_killing(psutil.Process(master), plan.kill_every, plan.seconds, kills))
            await load.at(plan.share * capacity, plan.seconds)
    switches[0] = (0.0, switches[0][1])
    return Report(plan.seconds, capacity, plan.share * capacity, load.outcomes, switches, kills)


def run(models: Path, versions: list[str], plan: argparse.Namespace, folder: Path) -> Report:
    """Start the service with the first version and load it.

    `plan` has `seconds`, `switches`, `kill_every` (seconds), `share` (of the capacity) and `warm` (seconds).
    """
    port = free_port()
    # Each version comes in use for its answers, which a running service would follow.
    good = good_cases(models, versions)
    store.use(versions[0], models)

    def ready() -> None:
        urllib.request.urlopen(f"http://{HOST}:{port}/readyz", timeout=5).close()

    command = [str(ROOT / ".venv/bin/barchasb"), "serve", "--port", str(port)]
    with running(command, {"BARCHASB_MODELS": str(models), "BARCHASB_WORKERS": "2"}, folder / "log", ready) as master:
        return asyncio.run(_load(port, master, models, versions, plan, good=good))


def arguments(argv: list[str] | None = None) -> argparse.Namespace:
    """Return the plan of a command line."""
    parser = argparse.ArgumentParser(prog="make load", description="Loads the service while models and workers change.")
    parser.add_argument("--seconds", type=float, default=300)
    parser.add_argument("--switches", type=int, default=10)
    parser.add_argument("--kill-every", type=float, default=20, metavar="SECONDS")
    parser.add_argument("--share", type=float, default=0.8, help="of what the service can answer")
    parser.add_argument("--warm", type=float, default=10, metavar="SECONDS", help="to warm, and again to find capacity")
    return parser.parse_args(argv)


def main(argv: list[str] | None = None) -> int:
    """Train two models, load the service with them, print what came of it; return 1 if anything was wrong."""
    plan = arguments(argv)
    with TemporaryDirectory(prefix="barchasb-") as name:
        models = Path(name) / "models"
        versions = [
            train([ROOT / "labels" / name], models, progress=str, force=True)[0].version
            for name in ("literary.jsonl", "plain.jsonl")
        ]
        report = run(models, versions, plan, Path(name))
    print(report.text())
    faults = report.faults()
    for fault in faults[:20]:
        print(f"load: {fault}", file=sys.stderr)
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
