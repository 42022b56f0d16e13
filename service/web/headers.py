"""Headers that every answer has: what a browser may not do with it."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

_ALWAYS = [
    ("X-Content-Type-Options", "nosniff"),
    ("X-Frame-Options", "DENY"),
    ("Referrer-Policy", "no-referrer"),
    ("Cross-Origin-Opener-Policy", "same-origin"),
]
_DEFAULTS = (
    # An answer that is no page has nothing to load; a page says itself what it needs.
    ("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'"),
    # Tags of somebody's text belong in no cache; an answer that may be kept says so itself.
    ("Cache-Control", "no-store"),
)


class SecurityHeaders:
    """WSGI middleware: adds the headers, and leaves a policy or a cache rule that the answer has."""

    def __init__(self, app: "WSGIApplication") -> None:
        self._app = app

    def __call__(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> "Iterable[bytes]":
        """Answer a request."""

        # Quoted: it is made for each request, and its annotations would be too.
        def start(line: str, headers: "list[tuple[str, str]]", *rest: Any) -> "Callable[[bytes], object]":
            names = [name for name, _ in headers]
            headers += _ALWAYS
            headers += [default for default in _DEFAULTS if default[0] not in names]
            return start_response(line, headers, *rest)

        return self._app(environ, start)
