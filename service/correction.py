"""A correction: a sentence as it was tagged, and what a person says it is."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from labels.scheme import Theme, Type
from seeds.errors import BarchasbError
from seeds.text import words

MAX_TEXT = 20_000
"""Code points of a sentence; what is longer is no sentence."""
MAX_NOTE = 2_000
"""Code points of a note."""
MAX_MODEL = 100
"""Characters of a version."""
_NOBODY = "local"
"""Who corrects where no keys are asked for."""
MAX_PLACE = 2**53 - 1
"""What JSON numbers carry exactly everywhere."""

UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
"""The form of an id."""
SHA256 = re.compile(r"[0-9a-f]{64}")
"""The form of a document's digest."""
_KEYS = frozenset({"id", "text", "start", "end", "document", "model", "tags", "labels", "sentence", "note"})
_OPTIONAL = frozenset({"sentence", "note"})


class CorrectionError(BarchasbError):
    """A correction that is not as it must be; the message never repeats what was sent."""


class State(StrEnum):
    """What has become of a correction."""

    OPEN = "open"
    REPLACED = "replaced"
    """The same key has corrected the same sentence again, before this one was reviewed."""
    ACCEPTED = "accepted"
    REJECTED = "rejected"


@dataclass(frozen=True, slots=True)
class Labelling:
    """Themes, in the scheme's order, and a type: what a model showed of a sentence, or a person decided."""

    themes: tuple[Theme, ...]
    type: Type

    def to_dict(self) -> dict[str, Any]:
        """Return it as JSON has it."""
        return {"themes": list(map(str, self.themes)), "type": str(self.type)}

    def __str__(self) -> str:
        return f"{'+'.join(self.themes) or 'no theme'}, {self.type}"


@dataclass(frozen=True, slots=True)
class Correction:
    """What a client sends: its own id, the sentence with its place, the tags shown, the labels given.

    `document` is the sha256 of the text that the places count in, None where there was none. `labels` are None where
    the person says that this is not a sentence.
    """

    id: str
    text: str
    start: int
    end: int
    document: str | None
    model: str
    tags: Labelling
    labels: Labelling | None
    note: str = ""

    def normal(self) -> str:
        """Return the normal form by which two corrections are of the same sentence."""
        return " ".join(words(self.text)) or self.text

    def to_dict(self) -> dict[str, Any]:
        """Return it as JSON has it."""
        return {
            "id": self.id,
            "text": self.text,
            "start": self.start,
            "end": self.end,
            "document": self.document,
            "model": self.model,
            "tags": self.tags.to_dict(),
            **labels_to_dict(self.labels),
            "note": self.note,
        }


@dataclass(frozen=True, slots=True)
class Review:
    """What a reviewer decided; `labels` are the reviewer's own where they were edited, None for no sentence."""

    accepted: bool
    labels: Labelling | None
    reviewer: str
    time: str

    def to_dict(self) -> dict[str, Any]:
        """Return it as JSON has it."""
        return {**labels_to_dict(self.labels), "reviewer": self.reviewer, "time": self.time}


@dataclass(frozen=True, slots=True)
class StoredCorrection:
    """A correction in the store.

    `number` grows with each, `time` is UTC (ISO 8601), `key` the name of the key it came with, None without keys.
    """

    correction: Correction
    number: int
    time: str
    key: str | None
    state: State
    review: Review | None = None

    @property
    def labels(self) -> Labelling | None:
        """What holds of the sentence if this correction does."""
        return self.review.labels if self.review else self.correction.labels

    @property
    def who(self) -> str:
        """The name of who made it."""
        return self.key or _NOBODY

    @property
    def stands(self) -> bool:
        """Whether somebody still means it."""
        return self.state in (State.OPEN, State.ACCEPTED)

    def to_dict(self) -> dict[str, Any]:
        """Return it as JSON has it."""
        return {
            **self.correction.to_dict(),
            "time": self.time,
            "key": self.who,
            "state": str(self.state),
            "review": self.review.to_dict() if self.review else None,
        }


def labels_to_dict(labels: Labelling | None) -> dict[str, Any]:
    """Return labels, or that there is no sentence, as JSON has them."""
    return {"labels": labels.to_dict() if labels else None, "sentence": labels is not None}


def correction_id(value: object) -> str:
    """Return an id in its one form, lower case.

    Raises CorrectionError where it is not a UUID.
    """
    if not isinstance(value, str) or not UUID.fullmatch(value.lower()):
        raise CorrectionError('"id" must be a UUID, 32 hexadecimal digits in the form 8-4-4-4-12.')
    return value.lower()


def labelling(themes: Iterable[object], kind: object, name: str = "labels") -> Labelling:
    """Return themes and a type as a labelling, the themes in the scheme's order.

    Raises CorrectionError, which calls them `name`, for what the scheme has not and for a theme given twice.
    """
    given = list(themes)
    if any(theme not in list(Theme) for theme in given) or len(set(map(str, given))) < len(given):
        raise CorrectionError(f'"{name}" must have "themes", each at most once, of {", ".join(Theme)}.')
    if kind not in list(Type):
        raise CorrectionError(f'"{name}" must have a "type", {" or ".join(Type)}.')
    return Labelling(tuple(theme for theme in Theme if theme in given), Type(str(kind)))


def correction_of(value: Any) -> Correction:
    """Return the correction that a JSON value is.

    Raises CorrectionError for keys and values that are not as they must be.
    """
    if not isinstance(value, dict):
        raise CorrectionError("The body must be an object.")
    if missing := _KEYS - _OPTIONAL - value.keys():
        raise CorrectionError(f"Key(s) missing: {', '.join(sorted(missing))}.")
    if unknown := value.keys() - _KEYS:
        raise CorrectionError(f"{len(unknown)} key(s) unknown; the keys are {', '.join(sorted(_KEYS))}.")
    start, end = _place(value)
    labels = _labels(value)
    text = _string(value, "text", MAX_TEXT)
    if not text.strip():
        raise CorrectionError('"text" is empty; send the sentence.')
    if labels and not words(text):
        raise CorrectionError('"text" has no word, so it can only be no sentence.')
    document = value["document"]
    if document is not None and not (isinstance(document, str) and SHA256.fullmatch(document)):
        raise CorrectionError('"document" must be the sha256 of the document, 64 hexadecimal digits, or null.')
    return Correction(
        id=correction_id(value["id"]),
        text=text,
        start=start,
        end=end,
        document=document,
        model=_string(value, "model", MAX_MODEL),
        tags=_labelling(value["tags"], "tags"),
        labels=labels,
        note=_string(value, "note", MAX_NOTE) if "note" in value else "",
    )


def _string(value: Mapping[str, Any], key: str, longest: int) -> str:
    got = value[key]
    if not isinstance(got, str):
        raise CorrectionError(f'"{key}" must be a string.')
    if len(got) > longest:
        raise CorrectionError(f'"{key}" has {len(got)} characters, at most {longest} are taken.')
    if "\0" in got:
        raise CorrectionError(f'"{key}" has a NUL character; remove it.')
    return got


def _place(value: Mapping[str, Any]) -> tuple[int, int]:
    start, end = value["start"], value["end"]
    if type(start) is not int or type(end) is not int or not 0 <= start < end <= MAX_PLACE:
        raise CorrectionError('"start" and "end" must be whole numbers, 0 <= start < end, in code points.')
    return start, end


def _labels(value: Mapping[str, Any]) -> Labelling | None:
    sentence = value.get("sentence", True)
    if not isinstance(sentence, bool):
        raise CorrectionError('"sentence" must be true or false.')
    if (value["labels"] is None) == sentence:
        raise CorrectionError('Send "labels", or null for them together with "sentence": false.')
    return _labelling(value["labels"], "labels") if sentence else None


def _labelling(value: Any, name: str) -> Labelling:
    if not isinstance(value, dict) or value.keys() != {"themes", "type"} or not isinstance(value["themes"], list):
        raise CorrectionError(f'"{name}" must be an object with "themes", a list, and "type".')
    return labelling(value["themes"], value["type"], name)
