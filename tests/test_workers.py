import os
import subprocess
import sys
import threading

import pytest

from service.archives.blocks import Block
from service.archives.items import Page, Position
from service.archives.tagging import Plan
from service.archives.workers import WorkerError, _Ahead, on_cores
from service.archives.writers import JsonLines

from .conftest import ROOT

SENTENCE = "درمانگاه شماره {} در روستای تازه گشایش یافت و {} نفر سر کار رفتند.\n"


def blocks_of(count):
    for number in range(count):
        yield Block((Page(f"{number}.txt", f"صادرات {number} تن پسته.".encode()),), Position(number))


@pytest.fixture
def plan(tagger, models, monkeypatch):
    monkeypatch.setenv("BARCHASB_MODELS", str(models))
    return Plan(tagger.version, lines=False, column="text", named=True, columns=None, writer=JsonLines())


def test_the_order_is_that_of_the_input_whatever_the_processes(plan, tagger):
    one = list(on_cores(blocks_of(60), plan, tagger, 1))
    two = list(on_cores(blocks_of(60), plan, tagger, 2))
    assert one == two
    assert [outcome.after.source for outcome in two] == list(range(60))


def test_few_blocks_start_no_process(plan, tagger, monkeypatch):
    monkeypatch.setattr("joblib.Parallel", None)
    assert len(list(on_cores(blocks_of(3), plan, tagger, 2))) == 3


def test_reading_waits_for_writing():
    ahead = _Ahead(blocks_of(10), 3)
    assert len(list(ahead)) == 3
    ahead.out -= 2
    assert [block.after.source for block in ahead] == [3, 4]
    assert not ahead.ended


def test_a_slow_writer_does_not_make_the_reader_run_away(plan, tagger, monkeypatch):
    monkeypatch.setattr("service.archives.workers._AHEAD", 2)
    read = []

    def counted():
        for block in blocks_of(100):
            read.append(block)
            yield block

    slow = threading.Event()
    for written, _ in enumerate(on_cores(counted(), plan, tagger, 2)):
        slow.wait(0.005)
        # What is out, and what has been read to see whether the input is small.
        assert len(read) - written <= 2 * 2 + 2 + 4


def test_an_error_of_the_reader_reaches_the_run(plan, tagger):
    def failing():
        yield from blocks_of(20)
        raise OSError("gone")

    with pytest.raises(OSError, match="gone"):
        list(on_cores(failing(), plan, tagger, 2))


def test_a_process_that_is_ended_from_outside_is_told(plan, tagger):
    outcomes = on_cores(blocks_of(500), plan, tagger, 2)
    next(outcomes)
    children = subprocess.run(
        ["pgrep", "-P", str(os.getpid()), "-f", "popen_loky"], capture_output=True, text=True, check=True
    ).stdout.split()
    os.kill(int(children[0]), 9)
    with pytest.raises(WorkerError, match="was ended from outside"):
        list(outcomes)


@pytest.mark.parametrize("form", ["jsonl", "parquet"])
def test_memory_does_not_grow_with_the_input(models, tmp_path, form):
    peaks = []
    code = (
        "import resource, sys; from service.cli import main; main(sys.argv[1:]); "
        "print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, file=sys.stderr)"
    )
    out = tmp_path / "out"
    for count in (10_000, 40_000):
        lines = tmp_path / f"{count}.txt"
        lines.write_text("".join(SENTENCE.format(number % 1000, number % 777) for number in range(count)), "utf-8")
        done = subprocess.run(
            [sys.executable, "-c", code, "tag", "--lines", lines, "--format", form, "-o", out, "--jobs", "1"],
            env={**os.environ, "BARCHASB_MODELS": str(models)},
            capture_output=True,
            text=True,
            check=True,
            cwd=ROOT,
        )
        peaks.append(int(done.stderr.splitlines()[-1]))
    assert peaks[1] < peaks[0] * 1.2
