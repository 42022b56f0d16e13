"""Sentences and tags in bulk: columns instead of an object for each."""

from collections.abc import Iterable
from itertools import starmap
from typing import NamedTuple

import numpy as np

from labels.scheme import Theme, Type
from seeds.sentences import Sentence
from training.model import LABELS_OF, Codes

COUNTED = (*Theme, *Type)
"""The labels that `counted` counts."""
_GIVEN = np.array([[label in (*themes, kind) for label in COUNTED] for themes, kind in LABELS_OF])
"""Which of them each code gives, shape (n_codes, n_counted)."""


class Sentences(NamedTuple):
    """Sentences of documents, as `seeds.sentences.Sentence` has one; the n-th of each column is of the n-th."""

    texts: list[str]
    starts: list[int]
    ends: list[int]

    @classmethod
    def of(cls, sentences: Iterable[Sentence]) -> "Sentences":
        """Return the columns of sentences."""
        found = [*sentences]
        return cls([each.text for each in found], [each.start for each in found], [each.end for each in found])

    def extend(self, others: "Sentences") -> None:
        """Add others behind these."""
        self.texts.extend(others.texts)
        self.starts.extend(others.starts)
        self.ends.extend(others.ends)

    def each(self) -> Iterable[Sentence]:
        """Return an object for each sentence."""
        return starmap(Sentence, zip(*self, strict=True))


def lines_of(document: str, place: int = 0) -> Sentences:
    """Return each line of a document that has a letter or digit as a sentence, in order.

    `place` is where the document begins in the text that the sentences have their places in, in code points.
    """
    lines = document.split("\n")
    texts = [*map(str.strip, lines)]
    lengths = np.fromiter(map(len, texts), np.int64, len(texts))
    wholes = np.fromiter(map(len, lines), np.int64, len(lines))
    starts = np.cumsum(wholes + 1) - wholes - 1 + place
    for number in np.flatnonzero(lengths != wholes).tolist():
        starts[number] += lines[number].index(texts[number])
    # Most lines begin with a letter: what needs a search comes last.
    sentences = [text[:1].isalnum() or any(map(str.isalnum, text)) for text in texts]
    ends = starts + lengths
    if not all(sentences):
        chosen = np.flatnonzero(sentences)
        texts, starts, ends = [texts[number] for number in chosen.tolist()], starts[chosen], ends[chosen]
    return Sentences(texts, starts.tolist(), ends.tolist())


def counted(codes: Codes) -> list[int]:
    """Return how many of the codes give each of `COUNTED`."""
    counts: list[int] = (np.bincount(codes, minlength=len(LABELS_OF)) @ _GIVEN).tolist()
    return counts
