"""Sentences on their way to a person who labels them, and back."""

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from labels.scheme import SCORED, LabelledSentence, Place, Theme, Type
from seeds.text import words

REGISTER = "news"
"""The kind of text of a sentence where nobody says it."""
_MARK = "s-"


@dataclass(frozen=True, slots=True)
class Proposal:
    """What a model says of a sentence; `scores` are probabilities in the order of `SCORED`."""

    model: str
    themes: tuple[Theme, ...]
    type: Type
    scores: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Draft:
    """A sentence for a person to label; `type` is None as long as nobody has.

    `place` says where it was read, whether or not the document may be redistributed.
    """

    id: str
    text: str
    group: str
    register: str
    themes: tuple[Theme, ...] = ()
    type: Type | None = None
    place: Place | None = None
    proposal: Proposal | None = None

    @classmethod
    def of(cls, sentence: LabelledSentence) -> "Draft":
        """Return the draft of a sentence that is labelled already."""
        return cls(
            sentence.id,
            sentence.text,
            sentence.group,
            sentence.register,
            sentence.themes,
            sentence.type,
            sentence.place,
        )

    def to_dict(self) -> dict[str, Any]:
        """Return the draft as JSON has it: the keys of a labelled sentence, then where it was read and the proposal.

        `type` is empty as long as nobody has decided.
        """
        row: dict[str, Any] = {
            "id": self.id,
            "text": self.text,
            "themes": list(self.themes),
            "type": self.type or "",
            "group": self.group,
            "register": self.register,
        }
        if self.place:
            row |= {"document": self.place.document, "start": self.place.start, "end": self.place.end}
            row["sha256"] = self.place.sha256
        if self.proposal:
            row["proposal"] = {
                "model": self.proposal.model,
                "themes": list(self.proposal.themes),
                "type": self.proposal.type,
                "scores": dict(zip(map(str, SCORED), self.proposal.scores, strict=True)),
            }
        return row


@dataclass(frozen=True, slots=True)
class Returned:
    """A row that came back: `where` it stands, and what it says under the keys of `Draft.to_dict`, yet unchecked.

    A key that the form does not have is missing.
    """

    where: str
    row: dict[str, Any]

    @property
    def unlabelled(self) -> bool:
        """Whether nobody has decided anything about it."""
        return not self.row.get("themes") and not self.row.get("type")


def identity(text: str) -> str:
    """Return the id of a sentence that has none of its own: the same for the same words, however they are written."""
    return _MARK + sha256(" ".join(words(text)).encode()).hexdigest()[:16]


def group_of(digest: str) -> str:
    """Return the group of the sentences of a document by the sha256 of its text: they stay on one side of any split."""
    return f"document-{digest[:12]}"


def is_altered(identifier: str, text: str) -> bool:
    """Whether an id that `identity` gave is not that of this text."""
    return identifier.startswith(_MARK) and identifier != identity(text)


def in_order(names: Sequence[Any]) -> list[Any]:
    """Return names of themes in the scheme's order; what is none comes last, for the strict reader to find."""
    scheme = [str(theme) for theme in Theme]
    return sorted(names, key=lambda name: scheme.index(name) if name in scheme else len(scheme))
