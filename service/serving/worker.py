"""A gunicorn worker that answers with waitress, in one thread.

gunicorn's `sync` worker waits for one client at a time, however slow; its `gthread` worker for as many as it has
threads; both, and `gevent`, let requests wait without end. waitress takes the bytes of all clients as they come and
hands on only a request that is here as a whole. Its pool of threads has a queue without end too; here requests are
answered in turn between two looks at the sockets, and those that are too many get 503 at once. training/EXPERIMENTS.md
has the comparison.
"""

import os
import sys
import time
from collections import deque
from http import HTTPStatus
from math import ceil
from typing import Any

from gunicorn.workers.base import Worker
from waitress.adjustments import Adjustments
from waitress.channel import HTTPChannel
from waitress.server import TcpWSGIServer
from waitress.wasyncore import poll2

from service.serving.channel import Channel

_AT_ONCE = 4
"""Connections that are accepted at one look: enough to see a queue."""
_LEAVE_SECONDS = 0.01
"""How long a new client is left to a worker that has fewer."""
_GLANCE_SECONDS = 0.001
_SLICE_SECONDS = 0.005
"""How long requests are answered between two looks at the sockets."""
_FAREWELL_SECONDS = 1.0
"""How long an idle connection stays open when the worker is about to end: a request may be on its way."""
_LOOK_SECONDS = 0.25
_HEAD = 64 * 1024
_PIECE = 256 * 1024
"""Bytes that are taken at one look: who has sent all in time must not wait for many looks of a busy worker."""


class _Server(TcpWSGIServer):  # type: ignore[misc]  # waitress ships no types
    """Takes clients, and closes those whose time is over."""

    channel_class = Channel
    worker: Worker
    leaves_until = 0.0
    """Until when what waits at the socket is left to others; 0 where nothing is."""
    insists = False

    def pull_trigger(self) -> None:
        """Wake nobody: there is no other thread."""

    @property
    def is_ahead(self) -> bool:
        """Whether another worker has fewer connections and can take a client."""
        worker = self.worker
        return bool(worker.alive and worker.app.balance.is_ahead(worker.age, len(self.active_channels)))

    def readable(self) -> bool:
        """Whether to look for new clients: not while they are left to others."""
        self.insists = 0 < self.leaves_until <= time.monotonic()
        if self.leaves_until and not self.insists and self.is_ahead:
            return False
        self.leaves_until = 0.0
        return bool(super().readable())

    def handle_accept(self) -> None:
        """Accept some clients, or leave them for a moment to a worker that has fewer."""
        for _ in range(_AT_ONCE):
            if self.is_ahead and not self.insists:
                self.leaves_until = time.monotonic() + _LEAVE_SECONDS
                break
            self.insists = False
            super().handle_accept()

    @property
    def over(self) -> int:
        """How many connections are too many."""
        most: int = self.worker.app.settings.max_connections
        return len(self.active_channels) - most

    def sweep(self) -> None:
        """Close what has had its time, and what is too much: first what was answered, then the slowest."""
        slow = [each for each in self.active_channels.values() if not each.requests]
        slow.sort(key=lambda each: (not each.lingers, each.total_outbufs_len > 0, each.deadline))
        over, now = self.over, time.monotonic()
        for place, channel in enumerate(slow):
            if place < over:
                HTTPChannel.handle_close(channel)
            elif channel.deadline < now:
                channel.expire()


class WaitressWorker(Worker):  # type: ignore[misc]  # gunicorn ships no types
    """Answers whole requests, one at a time."""

    def run(self) -> None:
        """Answer until told to stop; requests in flight finish."""
        settings = self.app.settings
        self._limit = max(1, ceil(settings.max_waiting / settings.processes))
        self._ready: deque[Channel] = deque()
        self._swept = 0.0
        self._map: dict[int, Any] = {}
        (listener,) = self.sockets
        limits = Adjustments(
            max_request_header_size=_HEAD,
            # waitress refuses a body that is as long as this.
            max_request_body_size=settings.max_body + 1,
            recv_bytes=_PIECE,
            # Who is too many is seen to here, and nobody waits for an answer to be taken before it goes on.
            connection_limit=sys.maxsize,
            channel_timeout=sys.maxsize,
            outbuf_high_watermark=sys.maxsize,
            log_socket_errors=False,
            clear_untrusted_proxy_headers=False,
            ident="",
        )
        # Head and body of an answer go out together.
        limits.send_bytes = _HEAD
        self._server = _Server(
            self.wsgi,
            self._map,
            _sock=listener.sock,
            dispatcher=self,
            adj=limits,
            sockinfo=(listener.family, listener.type, listener.proto, listener.getsockname()),
            bind_socket=False,
        )
        self._server.worker = self
        while self.alive and self.ppid == os.getppid():
            self._turn()
        # What the kernel has accepted is not turned away.
        for _ in range(settings.max_connections // _AT_ONCE):
            self._server.handle_accept()
        self._server.close()
        for channel in self._server.active_channels.values():
            if channel.idle:
                channel.deadline = min(channel.deadline, time.monotonic() + _FAREWELL_SECONDS)
        while self._server.active_channels:
            self._turn()

    def add_task(self, channel: Channel) -> None:
        """Let a request wait for its turn."""
        self._ready.append(channel)

    def _turn(self) -> None:
        self.notify()
        if self.alive:
            self.app.balance.tell(self.age, len(self._server.active_channels))
        pause = _GLANCE_SECONDS if self._server.leaves_until else _LOOK_SECONDS
        poll2(0 if self._ready else pause, self._map)
        while len(self._ready) > self._limit:
            self._ready.pop().answer(HTTPStatus.SERVICE_UNAVAILABLE)
        end = time.monotonic() + _SLICE_SECONDS
        while self._ready and time.monotonic() < end:
            self._ready.popleft().answer()
        # Not while events are gone through: a new client may have got the number of one that was closed.
        if self._server.over > 0 or end > self._swept + _LOOK_SECONDS:
            self._swept = end
            self._server.sweep()
