"""Folders of labelled sentences: which ones count, and how their files are written."""

import json
import os
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from labels import dataset
from seeds.files import read_text, replacing

VARIABLE = "BARCHASB_LABELS"
"""Names folders and files of labelled sentences that count beside the project's, as PATH names folders."""


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


def beside(path: Path, more: Iterable[Path] = ()) -> list[Path]:
    """Return the files that are read together with one, which need not be there yet: of `sources()` and `more`.

    Raises DatasetError for a folder that has none.
    """
    new = (path.resolve(), path.parent.resolve())
    named = [source for source in sources() if source.exists() or source.resolve() not in new]
    return [file for file in files([*named, *more]) if file.resolve() != path.resolve()]


def read_rows(path: Path) -> list[dict[str, Any]]:
    """Return the objects of a JSONL file, none where there is no file.

    Raises DatasetError with every line that holds none.
    """
    if not path.exists():
        return []
    faults: list[str] = []
    rows = [value for _, value in dataset.lines_of(read_text(path), path, faults)]
    if faults:
        raise dataset.DatasetError(faults)
    return rows


def write_rows(path: Path, rows: Sequence[Mapping[str, Any]], behind: bytes = b"") -> None:
    """Write objects to a JSONL file, `behind` some lines, whole or not at all; of nothing there is no file."""
    if not rows and not behind:
        path.unlink(missing_ok=True)
        return
    with replacing(path) as file:
        file.write(behind + b"\n" if behind and not behind.endswith(b"\n") else behind)
        file.writelines(f"{json.dumps(row, ensure_ascii=False)}\n".encode() for row in rows)
