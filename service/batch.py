"""Files, folders and standard input to tags: one bad file is reported and the rest go on."""

import csv
import io
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

from labels.scheme import SCORED
from seeds.errors import BarchasbError
from seeds.files import FileError, decode, read_text, replacing
from service.tagger import Tagger, to_json

FORMATS = ("jsonl", "csv")
_SUFFIXES = frozenset({".txt", ".html", ".htm"})
_COLUMNS = ("text", "start", "end", "themes", "type", *SCORED)
# A cell that begins with one of these is a formula to a spreadsheet; an apostrophe makes it text.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def sources(names: Iterable[str]) -> Iterator[tuple[str, Path | None]]:
    """Yield the name and path of each file; of a folder, every text and HTML file below it; `-` has no path."""
    for name in names:
        path = Path(name)
        if name == "-":
            yield "<stdin>", None
        elif path.is_dir():
            found = sorted(file for file in path.rglob("*") if file.suffix.lower() in _SUFFIXES and file.is_file())
            if not found:
                yield name, path
            yield from ((str(file), file) for file in found)
        else:
            yield name, path


def _read(name: str, path: Path | None) -> str:
    if path is None:
        return decode(sys.stdin.buffer.read(), name)
    if path.is_dir():
        raise FileError(f"{name}: has no file that ends with {', '.join(sorted(_SUFFIXES))}; name the files")
    return read_text(path)


def _rows(tagger: Tagger, text: str, document: str | None, *, lines: bool) -> Iterator[dict[str, Any]]:
    tagged = tagger.tag_lines(text) if lines else tagger.tag_document(text)
    for sentence in tagged:
        row = sentence.to_dict()
        if document is not None:
            row["document"] = document
        yield row


def _cell(value: object) -> object:
    return f"'{value}" if isinstance(value, str) and value.startswith(_FORMULA) else value


def _csv(columns: list[str], rows: Iterable[dict[str, Any]]) -> bytes:
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer)
    if columns:
        writer.writerow(columns)
    for row in rows:
        flat = {**row, **row["scores"], "themes": " ".join(row["themes"])}
        writer.writerow([_cell(flat[name]) for name in (*_COLUMNS, *(["document"] if "document" in row else []))])
    return buffer.getvalue().encode()


@contextmanager
def _output(out: Path | None) -> Iterator[IO[bytes]]:
    if out is None:
        yield sys.stdout.buffer
        sys.stdout.buffer.flush()
    else:
        with replacing(out) as file:
            yield file


def tag_files(names: list[str], *, tagger: Tagger, lines: bool, form: str, out: Path | None) -> int:
    """Tag files, folders and standard input; return 1 if any of them failed, 0 if none.

    Rows have the key `document` at their end where more than one file is tagged. Files that cannot be read
    are told on standard error and the others are tagged all the same.
    """
    found = list(sources(names))
    several = len(found) > 1
    failed = 0
    with _output(out) as file:
        if form == "csv":
            file.write(_csv([*_COLUMNS, *(["document"] if several else [])], ()))
        for name, path in found:
            try:
                text = _read(name, path)
            except BarchasbError as error:
                print(f"barchasb: {error}", file=sys.stderr)
                failed = 1
                continue
            rows = _rows(tagger, text, name if several else None, lines=lines)
            if form == "csv":
                file.write(_csv([], rows))
            else:
                file.writelines(to_json(row) + b"\n" for row in rows)
    return failed
