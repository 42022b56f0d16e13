"""The store of corrections: what was said once is kept as it was said, what a reviewer decides stands beside it."""

import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from sqlite3 import Connection
from typing import Any

import orjson

from labels.scheme import Theme, Type
from seeds.errors import BarchasbError
from service.corrections.correction import Correction, Labelling, Review, State, StoredCorrection
from service.corrections.database import Database

_MIGRATIONS = (
    (
        """CREATE TABLE corrections (
            number INTEGER PRIMARY KEY AUTOINCREMENT,
            id TEXT NOT NULL UNIQUE,
            text TEXT NOT NULL,
            start INTEGER NOT NULL CHECK (start >= 0),
            "end" INTEGER NOT NULL CHECK ("end" > start),
            document TEXT,
            model TEXT NOT NULL,
            tags TEXT NOT NULL,
            labels TEXT NOT NULL,
            note TEXT NOT NULL,
            normal TEXT NOT NULL,
            time TEXT NOT NULL,
            key TEXT
        )""",
        "CREATE INDEX corrections_of_a_sentence ON corrections (normal, key, number)",
        "CREATE INDEX corrections_of_a_document ON corrections (document, number)",
        """CREATE TABLE reviews (
            number INTEGER PRIMARY KEY REFERENCES corrections (number) ON DELETE RESTRICT,
            accepted INTEGER NOT NULL CHECK (accepted IN (0, 1)),
            labels TEXT NOT NULL,
            reviewer TEXT NOT NULL,
            time TEXT NOT NULL
        )""",
        """CREATE VIEW stored AS SELECT
            c.*, r.accepted, r.labels AS reviewed, r.reviewer, r.time AS review_time,
            CASE
                WHEN r.accepted = 1 THEN 'accepted'
                WHEN r.accepted = 0 THEN 'rejected'
                -- Without a key nobody knows whether it is the same person: NULL equals nothing.
                WHEN EXISTS (
                    SELECT 1 FROM corrections AS later
                    WHERE later.normal = c.normal AND later.key = c.key AND later.number > c.number
                ) THEN 'replaced'
                ELSE 'open'
            END AS state
        FROM corrections AS c LEFT JOIN reviews AS r ON r.number = c.number""",
    ),
)
_COLUMNS = (
    'number, id, text, start, "end", document, model, tags, labels, note, time, key, '
    "state, accepted, reviewed, reviewer, review_time"
)
_SELECT = f"SELECT {_COLUMNS} FROM stored"  # noqa: S608  # no value of a user is in it


class TakenError(BarchasbError):
    """An id that another correction has."""


class NotYoursError(BarchasbError):
    """A correction that another key made."""


class ReviewedError(BarchasbError):
    """A correction that cannot be taken back because a reviewer has decided about it."""


def folder() -> Path:
    """Return the folder of the corrections: `BARCHASB_DATA`, by default `data` where the command runs."""
    return Path(os.environ.get("BARCHASB_DATA", "data"))


class Corrections:
    """The corrections as one transaction sees them."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, correction: Correction, key: str | None) -> tuple[StoredCorrection, bool]:
        """Store a correction; return it as stored, and whether it is new: sent again it is stored once.

        `key` is the name of the key it came with, None where no keys are asked for.

        Raises TakenError where its id is that of another correction.
        """
        done = self._connection.execute(
            'INSERT INTO corrections (id, text, start, "end", document, model, tags, labels, note, normal, time, key) '
            "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO NOTHING",
            (
                correction.id, correction.text, correction.start, correction.end, correction.document,
                correction.model, _written(correction.tags), _written(correction.labels), correction.note,
                correction.normal(), _now(), key,
            ),
        )  # fmt: skip
        stored = self.get(correction.id)
        if stored is None or (stored.correction, stored.key) != (correction, key):
            raise TakenError("this id is that of another correction; give every correction an id of its own")
        return stored, done.rowcount == 1

    def remove(self, identity: str, key: str | None) -> None:
        """Take back a correction; where there is none there is nothing to do.

        Raises NotYoursError where another key made it, and ReviewedError where a reviewer has decided about it.
        """
        stored = self.get(identity)
        if stored is None:
            return
        if stored.key != key:
            raise NotYoursError("another key made this correction, only that one can take it back")
        if stored.review:
            raise ReviewedError(f"this correction has been {stored.state}; only a reviewer can change that")
        self._connection.execute("DELETE FROM corrections WHERE number = ?", (stored.number,))

    def get(self, identity: str) -> StoredCorrection | None:
        """Return the correction of an id, None where there is none."""
        return next(self._select("WHERE id = ?", (identity,)), None)

    def starting(self, prefix: str) -> list[StoredCorrection]:
        """Return the corrections whose id begins so."""
        return list(self._select("WHERE substr(id, 1, ?) = ? ORDER BY number", (len(prefix), prefix)))

    def everyones(self, state: State | None = None) -> list[StoredCorrection]:
        """Return the corrections of all keys in the order they came: those in one state, or all."""
        return list(
            self._select("WHERE (:state IS NULL OR state = :state) ORDER BY number", {"state": state and str(state)})
        )

    def page(
        self,
        key: str | None,
        *,
        after: int,
        limit: int,
        state: State | None = None,
        document: str | None = None,
    ) -> list[StoredCorrection]:
        """Return what one key has corrected in the order it came: at most `limit` of those with a greater number.

        None are those who need no key, of all of whom nothing tells one from another.
        """
        return list(
            self._select(
                "WHERE key IS :key AND number > :after AND (:state IS NULL OR state = :state) "
                "AND (:document IS NULL OR document = :document) ORDER BY number LIMIT :limit",
                {"key": key, "after": after, "state": state and str(state), "document": document, "limit": limit},
            )
        )

    def of_sentence(self, correction: Correction) -> list[StoredCorrection]:
        """Return every correction of the same sentence, in the order they came."""
        return list(self._select("WHERE normal = ? ORDER BY number", (correction.normal(),)))

    def corrected_twice(self) -> list[StoredCorrection]:
        """Return the corrections of every sentence that has more than one, sentence by sentence."""
        return list(
            self._select(
                "WHERE normal IN (SELECT normal FROM corrections GROUP BY normal HAVING COUNT(*) > 1) "
                "ORDER BY (SELECT MIN(number) FROM corrections AS first WHERE first.normal = stored.normal), number"
            )
        )

    def decide(self, number: int, labels: Labelling | None, reviewer: str, *, accepted: bool) -> None:
        """Keep what a reviewer decided about a correction, in place of what one decided before."""
        self._connection.execute(
            "INSERT OR REPLACE INTO reviews (number, accepted, labels, reviewer, time) VALUES (?, ?, ?, ?, ?)",
            (number, accepted, _written(labels), reviewer, _now()),
        )

    def _select(self, rest: str, values: Sequence[object] | Mapping[str, object] = ()) -> Iterator[StoredCorrection]:
        return map(_stored, self._connection.execute(f"{_SELECT} {rest}", values))


class CorrectionStore:
    """The file of the corrections in a folder; it is made at the first use."""

    def __init__(self, data: Path | None = None) -> None:
        self._database = Database((data or folder()) / "corrections.sqlite3", _MIGRATIONS)
        self.path = self._database.path

    @contextmanager
    def reading(self) -> Iterator[Corrections]:
        """Open the corrections as they are now.

        Raises DatabaseError where the file cannot be used.
        """
        with self._database.transaction(write=False) as connection:
            yield Corrections(connection)

    @contextmanager
    def writing(self) -> Iterator[Corrections]:
        """Open the corrections to change them, all at the end or, on an exception, nothing.

        Raises DatabaseError where the file cannot be used.
        """
        with self._database.transaction(write=True) as connection:
            yield Corrections(connection)

    def close(self) -> None:
        """Close the file in this process; it is opened again at the next use."""
        self._database.close()


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _written(labels: Labelling | None) -> str:
    return orjson.dumps(labels.to_dict() if labels else None).decode()


def _read(text: str) -> Labelling | None:
    return None if text == "null" else _shown(text)


def _shown(text: str) -> Labelling:
    value = orjson.loads(text)
    return Labelling(tuple(map(Theme, value["themes"])), Type(value["type"]))


def _stored(row: tuple[Any, ...]) -> StoredCorrection:
    (
        number, identity, text, start, end, document, model, tags, labels, note, time, key,
        state, accepted, reviewed, reviewer, review_time,
    ) = row  # fmt: skip
    return StoredCorrection(
        Correction(identity, text, start, end, document, model, _shown(tags), _read(labels), note),
        number,
        time,
        key,
        State(state),
        None if accepted is None else Review(bool(accepted), _read(reviewed), reviewer, review_time),
    )
