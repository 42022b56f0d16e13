"""Which worker takes a new client.

All workers wait at one socket, and a client that keeps its connection stays with whoever took it. The worker that wakes
first would take all that come together and keep them, while the others have nothing to do.
"""

import time
from math import inf

from service.serving.shared import Shared

_PLACES = 256
"""Workers that can be told apart: more than there are at one time, those of the version before among them."""
_FRESH_SECONDS = 0.5
"""A worker that has told nothing for so long is busy, or is no more."""
_SPARE = 1
"""Connections that a worker may have more than another before it leaves a new one to that."""


class Balance:
    """How many connections each worker has, by its number; made before the fork."""

    def __init__(self) -> None:
        self._shared = Shared(2 * _PLACES)
        self._counts, self._times = self._shared.numbers.reshape(2, _PLACES)

    def tell(self, worker: int, connections: int) -> None:
        """Say how many connections a worker has now."""
        self._shared.cells[worker % _PLACES] = connections
        self._shared.cells[_PLACES + worker % _PLACES] = time.monotonic()

    def is_ahead(self, worker: int, connections: int) -> bool:
        """Whether a worker with so many connections should leave a new one to another that looks at the socket."""
        fresh = self._times > time.monotonic() - _FRESH_SECONDS
        fresh[worker % _PLACES] = False
        fewest: float = self._counts.min(where=fresh, initial=inf)
        return connections > fewest + _SPARE
