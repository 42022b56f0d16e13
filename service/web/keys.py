"""Who may ask: keys with names, compared in constant time.

A key comes as `Authorization: Bearer KEY`, as `X-API-Key: KEY`, or as the password of HTTP Basic, which is how a
browser without JavaScript gives it.
"""

import hmac
from collections.abc import Callable, Mapping
from http import HTTPStatus
from typing import Any

from flask import Flask, g, request
from limits import RateLimitItem

from service.serving.settings import SettingsError
from service.web.counts import Rate, SharedStorage
from service.web.problems import ProblemError
from service.web.requests_log import note

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


def key_name() -> str | None:
    """Return the name of the key that the present request came with; None where no keys are asked for."""
    name: str | None = g.get("key_name")
    return name


def _given() -> bytes:
    if given := request.headers.get("X-API-Key"):
        return given.encode("latin-1", "replace")
    authorization = request.authorization
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


def require_keys(app: Flask, keys: Mapping[str, bytes], wrong: RateLimitItem | None = None) -> None:
    """Refuse every request without a key, but those to views that are open to all and to pages' static files.

    An address that sends more wrong keys than `wrong` gets 429 for any key, so that it does not learn which is right.
    """
    guesses = Rate(wrong, SharedStorage(_ADDRESSES, lambda name: hash(name) % _ADDRESSES)) if wrong else None

    @app.before_request
    def check() -> None:
        endpoint = request.endpoint or ""
        given, address = _given(), request.remote_addr or ""
        if given and guesses:
            guesses.check(address)
        name = _owner(keys, given)
        if given and guesses and name is None:
            guesses.count(address)
        if name is not None:
            g.key_name = name
            note(key=name)
        elif request.method != "OPTIONS" and not (
            endpoint.endswith("static") or hasattr(app.view_functions.get(endpoint), "open_to_all")
        ):
            # Only somebody who looks for a page is asked by the browser; a script there, which takes anything, is not.
            looks = any(kind == "text/html" for kind, _ in request.accept_mimetypes)
            scheme = "Basic" if looks else "Bearer"
            raise ProblemError(
                HTTPStatus.UNAUTHORIZED,
                "Send your key as the header Authorization: Bearer KEY.",
                {"WWW-Authenticate": f'{scheme} realm="barchasb"'},
            )
