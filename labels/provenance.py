"""Where labelled sentences come from that were imported or corrected: a row each, in `provenance/` beside the file.

A labelled sentence has no key for it, so `provenance/NAME.jsonl` says it of the sentences of `NAME.jsonl`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

FOLDER = "provenance"


@dataclass(frozen=True, slots=True)
class Origin:
    """Whose labels a sentence has (`by`), and when they came among the others (`time`; UTC, ISO 8601).

    `source` is what they were taken from: the file of an import, or corrections. It has no text of the sentence, which
    may be one that is not redistributed.
    """

    by: tuple[str, ...]
    time: str
    source: Mapping[str, Any]

    def to_dict(self, identifier: str) -> dict[str, Any]:
        """Return the row of the sentence that has this id."""
        return {"id": identifier, "by": list(self.by), "time": self.time, "source": dict(self.source)}


def path_of(labels: Path) -> Path:
    """Return the file that says where the sentences of a file come from."""
    return labels.parent / FOLDER / labels.name
