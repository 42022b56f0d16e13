"""Blocks to outcomes, in order: in this process, on all cores, or on a cluster."""

import signal
import warnings
from collections.abc import Generator, Iterable, Iterator
from itertools import chain, islice
from typing import Any

from seeds.errors import BarchasbError
from service.archives.blocks import Block
from service.archives.tagging import Outcome, Plan, tag_block
from service.tagger import Tagger

_FEW = 4
"""Blocks that are tagged before other processes would have started."""
_AHEAD = 8
"""Blocks for each worker that may be read and not yet written: memory is that much, whatever the input."""
_IDLE_SECONDS = 20
"""Workers that have nothing to do for so long end; those of a run that was killed must not stay."""
_CLUSTER_SECONDS = 600
"""A block that no worker of a cluster has done in this time will not be done."""


class WorkerError(BarchasbError):
    """A worker that has ended or does not answer."""


class _Ahead(Iterator[Block]):
    """Blocks as long as not too many are out; then it ends, to be begun again when they are written.

    joblib reads on whenever a worker is free, however many results wait to be written.
    """

    def __init__(self, blocks: Iterator[Block], most: int) -> None:
        self._blocks = blocks
        self._most = most
        self.out = 0
        self.ended = False

    def __next__(self) -> Block:
        if self.ended or self.out >= self._most:
            raise StopIteration
        try:
            block = next(self._blocks)
        except StopIteration:
            self.ended = True
            raise
        self.out += 1
        return block


def _ignore_interrupts() -> None:
    # Ctrl-C goes to every process of the terminal; the one that writes decides what follows.
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def here(blocks: Iterable[Block], plan: Plan, tagger: Tagger) -> Iterator[Outcome]:
    """Yield the outcome of each block, tagged in this process."""
    for block in blocks:
        yield tag_block(block, plan, tagger)


def _parallel(blocks: Iterator[Block], plan: Plan, jobs: int, **settings: Any) -> Generator[Outcome]:
    # Whoever tags little starts no process, and joblib takes as long to import as all the rest.
    from joblib import Parallel, delayed  # noqa: PLC0415

    ahead = _Ahead(blocks, _AHEAD * jobs)
    with Parallel(jobs, return_as="generator", batch_size=1, pre_dispatch="2*n_jobs", **settings) as parallel:
        while not ahead.ended:
            outcomes = parallel(delayed(tag_block)(block, plan) for block in ahead)
            try:
                for outcome in outcomes:
                    ahead.out -= 1
                    yield outcome
            finally:
                with warnings.catch_warnings():
                    # A run that stops leaves work undone, and says so itself.
                    warnings.simplefilter("ignore", UserWarning)
                    outcomes.close()


def on_cores(blocks: Iterator[Block], plan: Plan, tagger: Tagger, jobs: int) -> Iterator[Outcome]:
    """Yield the outcome of each block, tagged by so many processes; few blocks are tagged in this one.

    Raises WorkerError where a process ends before its time.
    """
    first = list(islice(blocks, _FEW)) if jobs > 1 else []
    if len(first) < _FEW:
        yield from here(chain(first, blocks), plan, tagger)
        return
    from joblib.externals.loky.process_executor import TerminatedWorkerError  # noqa: PLC0415 - as above

    settings = {"idle_worker_timeout": _IDLE_SECONDS, "initializer": _ignore_interrupts}
    try:
        yield from _parallel(chain(first, blocks), plan, jobs, **settings)
    except TerminatedWorkerError as error:
        raise WorkerError(
            "a process that tags was ended from outside, perhaps for want of memory; --jobs 1 needs the least"
        ) from error


def on_cluster(blocks: Iterator[Block], plan: Plan, client: Any) -> Iterator[Outcome]:
    """Yield the outcome of each block, tagged by the workers of a Dask client; blocks of a dead worker go to another.

    Raises WorkerError where no worker does a block in time.
    """
    from joblib import parallel_config  # noqa: PLC0415 - as above

    with parallel_config(backend="dask", client=client):
        try:
            yield from _parallel(blocks, plan, max(1, sum(client.ncores().values())), timeout=_CLUSTER_SECONDS)
        except TimeoutError as error:
            raise WorkerError(f"no worker of the cluster has answered for {_CLUSTER_SECONDS} s") from error
