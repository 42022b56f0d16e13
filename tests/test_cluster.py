import os
import re
import signal
import subprocess
import sys
import time

import pytest

from training import store

from .conftest import ROOT

SENTENCE = "درمانگاه تازه در روستای {} گشایش یافت و {} نفر سر کار رفتند.\n"


class Started:
    """Processes of a cluster; what they print is read until it says that they are ready."""

    def __init__(self):
        self.processes = []

    def start(self, ready, *arguments, models=None):
        process = subprocess.Popen(
            [sys.executable, "-m", "distributed.cli." + arguments[0], *arguments[1:]],
            env={**os.environ, "BARCHASB_MODELS": str(models), "PYTHONPATH": str(ROOT)},
            stderr=subprocess.PIPE,
            text=True,
            process_group=0,
        )
        self.processes.append(process)
        for line in process.stderr:
            if match := re.search(ready, line):
                # Nothing reads on: a pipe that is full would stop the process.
                process.stderr.close()
                return process, match[0]
        raise AssertionError(f"{arguments[0]} did not start")

    def worker(self, address, models):
        # Without a nanny: what is killed stays dead.
        arguments = ("--nthreads", "1", "--no-nanny", "--no-dashboard", "--host", "127.0.0.1", "--death-timeout", "60")
        return self.start("Registered to", "dask_worker", address, *arguments, models=models)[0]

    def stop(self):
        for process in self.processes:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()


@pytest.fixture
def started():
    started = Started()
    yield started
    started.stop()


def scheduler(started):
    """Start one; return its address."""
    arguments = ("--host", "127.0.0.1", "--port", "0", "--no-dashboard")
    return started.start(r"tcp://127\.0\.0\.1:\d+", "dask_scheduler", *arguments)[1]


def test_a_worker_that_dies_loses_nothing(started, models, tmp_path):
    address = scheduler(started)
    lines = tmp_path / "lines.txt"
    lines.write_text("".join(SENTENCE.format(number, number * 7) for number in range(60_000)), "utf-8")
    workers = [started.worker(address, models) for _ in range(2)]
    command = [ROOT / ".venv/bin/barchasb", "tag", "--lines", lines]
    environment = {**os.environ, "BARCHASB_MODELS": str(models)}
    out, alone = tmp_path / "out.jsonl", tmp_path / "alone.jsonl"
    run = subprocess.Popen(
        [*command, "-o", out, "--cluster", address], env=environment, stderr=subprocess.PIPE, text=True
    )
    rows = tmp_path / "out.jsonl.unfinished" / "rows"
    while not (rows.exists() and rows.stat().st_size) and run.poll() is None:
        time.sleep(0.01)
    # The first block is written: others are at both workers, done and undone.
    assert run.poll() is None
    os.killpg(workers[0].pid, signal.SIGKILL)
    _, err = run.communicate(timeout=120)
    assert run.returncode == 0, err
    assert "sentences 60,000, errors 0" in err
    subprocess.run([*command, "-o", alone, "--jobs", "1"], env=environment, check=True, stderr=subprocess.DEVNULL)
    assert out.read_bytes() == alone.read_bytes()


def test_a_worker_with_another_model_is_refused_in_a_sentence(started, runner, models, tmp_path):
    address = scheduler(started)
    other = tmp_path / "other"
    version = "0123456789ab"
    (other / version).mkdir(parents=True)
    (other / "current").write_text(version)
    started.worker(address, other)
    lines = tmp_path / "lines.txt"
    lines.write_text(SENTENCE, "utf-8")
    code, out, err = runner("tag", "--lines", lines, "--cluster", address)
    assert (code, out, err.count("\n")) == (1, "", 1)
    here = store.current(models)
    assert re.search(
        rf"worker tcp://127\.0\.0\.1:\d+ is refused: it has model {version}, this run tags with {here}", err
    )
    assert f"copy models/{here} into the folder that BARCHASB_MODELS names there" in err


def test_a_scheduler_that_does_not_answer_is_told(runner, tmp_path, monkeypatch):
    monkeypatch.setattr("service.archives.cluster._SECONDS", 1)
    lines = tmp_path / "lines.txt"
    lines.write_text(SENTENCE, "utf-8")
    code, _, err = runner("tag", "--lines", lines, "--cluster", "tcp://127.0.0.1:9")
    assert (code, err) == (1, "barchasb: tcp://127.0.0.1:9: no scheduler answers; start one with: dask scheduler\n")


def test_a_scheduler_without_workers_is_told(started, runner, tmp_path, monkeypatch):
    monkeypatch.setattr("service.archives.cluster._SECONDS", 1)
    lines = tmp_path / "lines.txt"
    lines.write_text(SENTENCE, "utf-8")
    assert (
        "the scheduler has no worker; start one with: dask worker"
        in runner("tag", lines, "--cluster", scheduler(started))[2]
    )
