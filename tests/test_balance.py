import os
import signal
import time

import psutil

from service.bench.processes import free_port
from service.serving.balance import Balance

from .test_server import start
from .test_worker import connect, read_answer, request


def test_a_worker_leaves_a_client_to_another_that_has_fewer():
    balance = Balance()
    balance.tell(1, 2)
    balance.tell(2, 4)
    assert balance.is_ahead(2, 4)
    assert not balance.is_ahead(1, 2)


def test_one_connection_more_is_no_reason_to_wait():
    balance = Balance()
    balance.tell(1, 2)
    balance.tell(2, 3)
    assert not balance.is_ahead(2, 3)


def test_a_worker_alone_takes_everybody():
    balance = Balance()
    balance.tell(1, 0)
    assert not balance.is_ahead(1, 100)


def test_what_another_process_tells_is_seen():
    balance = Balance()
    if (child := os.fork()) == 0:
        balance.tell(1, 0)
        os._exit(0)
    os.waitpid(child, 0)
    assert balance.is_ahead(2, 2)


def test_a_worker_that_tells_nothing_more_is_waited_for_no_longer():
    balance = Balance()
    balance.tell(1, 0)
    limit = time.monotonic() + 5
    while balance.is_ahead(2, 9):
        assert time.monotonic() < limit
        time.sleep(0.05)


def soon(condition):
    limit = time.monotonic() + 30
    while not condition():
        assert time.monotonic() < limit
        time.sleep(0.05)


def test_clients_are_spread_over_the_workers(models):
    port = free_port()
    process = start(models, port, "--workers", "2", "--quiet")
    clients = []

    def ask():
        clients.append(connect(port, request()).thing)
        assert read_answer(clients[-1].makefile("rb"))[0] == 200

    def leave():
        while clients:
            clients.pop().close()

    def counts():
        return [
            sum(each.status == psutil.CONN_ESTABLISHED for each in worker.net_connections("tcp"))
            for worker in psutil.Process(process.pid).children()
        ]

    def both_take_part():
        ask()
        return min(counts()) > 0

    try:
        # The second worker may still be starting.
        soon(both_take_part)
        leave()
        soon(lambda: counts() == [0, 0])
        for _ in range(12):
            ask()
        assert max(counts()) - min(counts()) <= 4
    finally:
        leave()
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=30)
