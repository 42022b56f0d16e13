"""How often something may happen, counted over all workers."""

import time
from collections.abc import Callable
from http import HTTPStatus
from math import ceil

from limits import RateLimitItem, parse
from limits.storage import Storage
from limits.strategies import FixedWindowRateLimiter

from service.serving.settings import SettingsError
from service.serving.shared import Shared
from service.web.problems import ProblemError


class SharedStorage(Storage):
    """Counts of fixed windows in memory that all workers share.

    There is room for `size` of them; `place` says which is a key's. Keys with the same place have one count.
    """

    STORAGE_SCHEME = None

    def __init__(self, size: int, place: Callable[[str], int]) -> None:
        super().__init__()
        self._size = size
        self._place = place
        self._shared = Shared(2 * size)

    @property
    def base_exceptions(self) -> type[Exception]:
        """What can go wrong in the storage itself."""
        return OSError

    def incr(self, key: str, expiry: int, amount: int = 1) -> int:
        """Add to a key's count, which begins anew when its window has ended, and return it."""
        place, now = 2 * self._place(key), time.time()
        with self._shared as numbers:
            if numbers[place + 1] <= now:
                numbers[place : place + 2] = 0, now + expiry
            numbers[place] += amount
            return int(numbers[place])

    def get(self, key: str) -> int:
        """Return a key's count."""
        place = 2 * self._place(key)
        with self._shared as numbers:
            count, end = numbers[place : place + 2]
        return int(count) if end > time.time() else 0

    def get_expiry(self, key: str) -> float:
        """Return when a key's window ends, in seconds since the epoch."""
        return float(self._shared.numbers[2 * self._place(key) + 1])

    def check(self) -> bool:
        """Whether the storage works."""
        return True

    def reset(self) -> int:
        """Forget every count; return how many there were."""
        with self._shared as numbers:
            numbers[:] = 0
        return self._size

    def clear(self, key: str) -> None:
        """Forget a key's count."""
        place = 2 * self._place(key)
        with self._shared as numbers:
            numbers[place : place + 2] = 0


def parse_rate(text: str, name: str) -> RateLimitItem:
    """Return the rate of a text as `600/minute`.

    Raises SettingsError for another, with the name of the setting.
    """
    try:
        return parse(text)
    except ValueError as error:
        raise SettingsError(f"{name}: expected a rate as 600/minute, got {text[:40]!r}") from error


class Rate:
    """What may happen at a rate, for each name by itself."""

    def __init__(self, rate: RateLimitItem, storage: SharedStorage) -> None:
        self._rate = rate
        self._limiter = FixedWindowRateLimiter(storage)

    def count(self, name: str) -> None:
        """Count; raises ProblemError where it was one too many."""
        if not self._limiter.hit(self._rate, name):
            raise self._too_many(name)

    def check(self, name: str) -> None:
        """Raise ProblemError where one more would be too many."""
        if not self._limiter.test(self._rate, name):
            raise self._too_many(name)

    def _too_many(self, name: str) -> ProblemError:
        wait = max(1, ceil(self._limiter.get_window_stats(self._rate, name).reset_time - time.time()))
        return ProblemError(
            HTTPStatus.TOO_MANY_REQUESTS, f"At most {self._rate} go; ask again later.", {"Retry-After": str(wait)}
        )
