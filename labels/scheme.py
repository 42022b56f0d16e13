"""What a sentence can be: its themes, its type, and a sentence that a person has labelled."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray


class Theme(StrEnum):
    """What a sentence is about; a sentence has none, one or several. The order is the scheme's order."""

    HEALTH = "health"
    EMPLOYMENT = "employment"
    EXPORT = "export"
    IDEOLOGY = "ideology"


class Type(StrEnum):
    """How a sentence speaks; a sentence has exactly one."""

    STATISTIC = "statistic"
    RHETORIC = "rhetoric"


SCORED = (*Theme, Type.STATISTIC)
"""The labels that a model gives a probability, in the order of every score array and object."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a sentence stands in a document that is not redistributed.

    `start` and `end` are code points, `sha256` is that of `document[start:end]` in UTF-8.
    """

    document: str
    start: int
    end: int
    sha256: str


@dataclass(frozen=True, slots=True)
class LabelledSentence:
    """A sentence and what a person decided about it.

    `themes` are in the scheme's order. Sentences of one `group` must stay on one side of any split.
    `place` is set where the text came from a document by stand-off annotation.
    """

    id: str
    text: str
    themes: tuple[Theme, ...]
    type: Type
    group: str
    register: str
    place: Place | None = None

    def has(self, label: Theme | Type) -> bool:
        """Whether the sentence carries `label`."""
        return label in self.themes or label == self.type

    def agrees(self, other: "LabelledSentence") -> bool:
        """Whether another sentence carries the same labels."""
        return (self.themes, self.type) == (other.themes, other.type)


def truth_of(sentences: Sequence[LabelledSentence], labels: Sequence[Theme | Type] = SCORED) -> NDArray[np.bool_]:
    """Return which sentence has which label, shape (n_sentences, n_labels)."""
    return np.array([[sentence.has(label) for label in labels] for sentence in sentences])
