"""JSONL: a draft a line, the keys of a labelled sentence first."""

import json
from collections.abc import Iterator, Sequence
from pathlib import Path

from labels.dataset import lines_of
from labels.drafts import Draft, Returned

_KEYS = ("id", "text", "themes", "type", "group", "register", "document", "start", "end", "sha256", "proposal")


def write(drafts: Sequence[Draft]) -> bytes:
    """Return one JSON object a line."""
    return "".join(f"{json.dumps(draft.to_dict(), ensure_ascii=False)}\n" for draft in drafts).encode()


def read(text: str, path: Path, faults: list[str]) -> Iterator[Returned]:
    """Yield the rows; a line that is no object, and a key that no draft has, is a fault."""
    for row, value in lines_of(text, path, faults):
        if unknown := [key for key in value if key not in _KEYS]:
            row.fault(f"expected keys of {', '.join(_KEYS)}, got {', '.join(unknown)}")
        else:
            yield Returned(row.where, value)
