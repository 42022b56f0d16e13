"""Folders of labelled sentences: which ones count, and how a file comes into one.

What the rows of a file cannot say (who decided, when, about which tag) stands beside them, one object a row:
`FOLDER/provenance/NAME.jsonl` for `FOLDER/NAME.jsonl`.
"""

import os
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import orjson

from labels import dataset
from labels.scheme import LabelledSentence
from seeds.files import replacing, temporary_folder

VARIABLE = "BARCHASB_LABELS"
"""Names folders and files of labelled sentences that count beside the project's, as PATH names folders."""
PROVENANCE = "provenance"


def sources() -> list[Path]:
    """Return the folder of the project's labelled sentences and what `VARIABLE` names.

    A folder to which nothing has been written yet is left out; what is missing stays, for the reader to tell.
    """
    named = [Path(name) for name in os.environ.get(VARIABLE, "").split(os.pathsep) if name]
    return [dataset.FOLDER, *(path for path in named if not path.is_dir() or any(path.glob("*.jsonl")))]


def files(paths: Iterable[Path]) -> list[Path]:
    """Return files, each once, where a folder stands for its JSONL files.

    Raises DatasetError for a folder that has none.
    """
    found: dict[Path, Path] = {}
    for path in paths:
        inside = sorted(path.glob("*.jsonl")) if path.is_dir() else [path]
        if not inside:
            raise dataset.DatasetError([f"{path}: expected *.jsonl files, got none"])
        for file in inside:
            found.setdefault(file.resolve(), file)
    return list(found.values())


def put(
    path: Path,
    sentences: Sequence[LabelledSentence],
    provenance: Iterable[Mapping[str, Any]],
    beside: Iterable[Path],
) -> None:
    """Write labelled sentences and their provenance, whole or not at all, in place of what the file held.

    `beside` are the files that are read together with this one.

    Raises DatasetError, before anything changes, where the strict reader finds a fault in the sentences among them.
    """
    rows = [_row(sentence) for sentence in sentences]
    if rows:
        with temporary_folder(path.parent) as temporary:
            write_rows(temporary / path.name, rows)
            dataset.read([*beside, temporary / path.name])
    write_rows(path.parent / PROVENANCE / path.name, list(provenance))
    write_rows(path, rows)


def write_rows(path: Path, rows: Sequence[Mapping[str, Any]]) -> None:
    """Write objects to a JSONL file, whole or not at all; where there are none there is no file."""
    if not rows:
        path.unlink(missing_ok=True)
        return
    with replacing(path) as file:
        file.writelines(orjson.dumps(row) + b"\n" for row in rows)


def _row(sentence: LabelledSentence) -> dict[str, Any]:
    values = (
        sentence.id, sentence.text, list(map(str, sentence.themes)), str(sentence.type), sentence.group,
        sentence.register,
    )  # fmt: skip
    return dict(zip(dataset.TEXT_KEYS, values, strict=True))
