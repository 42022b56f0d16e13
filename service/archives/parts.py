"""Output that a run can go on with after any end: written in parts, each sealed on disk with the place in the input.

OUT.unfinished/rows              what has been written, and behind it perhaps what no part has sealed yet
OUT.unfinished/errors.jsonl      the same of the errors
OUT.unfinished/summary           the same of the summaries
OUT.unfinished/inputs.jsonl      the files of the run with size and time
OUT.unfinished/journal.json      what is sealed: lengths of the three, the run, the state behind the last part

At the end the three become OUT, OUT.errors.jsonl and OUT.summary.FORMAT, each in one step, and the folder goes.
"""

import fcntl
import os
import shutil
from collections.abc import Iterator, Sequence
from contextlib import suppress
from itertools import zip_longest
from pathlib import Path
from typing import IO, Any

import orjson

from seeds.errors import BarchasbError
from seeds.files import replacing, sync_folder
from service.archives.sources import Source
from service.archives.writers import Writer

ROWS, ERRORS, SUMMARY = _PARTS = ("rows", "errors.jsonl", "summary")
_JOURNAL = "journal.json"
_INPUTS = "inputs.jsonl"


class PartsError(BarchasbError):
    """An unfinished output that this run cannot go on with."""


def folder_of(out: Path) -> Path:
    """Return the folder of an output that is not finished."""
    return out.with_name(f"{out.name}.unfinished")


def targets(out: Path, form: str) -> dict[str, Path]:
    """Return where each part of an output ends."""
    return {
        ROWS: out,
        ERRORS: out.with_name(f"{out.name}.errors.jsonl"),
        SUMMARY: out.with_name(f"{out.name}.summary.{form}"),
    }


class Parts:
    """An output being written; `state` is what the run was at behind the last sealed part, None at its beginning.

    `run` are the options that the bytes of the output depend on, by their names.
    """

    def __init__(self, out: Path, form: str, run: dict[str, Any]) -> None:
        self._out = out
        self._run = run
        self._targets = targets(out, form)
        self._folder = folder_of(out)
        self._files: dict[str, IO[bytes]] = {}
        self._lengths: dict[str, int] = {}
        self._lock: IO[bytes] | None = None
        self.finished = False
        self.state: dict[str, Any] | None = None

    def begin(self, found: Sequence[Source], *, resume: bool) -> None:
        """Begin the output, or go on with it.

        Raises PartsError where another run writes it, where going on was not asked for but would be possible, and
        where it was but the run is another one.
        """
        self._folder.mkdir(parents=True, exist_ok=True)
        sync_folder(self._out.parent)
        self._lock = (self._folder / "lock").open("wb")
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise PartsError(f"{self._out}: another run is writing it; wait for its end") from error
        journal = self._journal()
        lengths: dict[str, int] = {}
        if journal:
            remedy = f"or remove {self._folder} to begin anew"
            if not resume:
                done = journal["state"]["sentences"]
                raise PartsError(
                    f"{self._out}: a run that stopped has tagged {done:,} sentences; add --resume, {remedy}"
                )
            self._check(journal["run"], found, remedy)
            lengths, self.state, self.finished = journal["lengths"], journal["state"], journal["finished"]
        if self.finished:
            return
        if not lengths:
            with replacing(self._folder / _INPUTS) as file:
                file.writelines(_inputs(found))
        for name in _PARTS:
            path = self._folder / name
            path.touch()
            file = self._files[name] = path.open("r+b")
            length = lengths.get(name, 0)
            if path.stat().st_size < length:
                raise PartsError(f"{path}: is shorter than it was; remove {self._folder} to begin anew")
            file.truncate(length)
            file.seek(length)

    def write(self, name: str, data: bytes) -> None:
        """Write to one of the parts; it is not sealed by that."""
        self._files[name].write(data)

    def seal(self, state: dict[str, Any], *, finished: bool = False) -> None:
        """Make all that has been written, and the state of the run behind it, survive whatever happens."""
        lengths = {name: file.tell() for name, file in self._files.items()}
        for name, file in self._files.items():
            # Most blocks have no errors, and waiting for the disk is what sealing costs.
            if lengths[name] != self._lengths.get(name):
                file.flush()
                os.fsync(file.fileno())
        self._lengths = lengths
        journal = {"run": self._run, "lengths": lengths, "state": state, "finished": finished}
        with replacing(self._folder / _JOURNAL) as file:
            file.write(orjson.dumps(journal))
        self.state, self.finished = state, finished

    def finish(self, state: dict[str, Any], writers: dict[str, Writer]) -> None:
        """Seal the last part and put everything in its place; interrupted anywhere, a resumed run does the rest."""
        if not self.finished:
            for name, writer in writers.items():
                self._files[name].flush()
                with (self._folder / name).open("rb") as written, replacing(self._done(name)) as out:
                    changed = writer.finish(written, out)
                if not changed:
                    self._done(name).unlink()
            self.seal(state, finished=True)
        # The output itself comes last: where it is, everything is.
        for name in (ERRORS, SUMMARY, ROWS):
            path = self._done(name) if self._done(name).exists() else self._folder / name
            if path.exists() and (name == ROWS or path.stat().st_size):
                path.replace(self._targets[name])
            elif path.exists():
                # An earlier run may have had errors.
                self._targets[name].unlink(missing_ok=True)
        sync_folder(self._out.parent)
        shutil.rmtree(self._folder)

    def close(self) -> None:
        """Stop writing; what is sealed stays, and nothing is left of a run that has sealed nothing."""
        for file in self._files.values():
            # What is buffered is not sealed; on a full disk it could not be written either.
            with suppress(OSError):
                file.close()
        if self._files and self.state is None:
            shutil.rmtree(self._folder, ignore_errors=True)
        if self._lock:
            self._lock.close()

    def _done(self, name: str) -> Path:
        return self._folder / f"{name}.done"

    def _journal(self) -> dict[str, Any] | None:
        try:
            journal: dict[str, Any] = orjson.loads((self._folder / _JOURNAL).read_bytes())
        except FileNotFoundError:
            return None
        except orjson.JSONDecodeError as error:
            raise PartsError(f"{self._folder}: its journal is damaged; remove the folder to begin anew") from error
        return journal

    def _check(self, run: dict[str, Any], found: Sequence[Source], remedy: str) -> None:
        """Raise PartsError unless a run, as the journal has it, is this one."""
        for name, now in self._run.items():
            if (before := run.get(name)) != now:
                raise PartsError(
                    f"{self._out}: the run that stopped had {name} {before}, this one has {now}; "
                    f"go on with {before}, {remedy}"
                )
        with (self._folder / _INPUTS).open("rb") as file:
            for before, now in zip_longest(file, _inputs(found)):
                if before != now:
                    name = orjson.loads(now or before)[0]
                    raise PartsError(
                        f"{self._out}: the input is not what it was when the run stopped ({name}); "
                        f"go on with the same files, {remedy}"
                    )


def _inputs(found: Sequence[Source]) -> Iterator[bytes]:
    for source in found:
        yield orjson.dumps([source.name, source.size, source.mtime], option=orjson.OPT_APPEND_NEWLINE)
