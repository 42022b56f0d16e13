"""A block in, bytes out: what a worker does, on this machine or another."""

import math
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from labels.scheme import Type
from seeds.sentences import Sentence, read_sentences
from service.archives.blocks import Block
from service.archives.columns import Column, fitted
from service.archives.items import Fault, Item, Lines, Position
from service.archives.records import Record, records
from service.archives.sources import TEXT
from service.archives.tables import Row, Tags
from service.archives.writers import Writer
from service.bulk import COUNTED, Sentences, counted
from service.lines import lines_of
from service.tagger import Tagger
from training import store
from training.compiling import worth_compiling
from training.model import Codes


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
    counts: dict[str, int] = field(default_factory=lambda: dict.fromkeys(["sentences", *map(str, COUNTED)], 0))

    def add(self, codes: Codes) -> None:
        """Count the tags of sentences."""
        self.counts["sentences"] += len(codes)
        for label, count in zip(COUNTED, counted(codes), strict=True):
            self.counts[label] += count

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
    # Other processes are asked where there is much to tag.
    worth_compiling.expect(math.inf)
    model, manifest = store.load(version=version)
    return Tagger(model, manifest.version)


def tag_block(block: Block, plan: Plan, tagger: Tagger | None = None) -> Outcome:
    """Tag every record of a block; what cannot be tagged is among the faults.

    Raises ModelError where this process cannot load the model of the plan.
    """
    return _Tagging(tagger or loaded(plan.model), plan).outcome(block)


class _Tagging:
    """A block being tagged; sentences, faults and tallies stand in the order of the input."""

    def __init__(self, tagger: Tagger, plan: Plan) -> None:
        self._tagger = tagger
        self._plan = plan
        self._sentences: list[Sentences] = []
        self._came: list[tuple[Row, int]] = []
        self._faults: list[Fault] = []
        self._tallies: list[tuple[Tally, int]] = []

    def outcome(self, block: Block) -> Outcome:
        """Return what becomes of a block: all its sentences are tagged in one call, for calls cost."""
        for item in block.items:
            if isinstance(item, Lines) and item.form == TEXT:
                self._take_text(item)
            else:
                self._take_records(item)
        tagged = self._tagger.tag(Sentences.joined(self._sentences))
        begin = 0
        for tally, count in self._tallies:
            tally.add(tagged.codes[begin : begin + count])
            begin += count
        rows = self._plan.writer.rows(Tags(tagged, self._came))
        tallies = tuple(tally for tally, _ in self._tallies)
        return Outcome(block.after, rows, len(tagged), tuple(self._faults), tallies)

    def _take_text(self, item: Lines) -> None:
        """Take the lines of a text."""
        sentences = self._lines(item)
        self._take(sentences, Tally(item.file, whole=False), [(self._more(item.file, {}), len(sentences))])

    def _lines(self, item: Lines) -> Sentences:
        if b"\0" not in item.data:
            with suppress(UnicodeDecodeError):
                return lines_of(item.data, item.place)
        # A bad line becomes blank, as long as it was, so that the others keep their places.
        kept = item.data.split(b"\n")
        for place, line in enumerate(kept):
            if reason := _bad_line(line):
                self._faults.append(Fault(item.file, item.line + place, reason))
                kept[place] = b" " * len(line.decode("utf-8", "replace"))
        return lines_of(b"\n".join(kept), item.place)

    def _take_records(self, item: Item) -> None:
        """Take the sentences of the records of an item."""
        found = [*self._good(item)]
        if not self._plan.lines:
            for record in found:
                sentences = Sentences.of(self._split(record))
                tally = Tally(record.document, whole=True, columns=record.columns)
                self._take(sentences, tally, [(self._more(record.document, record.columns), len(sentences))])
        elif found:
            texts = [record.text.strip() for record in found]
            starts = [record.text.index(text) for record, text in zip(found, texts, strict=True)]
            ends = [start + len(text) for start, text in zip(starts, texts, strict=True)]
            # Where a record is a sentence the file is the document.
            came = [(self._more(record.file, record.columns), 1) for record in found]
            self._take(Sentences.given(texts, starts, ends), Tally(found[0].file, whole=False), came)

    def _more(self, document: str, columns: Row) -> Row:
        """Return what stands behind the tags of a document's sentences."""
        return {"document": document, **columns} if self._plan.named else columns

    def _take(self, sentences: Sentences, tally: Tally, came: Iterable[tuple[Row, int]]) -> None:
        self._sentences.append(sentences)
        self._tallies.append((tally, len(sentences)))
        self._came += came

    def _good(self, item: Item) -> Iterator[Record]:
        columns = self._plan.columns
        for record in records(item, self._plan.column):
            checked = fitted(record, columns) if isinstance(record, Record) and columns is not None else record
            if isinstance(checked, Fault):
                self._faults.append(checked)
            else:
                yield checked

    def _split(self, record: Record) -> list[Sentence]:
        try:
            return read_sentences(record.text)
        except Exception as error:  # noqa: BLE001 - a page that no parser foresaw must not end a run of 200,000
            reason = f"cannot be read as a page ({type(error).__name__}: {error})"
            self._faults.append(Fault(record.file, record.line, reason))
            return []


def _bad_line(line: bytes) -> str | None:
    """Return why a line cannot be tagged, None if it can."""
    if b"\0" in line:
        return "the line has a NUL character; remove it"
    try:
        line.decode()
    except UnicodeDecodeError as error:
        return f"byte {line[error.start]:#04x} is not UTF-8; convert the file to UTF-8"
    return None
