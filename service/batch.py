"""What `barchasb tag` does: reading, tagging and writing at once, in memory that does not grow with the input."""

import os
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import IO

from seeds.errors import BarchasbError
from service import __version__
from service.archives.blocks import Block, blocks
from service.archives.columns import COUNTS, DOCUMENT, TAGS, columns_of
from service.archives.items import Position
from service.archives.parts import ERRORS, ROWS, SUMMARY, Parts, folder_of, targets
from service.archives.progress import progress
from service.archives.run import Printed, Run, Sink, State
from service.archives.sources import PARQUET, TEXT, Source, find
from service.archives.tagging import Outcome, Plan
from service.archives.workers import on_cluster, on_cores
from service.archives.writers import Writer, writer
from service.tagger import Tagger
from training.compiling import worth_compiling

_SEAL_SECONDS = 1.0
"""So much work a run that is killed does twice."""
INTERRUPTED = 130
"""The exit code of a run that Ctrl-C has stopped, as shells have it."""


class BatchError(BarchasbError):
    """A run that cannot be begun as it was asked for, or that has stopped."""


@dataclass(frozen=True, slots=True)
class Options:
    """What `barchasb tag` was asked for. `out` is None for standard output, `jobs` None for all cores."""

    lines: bool = False
    column: str = "text"
    input_form: str | None = None
    form: str = "jsonl"
    bom: bool = False
    summary: bool = False
    out: Path | None = None
    resume: bool = False
    strict: bool = False
    jobs: int | None = None
    cluster: str | None = None


def _spooled(source: Source, stack: ExitStack) -> Source:
    """Return standard input as a file, for what cannot be read in one pass."""
    file = stack.enter_context(tempfile.NamedTemporaryFile(prefix="barchasb."))  # noqa: SIM115 - the stack closes it
    shutil.copyfileobj(sys.stdin.buffer, file)
    file.flush()
    return replace(source, path=Path(file.name), size=file.tell())


def _checked(names: Sequence[str], options: Options) -> None:
    """Raise BatchError for options that do not go together."""
    printed = options.out is None
    if options.resume and printed:
        raise BatchError("--resume goes on with a file: name it with -o, as the run that stopped did")
    if options.resume and "-" in names:
        raise BatchError("--resume cannot read standard input again: put it into a file and tag that")
    if options.summary and printed and options.form != "jsonl":
        raise BatchError("--summary makes a second table: name a file for the first with -o")
    if options.bom and options.form != "csv":
        raise BatchError("--bom is a mark for spreadsheets: use it with --format csv")
    if options.out in {Path(name) for name in names if name != "-"}:
        raise BatchError(f"{options.out}: is both input and output; name another output with -o")
    if options.out and options.out.is_dir():
        raise BatchError(f"{options.out}: is a folder; name a file with -o")


@contextmanager
def _outcomes(rest: Iterator[Block], plan: Plan, tagger: Tagger, options: Options) -> Iterator[Iterator[Outcome]]:
    if options.cluster:
        from service.archives.cluster import connected  # noqa: PLC0415 - an extra, and most runs need no cluster

        with connected(options.cluster, plan.model) as client:
            yield on_cluster(rest, plan, client)
    else:
        yield on_cores(rest, plan, tagger, options.jobs or os.process_cpu_count() or 1)


def _prepared(found: Sequence[Source], tagger: Tagger, options: Options) -> tuple[Plan, Writer]:
    """Return what every worker needs to know, and the writer of summaries."""
    named = len(found) > 1 or (not options.lines and any(source.form != TEXT for source in found))
    columns = None if options.form == "jsonl" else columns_of(found, options.column, lines=options.lines)
    head = (*TAGS, *([DOCUMENT] if named else []), *(columns or ()))
    rows = writer(options.form, head, tagger.version, bom=options.bom)
    summary_head = (DOCUMENT, *COUNTS, *(() if options.lines else columns or ()))
    summary = writer(options.form, summary_head, tagger.version, bom=options.bom)
    return Plan(tagger.version, options.lines, options.column, named, columns, rows), summary


def tag_files(names: Sequence[str], options: Options, *, tagger: Tagger, again: str) -> int:
    """Tag files, folders, globs and standard input; return 1 if anything could not be tagged, 0 if not, or INTERRUPTED.

    Rows have the key `document` where there is more than one. What cannot be tagged is told (in OUT.errors.jsonl, or
    on standard error where the output is standard output) and the rest is tagged all the same. `again` is the command
    that goes on with a run that has stopped.

    Raises BatchError for options that do not go together, and where the run has stopped for what can be mended.
    """
    _checked(names, options)
    out = options.out
    aside = [*targets(out, options.form).values(), folder_of(out)] if out else []
    with ExitStack() as stack:
        found = [
            _spooled(source, stack)
            if source.path is None and (source.form == PARQUET or (source.form != TEXT and options.form != "jsonl"))
            else source
            for source in find(names, options.input_form, aside)
        ]
        if out is None:
            # Not sys.stdout.buffer, which writes only a part where PYTHONUNBUFFERED is set.
            printed = stack.enter_context(os.fdopen(sys.stdout.fileno(), "wb", closefd=False))
            return _print(found, printed, tagger, options)
        if out.exists() and not out.is_file():
            return _print(found, stack.enter_context(out.open("wb")), tagger, options)
        if options.resume and out.exists() and not folder_of(out).exists():
            print(f"barchasb: {out}: is whole, there is nothing to resume", file=sys.stderr)
            return 0
        return _write(found, out, tagger, options, again)


def _print(found: Sequence[Source], out: IO[bytes], tagger: Tagger, options: Options) -> int:
    plan, summary = _prepared(found, tagger, options)
    run = Run(plan, summary if options.summary else None, State(), strict=options.strict)
    with ExitStack() as stack:
        staged = stack.enter_context(tempfile.TemporaryFile()) if options.form == "parquet" else None
        sink = Printed(staged or out)
        sink.write(ROWS, plan.writer.head())
        _go(run, _Work(found, tagger, options), sink, out.flush)
        if staged:
            staged.seek(0)
            plan.writer.finish(staged, out)
        out.flush()
    return _told(run.state, plan.model, None)


def _write(found: Sequence[Source], out: Path, tagger: Tagger, options: Options, again: str) -> int:
    parts = Parts(out, options.form, _settings(tagger, options))
    with closing(parts):
        parts.begin(found, resume=options.resume)
        plan, summary = _prepared(found, tagger, options)
        state = State.of(parts.state) if parts.state else State()
        run = Run(plan, summary if options.summary else None, state, strict=options.strict)
        writers = {ROWS: plan.writer, **({SUMMARY: summary} if options.summary else {})}
        try:
            if parts.state is None:
                for name, each in writers.items():
                    parts.write(name, each.head())
            if not parts.finished:
                _go(run, _Work(found, tagger, options), parts, _Sealing(parts, state))
            parts.finish(asdict(state), writers)
        except (KeyboardInterrupt, BarchasbError) as error:
            if run.between_blocks and state.position != Position() and not parts.finished:
                parts.seal(asdict(state))
            if parts.state is None:
                raise
            if isinstance(error, BarchasbError):
                raise BatchError(f"{error}\ngo on with: {again}") from error
            print(f"barchasb: stopped after {state.sentences:,} sentences; go on with: {again}", file=sys.stderr)
            return INTERRUPTED
        except OSError as error:
            if parts.state is None:
                raise
            raise BatchError(f"{out}: {error.strerror or error}; when that is mended, go on with: {again}") from error
    return _told(state, plan.model, targets(out, options.form)[ERRORS])


def _settings(tagger: Tagger, options: Options) -> dict[str, object]:
    """Return what the bytes of the output depend on beside the input."""
    return {
        "model": tagger.version,
        "barchasb": __version__,
        "--lines": options.lines,
        "--column": options.column,
        "--input-format": options.input_form,
        "--format": options.form,
        "--bom": options.bom,
        "--summary": options.summary,
    }


class _Sealing:
    """Seals what is written when enough of it is not; called behind each block."""

    def __init__(self, parts: Parts, state: State) -> None:
        self._parts = parts
        self._state = state
        self._last = time.monotonic()

    def __call__(self) -> None:
        if time.monotonic() - self._last > _SEAL_SECONDS:
            self._parts.seal(asdict(self._state))
            self._last = time.monotonic()


@dataclass(frozen=True, slots=True)
class _Work:
    """What is to be tagged, by what and how."""

    found: Sequence[Source]
    tagger: Tagger
    options: Options


def _go(run: Run, work: _Work, sink: Sink, taken: Callable[[], None]) -> None:
    """Tag all that is not tagged yet; `taken` is called behind each block."""
    state, options = run.state, work.options
    begun, before, tagged = time.monotonic(), state.seconds, state.sentences
    shown = sys.stderr.isatty() and not (options.out is None and sys.stdout.isatty())
    rest = blocks(work.found, lines=options.lines, column=options.column, begin=state.position)
    total = sum(source.size for source in work.found)
    worth_compiling.expect(total)
    with (
        _outcomes(rest, run.plan, work.tagger, options) as outcomes,
        progress(total, state.position.consumed, shown=shown) as show,
    ):
        for outcome in outcomes:
            run.take(outcome, sink)
            elapsed = time.monotonic() - begun
            state.seconds = before + elapsed
            taken()
            show(state.position.consumed, state.sentences - tagged, elapsed)
    run.end(sink)
    state.seconds = before + time.monotonic() - begun


def _told(state: State, model: str, errors: Path | None) -> int:
    """Print the summary line; return the exit code of the run."""
    where = f" (in {errors})" if errors and state.errors else ""
    print(
        f"barchasb: documents {state.documents:,}, sentences {state.sentences:,}, errors {state.errors:,}{where}, "
        f"seconds {state.seconds:.1f}, model {model}",
        file=sys.stderr,
    )
    return 1 if state.errors else 0
