"""A correction: a sentence as it was tagged, and what a person says it is."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from labels.scheme import Theme, Type
from seeds.text import words

_NOBODY = "local"
"""Who corrects where no keys are asked for."""


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
