import json
import os
import shutil
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import numpy as np
import pytest

from service.bench.processes import free_port
from service.tagger import Tagger
from training import store
from training.model import Model

from .conftest import ROOT
from .test_metrics import samples


def call(port, path, value=None, **headers):
    data = None if value is None else json.dumps(value).encode()
    headers |= {"Content-Type": "application/json"}
    request = urllib.request.Request(f"http://127.0.0.1:{port}{path}", data, headers)
    with urllib.request.urlopen(request, timeout=30) as response:  # noqa: S310
        return json.load(response)


def start(models, port, *flags, **environment):
    process = subprocess.Popen(
        [ROOT / ".venv/bin/barchasb", "serve", "--port", str(port), *flags],
        env={**os.environ, "BARCHASB_MODELS": str(models), **environment},
        stderr=subprocess.PIPE,
        text=True,
    )
    for _ in range(200):
        if process.poll() is not None:
            break
        try:
            call(port, "/healthz")
        except urllib.error.URLError:
            time.sleep(0.1)
        else:
            break
    return process


@pytest.fixture(scope="module")
def server(models):
    port = free_port()
    process = start(models, port)
    yield port
    process.send_signal(signal.SIGTERM)
    process.communicate(timeout=30)
    assert process.returncode == 0


def test_the_server_answers_with_the_model_in_use(server, tagger):
    assert call(server, "/healthz")["model"] == tagger.version


def test_many_clients_get_the_answer_of_one(server, tagger):
    sentences = ["صادرات زعفران به ده کشور رسید.", "دشمن ناامید شد.", "کارگران بیمه شدند."]
    expected = [tag.to_dict()["scores"] for tag in tagger.tag_sentences(sentences)]
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: call(server, "/classify", {"sentences": sentences}), range(64)))
    assert all([tag["scores"] for tag in answer["sentences"]] == expected for answer in answers)


def test_a_server_without_a_model_does_not_start_and_says_why(tmp_path):
    process = start(tmp_path, free_port())
    _, err = process.communicate(timeout=30)
    assert process.returncode == 1
    assert err.count("\n") == 1
    assert "make train" in err


KEY = "desk-0123456789abcdef"
TEXTS = ["صادرات زعفران به ده کشور رسید.", "دشمن ناامید شد.", "کارگران بیمه شدند."]


@contextmanager
def serving(models, *flags):
    port = free_port()
    process = start(models, port, *flags)
    try:
        yield port, process
    finally:
        process.kill()
        process.communicate(timeout=30)


def metrics(port):
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=30) as response:
        return samples(response.read().decode())


def until(true, seconds=30):
    end = time.monotonic() + seconds
    while not (found := true()):
        assert time.monotonic() < end
        time.sleep(0.05)
    return found


def workers_of(process):
    listed = subprocess.run(["pgrep", "-P", str(process.pid)], check=True, capture_output=True, text=True)
    return [int(line) for line in listed.stdout.split()]


def add_version(folder, tagger, manifest, shift):
    """Write a version whose scores before calibration are shifted; return it."""
    state = tagger.model.to_state()
    kept = ("seed", "sentences", "labels", "thresholds", "regularisation", "scores")
    about = {name: getattr(manifest, name) for name in kept}
    return store.save(Model.from_state({**state, "bias": state["bias"] + shift}), about, lambda _: None, folder).version


@pytest.fixture
def versions(models, tagger, manifest, tmp_path):
    """A folder with two versions, and what each answers to the texts."""
    folder = tmp_path / "models"
    shutil.copytree(models, folder)
    other = add_version(folder, tagger, manifest, 1.5)
    expected = {}
    for version in (other, tagger.version):
        store.use(version, folder)
        expected[version] = [each.to_dict() for each in Tagger.load(folder).tag_sentences(TEXTS)]
    return folder, expected


def test_the_model_changes_under_load_and_every_answer_is_of_one_version(versions, runner, monkeypatch):
    folder, expected = versions
    first, second = store.current(folder), next(version for version in expected if version != store.current(folder))
    monkeypatch.setenv("BARCHASB_MODELS", str(folder))
    with serving(folder, "--workers", "2", "--watch", "0.1", "--quiet") as (port, _), ThreadPoolExecutor(4) as pool:
        answers, stop = [], []

        def load():
            while not stop:
                answers.append(call(port, "/classify", {"sentences": TEXTS}))

        loads = [pool.submit(load) for _ in range(4)]
        try:
            for version, command in [(second, ("use", second)), (first, ("rollback",)), (second, ("rollback",))]:
                assert runner(*command) == (0, f"model {version} is in use\n", "")
                until(lambda version=version: call(port, "/model")["version"] == version)
                seen = len(answers)
                until(lambda seen=seen: len(answers) > seen + 8)
        finally:
            stop.append(True)
        assert [each.result() for each in loads] == [None] * 4
        assert {answer["model"] for answer in answers} == {first, second}
        assert all(answer["sentences"] == expected[answer["model"]] for answer in answers)
        # Old workers end when they have answered.
        until(lambda: {call(port, "/healthz")["model"] for _ in range(8)} == {second})
        assert metrics(port)["barchasb_model_switches_total",] == 3
        assert call(port, "/readyz") == {"status": "ready", "model": second}


def test_a_broken_model_is_refused_once_and_the_old_one_goes_on(versions, tagger, manifest):
    folder, expected = versions
    good = store.current(folder)
    damaged = add_version(folder, tagger, manifest, 3.0)
    (folder / damaged / "model.joblib").write_bytes(b"x")
    mute = add_version(folder, tagger, manifest, np.nan)
    port = free_port()
    process = start(folder, port, "--workers", "1", "--watch", "0.1", "--quiet")
    try:
        for count, name in enumerate([damaged, mute, "absent", "../outside"], 1):
            (folder / "current").write_text(f"{name}\n")
            until(lambda count=count: metrics(port)["barchasb_model_refused_total",] == count)
            assert call(port, "/classify", {"sentences": TEXTS}) == {"model": good, "sentences": expected[good]}
        (folder / "current").unlink()
        until(lambda: metrics(port)["barchasb_model_refused_total",] == 5)
        time.sleep(0.5)
        assert metrics(port)["barchasb_model_refused_total",] == 5
        assert metrics(port)["barchasb_ready",] == 1
        assert metrics(port)["barchasb_model_info", good] == 1
    finally:
        process.terminate()
        _, written = process.communicate(timeout=30)
    lines = [json.loads(line) for line in written.splitlines()]
    refused = [line for line in lines if line.get("event") == "model refused"]
    assert [line["version"] for line in refused] == [damaged, mute, "", "", ""]
    assert "expected sha256" in refused[0]["reason"]
    assert "no tag" in refused[1]["reason"]


def test_a_killed_worker_is_replaced_and_nothing_counted_is_lost(models):
    with serving(models, "--workers", "2", "--quiet") as (port, process):
        for _ in range(10):
            call(port, "/classify", {"sentences": TEXTS})
        before = workers_of(process)
        for worker in before:
            os.kill(worker, signal.SIGKILL)
        until(lambda: len(set(workers_of(process)) - set(before)) == 2)
        found = until(lambda: metrics(port))
        assert found["barchasb_sentences_total",] == 30
        assert found["barchasb_requests_total", "api.classify", "200"] == 10


def test_when_told_to_stop_the_service_is_not_ready_and_finishes_what_has_begun(models):
    with serving(models, "--workers", "1", "--drain-seconds", "1", "--quiet") as (port, process):
        body = json.dumps({"sentences": TEXTS}).encode()
        head = b"POST /classify HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
        with socket.create_connection(("127.0.0.1", port), timeout=20) as begun:
            begun.sendall(head + b"Content-Length: %d\r\n\r\n" % len(body) + body[:10])
            process.send_signal(signal.SIGTERM)

            def draining():
                try:
                    call(port, "/readyz")
                except urllib.error.HTTPError as error:
                    return error.code == 503
                return False

            until(draining, 5)
            assert call(port, "/classify", {"sentences": TEXTS})["sentences"]
            assert call(port, "/healthz")["status"] == "ok"

            def closed():
                with socket.socket() as probe:
                    return probe.connect_ex(("127.0.0.1", port)) != 0

            until(closed, 10)
            begun.sendall(body[10:])
            with begun.makefile("rb") as file:
                assert b" 200 " in file.readline()
                assert "صادرات".encode() in file.read()
        assert process.wait(timeout=20) == 0


def test_a_request_on_a_connection_that_is_kept_finds_the_old_model_still_there(versions):
    folder, expected = versions
    old = store.current(folder)
    new = next(version for version in expected if version != old)
    ask = b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n"
    with (
        serving(folder, "--workers", "1", "--watch", "0.1", "--quiet") as (port, _),
        socket.create_connection(("127.0.0.1", port), timeout=20) as kept,
    ):
        kept.sendall(ask)
        assert b"Connection: close" not in kept.recv(4096)
        store.use(new, folder)
        until(lambda: call(port, "/healthz")["model"] == new)
        kept.sendall(ask)
        answer = kept.recv(4096)
        assert old.encode() in answer
        assert b"Connection: close" in answer
        assert kept.recv(4096) == b""


def test_a_log_that_nobody_reads_stops_no_answer(models):
    process = start(models, port := free_port(), "--workers", "1")
    try:
        process.stderr.close()
        assert [call(port, "/healthz")["status"] for _ in range(5)] == ["ok"] * 5
    finally:
        process.kill()
        process.wait(timeout=30)


def test_beyond_this_machine_the_server_does_not_start_without_keys(models):
    process = start(models, free_port(), "--host", "0.0.0.0")  # noqa: S104  # it is refused
    _, err = process.communicate(timeout=30)
    assert process.returncode == 1
    assert err.count("\n") == 1
    assert "set BARCHASB_API_KEYS=name:key" in err


def test_the_server_asks_for_the_keys_it_was_given(models, monkeypatch):
    monkeypatch.setenv("BARCHASB_API_KEYS", f"desk:{KEY}")
    with serving(models, "--workers", "1", "--quiet") as (port, _):
        with pytest.raises(urllib.error.HTTPError, match="401"):
            call(port, "/classify", {"sentences": TEXTS})
        request = urllib.request.Request(f"http://127.0.0.1:{port}/labels", headers={"X-API-Key": KEY})
        with urllib.request.urlopen(request, timeout=30) as response:  # noqa: S310
            assert response.status == 200
