"""What goes through another program and comes back with the sentence: one object that the program keeps as it is."""

from typing import Any

from labels.drafts import Draft

KEY = "barchasb"
"""The name of the object among the program's own."""
_KEYS = ("id", "group", "register", "document", "start", "end", "sha256")


def carried(draft: Draft) -> dict[str, Any]:
    """Return what a draft says beside its text and labels."""
    row = draft.to_dict()
    return {key: row[key] for key in (*_KEYS, "proposal") if key in row}


def back(value: Any) -> dict[str, Any]:
    """Return what came back of it, without the proposal; nothing where there is none."""
    return {key: value[key] for key in _KEYS if key in value} if isinstance(value, dict) else {}
