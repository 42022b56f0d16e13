"""One client's connection: waitress's channel, with a time by which the client must have done its part."""

import socket
import time
from contextlib import suppress
from functools import lru_cache
from http import HTTPStatus
from typing import Any

from waitress.channel import HTTPChannel
from waitress.parser import HTTPRequestParser, ParsingError
from waitress.task import WSGITask
from waitress.utilities import build_http_date

from service.web.flask_app import REFUSED

_TOLD = frozenset({"Date", "Server"})
"""Headers that waitress leaves to the application where it has them."""
_LINGER_SECONDS = 2.0
"""How long a refused client may go on sending before it must have read why."""


class _Parser(HTTPRequestParser):  # type: ignore[misc]  # waitress ships no types
    """Refuses what another server may understand in another way."""

    has_line = False

    def received(self, data: bytes) -> int:
        """Take bytes and remember whether the first line ends within the head's limit; return how many were taken."""
        room = self.adj.max_request_header_size - self.header_bytes_received
        self.has_line = self.has_line or b"\n" in data[: max(room, 0)]
        taken: int = super().received(data)
        return taken

    def parse_header(self, header_plus: bytes) -> None:
        """Read the head; raises ParsingError for a version that is none, and for lengths that can differ."""
        super().parse_header(header_plus)
        # Chunks are no header of a request any more when they are understood.
        chunks_twice = "TRANSFER_ENCODING" in self.headers or (self.chunked and "CONTENT_LENGTH" in self.headers)
        if chunks_twice or self.version not in ("1.0", "1.1"):
            raise ParsingError("no version, or two lengths")


class _Refusal(WSGITask):  # type: ignore[misc]  # waitress ships no types
    """The application says in its own way what was wrong with a request that it does not see."""

    def __init__(self, channel: "Channel", request: _Parser) -> None:
        # What was sent may not even have an address.
        blank = HTTPRequestParser(channel.adj)
        blank.parse_header(b"GET / HTTP/1.0\r\n")
        super().__init__(channel, blank)
        error: Any = request.error
        self._status = HTTPStatus(getattr(error, "code", error))
        if self._status == HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE and not request.has_line:
            self._status = HTTPStatus.REQUEST_URI_TOO_LONG
        channel.refused = True

    def get_environment(self) -> dict[str, Any]:
        """Return what the application gets."""
        return {**super().get_environment(), REFUSED: self._status}


@lru_cache(maxsize=1)
def _date(second: int) -> str:
    date: str = build_http_date(second)
    return date


class _Task(WSGITask):  # type: ignore[misc]  # waitress ships no types
    """Lets the application answer."""

    def build_response_header(self) -> bytes:
        """Return the head of an answer.

        waitress takes the name of every header apart; where the length is known and the connection stays, there is
        nothing to find out.
        """
        names = [name for name, _ in self.response_headers]
        if (
            self.version == "1.1"
            and "CONNECTION" not in self.request.headers
            and self.has_body
            and "Content-Length" in names
            and _TOLD.isdisjoint(names)
        ):
            lines = [f"{name}: {value}" for name, value in self.response_headers]
            head = f"HTTP/1.1 {self.status}", *lines, f"Date: {_date(int(self.start_time))}", "\r\n"
            return "\r\n".join(head).encode("latin-1")
        whole: bytes = super().build_response_header()
        return whole


class Channel(HTTPChannel):  # type: ignore[misc]  # waitress ships no types
    """A connection; `deadline` is the moment by which the client must have sent, or taken, what it is about to."""

    parser_class = _Parser
    task_class = _Task
    error_task_class = _Refusal
    request: Any
    refused = False
    lingers = False

    def __init__(self, server: Any, *arguments: Any, **more: Any) -> None:
        self.settings = server.worker.app.settings
        self.deadline = time.monotonic() + self.settings.client_seconds
        super().__init__(server, *arguments, **more)

    @property
    def idle(self) -> bool:
        """Whether nothing has come and nothing is to go."""
        return not (self.requests or self.request or self.total_outbufs_len)

    def received(self, data: bytes) -> bool:
        """Take bytes; the time of a request begins with its first, whatever comes later."""
        if self.lingers:
            return False
        if self.request is None:
            self.deadline = time.monotonic() + self.settings.client_seconds
        whole: bool = super().received(data)
        return whole

    def write_soon(self, data: Any) -> int:
        """Send what is large at once, as far as the client takes it: a buffer would copy it twice before."""
        size: int = len(data)
        if size >= self.adj.send_bytes and isinstance(data, bytes) and self.connected:
            self._flush_exception(self._flush_some, do_close=False)
            if not self.total_outbufs_len:
                data = memoryview(data)[self.send(data, do_close=False) :]
        if data:
            super().write_soon(data)
        return size

    def answer(self, error: HTTPStatus | None = None) -> None:
        """Answer the first request that waits, and send as much as the client takes now."""
        if error:
            self.requests[0].error = error
        if not self.server.worker.alive or not self.settings.keep_seconds:
            self.requests[0].headers["CONNECTION"] = "close"
        self.service()
        self.handle_write()
        if not self.lingers:
            seconds = self.settings.keep_seconds if self.idle else self.settings.client_seconds
            self.deadline = time.monotonic() + seconds

    def expire(self) -> None:
        """Close; say why where a request has begun."""
        if self.request is None or self.total_outbufs_len:
            self.handle_close()
        else:
            self.requests.append(self.request)
            self.request = None
            self.answer(HTTPStatus.REQUEST_TIMEOUT)

    def handle_close(self) -> None:
        """Close, but let a refused client first send what it is about to: it reads the answer only then."""
        if self.refused and not self.lingers:
            self.lingers, self.will_close = True, False
            self.deadline = time.monotonic() + _LINGER_SECONDS
            with suppress(OSError):
                self.socket.shutdown(socket.SHUT_WR)
                return
        super().handle_close()
