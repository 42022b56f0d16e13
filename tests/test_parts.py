import csv
import json
import os
import random
import re
import resource
import signal
import subprocess
import sys
import time

import orjson
import pytest
from pyarrow import parquet

from service import batch
from service.archives import blocks, readers
from service.archives.parts import ROWS, Parts, folder_of

from .conftest import ROOT

KILLS = int(os.environ.get("KILLS", "4"))
"""`make kill` has more."""
SENTENCES = ("درمانگاه تازه گشایش یافت.", "صادرات پسته به ۲۴ کشور رسید.", "دشمن ناامید شد و مردم ایستادند.")


def small(monkeypatch):
    """Small blocks, as tests.kill has them."""
    monkeypatch.setattr(blocks, "SIZE", 2_000)
    monkeypatch.setattr(readers, "SIZE", 2_000)


@pytest.fixture
def inputs(tmp_path):
    """A folder of every form, with faults among the rest."""
    folder = tmp_path / "inputs"
    folder.mkdir()
    chosen = random.Random(0)
    text = [" ".join(chosen.choices(SENTENCES, k=3)) for _ in range(50)]
    lines = [json.dumps({"id": number, "text": each}, ensure_ascii=False) for number, each in enumerate(text)]
    lines[17] = "{"
    (folder / "a.jsonl").write_text("\n".join(lines), "utf-8")
    with (folder / "b.csv").open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([["id", "text"], *([number, f"{each}\n{each}"] for number, each in enumerate(text))])
    for number in range(20):
        (folder / f"c{number:02}.txt").write_text(text[number], "utf-8")
    (folder / "d.txt").write_bytes(b"\0")
    return folder


def command(*arguments):
    return [sys.executable, "-m", "tests.kill", "tag", *map(str, arguments)]


def sealed(out):
    """How many sentences the sealed parts of an output have."""
    try:
        return orjson.loads((folder_of(out) / "journal.json").read_bytes())["state"]["sentences"]
    except FileNotFoundError:
        return 0


def contents(out):
    """The bytes of an output and of what belongs to it, by name."""
    return {path.name: path.read_bytes() for path in out.parent.glob(f"{out.name}*")}


@pytest.mark.parametrize("form", ["jsonl", "csv", "parquet"])
def test_a_run_killed_at_random_moments_and_resumed_gives_the_bytes_of_an_unbroken_one(models, inputs, tmp_path, form):
    (tmp_path / "whole").mkdir()
    (tmp_path / "killed").mkdir()
    options = ("--format", form, "--summary", "--jobs", "2" if form == "jsonl" else "1")
    whole, killed = tmp_path / "whole" / "out", tmp_path / "killed" / "out"
    run = {"env": {**os.environ, "BARCHASB_MODELS": str(models)}, "cwd": ROOT, "stderr": subprocess.PIPE, "text": True}
    done = subprocess.run(command(inputs, "-o", whole, *options), check=False, **run)
    total = int(re.search(r"sentences ([\d,]+)", done.stderr)[1].replace(",", ""))
    chosen = random.Random(KILLS)
    places = []
    for _ in range(KILLS):
        process = subprocess.Popen(command(inputs, "-o", killed, *options, "--resume"), process_group=0, **run)
        place = chosen.randrange(total * 3 // 4)
        while process.poll() is None and sealed(killed) < place:
            time.sleep(0.001)
        time.sleep(chosen.uniform(0, 0.005))
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
        process.communicate()
        places.append(sealed(killed))
    assert any(0 < place < total for place in places), "no run was killed in its middle"
    assert subprocess.run(command(inputs, "-o", killed, *options, "--resume"), check=False, **run).returncode in (0, 1)
    assert contents(killed) == contents(whole)
    assert set(contents(whole)) == {"out", "out.errors.jsonl", f"out.summary.{form}"}


@pytest.fixture
def stopped(runner, inputs, tmp_path, monkeypatch):
    """A run that was interrupted in its middle; its output and what it printed."""
    small(monkeypatch)
    out = tmp_path / "out.jsonl"
    taken = batch.Run.take

    def take(run, outcome, sink):
        if run.state.sentences > 100:
            raise KeyboardInterrupt
        taken(run, outcome, sink)

    with monkeypatch.context() as context:
        context.setattr(batch.Run, "take", take)
        code, _, err = runner("tag", "--jobs", 1, inputs, "-o", out)
    assert code == 130
    return out, err


def test_ctrl_c_prints_the_command_that_goes_on(runner, stopped, inputs, tmp_path):
    out, err = stopped
    assert err.endswith(f"go on with: barchasb tag --jobs 1 {inputs} -o {out} --resume\n")
    assert not out.exists()
    runner("tag", "--jobs", 1, inputs, "-o", out, "--resume")
    runner("tag", "--jobs", 1, inputs, "-o", tmp_path / "whole.jsonl")
    assert out.read_bytes() == (tmp_path / "whole.jsonl").read_bytes()
    assert not folder_of(out).exists()


def test_a_run_that_could_go_on_is_not_thrown_away(runner, stopped, inputs):
    out, _ = stopped
    before = (folder_of(out) / ROWS).read_bytes()
    code, _, err = runner("tag", "--jobs", 1, inputs, "-o", out)
    assert (code, err.count("\n")) == (1, 1)
    assert "add --resume, or remove" in err
    assert (folder_of(out) / ROWS).read_bytes() == before


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (["--lines"], "had --lines False, this one has True"),
        (["--column", "id"], "had --column text, this one has id"),
        (["--summary"], "had --summary False, this one has True"),
        (["--format", "csv"], "had --format jsonl, this one has csv"),
        (["--input-format", "text"], "had --input-format None, this one has text"),
    ],
)
def test_resuming_with_other_options_is_refused(runner, stopped, inputs, change, message):
    out, _ = stopped
    code, _, err = runner("tag", "--jobs", 1, inputs, "-o", out, "--resume", *change)
    assert (code, err.count("\n")) == (1, 1)
    assert message in err


@pytest.mark.parametrize("name", ["a.jsonl", "c19.txt"])
def test_resuming_with_a_changed_input_is_refused(runner, stopped, inputs, name):
    out, _ = stopped
    os.utime(inputs / name, (1, 1))
    code, _, err = runner("tag", "--jobs", 1, inputs, "-o", out, "--resume")
    assert (code, err.count("\n")) == (1, 1)
    assert f"the input is not what it was when the run stopped ({inputs / name})" in err


def test_resuming_with_a_new_file_is_refused(runner, stopped, inputs):
    out, _ = stopped
    (inputs / "e.txt").write_text("تازه.", "utf-8")
    assert "e.txt" in runner("tag", "--jobs", 1, inputs, "-o", out, "--resume")[2]


def test_resuming_with_another_model_is_refused(runner, stopped, inputs, current):
    out, _ = stopped
    journal = folder_of(out) / "journal.json"
    journal.write_bytes(journal.read_bytes().replace(b'"model":"', b'"model":"f'))
    assert "the run that stopped had model f" in runner("tag", "--jobs", 1, inputs, "-o", out, "--resume")[2]


def test_resuming_what_is_whole_changes_nothing(runner, inputs, tmp_path):
    out = tmp_path / "out.jsonl"
    runner("tag", "--jobs", 1, inputs, "-o", out)
    before = out.stat()
    code, _, err = runner("tag", "--jobs", 1, inputs, "-o", out, "--resume")
    assert (code, err) == (0, f"barchasb: {out}: is whole, there is nothing to resume\n")
    assert out.stat() == before


def test_a_part_that_has_been_cut_is_not_gone_on_with(runner, stopped, inputs):
    out, _ = stopped
    os.truncate(folder_of(out) / ROWS, 10)
    assert "is shorter than it was" in runner("tag", "--jobs", 1, inputs, "-o", out, "--resume")[2]


def test_a_damaged_journal_is_told(runner, stopped, inputs):
    out, _ = stopped
    (folder_of(out) / "journal.json").write_bytes(b"{")
    assert "its journal is damaged" in runner("tag", "--jobs", 1, inputs, "-o", out, "--resume")[2]


def test_two_runs_do_not_write_one_output(runner, stopped, inputs):
    out, _ = stopped
    first = Parts(out, "jsonl", {})
    first._check = lambda *_: None
    first.begin([], resume=True)
    assert "another run is writing it" in runner("tag", "--jobs", 1, inputs, "-o", out, "--resume")[2]
    first.close()
    assert runner("tag", "--jobs", 1, inputs, "-o", out, "--resume")[0] == 1
    assert out.exists()


def test_strict_can_go_on_without_it(runner, inputs, tmp_path, monkeypatch):
    small(monkeypatch)
    out = tmp_path / "out.jsonl"
    (inputs / "a.jsonl").rename(inputs / "b.jsonl")
    code, _, err = runner("tag", "--jobs", 1, inputs, "-o", out, "--strict")
    assert code == 1
    assert "b.jsonl:18: is not a JSON object" in err
    assert f"go on with: barchasb tag --jobs 1 {inputs} -o {out} --strict --resume" in err
    runner("tag", "--jobs", 1, inputs, "-o", out, "--resume")
    runner("tag", "--jobs", 1, inputs, "-o", tmp_path / "whole.jsonl")
    assert out.read_bytes() == (tmp_path / "whole.jsonl").read_bytes()


def test_on_a_full_disk_a_run_stops_with_a_sentence_and_goes_on_when_there_is_room(runner, models, inputs, tmp_path):
    out = tmp_path / "out.jsonl"
    # A file that may not grow says the same to a program as a disk without room; SIGXFSZ would kill it first.
    full = subprocess.run(
        command(inputs, "-o", out, "--jobs", "1"),
        check=False,
        capture_output=True,
        text=True,
        cwd=ROOT,
        env={**os.environ, "BARCHASB_MODELS": str(models)},
        preexec_fn=lambda: (
            signal.signal(signal.SIGXFSZ, signal.SIG_IGN),
            resource.setrlimit(resource.RLIMIT_FSIZE, (60_000, 60_000)),
        ),
    )
    assert full.returncode == 1
    assert "File too large; when that is mended, go on with: barchasb tag" in full.stderr
    assert full.stderr.count("\n") == 1
    assert not out.exists()
    runner("tag", "--jobs", 1, inputs, "-o", out, "--resume")
    runner("tag", "--jobs", 1, inputs, "-o", tmp_path / "whole.jsonl")
    assert out.read_bytes() == (tmp_path / "whole.jsonl").read_bytes()


def test_parquet_says_which_model_made_it(runner, inputs, tmp_path, tagger):
    runner("tag", inputs / "c01.txt", "-o", tmp_path / "out.parquet", "--format", "parquet")
    metadata = parquet.read_schema(tmp_path / "out.parquet").metadata
    assert metadata[b"barchasb.model"].decode() == tagger.version


@pytest.mark.parametrize("step", ["sync_folder", "shutil.rmtree"])
def test_a_run_that_ends_while_it_puts_everything_in_place_is_put_in_place_by_the_next(
    runner, inputs, tmp_path, monkeypatch, step
):
    out = tmp_path / "out.jsonl"

    class PowerCutError(BaseException):
        pass

    def cut(*_, **__):
        # Not at the beginning, which syncs too.
        if out.exists():
            raise PowerCutError

    with monkeypatch.context() as context:
        context.setattr(f"service.archives.parts.{step}", cut)
        with pytest.raises(PowerCutError):
            runner("tag", "--jobs", 1, inputs, "-o", out)
    runner("tag", "--jobs", 1, inputs, "-o", out, "--resume")
    runner("tag", "--jobs", 1, inputs, "-o", tmp_path / "whole.jsonl")
    assert out.read_bytes() == (tmp_path / "whole.jsonl").read_bytes()
    errors = (tmp_path / name for name in ("out.jsonl.errors.jsonl", "whole.jsonl.errors.jsonl"))
    assert next(errors).read_bytes() == next(errors).read_bytes()
    assert not folder_of(out).exists()
