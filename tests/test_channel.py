from types import SimpleNamespace

import pytest
from waitress.adjustments import Adjustments
from waitress.parser import HTTPRequestParser
from waitress.task import WSGITask

from service.serving.channel import Channel

LENGTH = ("Content-Length", "2")


def head(kind, request, status, headers):
    """The lines of an answer's head, and whether the connection is closed after it."""
    settings = Adjustments(ident="")
    parser = HTTPRequestParser(settings)
    parser.parse_header(request)
    task = kind(SimpleNamespace(server=SimpleNamespace(adj=settings)), parser)
    task.start_time, task.status, task.response_headers = 1e9, status, [*headers]
    first, *lines = task.build_response_header().decode("latin-1").split("\r\n")
    assert lines[-2:] == ["", ""]
    return first, sorted(map(str.lower, lines)), task.close_on_finish


@pytest.mark.parametrize("line", [b"POST / HTTP/1.1\r\n", b"GET / HTTP/1.0\r\n"])
@pytest.mark.parametrize("connection", [b"", b"Connection: close\r\n", b"Connection: Keep-Alive\r\n"])
@pytest.mark.parametrize("status", ["200 OK", "204 NO CONTENT", "304 NOT MODIFIED", "413 REQUEST ENTITY TOO LARGE"])
@pytest.mark.parametrize(
    "headers",
    [
        [LENGTH, ("X-Request-ID", "a")],
        [("Content-Type", "application/x-ndjson")],
        [LENGTH, ("Date", "Thu, 01 Jan 1970 00:00:00 GMT")],
        [LENGTH, ("Server", "another")],
        [],
    ],
)
def test_the_head_of_an_answer_is_what_waitress_would_send(line, connection, status, headers):
    request = line + connection + b"Host: localhost\r\n"
    assert head(Channel.task_class, request, status, headers) == head(WSGITask, request, status, headers)
