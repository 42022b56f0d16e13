"""One client's connection that never blocks: bytes are taken and given as they come and go."""

import re
import socket
import time
from typing import Any

_LENGTH = re.compile(rb"\r\ncontent-length:[ \t]*(\d{1,18})[ \t]*\r\n", re.IGNORECASE)
_CHUNKED = re.compile(rb"\r\ntransfer-encoding:", re.IGNORECASE)
_EXPECTS = re.compile(rb"\r\nexpect:[ \t]*100-continue", re.IGNORECASE)
_CONTINUE = b"HTTP/1.1 100 Continue\r\n\r\n"

_HEAD = 64 * 1024
"""Bytes of a request's head; gunicorn's parser refuses a longer one."""
_PIECE = 64 * 1024


class Connection:
    """A socket with what came in, what is to go out, and the moment by which the client must have done its part.

    The server's parser and its answers see a socket: `recv` gives the request that is complete, `sendall` keeps an
    answer until `flush`.
    """

    def __init__(self, client: socket.socket, address: Any, server: Any, max_body: int, seconds: float) -> None:
        client.settimeout(0)
        self.client = client
        self.address = address
        self.server = server
        self.watched = 0
        self.keep = False
        self.refused = False
        self.answered = False
        self._max_body = max_body
        self._seconds = seconds
        self._in = bytearray()
        self._out = bytearray()
        self._body: int | None = None
        self._scanned = 0
        self._end: int | None = None
        self.wait()

    def wait(self, seconds: float | None = None) -> None:
        """Give the client its time again, or `seconds`."""
        self.deadline = time.monotonic() + (self._seconds if seconds is None else seconds)

    def fileno(self) -> int:
        """Return the handle of the socket."""
        return self.client.fileno()

    @property
    def begun(self) -> bool:
        """Whether a part of a request has come."""
        return bool(self._in)

    @property
    def headless(self) -> bool:
        """Whether the request is refused because its head has no end."""
        return self.refused and self._body is None

    @property
    def has_line(self) -> bool:
        """Whether the first line of the request is here."""
        return b"\r\n" in self._in

    @property
    def idle(self) -> bool:
        """Whether nothing has come and nothing is to go."""
        return not self._in and not self._out

    @property
    def pending(self) -> bool:
        """Whether a part of an answer has not gone out yet."""
        return bool(self._out)

    def receive(self) -> bool:
        """Take what has come; return whether the client still sends.

        Raises OSError where the connection is broken.
        """
        try:
            data = self.client.recv(_PIECE)
        except BlockingIOError:
            return True
        if not self.answered:
            if not self._in:
                self.wait()
            self._in += data
        return bool(data)

    def complete(self) -> bool:
        """Return whether a whole request is here, or as much of it as is needed to refuse it."""
        if self._body is None and not self._read_head():
            return self.refused
        if self._end is None:
            self._read_chunks()
        if self._end is not None:
            self.refused = self._end - (self._body or 0) > self._max_body
            return self.refused or len(self._in) >= self._end
        self.refused = len(self._in) - (self._body or 0) > self._max_body + _PIECE
        return self.refused

    def _read_head(self) -> bool:
        place = self._in.find(b"\r\n\r\n", max(0, self._scanned - 3))
        self._scanned = len(self._in)
        if place < 0:
            self.refused = len(self._in) > _HEAD
            return False
        self._body = self._scanned = place + 4
        head = bytes(self._in[: self._body])
        if not _CHUNKED.search(head):
            length = _LENGTH.search(head)
            self._end = self._body + (int(length[1]) if length else 0)
        if _EXPECTS.search(head) and (self._end or 0) - self._body <= self._max_body:
            self.client.send(_CONTINUE)
        return True

    def _read_chunks(self) -> None:
        """Walk over the chunks that are whole; what is no chunk is left to the parser, which refuses it."""
        while (line := self._in.find(b"\r\n", self._scanned)) >= 0:
            try:
                size = int(self._in[self._scanned : line].partition(b";")[0], 16)
            except ValueError:
                self._end = len(self._in)
                return
            if size <= 0:
                if (last := self._in.find(b"\r\n\r\n", line)) >= 0:
                    self._end = last + 4
                return
            if line + size + 4 > len(self._in):
                return
            self._scanned = line + size + 4

    def take(self) -> bytes:
        """Return the complete request and keep what came after it."""
        end = len(self._in) if self.refused or self._end is None else self._end
        request = bytes(self._in[:end])
        del self._in[:end]
        self._body = self._end = None
        self._scanned = 0
        return request

    def send(self, data: bytes) -> int:
        """Ignore what the server would send before it reads a body: the body is here, and was asked for."""
        return len(data)

    def sendall(self, data: bytes) -> None:
        """Keep a part of the answer; a long one begins to go out."""
        self._out += data
        if len(self._out) > _PIECE:
            self.flush()

    def flush(self) -> None:
        """Send as much of the answer as the client takes now.

        Raises OSError where the connection is broken.
        """
        while self._out:
            try:
                sent = self.client.send(self._out)
            except BlockingIOError:
                return
            del self._out[:sent]

    def finish(self) -> None:
        """Say that nothing more goes out; what still comes is thrown away, so that the answer is not lost."""
        self.answered = True
        self.client.shutdown(socket.SHUT_WR)

    def close(self) -> None:
        """End the connection."""
        self.client.close()
