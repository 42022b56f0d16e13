"""How often each key may ask."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from limits import RateLimitItem

from service.web.counts import Rate, SharedStorage
from service.web.keys import key_of

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment

    from service.web.flask_app import Gate

_EVERYBODY = "everybody"


def rate_gate(rate: RateLimitItem, names: Iterable[str]) -> "Gate":
    """Return what refuses a key that asks more often than `rate`; the service's state may be asked for at any rate."""
    keys = {rate.key_for(name): place for place, name in enumerate((*names, _EVERYBODY))}
    asked = Rate(rate, SharedStorage(len(keys), keys.__getitem__))

    def check(environ: "WSGIEnvironment", endpoint: str | None) -> None:
        if not (endpoint or "").startswith("state."):
            asked.count(key_of(environ) or _EVERYBODY)

    return check
