"""Where labelled sentences that were imported come from: `provenance.json` beside the files, an entry for each import.

A labelled sentence has no key for it, so the entries name the ids.
"""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from seeds.errors import BarchasbError
from seeds.files import read_text, replacing

NAME = "provenance.json"


class ProvenanceError(BarchasbError):
    """A file of provenance that is damaged."""


@dataclass(frozen=True, slots=True)
class Import:
    """One import: `when` (UTC, ISO 8601), `by` whom the labels are, and the `file`, its digest and its form.

    `to` is the file of labelled sentences that got them, `ids` are theirs.
    """

    when: str
    by: str
    file: str
    sha256: str
    form: str
    to: str
    ids: tuple[str, ...]


def read(folder: Path) -> list[Import]:
    """Return the imports of a folder of labelled sentences, the oldest first.

    Raises ProvenanceError where the file is damaged.
    """
    path = folder / NAME
    if not path.exists():
        return []
    try:
        return [Import(**{**entry, "ids": tuple(entry["ids"])}) for entry in json.loads(read_text(path))]
    except (ValueError, TypeError, KeyError) as error:
        raise ProvenanceError(f"{path}: expected a list of imports, got {error}; restore the file") from error


def write(folder: Path, imports: Sequence[Import]) -> None:
    """Write the imports of a folder, in place of those that are there."""
    text = json.dumps([asdict(each) for each in imports], ensure_ascii=False, indent=2)
    with replacing(folder / NAME) as file:
        file.write(f"{text}\n".encode())
