"""A cluster of machines: an existing Dask scheduler, whose workers must have the model that this run tags with."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from seeds.errors import BarchasbError
from service.archives.tagging import loaded
from training import store
from training.store import ModelError

_SECONDS = 20
"""Enough for a scheduler to answer and for the first worker to come."""


class ClusterError(BarchasbError):
    """A cluster that cannot be reached or has a worker that cannot do this work."""


def refusal(version: str) -> str | None:
    """Return why this process cannot tag with a version of the model, None if it can; workers are asked this."""
    try:
        loaded(version)
    except ModelError as error:
        try:
            here = f"has model {store.current()}"
        except ModelError:
            here = "has no model"
        return f"it {here}, this run tags with {version} ({error})"
    return None


@contextmanager
def connected(address: str, version: str) -> Iterator[Any]:
    """Yield a client of the scheduler at an address, `tcp://host:8786`, once every worker has shown its model.

    Raises ClusterError where Dask is not installed, nothing answers, there is no worker, or one has another model.
    """
    try:
        from distributed import Client  # noqa: PLC0415 - an extra, and most runs need no cluster
    except ImportError as error:
        raise ClusterError("--cluster needs Dask: pip install barchasb[cluster]") from error
    try:
        client: Any = Client(address, timeout=_SECONDS, set_as_default=False)  # type: ignore[no-untyped-call]  # half typed
    except (OSError, ValueError, TimeoutError) as error:
        raise ClusterError(f"{address}: no scheduler answers; start one with: dask scheduler") from error
    with client:
        try:
            client.wait_for_workers(1, timeout=_SECONDS)
        except TimeoutError as error:
            raise ClusterError(
                f"{address}: the scheduler has no worker; start one with: dask worker {address}"
            ) from error
        for worker, answer in client.run(refusal, version, on_error="return").items():
            if isinstance(answer, ImportError):
                raise ClusterError(f"worker {worker} is refused: Barchasb is not installed there ({answer})")
            if answer is not None:
                remedy = f"copy models/{version} into the folder that BARCHASB_MODELS names there"
                raise ClusterError(f"worker {worker} is refused: {answer}; {remedy}")
        yield client
