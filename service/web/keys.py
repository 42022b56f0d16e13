"""Who may ask: keys with names, compared in constant time.

A key comes as `Authorization: Bearer KEY`, as `X-API-Key: KEY`, or as the password of HTTP Basic, which is how a
browser without JavaScript gives it.
"""

import hmac
from collections.abc import Callable, Mapping
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from flask import request
from limits import RateLimitItem
from werkzeug.datastructures import Authorization, MIMEAccept
from werkzeug.http import parse_accept_header

from service.serving.settings import SettingsError
from service.web.counts import Rate, SharedStorage
from service.web.problems import ProblemError
from service.web.requests_log import notes_of

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment

    from service.web.flask_app import Gate

_LEAST = 16
"""Characters of a key: fewer can be guessed."""
_ADDRESSES = 4096
"""Counts of wrong keys. Addresses are spread over them by a secret hash; two that meet share one for a while."""


def parse_keys(text: str) -> dict[str, bytes]:
    """Return the key of each name in `name:key,name:key`.

    Raises SettingsError for a part that is not so, a name or a key that comes twice, and a key that is too short; no
    message has a key in it.
    """
    keys: dict[str, bytes] = {}
    for place, part in enumerate(filter(None, map(str.strip, text.split(","))), 1):
        name, colon, key = part.partition(":")
        if not colon or not name or not name.isprintable() or not key.isascii():
            raise SettingsError(f"BARCHASB_API_KEYS: part {place} is not name:key")
        if len(key) < _LEAST:
            raise SettingsError(f"BARCHASB_API_KEYS: the key of {name} has fewer than {_LEAST} characters")
        if name in keys or key.encode() in keys.values():
            raise SettingsError(f"BARCHASB_API_KEYS: part {place} has a name or a key that came before")
        keys[name] = key.encode()
    return keys


def open_to_all[View: Callable[..., Any]](view: View) -> View:
    """Mark a view that answers without a key."""
    view.open_to_all = True  # type: ignore[attr-defined]  # a mark that `require_keys` looks for
    return view


def key_of(environ: "WSGIEnvironment") -> str | None:
    """Return the name of the key that a request came with; None where no keys are asked for."""
    name: str | None = notes_of(environ).get("key")
    return name


def key_name() -> str | None:
    """Return the name of the key that the present request came with; None where no keys are asked for."""
    return key_of(request.environ)


def _given(environ: "WSGIEnvironment") -> bytes:
    given: str | None = environ.get("HTTP_X_API_KEY")
    if given:
        return given.encode("latin-1", "replace")
    authorization = Authorization.from_header(environ.get("HTTP_AUTHORIZATION"))
    if authorization is None:
        return b""
    given = authorization.token if authorization.type == "bearer" else authorization.get("password")
    return (given or "").encode("utf-8", "replace")


def _owner(keys: Mapping[str, bytes], given: bytes) -> str | None:
    found = None
    # Every key is compared, whichever fits, so that the time tells nothing.
    for name, key in keys.items():
        if hmac.compare_digest(key, given):
            found = name
    return found


def key_gate(
    views: Mapping[str, Callable[..., Any]], keys: Mapping[str, bytes], wrong: RateLimitItem | None = None
) -> "Gate":
    """Return what refuses a request without a key, but not for `views` that are open to all and pages' static files.

    An address that sends more wrong keys than `wrong` gets 429 for any key, so that it does not learn which is right.
    """
    guesses = Rate(wrong, SharedStorage(_ADDRESSES, lambda name: hash(name) % _ADDRESSES)) if wrong else None

    def check(environ: "WSGIEnvironment", endpoint: str | None) -> None:
        given, address = _given(environ), environ.get("REMOTE_ADDR", "")
        if given and guesses:
            guesses.check(address)
        name = _owner(keys, given)
        if given and guesses and name is None:
            guesses.count(address)
        if name is not None:
            notes_of(environ)["key"] = name
        elif environ["REQUEST_METHOD"] != "OPTIONS" and not (
            (endpoint or "").endswith("static") or hasattr(views.get(endpoint or ""), "open_to_all")
        ):
            # Only somebody who looks for a page is asked by the browser; a script there, which takes anything, is not.
            accepted = parse_accept_header(environ.get("HTTP_ACCEPT"), MIMEAccept)
            looks = any(kind == "text/html" for kind, _ in accepted)
            scheme = "Basic" if looks else "Bearer"
            raise ProblemError(
                HTTPStatus.UNAUTHORIZED,
                "Send your key as the header Authorization: Bearer KEY.",
                {"WWW-Authenticate": f'{scheme} realm="barchasb"'},
            )

    return check
