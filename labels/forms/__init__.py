"""The forms in which sentences go to people and come back, a file each.

A form has `write(drafts) -> bytes` and `read(text, path, faults) -> rows`; what a row says is not checked there, only
that it is a row.
"""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

from labels.drafts import Draft, Returned
from labels.forms import doccano, label_studio, lines, sheet


@dataclass(frozen=True, slots=True)
class Form:
    """How drafts are written, and how they are read back; `read` appends to a list of faults what is no row."""

    write: Callable[[Sequence[Draft]], bytes]
    read: Callable[[str, Path, list[str]], Iterator[Returned]]


FORMS: Mapping[str, Form] = MappingProxyType(
    {
        "csv": Form(sheet.write, sheet.read),
        "jsonl": Form(lines.write, lines.read),
        "doccano": Form(doccano.write, doccano.read),
        "label-studio": Form(label_studio.write, label_studio.read),
    }
)
"""Every form by the name that the commands know it by."""


def form_of(path: Path, text: str) -> str:
    """Return the name of the form that a file most likely has, by its suffix and its first line."""
    match path.suffix.lower():
        case ".csv" | ".tsv":
            return "csv"
        case ".json":
            return "label-studio"
        case _:
            try:
                first = json.loads(text.partition("\n")[0])
            except json.JSONDecodeError:
                return "jsonl"
            return "doccano" if isinstance(first, dict) and "label" in first else "jsonl"
