"""CSV for a spreadsheet: a column for each theme to cross, one for the type, and what the model proposes beside them.

A spreadsheet takes a cell that begins with one of a few characters for a formula, so such a cell gets an apostrophe
before it, and one that begins with an apostrophe another; reading takes it off again. Some save with semicolons or
tabs instead of commas: the heading shows which.
"""

import csv
import io
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from labels.drafts import Draft, Proposal, Returned
from labels.scheme import SCORED, Theme

COLUMNS = (
    *("id", "text", *map(str, Theme), "type", "proposal"),
    *("register", "group", "document", "start", "end", "sha256"),
)
"""The columns in order; reading takes them in any order and needs `_NEEDED` of them."""
_NEEDED = ("text", *map(str, Theme), "type")
_GUARDED = ("=", "+", "-", "@", "\t", "\r", "'")
_GUARD = "'"
_YES = ("x", "\N{MULTIPLICATION SIGN}", "1", "\N{EXTENDED ARABIC-INDIC DIGIT ONE}")
_NO = ("", "0", "\N{EXTENDED ARABIC-INDIC DIGIT ZERO}")
_LONGEST_NUMBER = 18
"""Digits; no document has a place beyond."""
# The reader's own limit, 128 KiB a cell, is less than the longest line of a page can have.
_LONGEST_CELL = 2**31 - 1


def _guarded(cell: str) -> str:
    return _GUARD + cell if cell.startswith(_GUARDED) else cell


def _plain(cell: str) -> str:
    return cell.removeprefix(_GUARD)


def _words(proposal: Proposal) -> str:
    scores = ", ".join(f"{label} {score:.2f}" for label, score in zip(SCORED, proposal.scores, strict=True))
    return f"{' '.join(proposal.themes) or 'no theme'}; {proposal.type} ({scores})"


def _cells(draft: Draft) -> Iterator[str]:
    row = draft.to_dict()
    row |= {theme: "x" if theme in draft.themes else "" for theme in Theme}
    row["proposal"] = _words(draft.proposal) if draft.proposal else ""
    for name in COLUMNS:
        yield _guarded(str(row.get(name, "")))


def write(drafts: Sequence[Draft]) -> bytes:
    """Return CSV in UTF-8 with a byte order mark, without which spreadsheets take Persian for something else."""
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer)
    writer.writerow(COLUMNS)
    writer.writerows(_cells(draft) for draft in drafts)
    return buffer.getvalue().encode("utf-8-sig")


def _row(cells: dict[str, str]) -> tuple[dict[str, Any], str]:
    """Return what a row says, and what is wrong with it, if anything."""
    row: dict[str, Any] = {"text": _plain(cells["text"])}
    kept = ("id", "type", "register", "group", "document", "sha256")
    row |= {key: _plain(cells[key].strip()) for key in kept if cells.get(key, "").strip()}
    themes = []
    for theme in Theme:
        mark = cells[theme].strip().lower()
        if mark in _YES:
            themes.append(str(theme))
        elif mark not in _NO:
            return row, f'expected "x" or nothing in column "{theme}", got {cells[theme]!r:.40}'
    row["themes"] = themes
    for key in ("start", "end"):
        if cell := cells.get(key, "").strip():
            if not cell.isdecimal() or len(cell) > _LONGEST_NUMBER:
                return row, f'expected a whole number in column "{key}", got {cell!r:.40}'
            row[key] = int(cell)
    return row, ""


def read(text: str, path: Path, faults: list[str]) -> Iterator[Returned]:
    """Yield the rows; a column that is missing, a row of another length and an odd mark is a fault."""
    csv.field_size_limit(_LONGEST_CELL)
    heading = text.partition("\n")[0]
    delimiter = max(",;\t", key=heading.count)
    lines = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    before = 0
    names: list[str] = []
    try:
        for cells in lines:
            where, before = f"{path}:{before + 1}", lines.line_num
            if not names:
                names = [cell.strip() for cell in cells]
                if missing := [name for name in _NEEDED if name not in names]:
                    faults.append(f'{where}: column "{missing[0]}" is missing; the columns are {", ".join(names)}')
                    return
            elif len(cells) != len(names):
                if any(cells):
                    faults.append(f"{where}: expected {len(names)} cells, got {len(cells)}")
            elif any(cells):
                row, fault = _row(dict(zip(names, cells, strict=True)))
                if fault:
                    faults.append(f"{where}: {fault}")
                else:
                    yield Returned(where, row)
    except csv.Error as error:
        faults.append(f"{path}:{before + 1}: expected CSV, got {error}")
