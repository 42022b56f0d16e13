"""What is to be tagged: files, folders, globs and standard input, each opened without its packing."""

import gzip
import io
import os
import sys
import zlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from glob import glob, has_magic
from pathlib import Path
from typing import IO, cast

from seeds.files import FileError

TEXT, JSONL, CSV, TSV, PARQUET = FORMS = ("text", "jsonl", "csv", "tsv", "parquet")
"""What the content of a file can be; `text` is plain text or HTML."""

STDIN = "<stdin>"
_FORMS = {
    ".txt": TEXT,
    ".htm": TEXT,
    ".html": TEXT,
    ".jsonl": JSONL,
    ".ndjson": JSONL,
    ".csv": CSV,
    ".tsv": TSV,
    ".parquet": PARQUET,
}
_PACKINGS = (".gz", ".zst")
_GZIP = b"\x1f\x8b"
_ZSTD = b"\x28\xb5\x2f\xfd"
_BUFFER = 1 << 17


@dataclass(frozen=True, slots=True)
class Source:
    """A file to tag. `path` is None for standard input; `size` (bytes) and `mtime` (ns) are 0 where there is no file.

    `fault` says why there is nothing to read; such a source is told as an error in its turn.
    """

    name: str
    path: Path | None
    form: str
    size: int = 0
    mtime: int = 0
    fault: str | None = None


def form_of(path: Path) -> str | None:
    """Return the form of a file by its suffix, packed or not; None for a suffix that says nothing."""
    inner = path.with_suffix("") if path.suffix.lower() in _PACKINGS else path
    return _FORMS.get(inner.suffix.lower())


def _walk(folder: Path, skipped: frozenset[Path]) -> Iterator[Path]:
    """Yield the files below a folder whose suffix is known, in the order of their paths."""
    for entry in sorted(os.scandir(folder), key=lambda entry: entry.name):
        path = folder / entry.name
        if path.absolute() in skipped:
            continue
        if entry.is_dir(follow_symlinks=False):
            yield from _walk(path, skipped)
        elif form_of(path) and entry.is_file():
            yield path


def _source(name: str, path: Path, form: str | None) -> Source:
    found = form or form_of(path) or TEXT
    try:
        about = path.stat()
    except OSError as error:
        return Source(name, path, found, fault=f"{error.strerror}; check the path and its permissions")
    return Source(name, path, found, about.st_size, about.st_mtime_ns)


def find(names: Iterable[str], form: str | None = None, skipped: Iterable[Path] = ()) -> list[Source]:
    """Return the source of each name: a file, every known file below a folder, what a glob matches, `-`.

    `form` overrides the suffix. `skipped` files and folders (the output) are not looked for in folders.
    """
    aside = frozenset(path.absolute() for path in skipped)
    found: list[Source] = []
    for name in names:
        path = Path(name)
        if name == "-":
            found.append(Source(STDIN, None, form or TEXT))
        elif path.is_dir():
            files = [_source(str(file), file, form) for file in _walk(path, aside)]
            suffixes = ", ".join(_FORMS)
            nothing = Source(name, path, TEXT, fault=f"has no file that ends with {suffixes}; name the files")
            found += files or [nothing]
        elif has_magic(name) and not path.exists():
            matched = sorted(
                Path(match)
                for match in glob(name, recursive=True)  # noqa: PTH207 - Path.glob takes no absolute pattern
                if Path(match).is_file()
            )
            files = [_source(str(file), file, form) for file in matched if file.absolute() not in aside]
            found += files or [Source(name, path, TEXT, fault="matches no file; check the pattern")]
        else:
            found.append(_source(name, path, form))
    return found


class Stream:
    """The content of a source without its packing."""

    def __init__(self, raw: IO[bytes], content: IO[bytes]) -> None:
        self._raw = raw
        self.content = content

    @property
    def consumed(self) -> int:
        """Bytes of the file as it is that have been read; 0 where it has no places, as a pipe."""
        return self._raw.tell() if self._raw.seekable() else 0

    @property
    def packed(self) -> bool:
        """Whether the content is not the file as it is."""
        return self.content is not self._raw

    def skip(self, count: int) -> None:
        """Go on so many bytes further; what is packed can only be read up to there."""
        if count and not self.packed:
            self.content.seek(count, os.SEEK_CUR)
            return
        while count and (skipped := len(self.content.read(min(count, _BUFFER)))):
            count -= skipped


DAMAGE = (EOFError, zlib.error, OSError)
"""What reading raises where a file is damaged, cut off or taken away."""


@contextmanager
def opened(source: Source) -> Iterator[Stream]:
    """Open a source for reading; its first bytes tell whether it is packed.

    Raises FileError where it cannot be opened.
    """
    if source.fault:
        raise FileError(source.fault)
    try:
        raw = sys.stdin.buffer if source.path is None else source.path.open("rb")
    except OSError as error:
        raise FileError(f"{error.strerror}; check the path and its permissions") from error
    try:
        start = cast(io.BufferedReader, raw).peek(len(_ZSTD))
        if start.startswith(_GZIP):
            yield Stream(raw, cast(IO[bytes], gzip.GzipFile(fileobj=raw)))
        elif start.startswith(_ZSTD):
            # Unlike the zstandard package, Arrow tells a file that has been cut off.
            import pyarrow as pa  # noqa: PLC0415 - large, and most input is not packed

            unpacked = pa.CompressedInputStream(pa.PythonFile(raw, "r"), "zstd")
            yield Stream(raw, io.BufferedReader(unpacked, _BUFFER))
        else:
            yield Stream(raw, raw)
    finally:
        if source.path is not None:
            raw.close()
