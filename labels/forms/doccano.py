"""doccano, text classification, JSONL: a line has `text`, `label` (the names of themes and the type), and metadata.

doccano writes the metadata back beside its own keys `id`, `label` and `Comments`, which is why ours stand in an object.
"""

import json
from collections.abc import Iterator, Sequence
from pathlib import Path

from labels.dataset import lines_of
from labels.drafts import Draft, Returned, in_order
from labels.forms.carry import KEY, back, carried
from labels.scheme import Theme, Type


def write(drafts: Sequence[Draft]) -> bytes:
    """Return one JSON object a line; an unlabelled draft has no label, its proposal is metadata."""
    rows = (
        {"text": draft.text, "label": [*draft.themes, *([draft.type] if draft.type else [])], KEY: carried(draft)}
        for draft in drafts
    )
    return "".join(f"{json.dumps(row, ensure_ascii=False)}\n" for row in rows).encode()


def config() -> bytes:
    """Return the labels of a project for these lines, each with a key to press, as doccano imports them."""
    labels = [{"text": str(label), "suffix_key": str(key)} for key, label in enumerate((*Theme, *Type), 1)]
    return f"{json.dumps(labels, indent=2)}\n".encode()


def read(text: str, path: Path, faults: list[str]) -> Iterator[Returned]:
    """Yield the rows; a line without `label`, and one with both types, is a fault."""
    types = [str(kind) for kind in Type]
    for row, value in lines_of(text, path, faults):
        labels = value.get("label")
        if not isinstance(labels, list):
            row.fault(f"expected label to be a list of names, got {labels!r:.40}")
            continue
        found = [label for label in labels if label in types]
        if len(found) > 1:
            row.fault(f"expected one type, got {' and '.join(found)}")
            continue
        themes = in_order([label for label in labels if label not in types])
        returned = {**back(value.get(KEY)), "text": value.get("text"), "themes": themes}
        yield Returned(row.where, returned | {"type": found[0]} if found else returned)
