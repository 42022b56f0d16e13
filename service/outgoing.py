"""In which form sentences go to people, and where to."""

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from seeds.files import replacing

if TYPE_CHECKING:
    from labels.drafts import Draft

FORMS = ("csv", "jsonl", "doccano", "label-studio")
"""The names of `labels.forms.FORMS`, which takes longer to import than a command's `--help`."""
_SUFFIXES = {".csv": "csv", ".json": "label-studio"}


def write(drafts: Sequence["Draft"], form: str | None, out: Path | None) -> None:
    """Write drafts in a form, by default that of the suffix of `out`, to `out` or else to standard output."""
    # The names above are all that a command needs to know before it runs.
    from labels import forms  # noqa: PLC0415

    deliver(forms.FORMS[form or _SUFFIXES.get(out.suffix.lower() if out else "", "jsonl")].write(drafts), out)


def deliver(content: bytes, out: Path | None) -> None:
    """Write to a file, whole or not at all, or else to standard output."""
    if out is None:
        sys.stdout.buffer.write(content)
        sys.stdout.buffer.flush()
    else:
        with replacing(out) as file:
            file.write(content)
