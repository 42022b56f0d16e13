"""A gunicorn worker that slow clients cannot hold and that has no growing queue.

gunicorn's `sync` worker has the best latency and waits for one client at a time, however slow; two of them stop two
workers. This one takes the bytes of all clients as they come, and only a request that is here as a whole is worked on,
one after the other, as in `sync`. Complete requests that wait are counted; one too many gets 503 at once.
"""

import os
import selectors
import socket
import time
from collections import deque
from functools import lru_cache
from http import HTTPStatus
from io import BytesIO
from math import ceil
from typing import Any

from gunicorn.http import get_parser, wsgi
from gunicorn.http.errors import LimitRequestHeaders, LimitRequestLine, ParseException
from gunicorn.workers.base import Worker

from service.serving.connection import Connection
from service.serving.log import write_line
from service.web.problems import body_of
from service.web.requests_log import ID_HEADER

_AT_ONCE = 4
"""Connections that are accepted between two answers: enough to see a queue, few enough to leave some to the others."""
_LINGER_SECONDS = 2.0
"""How long a refused client may go on sending before it must have read why."""
_FAREWELL_SECONDS = 1.0
"""How long an idle connection stays open when the worker is about to end."""
_SWEEP_SECONDS = 0.25
_READ, _WRITE = selectors.EVENT_READ, selectors.EVENT_WRITE


@lru_cache(maxsize=8)
def _name(listener: socket.socket) -> Any:
    return listener.getsockname()


class _BodyTooLargeError(Exception):
    """A body in chunks that goes on beyond the limit."""


class BufferingWorker(Worker):  # type: ignore[misc]  # gunicorn ships no types
    """Answers whole requests, one at a time."""

    def __init__(self, *arguments: Any) -> None:
        super().__init__(*arguments)
        self._settings = self.app.settings
        self._limit = max(1, ceil(self._settings.max_waiting / self._settings.processes))
        self._selector: selectors.BaseSelector
        self._connections: set[Connection] = set()
        self._ready: deque[Connection] = deque()
        self._swept = 0.0

    def run(self) -> None:
        """Answer until told to stop; requests in flight finish."""
        self._selector = selectors.DefaultSelector()
        for listener in self.sockets:
            listener.settimeout(0)
            self._selector.register(listener, _READ)
        self._selector.register(self.PIPE[0], _READ)
        while self.alive and self.ppid == os.getppid():
            self._turn()
        for listener in self.sockets:
            # What the kernel has accepted is not turned away.
            self._accept(listener, self._settings.max_connections)
            self._selector.unregister(listener)
            listener.close()
        for connection in self._connections:
            # A request may be on its way on a connection that looks idle.
            if connection.idle:
                connection.deadline = min(connection.deadline, time.monotonic() + _FAREWELL_SECONDS)
        while self._connections:
            self._turn()

    def _turn(self) -> None:
        self.notify()
        for key, events in self._selector.select(0 if self._ready else _SWEEP_SECONDS):
            if isinstance(key.fileobj, Connection):
                self._serve(key.fileobj, events)
            elif key.fileobj == self.PIPE[0]:
                os.read(self.PIPE[0], 64)
            else:
                self._accept(key.fileobj, _AT_ONCE)
        self._sweep()
        if self._ready:
            self._answer(self._ready.popleft())

    def _accept(self, listener: Any, most: int) -> None:
        for _ in range(most):
            try:
                client, address = listener.accept()
            except (BlockingIOError, ConnectionAbortedError):
                return
            if len(self._connections) >= self._settings.max_connections:
                self._evict()
            connection = Connection(
                client, address, _name(listener), self._settings.max_body, self._settings.client_seconds
            )
            self._connections.add(connection)
            self._serve(connection, _READ)

    def _evict(self) -> None:
        """Close a connection that has its answer, or else one whose client has had the most time to send or to take."""
        waiting = set(self._ready)
        if slow := [each for each in self._connections if each not in waiting]:
            self._close(min(slow, key=lambda each: (not each.answered, each.pending, each.deadline)))

    def _watch(self, connection: Connection, events: int) -> None:
        """Be told of what happens on a connection; 0 is nothing."""
        if connection.watched == events:
            return
        if not connection.watched:
            self._selector.register(connection, events)
        elif events:
            self._selector.modify(connection, events)
        else:
            self._selector.unregister(connection)
        connection.watched = events

    def _serve(self, connection: Connection, events: int) -> None:
        """Take or give bytes of a connection."""
        try:
            if events & _WRITE:
                connection.flush()
                if not connection.pending:
                    self._sent(connection)
                return
            sends = connection.receive()
            if not connection.answered and connection.complete():
                self._queue(connection)
            elif sends:
                self._watch(connection, _READ)
            else:
                self._close(connection)
        except OSError:
            self._close(connection)

    def _queue(self, connection: Connection) -> None:
        self._watch(connection, 0)
        if len(self._ready) < self._limit:
            self._ready.append(connection)
        else:
            self._refuse(
                connection, HTTPStatus.SERVICE_UNAVAILABLE, "Too many requests wait already; ask again.", retry=True
            )

    def _answer(self, connection: Connection) -> None:
        keep = False
        try:
            keep = self._run_app(connection)
        except _BodyTooLargeError:
            self._refuse(connection, HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "The body is too large; split it.")
            return
        except LimitRequestLine:
            self._refuse(connection, HTTPStatus.REQUEST_URI_TOO_LONG, "The address is too long.")
            return
        except LimitRequestHeaders:
            self._refuse(connection, HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE, "The headers are too long.")
            return
        except (ParseException, StopIteration):
            self._refuse(connection, HTTPStatus.BAD_REQUEST, "This is no HTTP request.")
            return
        except OSError:
            self._close(connection)
            return
        except Exception:
            self.log.exception("an answer failed")
            self._close(connection)
            return
        # What the answer has promised holds, even if this worker has been told to stop meanwhile.
        connection.keep = keep
        self._send(connection)

    def _run_app(self, connection: Connection) -> bool:
        """Let the application answer; return whether the connection may go on."""
        if connection.headless:
            raise LimitRequestHeaders("") if connection.has_line else LimitRequestLine(0)
        request = next(get_parser(self.cfg, iter([connection.take()]), connection.address))
        response, environ = wsgi.create(request, connection, connection.address, connection.server, self.cfg)
        if environ.get("HTTP_TRANSFER_ENCODING"):
            if connection.refused:
                raise _BodyTooLargeError
            # What is wrong with a chunk must be known before the application begins.
            environ["wsgi.input"] = BytesIO(environ["wsgi.input"].read())
        if connection.refused or not self.alive or not self._settings.keep_seconds:
            response.force_close()
        answer = self.wsgi(environ, response.start_response)
        try:
            for part in answer:
                response.write(part)
            response.close()
        finally:
            if hasattr(answer, "close"):
                answer.close()
        return not response.should_close()

    def _refuse(self, connection: Connection, status: HTTPStatus, detail: str, *, retry: bool = False) -> None:
        """Answer without the application, and say so in log and metrics."""
        identity = os.urandom(16).hex()
        body = body_of(status, detail)
        again = "Retry-After: 1\r\n" if retry else ""
        head = (
            f"HTTP/1.1 {status.value} {status.phrase}\r\nContent-Type: application/problem+json\r\n"
            f"Content-Length: {len(body)}\r\n{ID_HEADER}: {identity}\r\nX-Content-Type-Options: nosniff\r\n{again}"
            "Connection: close\r\n\r\n"
        )
        self.app.metrics.request(None, status.value, 0.0)
        if not self._settings.quiet:
            write_line(request=identity, endpoint=None, status=status.value, client=connection.address[0])
        # A request that is here as a whole leaves nothing unread.
        connection.refused = connection.refused or not retry
        connection.keep = False
        connection.sendall(head.encode() + body)
        self._send(connection)

    def _send(self, connection: Connection) -> None:
        try:
            connection.flush()
            if connection.pending:
                connection.wait()
                self._watch(connection, _WRITE)
            else:
                self._sent(connection)
        except OSError:
            self._close(connection)

    def _sent(self, connection: Connection) -> None:
        """Go on after an answer: with the next request, with what a refused client still sends, or not at all."""
        if connection.keep:
            connection.keep = False
            connection.wait(self._settings.keep_seconds)
            if connection.begun and connection.complete():
                self._queue(connection)
            else:
                self._watch(connection, _READ)
        elif connection.refused:
            connection.finish()
            connection.wait(_LINGER_SECONDS)
            self._watch(connection, _READ)
        else:
            self._close(connection)

    def _sweep(self) -> None:
        """Close what has had its time; say why where a request has begun."""
        now = time.monotonic()
        if now - self._swept < _SWEEP_SECONDS:
            return
        self._swept = now
        waiting = set(self._ready)
        for connection in [each for each in self._connections if each.deadline < now and each not in waiting]:
            if connection.begun and not connection.answered and not connection.pending:
                self._refuse(connection, HTTPStatus.REQUEST_TIMEOUT, "The request did not come in time.")
            else:
                self._close(connection)

    def _close(self, connection: Connection) -> None:
        self._watch(connection, 0)
        self._connections.discard(connection)
        connection.close()
