"""One SQLite file that several processes and threads write: opened, migrated, and every failure told in a sentence."""

import fcntl
import os
import sqlite3
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

from seeds.errors import BarchasbError

_BUSY_SECONDS = 5.0
"""How long a transaction waits for another one before it gives up."""

_ELSEWHERE = "check the permissions of the file and its folder, or name another folder by BARCHASB_DATA"
_DAMAGED = "is damaged or no SQLite database; put a backup in its place, or move it away to begin anew"
_BUSY = frozenset({sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_PROTOCOL})
_SENTENCES = {
    **dict.fromkeys(_BUSY, f"another process has been writing for more than {_BUSY_SECONDS:.0f} s; try again"),
    **dict.fromkeys(
        (sqlite3.SQLITE_READONLY, sqlite3.SQLITE_PERM, sqlite3.SQLITE_CANTOPEN), f"cannot be written; {_ELSEWHERE}"
    ),
    **dict.fromkeys((sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB), _DAMAGED),
    sqlite3.SQLITE_FULL: "the disk is full; make room on it",
    sqlite3.SQLITE_IOERR: "the disk failed to read or write; the log of the system says why",
}
_PRIMARY = 0xFF
"""The bits of an error code that say what kind it is; the others are details."""


class DatabaseError(BarchasbError):
    """A database that cannot be used as it is now; `busy` where trying again is all it needs."""

    def __init__(self, message: str, *, busy: bool = False) -> None:
        super().__init__(message)
        self.busy = busy


class Database:
    """A SQLite file with one connection a process, which is opened at its first use.

    `migrations` are the steps from an empty file to today's schema, each a list of statements; a file has in its
    `user_version` how many of them it has seen.
    """

    def __init__(self, path: Path, migrations: Sequence[Sequence[str]]) -> None:
        self.path = path
        self._migrations = migrations
        self._lock = threading.Lock()
        self._process = os.getpid()
        self._connection: sqlite3.Connection | None = None
        self._file: tuple[int, int] | None = None
        self._inherited: list[sqlite3.Connection] = []

    @contextmanager
    def transaction(self, *, write: bool) -> Iterator[sqlite3.Connection]:
        """Open a transaction that is committed at the end, or rolled back on any exception.

        Raises DatabaseError where the file cannot be opened, read or written, or was made by a newer version.
        """
        self._leave_parent()
        with self._lock, self._told():
            connection = self._opened()
            with connection:
                connection.execute("BEGIN IMMEDIATE" if write else "BEGIN")
                yield connection

    def close(self) -> None:
        """Close the connection of this process; the next transaction opens another."""
        with self._lock:
            self._drop()

    def _leave_parent(self) -> None:
        """Forget, in a process that was forked, what belongs to its parent.

        SQLite forbids to use a connection across a fork, and to close it: so it is kept, untouched.
        """
        if self._process != os.getpid():
            self._process = os.getpid()
            self._lock = threading.Lock()
            if self._connection:
                self._inherited.append(self._connection)
                self._connection = None

    @contextmanager
    def _told(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.DatabaseError as error:
            code = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_MISUSE) & _PRIMARY
            if code not in _SENTENCES:
                raise
            if code not in _BUSY:
                self._drop()
            raise DatabaseError(f"{self.path}: {_SENTENCES[code]}", busy=code in _BUSY) from error
        except OSError as error:
            raise DatabaseError(f"{self.path}: {error.strerror or error}; {_ELSEWHERE}") from error

    def _drop(self) -> None:
        if self._connection:
            self._connection.close()
            self._connection = None

    def _opened(self) -> sqlite3.Connection:
        # A file that was moved away or replaced by a backup takes no more writes that nobody would ever read.
        if self._connection and self._identity() != self._file:
            self._drop()
        if not self._connection:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            self._connection = self._open()
            self._file = self._identity()
        return self._connection

    def _identity(self) -> tuple[int, int] | None:
        with suppress(FileNotFoundError):
            found = self.path.stat()
            return found.st_dev, found.st_ino
        return None

    def _open(self) -> sqlite3.Connection:
        # The lock of this class lets one thread at a time use the connection.
        connection = sqlite3.connect(self.path, timeout=_BUSY_SECONDS, isolation_level=None, check_same_thread=False)
        try:
            connection.execute("PRAGMA foreign_keys = ON")
            # What was acknowledged outlives a power cut.
            connection.execute("PRAGMA synchronous = FULL")
            with _held(self.path.parent):
                self._prepare(connection)
        except BaseException:
            connection.close()
            raise
        return connection

    def _prepare(self, connection: sqlite3.Connection) -> None:
        if connection.execute("PRAGMA journal_mode").fetchone()[0] != "wal":
            connection.execute("PRAGMA journal_mode = WAL").close()
        if self._behind(connection):
            with connection:
                connection.execute("BEGIN IMMEDIATE")
                for migration in self._behind(connection):
                    for statement in migration:
                        connection.execute(statement)
                connection.execute(f"PRAGMA user_version = {len(self._migrations)}")

    def _behind(self, connection: sqlite3.Connection) -> Sequence[Sequence[str]]:
        """Return the migrations that the file has not seen."""
        version = connection.execute("PRAGMA user_version").fetchone()[0]
        if version > len(self._migrations):
            raise DatabaseError(
                f"{self.path}: expected schema {len(self._migrations)} or older, got {version}; "
                "it was written by a newer version of Barchasb, update this one"
            )
        return self._migrations[version:]


@contextmanager
def _held(folder: Path) -> Iterator[None]:
    """Hold a folder for one process: SQLite lets nobody wait for a change to WAL, so that two at once would fail."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)
