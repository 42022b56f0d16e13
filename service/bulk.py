"""Sentences and tags in bulk: columns instead of an object for each."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate

import numpy as np

from labels.scheme import Theme, Type
from seeds.sentences import Sentence
from training.arrays import Ints
from training.model import LABELS_OF, Codes
from training.units import Encoded, encoded

_NOTHING = np.empty(0, np.int64)

COUNTED = (*Theme, *Type)
"""The labels that `counted` counts."""
_GIVEN = np.array([[label in (*themes, kind) for label in COUNTED] for themes, kind in LABELS_OF])
"""Which of them each code gives, shape (n_codes, n_counted)."""


@dataclass(frozen=True, eq=False)
class Sentences:
    """Sentences of documents, as `seeds.sentences.Sentence` has one.

    `encoded` has their texts, `starts` and `ends`, shape (n_sentences,), their places in code points.
    """

    encoded: Encoded
    starts: Ints
    ends: Ints

    @classmethod
    def given(cls, texts: Sequence[str], starts: Sequence[int] | Ints, ends: Sequence[int] | Ints) -> "Sentences":
        """Return sentences with texts and places."""
        return cls(encoded(texts), np.array(starts, np.int64), np.array(ends, np.int64))

    @classmethod
    def of(cls, sentences: Iterable[Sentence]) -> "Sentences":
        """Return the columns of sentences."""
        found = [*sentences]
        return cls.given([each.text for each in found], [each.start for each in found], [each.end for each in found])

    @classmethod
    def joined(cls, parts: Sequence["Sentences"]) -> "Sentences":
        """Return the sentences of all parts, one behind the other."""
        if len(parts) == 1:
            return parts[0]
        shifts = accumulate((part.encoded.units for part in parts), initial=0)
        moved = [(part.encoded.firsts + by, part.encoded.ends + by) for part, by in zip(parts, shifts, strict=False)]
        text = b"".join(part.encoded.text for part in parts)
        firsts, ends = (
            np.concatenate([_NOTHING, *column]) for column in (zip(*moved, strict=True) if moved else ((), ()))
        )
        starts = np.concatenate([_NOTHING, *(part.starts for part in parts)])
        return cls(Encoded(text, firsts, ends), starts, np.concatenate([_NOTHING, *(part.ends for part in parts)]))

    def __len__(self) -> int:
        """Return how many there are."""
        return len(self.ends)

    @cached_property
    def texts(self) -> list[str]:
        """Their texts."""
        return self.encoded.decoded()

    def part(self, start: int, stop: int) -> "Sentences":
        """Return those from `start` to before `stop`."""
        return Sentences(self.encoded.part(start, stop), self.starts[start:stop], self.ends[start:stop])

    def chosen(self, places: Ints) -> "Sentences":
        """Return those at some places, which are in order."""
        text = self.encoded
        return Sentences(
            Encoded(text.text, text.firsts[places], text.ends[places]), self.starts[places], self.ends[places]
        )

    def each(self) -> Iterable[Sentence]:
        """Return an object for each sentence."""
        return map(Sentence, self.texts, self.starts.tolist(), self.ends.tolist())


def counted(codes: Codes) -> list[int]:
    """Return how many of the codes give each of `COUNTED`."""
    counts: list[int] = (np.bincount(codes, minlength=len(LABELS_OF)) @ _GIVEN).tolist()
    return counts
