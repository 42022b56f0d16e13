"""Character n-grams and what they weigh, looked up for many words at once and without a string for each."""

from collections.abc import Sequence

import numpy as np

from training.arrays import Floats, Ints
from training.views import LONGEST, SHORTEST, spelled

_BITS = 21
"""Of a code point."""
_LETTERS = 3
"""Code points in a number: an n-gram, which has three to six, is two numbers, the second 0 behind its end."""
_LENGTHS = np.arange(SHORTEST, LONGEST + 1)
_SECOND = np.array([-1 << _BITS * (2 * _LETTERS - length) for length in _LENGTHS.tolist()])
_SECOND[_LENGTHS == _LETTERS] = 0
"""The bits of three letters that are of the second number, by the length of the n-gram."""
# Odd, and their bits as if thrown; others follow where two n-grams of a model should ever have one hash.
_MULTIPLIERS = np.array([0x1E3779B97F4A7C15, 0x42B2AE3D27D4EB4F, 0x165667B19E3779F9, 0x27D4EB2F165667C5])


def _hashes(first: Ints, second: Ints, choice: int) -> Ints:
    # They wrap around, as is meant.
    hashes: Ints = first * _MULTIPLIERS[choice] + second * _MULTIPLIERS[choice + 1]
    return hashes


def _codes(text: str) -> Ints:
    """Return the code points of a text with as many spaces behind it as the longest n-gram has."""
    return np.frombuffer(f"{text}{' ' * LONGEST}".encode("utf-32-le"), np.int32).astype(np.int64)


def _numbers_of(codes: Ints, starts: Ints, lengths: Ints) -> tuple[Ints, Ints]:
    """Return the two numbers of the n-grams that begin at some places; `lengths` are theirs less the shortest."""
    triples = codes[:-2] << _BITS
    triples |= codes[1:-1]
    triples <<= _BITS
    triples |= codes[2:]
    second = triples[starts + _LETTERS]
    second &= _SECOND[lengths]
    return triples[starts], second


class Grams:
    """The n-grams of the character view.

    Parameters
    ----------
    names : the n-grams, each once, one a line.
    weights : shape (n_grams, n_labels).
    """

    def __init__(self, names: str, weights: Floats) -> None:
        self._weights = weights
        self._labels = np.arange(weights.shape[1])
        # Where there are none, a blank, which no word has: there must be something to look among.
        codes = _codes(f"{names or ' ' * SHORTEST}\n")
        ends = (codes == ord("\n")).nonzero()[0]
        starts = np.concatenate(([0], ends[:-1] + 1))
        self._first, self._second = _numbers_of(codes, starts, ends - starts - SHORTEST)
        for self._choice in range(len(_MULTIPLIERS) - 1):
            hashes = _hashes(self._first, self._second, self._choice)
            self._order = hashes.argsort()
            self._hashes = hashes[self._order]
            if (self._hashes[1:] != self._hashes[:-1]).all():
                return
        raise ValueError("names: expected each n-gram once")

    def sums(self, words: Sequence[str]) -> Floats:
        """Return what the n-grams of words weigh, shape (n_words, n_labels).

        They are added in the order in which `training.views.char_features` has them.
        """
        spellings = [*map(spelled, words)]
        # Words that follow each other share the space between them.
        codes = _codes(f" {' '.join(spellings)}")
        lengths = np.array([*map(len, spellings)], np.int64)
        lengths += 1
        room = (lengths.cumsum() + 1).repeat(lengths)
        room -= np.arange(len(room))
        kinds, starts = (room >= _LENGTHS[:, None]).nonzero()
        first, second = _numbers_of(codes, starts, kinds)
        hashes = _hashes(first, second, self._choice)
        places = self._hashes.searchsorted(hashes)
        (found,) = (self._hashes.take(places, mode="clip") == hashes).nonzero()
        known = self._order[places[found]]
        same = self._first[known] == first[found]
        same &= self._second[known] == second[found]
        known, starts = known[same], starts[found[same]]
        shape = (len(words), len(self._labels))
        owners = np.arange(0, len(words) * len(self._labels), len(self._labels)).repeat(lengths)
        cells = owners[starts][:, None] + self._labels
        return np.bincount(cells.ravel(), self._weights[known].ravel(), shape[0] * shape[1]).reshape(shape)
