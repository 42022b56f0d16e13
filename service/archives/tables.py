"""What is written: rows that are JSON to one form of the output and columns to the others."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, repeat
from typing import Any, Protocol

import orjson

from labels.scheme import SCORED
from service.tagger import TaggedSentences
from training.model import LABELS_OF

type Row = Mapping[str, Any]
"""Values by the names of their columns."""


class Table(Protocol):
    """Rows of the output."""

    def __len__(self) -> int:
        """Return how many rows there are."""

    def to_lines(self) -> bytes:
        """Return each row as a line of JSON."""

    def columns(self, names: Iterable[str]) -> list[Sequence[Any]]:
        """Return the values of columns; where a row has none, None."""


@dataclass(frozen=True, slots=True)
class Rows:
    """Rows as they are."""

    rows: Sequence[Row]

    def __len__(self) -> int:
        """Return how many rows there are."""
        return len(self.rows)

    def to_lines(self) -> bytes:
        """Return each row as a line of JSON."""
        return b"".join(orjson.dumps(row, option=orjson.OPT_APPEND_NEWLINE) for row in self.rows)

    def columns(self, names: Iterable[str]) -> list[Sequence[Any]]:
        """Return the values of columns; where a row has none, None."""
        return [[row.get(name) for row in self.rows] for name in names]


@dataclass(frozen=True, slots=True)
class Tags:
    """Tagged sentences, and behind each what came with it: a row for so many sentences that follow each other."""

    tagged: TaggedSentences
    came: Sequence[tuple[Row, int]]

    def __len__(self) -> int:
        """Return how many rows there are."""
        return len(self.tagged)

    def to_lines(self) -> bytes:
        """Return each row as a line of JSON."""
        lines = self.tagged.to_lines()
        if not any(row for row, _ in self.came):
            return lines
        ends = chain.from_iterable(repeat(_end(row), count) for row, count in self.came)
        # The last line ends with a newline too.
        return b"\n".join([row[:-1] + end for row, end in zip(lines.split(b"\n"), [*ends, b""], strict=True)])

    def columns(self, names: Iterable[str]) -> list[Sequence[Any]]:
        """Return the values of columns, the scores and what came with the sentences among them."""
        labels = [LABELS_OF[code] for code in self.tagged.codes.tolist()]
        sentences = self.tagged.sentences
        ours: dict[str, Sequence[Any]] = {
            "text": sentences.texts,
            "start": sentences.starts.tolist(),
            "end": sentences.ends.tolist(),
            "themes": [themes for themes, _ in labels],
            "type": [kind for _, kind in labels],
            **dict(zip(SCORED, self.tagged.scores.T.tolist(), strict=True)),
        }
        return [ours[name] if name in ours else self._came(name) for name in names]

    def _came(self, name: str) -> list[Any]:
        return [*chain.from_iterable(repeat(row.get(name), count) for row, count in self.came)]


def _end(row: Row) -> bytes:
    """Return the end of a JSON object that goes on with the keys of another."""
    return b"," + orjson.dumps(row)[1:] if row else b"}"
