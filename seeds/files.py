"""Whole files: read with a clear complaint, written beside and renamed, so that nothing is ever half there."""

import codecs
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from seeds.errors import BarchasbError

_UTF16_MARKS = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


class FileError(BarchasbError):
    """A file that cannot be read as text."""


def is_blank(text: str) -> bool:
    """Whether a text has nothing but white space and byte order marks."""
    return not text.strip("\N{ZERO WIDTH NO-BREAK SPACE} \t\r\n")


class TextError(FileError):
    """Bytes that are not the text they should be: the message without its place, and the line where there is one."""

    def __init__(self, name: str, reason: str, line: int | None = None) -> None:
        super().__init__(f"{name}: {reason}" if line is None else f"{name}:{line}: {reason}")
        self.reason = reason
        self.line = line


def refuse_binary(data: bytes, name: str) -> None:
    """Raise TextError for bytes that are UTF-16 or have a NUL."""
    if data.startswith(_UTF16_MARKS):
        raise TextError(name, "is UTF-16, expected UTF-8; convert it with: iconv -f UTF-16 -t UTF-8")
    if b"\0" in data:
        raise TextError(name, "is a binary file (it has NUL bytes), expected UTF-8 text")


def decode(data: bytes, name: str) -> str:
    """Return `data` as text, every code point kept (a byte order mark too, so that places stay exact).

    Raises TextError, naming `name` and the remedy, for an empty file, UTF-16, a binary file and broken UTF-8.
    """
    refuse_binary(data, name)
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        reason = f"byte {data[error.start]:#04x} at offset {error.start} is not UTF-8; convert the file to UTF-8"
        raise TextError(name, reason, line) from error
    if is_blank(text):
        raise TextError(name, "is empty, expected text")
    return text


def read_text(path: Path) -> str:
    """Return the text of a UTF-8 file with its line ends as they are.

    Raises FileError as `decode` does, and for a file that is missing or cannot be read.
    """
    try:
        data = path.read_bytes()
    except OSError as error:
        raise FileError(f"{path}: {error.strerror or error}; check the path and its permissions") from error
    return decode(data, str(path))


@contextmanager
def replacing(path: Path) -> Iterator[IO[bytes]]:
    """Open a temporary file beside `path`; on success it is synced to disk and renamed onto `path`.

    On any exception the temporary file is removed and `path` stays as it was.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    temporary = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        # mkstemp makes private files; a result is as readable as any other file of this user.
        temporary.chmod(0o666 & ~_umask())
        temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
    sync_folder(path.parent)


@contextmanager
def temporary_folder(parent: Path) -> Iterator[Path]:
    """Yield a new folder inside `parent` that is removed at the end, unless `publish` has moved it."""
    parent.mkdir(parents=True, exist_ok=True)
    folder = Path(tempfile.mkdtemp(prefix=".new.", dir=parent))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def publish(folder: Path, target: Path) -> None:
    """Sync every file of a folder to disk and rename it to `target`, in place of a folder of that name."""
    for path in [folder, *folder.rglob("*")]:
        handle = os.open(path, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
    folder.chmod(0o777 & ~_umask())
    with temporary_folder(target.parent) as aside:
        old = aside / target.name
        if target.exists():
            target.rename(old)
        try:
            folder.rename(target)
        except OSError:
            if old.exists():
                old.rename(target)
            raise
    sync_folder(target.parent)


def sync_folder(folder: Path) -> None:
    """Make the names in `folder` survive a power cut."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
