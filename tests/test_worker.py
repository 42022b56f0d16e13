import json
import re
import signal
import socket
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing

import pytest

from service.bench.processes import free_port

from .test_server import call, start

MAX_BODY = 100_000
BODY = json.dumps({"sentences": ["صادرات زعفران به ده کشور رسید."]}).encode()
HEAD = b"POST /classify HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
# The first takes a while; the answer to the second does not fit between two sockets.
LONG = json.dumps(
    {"sentences": ["صادرات زعفران به ده کشور رسید و کارگران بیمه شدند."] * 800, "explain": True}, ensure_ascii=False
).encode()
HUGE = json.dumps({"sentences": ["آب"] * 9000, "explain": True}, ensure_ascii=False).encode()


@pytest.fixture(scope="module")
def port(models):
    number = free_port()
    process = start(
        models,
        number,
        *("--workers", "1", "--client-seconds", "1", "--max-waiting", "2", "--max-body", str(MAX_BODY)),
        *("--max-connections", "8", "--quiet"),
    )
    yield number
    process.send_signal(signal.SIGTERM)
    process.communicate(timeout=30)
    assert process.returncode == 0


def connect(port, data=b""):
    client = socket.create_connection(("127.0.0.1", port), timeout=20)
    client.sendall(data)
    return closing(client)


def request(body=BODY, more=b""):
    return HEAD + more + b"Content-Length: %d\r\n\r\n" % len(body) + body


def read_all(client):
    data = b""
    while part := client.recv(65536):
        data += part
    return data


def read_answer(file):
    """Read one answer with a length; return its status and its body."""
    status = int(file.readline().split()[1])
    length = 0
    while (line := file.readline().strip()) != b"":
        if line.lower().startswith(b"content-length:"):
            length = int(line.partition(b":")[2])
    return status, file.read(length)


def status_of(data):
    return int(data.split(b" ", 2)[1])


def assert_answers_quickly(port):
    began = time.monotonic()
    assert call(port, "/readyz")["status"] == "ready"
    assert time.monotonic() - began < 0.9


def assert_answers_soon(port):
    """Whatever waited before is answered first, so the first tries may be refused."""
    for _ in range(100):
        with connect(port, b"GET /readyz HTTP/1.0\r\n\r\n") as client:
            if status_of(read_all(client)) == 200:
                return
        time.sleep(0.1)
    pytest.fail("the service does not answer again")


def test_slow_senders_hold_nobody_up_and_are_told(port):
    slow = [connect(port, data) for data in (b"P", HEAD, HEAD + b"Content-Length: 50\r\n\r\n{", b"GET / HTT")]
    assert_answers_quickly(port)
    for client in slow:
        with client as each:
            data = read_all(each)
            assert status_of(data) == 408
            assert b"application/problem+json" in data
            assert b"did not come in time" in data


def test_a_client_that_sends_byte_by_byte_gets_no_more_time(port):
    with connect(port) as client:
        began = time.monotonic()
        for byte in request() * 5:
            try:
                client.send(bytes([byte]))
            except OSError:
                break
            if time.monotonic() - began > 10:
                break
            time.sleep(0.02)
        assert 0.5 < time.monotonic() - began < 5


def test_who_does_not_read_the_answer_holds_nobody_up_and_is_cut_off(port):
    client = socket.socket()
    client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    client.connect(("127.0.0.1", port))
    with closing(client):
        client.sendall(request(HUGE))
        assert_answers_soon(port)
        client.settimeout(30)
        # Its time begins with the answer, which takes as long as the machine is busy.
        client.recv(1, socket.MSG_PEEK)
        time.sleep(4)
        try:
            data = read_all(client)
        except ConnectionResetError:
            return
        length = int(re.search(rb"Content-Length: (\d+)", data)[1])
        assert len(data) < length


def test_an_answer_that_goes_out_in_many_pieces_is_whole_and_the_next_follows(port):
    client = socket.socket()
    client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    client.connect(("127.0.0.1", port))
    sentences = [f"{number} نفر در نایین سر کار رفتند." for number in range(1500)]
    body = json.dumps({"sentences": sentences}, ensure_ascii=False).encode()
    with closing(client), client.makefile("rb") as file:
        client.sendall(request(body) + request())
        status, answer = read_answer(file)
        assert status == 200
        assert [each["text"] for each in json.loads(answer)["sentences"]] == sentences
        assert read_answer(file)[0] == 200


def test_requests_that_would_wait_too_long_get_503_at_once(port):
    def ask(_):
        with connect(port, request(LONG, b"Connection: close\r\n")) as client:
            data = read_all(client)
            return status_of(data), b"Retry-After: 1\r\n" in data, b"application/problem+json" in data

    with ThreadPoolExecutor(7) as pool:
        answers = list(pool.map(ask, range(28)))
    assert {(200, False, False), (503, True, True)} == set(answers)
    assert_answers_soon(port)


def test_more_connections_than_there_may_be_close_the_slowest(port):
    idle = [connect(port) for _ in range(12)]
    assert_answers_quickly(port)
    for client in idle:
        client.thing.close()


def test_a_connection_is_used_again(port):
    with connect(port) as client, client.makefile("rwb") as file:
        for _ in range(3):
            file.write(request())
            file.flush()
            assert read_answer(file)[0] == 200
        # Requests that come together are answered in turn.
        file.write(request() + b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n" + request(b"{"))
        file.flush()
        answers = [read_answer(file) for _ in range(3)]
        assert [status for status, _ in answers] == [200, 200, 400]
        assert json.loads(answers[1][1])["status"] == "ok"


@pytest.mark.parametrize("version", [b"HTTP/1.1\r\nHost: localhost\r\nConnection: close", b"HTTP/1.0"])
def test_a_connection_is_closed_when_the_client_wants_it(port, version):
    with connect(port, b"GET /healthz " + version + b"\r\n\r\n") as client:
        assert b'"ok"' in read_all(client)


@pytest.mark.parametrize("over", [0, 1])
def test_a_body_may_have_so_many_bytes_and_a_longer_one_is_refused_unread(port, over):
    length = b"Content-Length: %d\r\n\r\n" % (MAX_BODY + over)
    with connect(port, HEAD + length) as client, client.makefile("rb") as file:
        if not over:
            client.sendall(BODY.ljust(MAX_BODY))
        status, body = read_answer(file)
    assert status == (413 if over else 200)
    if over:
        assert "too large" in json.loads(body)["detail"]


def test_a_client_that_sends_on_after_a_refusal_can_read_it(port):
    with connect(port, request(b"a" * 3 * MAX_BODY)) as client:
        assert status_of(read_all(client)) == 413


def test_a_client_that_asks_first_is_told_to_go_on(port):
    head = HEAD + b"Expect: 100-continue\r\nContent-Length: %d\r\n\r\n" % len(BODY)
    with connect(port, head) as client, client.makefile("rb") as file:
        assert file.readline() == b"HTTP/1.1 100 Continue\r\n"
        assert file.readline() == b"\r\n"
        client.sendall(BODY)
        assert read_answer(file)[0] == 200


CHUNKED = HEAD + b"Transfer-Encoding: chunked\r\n\r\n"


def chunks(*parts):
    return b"".join(b"%x;x=y\r\n%s\r\n" % (len(part), part) for part in parts)


@pytest.mark.parametrize("end", [b"0\r\n\r\n", b"00\r\n\r\n", b"0\r\nX-Later: 1\r\n\r\n"])
@pytest.mark.parametrize("pause", [False, True])
def test_a_body_in_chunks_is_taken(port, end, pause):
    first = chunks(BODY[:10])
    pieces = [CHUNKED, first[:5], first[5:], chunks(BODY[10:]), end]
    with connect(port) as client, client.makefile("rb") as file:
        for piece in pieces if pause else [b"".join(pieces)]:
            client.sendall(piece)
            time.sleep(0.02 if pause else 0)
        status, body = read_answer(file)
        assert status == 200
        assert len(json.loads(body)["sentences"]) == 1


def test_a_body_in_chunks_may_not_be_longer_than_another(port):
    with connect(port, CHUNKED + chunks(*[b"a" * 50_000] * 4)) as client:
        assert status_of(read_all(client)) == 413


@pytest.mark.parametrize(
    ("data", "status"),
    [
        (b"\x16\x03\x01\x02\x00\r\n\r\n", 400),
        (b"GET\r\n\r\n", 400),
        (b"GET / HTTP/9.9\r\n\r\n", 400),
        (b"GET / HTTP/1.1\r\nBad Header: x\r\n\r\n", 400),
        (b"GET / HTTP/1.1\r\nContent-Length: -5\r\n\r\n", 400),
        (b"GET / HTTP/1.1\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nabcdef", 400),
        (b"GET / HTTP/1.1\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400),
        (CHUNKED + b"zz\r\n", 400),
        (CHUNKED + b"-1\r\n\r\n", 400),
        (b"GET /" + b"a" * 70_000 + b" HTTP/1.1\r\n\r\n", 414),
        (b"GET / HTTP/1.1\r\nX: " + b"a" * 70_000 + b"\r\n\r\n", 431),
        (b"GET / HTTP/1.1\r\n" + b"X: a\r\n" * 20000, 431),
        (b"GET /" + b"a" * 70_000, 414),
    ],
    ids=range(13),
)
def test_what_is_no_request_is_a_problem(port, data, status):
    with connect(port, data) as client:
        answer = read_all(client)
    assert status_of(answer) == status
    assert b"application/problem+json" in answer
    assert_answers_quickly(port)


# Whoever stands before the service may see the end of a request elsewhere: the rest would be a request of its own.
HIDDEN = b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n"
CHUNKS = b"Transfer-Encoding: chunked\r\n"


@pytest.mark.parametrize(
    "data",
    [
        request(BODY, b"Content-Length: 5\r\n"),
        request(BODY, b"Content-Length: %d\r\n" % len(BODY)),
        request(BODY, CHUNKS),
        HEAD + CHUNKS + b"Content-Length: 5\r\n\r\n0\r\n\r\n",
        HEAD.replace(b"1.1", b"1.0") + b"Connection: keep-alive\r\n" + CHUNKS + b"\r\n0\r\n\r\n",
        HEAD + b"Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n",
        HEAD + b"Transfer-Encoding: \x0bchunked\r\n\r\n0\r\n\r\n",
        HEAD + b"Content-Length: +5\r\n\r\nabcde",
        HEAD + b"Content-Length: 0x5\r\n\r\nabcde",
        HEAD + b"Content-Length: 5_0\r\n\r\nabcde",
        HEAD + b"Content-Length: 5, 5\r\n\r\nabcde",
        HEAD + b"Content-Length:\r\n\r\n",
        HEAD + b"Content-Length : 5\r\n\r\nabcde",
        HEAD + b"Content-Length: 5\nX: y\r\n\r\nabcde",
        HEAD + b"X: y\rContent-Length: 5\r\n\r\nabcde",
        b"POST /classify HTTP/1.1\nHost: localhost\r\n\r\n",
        CHUNKED + b"+5\r\nabcde\r\n0\r\n\r\n",
        CHUNKED + b"0x5\r\nabcde\r\n0\r\n\r\n",
        CHUNKED + b"5 \r\nabcde\r\n0\r\n\r\n",
        CHUNKED + b"5\r\nabcdef\r\n0\r\n\r\n",
        CHUNKED + b"5;a=\nb\r\nabcde\r\n0\r\n\r\n",
    ],
    ids=range(21),
)
def test_a_request_whose_end_is_in_doubt_is_refused_and_nothing_after_it_is_answered(port, data):
    with connect(port, data + HIDDEN) as client:
        answer = read_all(client)
    assert status_of(answer) in (400, 501)
    assert answer.count(b"HTTP/1.") == 1
    assert b"application/problem+json" in answer


def test_a_lone_line_feed_ends_no_request(port):
    with connect(port, b"GET /healthz HTTP/1.1\nHost: localhost\n\n") as client:
        assert status_of(read_all(client)) == 408


def test_a_client_that_goes_away_leaves_nothing_behind(port):
    for data in (b"", b"GET", HEAD, request()[:-3], request()):
        for _ in range(5):
            connect(port, data).thing.close()
    assert_answers_soon(port)
