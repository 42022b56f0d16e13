"""A run: what the workers make goes out in the order of the input, and the state says how far."""

import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import IO, Any, Protocol

import orjson

from seeds.errors import BarchasbError
from service.archives.items import Fault, Position
from service.archives.parts import ERRORS, ROWS, SUMMARY
from service.archives.tables import Rows
from service.archives.tagging import Outcome, Plan, Tally
from service.archives.writers import Writer


class StrictError(BarchasbError):
    """Something that cannot be tagged, where that was not to be."""


@dataclass(slots=True)
class State:
    """How far a run is: all that it needs to go on, beside the output itself. `pending` is a summary that may grow."""

    position: Position = field(default_factory=Position)
    documents: int = 0
    sentences: int = 0
    errors: int = 0
    seconds: float = 0.0
    pending: Tally | None = None

    @classmethod
    def of(cls, value: dict[str, Any]) -> "State":
        """Return the state that `asdict` made the value of."""
        pending = value["pending"]
        return cls(**{**value, "position": Position(**value["position"]), "pending": pending and Tally(**pending)})


class Sink(Protocol):
    """Where the output goes."""

    def write(self, name: str, data: bytes) -> None:
        """Write to the rows, errors or summary."""


class Printed:
    """Standard output, or whatever else is no file to be renamed; errors are told on standard error."""

    def __init__(self, out: IO[bytes]) -> None:
        self._out = out

    def write(self, name: str, data: bytes) -> None:
        """Write; summaries stand behind the sentences of their block."""
        if name == ERRORS:
            for line in data.splitlines():
                fault = Fault(**orjson.loads(line))
                print(f"barchasb: {fault}", file=sys.stderr)
        else:
            self._out.write(data)


class Run:
    """One run over the sources. `between_blocks` tells that what is written and the state are of one mind."""

    def __init__(self, plan: Plan, summary: Writer | None, state: State, *, strict: bool) -> None:
        self.plan = plan
        self.state = state
        self.between_blocks = True
        self._summary = summary
        self._strict = strict

    def take(self, outcome: Outcome, sink: Sink) -> None:
        """Write what became of a block.

        Raises StrictError, with nothing of the block written, for the first fault where the run is strict.
        """
        state = self.state
        if self._strict and outcome.faults:
            raise StrictError(f"{outcome.faults[0]} (stopped, as --strict asks)")
        self.between_blocks = False
        sink.write(ROWS, outcome.rows)
        sink.write(ERRORS, b"".join(orjson.dumps(fault, option=orjson.OPT_APPEND_NEWLINE) for fault in outcome.faults))
        finished = []
        for tally in outcome.tallies:
            if state.pending and not tally.whole and tally.document == state.pending.document:
                state.pending.join(tally)
                continue
            finished += [state.pending] if state.pending else []
            state.pending = tally
            state.documents += 1
        self._summarise(finished, sink)
        state.sentences += outcome.sentences
        state.errors += len(outcome.faults)
        state.position = outcome.after
        self.between_blocks = True

    def end(self, sink: Sink) -> None:
        """Write what only the end of the input makes certain."""
        self.between_blocks = False
        if self.state.pending:
            self._summarise([self.state.pending], sink)
            self.state.pending = None

    def _summarise(self, tallies: Sequence[Tally], sink: Sink) -> None:
        if self._summary and tallies:
            sink.write(SUMMARY, self._summary.rows(Rows([tally.to_row() for tally in tallies])))
