"""The loops of `training.loops` on arrays: interpreted for a few sentences, as machine code from then on."""

from collections.abc import Sequence
from typing import Protocol

import numpy as np

from training.arrays import Arrays
from training.loops import Sigmoids, Work, score
from training.token_loops import Search, Tokens
from training.word_loops import Numbers, Words

_SOURCES = (
    "training.loops",
    "training.token_loops",
    "training.word_loops",
    "training.tokens",
    "training.lexicon",
    "training.arrays",
    "labels.scheme",
)
"""What the machine code is made of besides."""


class Score(Protocol):
    """Calls `training.loops.score`.

    `arrays` are ends, spaces, those of `Lexicon.arrays`, of `Numbers`, bias, those of `Work`, sums, firsts, those of
    `Sigmoids`, scores and codes.
    `numbers` are how many units and sentences there are, multiplier, clock, free, room, mark, and `Numbers.start` and
    `end`.
    """

    def __call__(self, arrays: Arrays, numbers: Sequence[int], text: bytes) -> int:
        """Return what `score` returns; `text` has the units."""


def interpreted(arrays: Arrays, numbers: Sequence[int], text: bytes) -> int:
    """Call `score` as it is; see `Score`."""
    n_units, n_sentences, multiplier, clock, free, room, mark, start, end = numbers
    ends, spaces, letters, pieces, tokens, pairs, joined, words, *rest = arrays
    kinds, before, after, farther, beyond, labels, bias = rest[:7]
    sums, firsts, *sigmoids, scores, codes = rest[14:]
    return score(
        # Whoever interprets takes items of a list three times as fast.
        np.frombuffer(text, np.uint16, n_units).tolist(),
        firsts[:n_sentences],
        ends[:n_sentences],
        Search(spaces, multiplier, clock, free, room),
        mark,
        Tokens(letters, pieces, *(tokens[name] for name in tokens.dtype.names or ())),
        Words(pairs, joined, *(words[name] for name in words.dtype.names or ())),
        Numbers(kinds, before, after, farther, beyond, labels, start, end),
        bias,
        Sigmoids(*sigmoids),
        Work(*rest[7:14]),
        sums[:n_sentences],
        scores[:n_sentences],
        codes[:n_sentences],
    )


def compiled() -> Score:
    """Return what calls `score` as machine code; what it remembers of the arrays of one call is good for the next."""
    # Reason for the late import: to load LLVM takes longer than the answer to a few sentences.
    from training.machine_code import Caller, machine_code  # noqa: PLC0415

    return Caller(machine_code("training.score_entry", *_SOURCES))


class Chooser:
    """Chooses by the characters that it was asked about: from `worth` on, machine code is worth loading."""

    def __init__(self, worth: float) -> None:
        self.worth = worth
        self._asked = 0.0

    def expect(self, characters: float) -> None:
        """Take it that so many characters are to come."""
        self._asked += characters

    def __call__(self, characters: int) -> bool:
        """Return whether so many characters more are for machine code."""
        self._asked += characters
        return self._asked > self.worth


# Interpreted, so many take as long as LLVM takes to be loaded; see EXPERIMENTS.md.
worth_compiling = Chooser(40_000)
"""The choice of this process."""
