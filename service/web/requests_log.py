"""What every request gets: an id, headers of its answer, a line in the log and a place in the metrics.

Log and metrics have no word of its text.
"""

import os
import re
from collections.abc import Iterable
from time import perf_counter
from typing import TYPE_CHECKING, Any

from flask import request
from werkzeug.wsgi import ClosingIterator

from service.serving.log import write_line
from service.web.headers import security_headers
from service.web.metrics import Metrics
from service.web.state import State

if TYPE_CHECKING:
    from collections.abc import Callable

    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

ID_HEADER = "X-Request-ID"
VERSION_HEADER = "X-Model-Version"
ID_PATTERN = r"[A-Za-z0-9._\-]{1,64}"
"""An id that a client may give; any other is replaced."""

_NOTES = "barchasb.notes"
_ID = re.compile(ID_PATTERN)


def notes_of(environ: "WSGIEnvironment") -> dict[str, Any]:
    """Return what the line of a request in the log will have besides; never put a text in it that was sent.

    `tags`, scores and codes of what was tagged, goes to the metrics and not to the log.
    """
    notes: dict[str, Any] = environ[_NOTES]
    return notes


def note(**values: object) -> None:
    """Add to the line that the present request leaves in the log; never a text that was sent."""
    notes_of(request.environ).update(values)


class RequestsLog:
    """WSGI middleware: gives each request its id and its headers; tells log and metrics of each answer at its end."""

    def __init__(self, app: "WSGIApplication", metrics: Metrics, state: State, *, quiet: bool) -> None:
        self._app = app
        self._metrics = metrics
        self._state = state
        self._quiet = quiet

    def __call__(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        """Answer a request."""
        began = perf_counter()
        identity = environ.get("HTTP_X_REQUEST_ID", "")
        if not _ID.fullmatch(identity):
            identity = os.urandom(16).hex()
        notes: dict[str, Any] = {}
        environ[_NOTES] = notes
        status, streamed = 0, True
        tagger = self._state.tagger

        # Quoted: it is made for each request, and its annotations would be too.
        def start(line: str, headers: "list[tuple[str, str]]", *rest: Any) -> "Callable[[bytes], object]":
            nonlocal status, streamed
            status = int(line[:3])
            names = [name for name, _ in headers]
            streamed = "Content-Length" not in names
            headers += security_headers(names)
            headers.append((ID_HEADER, identity))
            if tagger is not None:
                headers.append((VERSION_HEADER, tagger.version))
            return start_response(line, headers, *rest)

        def end() -> None:
            seconds = perf_counter() - began
            endpoint = notes.pop("endpoint", None)
            self._metrics.request(endpoint, status, seconds, notes.pop("tags", None))
            if not self._quiet:
                write_line(
                    request=identity,
                    method=environ["REQUEST_METHOD"],
                    endpoint=endpoint,
                    status=status,
                    ms=int(seconds * 1e6) / 1000,
                    bytes=environ.get("CONTENT_LENGTH"),
                    client=environ.get("REMOTE_ADDR"),
                    **notes,
                )

        answer = self._app(environ, start)
        if streamed:
            return ClosingIterator(answer, end)
        end()
        return answer
