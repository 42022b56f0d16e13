"""Sentences as the loops read them: UTF-16 units, one sentence behind the other."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from training.arrays import Ints

ENCODING, ERRORS = "utf-16-le", "surrogatepass"
"""How text becomes units: a lone surrogate is one by itself."""
_HIGH_SURROGATE, _SURROGATE_BITS = 0xD800, 0xFC00


@dataclass(frozen=True, slots=True)
class Encoded:
    """Sentences in a text: the n-th has the units from `firsts[n]` to before `ends[n]`, behind those of the one before.

    `text` is in UTF-16, `firsts` and `ends` have shape (n_sentences,).
    """

    text: bytes
    firsts: Ints
    ends: Ints

    def __len__(self) -> int:
        """Return how many sentences there are."""
        return len(self.ends)

    @property
    def units(self) -> int:
        """How many units the text has."""
        return len(self.text) // 2

    def part(self, start: int, stop: int) -> "Encoded":
        """Return some of the sentences, with no more text than they have."""
        if start == 0 and stop >= len(self):
            return self
        firsts, ends = self.firsts[start:stop], self.ends[start:stop]
        if not len(ends):
            return Encoded(b"", firsts, ends)
        first, end = int(firsts[0]), int(ends[-1])
        return Encoded(self.text[2 * first : 2 * end], firsts - first, ends - first)

    def decoded(self) -> list[str]:
        """Return the sentences."""
        pairs = zip((2 * self.firsts).tolist(), (2 * self.ends).tolist(), strict=True)
        return [self.text[first:end].decode(ENCODING, ERRORS) for first, end in pairs]


def encoded(sentences: Sequence[str]) -> Encoded:
    """Return sentences as units."""
    text = "".join(sentences)
    units = text.encode(ENCODING, ERRORS)
    bounds = np.zeros(len(sentences) + 1, np.int64)
    np.fromiter(map(len, sentences), np.int64, len(sentences)).cumsum(out=bounds[1:])
    if 2 * len(text) < len(units):
        # Beyond the first plane a code point has two units.
        high = np.frombuffer(units, np.uint16) & _SURROGATE_BITS == _HIGH_SURROGATE
        pairs = high.nonzero()[0]
        if 2 * (len(text) + len(pairs)) == len(units):
            bounds += np.searchsorted(pairs - np.arange(len(pairs)), bounds)
        else:
            # Some stand alone.
            lengths = [len(sentence.encode(ENCODING, ERRORS)) // 2 for sentence in sentences]
            bounds[1:] = np.cumsum(lengths)
    return Encoded(units, bounds[:-1], bounds[1:])
