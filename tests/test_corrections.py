import json
import os
import signal
import subprocess
import sys
import time
import urllib.error
import uuid
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from service.bench.processes import free_port
from service.corrections.review import conflicts
from service.corrections.store import CorrectionStore, folder

from .conftest import ROOT
from .test_corrections_api import correction
from .test_server import call, start

WORKERS = 2


@pytest.fixture
def data(tmp_path, monkeypatch):
    """The folder of the corrections, for this process and those it starts."""
    data = tmp_path / "data"
    monkeypatch.setenv("BARCHASB_DATA", str(data))
    monkeypatch.setenv("BARCHASB_WORKERS", str(WORKERS))
    return data


@pytest.fixture
def team(monkeypatch):
    """The names and keys of the two people whom `server`, if it comes after this, answers."""
    keys = {"mina": "0123456789abcdef", "omid": "fedcba9876543210"}
    monkeypatch.setenv("BARCHASB_API_KEYS", ",".join(f"{name}:{key}" for name, key in keys.items()))
    return keys


@pytest.fixture
def server(models, data):
    port = free_port()
    process = start(models, port)
    for _ in range(600):
        if len(workers_of(process)) == WORKERS:
            break
        time.sleep(0.05)
    yield port, process
    process.send_signal(signal.SIGTERM)
    process.communicate(timeout=30)


def workers_of(process):
    return [int(child) for child in Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()]


def stored():
    store = CorrectionStore()
    with store.reading() as corrections:
        found = [each.to_dict() for each in corrections.everyones()]
    store.close()
    return found


def post(port, value):
    """Post until it is answered, as the page does; a worker that dies answers nothing."""
    for _ in range(100):
        try:
            return call(port, "/corrections", value)
        except urllib.error.HTTPError:
            raise
        except OSError:
            time.sleep(0.05)
    raise AssertionError("no answer")


def test_the_folder_is_named_by_the_environment(data):
    assert folder() == data
    assert CorrectionStore().path == data / "corrections.sqlite3"


def test_two_workers_lose_nothing_and_store_nothing_twice(server):
    port, process = server
    assert len(workers_of(process)) == WORKERS
    values = [correction(text=f"جمله شماره {number}.") for number in range(60)]
    # Everything is sent three times, by eight clients at once.
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda value: post(port, value), values * 3))
    found = stored()
    assert sorted(each["id"] for each in found) == sorted(value["id"] for value in values)
    by_id = {each["id"]: each for each in found}
    assert all(answer == by_id[answer["id"]] for answer in answers)
    assert all({key: by_id[value["id"]][key] for key in value} == value for value in values)


def test_one_id_with_two_contents_is_stored_with_the_content_that_was_acknowledged(server):
    port, _ = server

    def send(value):
        try:
            return call(port, "/corrections", value)["text"]
        except urllib.error.HTTPError as error:
            error.close()
            return error.code

    for _ in range(15):
        identity = str(uuid.uuid4())
        values = [correction(id=identity, text=f"جمله شماره {number}.") for number in range(4)]
        with ThreadPoolExecutor(4) as pool:
            answers = list(pool.map(send, values))
        assert sorted(map(str, answers))[:3] == ["409"] * 3
        assert [answer for answer in answers if answer != 409] == [
            each["text"] for each in stored() if each["id"] == identity
        ]


def test_two_people_who_race_on_one_sentence_are_a_conflict_of_the_last_word_of_each(team, server):
    port, _ = server
    kinds = {"mina": "statistic", "omid": "rhetoric"}

    def say(name):
        value = correction(labels={"themes": [], "type": kinds[name]})
        return call(port, "/corrections", value, Authorization=f"Bearer {team[name]}")["key"]

    with ThreadPoolExecutor(8) as pool:
        assert sorted(pool.map(say, [*team] * 20)) == ["mina"] * 20 + ["omid"] * 20
    store = CorrectionStore()
    with store.reading() as corrections:
        everything = corrections.everyones()
        (standing,) = conflicts(corrections.corrected_twice())
    store.close()
    assert len(everything) == 40
    assert {each.key: str(each.labels.type) for each in standing} == kinds
    assert [each.number for each in standing] == sorted(
        max(each.number for each in everything if each.key == name) for name in team
    )


def test_a_killed_worker_loses_nothing_that_was_acknowledged(server):
    port, process = server
    values = [correction(text=f"جمله شماره {number}.") for number in range(150)]
    killed = 0
    with ThreadPoolExecutor(4) as pool:
        answers = pool.map(lambda value: post(port, value), values)
        acknowledged = []
        for answer in answers:
            acknowledged.append(answer)
            if len(acknowledged) % 30 == 10 and (workers := workers_of(process)):
                os.kill(workers[0], signal.SIGKILL)
                killed += 1
    assert killed >= 3
    found = {each["id"]: each for each in stored()}
    assert len(found) == len(values)
    assert all(found[answer["id"]] == answer for answer in acknowledged)


def test_a_process_killed_while_it_writes_loses_nothing_that_was_acknowledged(data):
    code = """
import dataclasses, sys, uuid
from service.corrections.body import correction_of
from service.corrections.store import CorrectionStore
import json
store, template = CorrectionStore(), correction_of(json.loads(sys.argv[1]))
while True:
    each = dataclasses.replace(template, id=str(uuid.uuid4()))
    with store.writing() as corrections:
        corrections.add(each, None)
    print(each.id, flush=True)
"""
    acknowledged = []
    for number in range(8):
        process = subprocess.Popen(
            [sys.executable, "-c", code, json.dumps(correction())],
            cwd=ROOT, stdout=subprocess.PIPE, text=True,
        )  # fmt: skip
        seen = [process.stdout.readline() for _ in range(10 + 7 * number)]
        process.kill()
        rest, _ = process.communicate(timeout=30)
        acknowledged += [line.strip() for line in [*seen, *rest.splitlines(keepends=True)] if line.endswith("\n")]
    found = [each["id"] for each in stored()]
    assert set(acknowledged) <= set(found)
    # At most the one that was being acknowledged is there without it.
    assert len(acknowledged) <= len(found) <= len(acknowledged) + 8
