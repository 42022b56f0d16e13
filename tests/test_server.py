import json
import os
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.request
from concurrent.futures import ThreadPoolExecutor

import pytest

from .conftest import ROOT


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def call(port, path, value=None):
    data = None if value is None else json.dumps(value).encode()
    request = urllib.request.Request(f"http://127.0.0.1:{port}{path}", data, {"Content-Type": "application/json"})
    with urllib.request.urlopen(request, timeout=30) as response:  # noqa: S310
        return json.load(response)


def start(models, port, *flags):
    process = subprocess.Popen(
        [ROOT / ".venv/bin/barchasb", "serve", "--port", str(port), *flags],
        env={**os.environ, "BARCHASB_MODELS": str(models)},
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
