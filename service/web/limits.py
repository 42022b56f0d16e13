"""How often each key may ask, counted over all workers."""

import time
from collections.abc import Iterable
from http import HTTPStatus
from math import ceil

from flask import Flask, request
from limits import RateLimitItem, parse
from limits.storage import Storage
from limits.strategies import FixedWindowRateLimiter

from service.serving.settings import SettingsError
from service.serving.shared import Shared
from service.web.keys import key_name
from service.web.problems import ProblemError

_EVERYBODY = "everybody"


class SharedStorage(Storage):
    """Counts of fixed windows in memory that all workers share, for the keys named at the start and no others."""

    STORAGE_SCHEME = None

    def __init__(self, keys: Iterable[str]) -> None:
        super().__init__()
        self._places = {key: 2 * place for place, key in enumerate(keys)}
        self._shared = Shared(2 * len(self._places))

    @property
    def base_exceptions(self) -> type[Exception]:
        """What can go wrong in the storage itself."""
        return OSError

    def incr(self, key: str, expiry: int, amount: int = 1) -> int:
        """Add to a key's count, which begins anew when its window has ended, and return it."""
        place, now = self._places[key], time.time()
        with self._shared as numbers:
            if numbers[place + 1] <= now:
                numbers[place : place + 2] = 0, now + expiry
            numbers[place] += amount
            return int(numbers[place])

    def get(self, key: str) -> int:
        """Return a key's count."""
        with self._shared as numbers:
            count, end = numbers[self._places[key] : self._places[key] + 2]
        return int(count) if end > time.time() else 0

    def get_expiry(self, key: str) -> float:
        """Return when a key's window ends, in seconds since the epoch."""
        return float(self._shared.numbers[self._places[key] + 1])

    def check(self) -> bool:
        """Whether the storage works."""
        return True

    def reset(self) -> int:
        """Forget every count; return how many there were."""
        with self._shared as numbers:
            numbers[:] = 0
        return len(self._places)

    def clear(self, key: str) -> None:
        """Forget a key's count."""
        with self._shared as numbers:
            numbers[self._places[key] : self._places[key] + 2] = 0


def parse_rate(text: str) -> RateLimitItem:
    """Return the rate of a text as `600/minute`.

    Raises SettingsError for another.
    """
    try:
        return parse(text)
    except ValueError as error:
        raise SettingsError(f"BARCHASB_RATE_LIMIT: expected a rate as 600/minute, got {text[:40]!r}") from error


def limit_rate(app: Flask, rate: RateLimitItem, names: Iterable[str]) -> None:
    """Answer 429 to a key that asks more often than `rate`; the endpoints of the service's state are not counted."""
    storage = SharedStorage(rate.key_for(name) for name in (*names, _EVERYBODY))
    limiter = FixedWindowRateLimiter(storage)

    @app.before_request
    def check() -> None:
        if (request.endpoint or "").startswith("state."):
            return
        name = key_name() or _EVERYBODY
        if not limiter.hit(rate, name):
            wait = max(1, ceil(limiter.get_window_stats(rate, name).reset_time - time.time()))
            raise ProblemError(
                HTTPStatus.TOO_MANY_REQUESTS, f"At most {rate} go; ask again later.", {"Retry-After": str(wait)}
            )
