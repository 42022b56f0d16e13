"""How often each key may ask."""

from collections.abc import Iterable

from flask import Flask, request
from limits import RateLimitItem

from service.web.counts import Rate, SharedStorage
from service.web.keys import key_name

_EVERYBODY = "everybody"


def limit_rate(app: Flask, rate: RateLimitItem, names: Iterable[str]) -> None:
    """Answer 429 to a key that asks more often than `rate`; the endpoints of the service's state are not counted."""
    keys = {rate.key_for(name): place for place, name in enumerate((*names, _EVERYBODY))}
    asked = Rate(rate, SharedStorage(len(keys), keys.__getitem__))

    @app.before_request
    def check() -> None:
        if not (request.endpoint or "").startswith("state."):
            asked.count(key_name() or _EVERYBODY)
