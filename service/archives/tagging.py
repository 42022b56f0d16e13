"""A block in, bytes out: what a worker does, on this machine or another."""

import gc
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import chain
from typing import Any

from labels.scheme import Theme, Type
from seeds.sentences import Sentence, read_sentences
from service.archives.blocks import Block
from service.archives.columns import Column, fitted
from service.archives.items import Fault, Item, Lines, Position
from service.archives.records import Record, records
from service.archives.sources import TEXT
from service.archives.writers import Row, Writer
from service.tagger import TaggedSentence, Tagger
from training import store
from training.model import Tag


@dataclass(frozen=True, slots=True)
class Plan:
    """What is the same for every block of a run.

    `named` tells that rows name their document. `columns` are those that come through to a table; JSONL has all, and
    there it is None. `model` is the version that tags.
    """

    model: str
    lines: bool
    column: str
    named: bool
    columns: tuple[Column, ...] | None
    writer: Writer


@dataclass(slots=True)
class Tally:
    """Counts of one document; `whole` tells that no other block has sentences of it."""

    document: str
    whole: bool
    columns: dict[str, Any] = field(default_factory=dict)
    counts: dict[str, int] = field(default_factory=lambda: dict.fromkeys(["sentences", *map(str, (*Theme, *Type))], 0))

    def add(self, tags: Sequence[Tag]) -> None:
        """Count tagged sentences."""
        self.counts["sentences"] += len(tags)
        # `count` of a list compares identities; a dictionary would ask every label for its hash, which takes longer.
        given = [*chain.from_iterable(tag.themes for tag in tags), *(tag.type for tag in tags)]
        for label in (*Theme, *Type):
            self.counts[label] += given.count(label)

    def join(self, other: "Tally") -> None:
        """Count what another tally of the same document has counted."""
        for name, count in other.counts.items():
            self.counts[name] += count

    def to_row(self) -> Row:
        """Return the summary of the document; a document without sentences has no share."""
        sentences = self.counts["sentences"]
        share = round(self.counts[Type.STATISTIC] / sentences, 4) if sentences else None
        return {"document": self.document, **self.counts, "statistic_share": share, **self.columns}


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a block; `after` is where the input goes on behind it."""

    after: Position
    rows: bytes
    sentences: int
    faults: tuple[Fault, ...]
    tallies: tuple[Tally, ...]


@lru_cache(1)
def loaded(version: str) -> Tagger:
    """Return a tagger with a version of the model, read and checked once a process.

    Raises ModelError where it is missing here or is not what it says.
    """
    model, manifest = store.load(version=version)
    return Tagger(model, manifest.version)


def tag_block(block: Block, plan: Plan, tagger: Tagger | None = None) -> Outcome:
    """Tag every record of a block; what cannot be tagged is among the faults.

    Raises ModelError where this process cannot load the model of the plan.
    """
    tagging = _Tagging(tagger or loaded(plan.model), plan)
    # No row refers to itself, and looking for such among thousands of them takes a sixth of the time.
    collects = gc.isenabled()
    gc.disable()
    try:
        return tagging.outcome(block)
    finally:
        if collects:
            gc.enable()


class _Tagging:
    """A block being tagged; rows, faults and tallies stand in the order of the input."""

    def __init__(self, tagger: Tagger, plan: Plan) -> None:
        self._tagger = tagger
        self._plan = plan
        self._rows: list[Row] = []
        self._faults: list[Fault] = []
        self._tallies: list[Tally] = []

    def outcome(self, block: Block) -> Outcome:
        """Return what becomes of a block."""
        found: list[Record] = []
        for item in block.items:
            if isinstance(item, Lines) and item.form == TEXT:
                self._tag_records(found)
                found = []
                self._tag_text(item)
            else:
                found += self._good(item)
        self._tag_records(found)
        rows = self._plan.writer.rows(self._rows)
        return Outcome(block.after, rows, len(self._rows), tuple(self._faults), tuple(self._tallies))

    def _good(self, item: Item) -> Iterator[Record]:
        columns = self._plan.columns
        for record in records(item, self._plan.column):
            checked = fitted(record, columns) if isinstance(record, Record) and columns is not None else record
            if isinstance(checked, Fault):
                self._faults.append(checked)
            else:
                yield checked

    def _tag_records(self, found: Sequence[Record]) -> None:
        """Tag the sentences of all records in one call: calls cost, sentences hardly."""
        split = [(record, self._split(record)) for record in found]
        texts = (sentence.text for _, sentences in split for sentence in sentences)
        tagged = iter(self._tagger.tag_sentences(texts))
        for record, sentences in split:
            lines = self._plan.lines
            document = record.file if lines else record.document
            tally = Tally(document, not lines, {} if lines else record.columns)
            self._add([TaggedSentence(sentence, next(tagged).tag) for sentence in sentences], tally, record.columns)

    def _split(self, record: Record) -> list[Sentence]:
        if self._plan.lines:
            text = record.text.strip()
            start = record.text.index(text)
            return [Sentence(text, start, start + len(text))]
        try:
            return read_sentences(record.text)
        except Exception as error:  # noqa: BLE001 - a page that no parser foresaw must not end a run of 200,000
            reason = f"cannot be read as a page ({type(error).__name__}: {error})"
            self._faults.append(Fault(record.file, record.line, reason))
            return []

    def _tag_text(self, item: Lines) -> None:
        """Tag the lines of a text in one call."""
        text = item.data.decode("utf-8", "replace")
        if b"\0" in item.data or "\N{REPLACEMENT CHARACTER}" in text:
            # A bad line becomes blank, as long as it was, so that the others keep their places.
            kept = text.split("\n")
            for place, line in enumerate(item.data.split(b"\n")):
                if reason := _bad_line(line):
                    self._faults.append(Fault(item.file, item.line + place, reason))
                    kept[place] = " " * len(kept[place])
            text = "\n".join(kept)
        tally = Tally(item.file, whole=False)
        self._add(self._tagger.tag_lines(text), tally, {}, item.place)

    def _add(self, tagged: Sequence[TaggedSentence], tally: Tally, columns: dict[str, Any], place: int = 0) -> None:
        """Take sentences of one document, which begins `place` code points before the text that they are in."""
        more = {"document": tally.document, **columns} if self._plan.named else columns
        rows = [each.to_dict(place) for each in tagged]
        if more:
            for row in rows:
                row.update(more)
        self._rows += rows
        tally.add([each.tag for each in tagged])
        self._tallies.append(tally)


def _bad_line(line: bytes) -> str | None:
    """Return why a line cannot be tagged, None if it can."""
    if b"\0" in line:
        return "the line has a NUL character; remove it"
    try:
        line.decode()
    except UnicodeDecodeError as error:
        return f"byte {line[error.start]:#04x} is not UTF-8; convert the file to UTF-8"
    return None
