"""Which loops answer: interpreted ones for a few sentences, compiled ones from then on."""

from collections.abc import Callable
from functools import cache
from typing import Any, NamedTuple

from training import loops


class Loops(NamedTuple):
    """The functions of `training.loops` in one form or the other."""

    find: Callable[..., int]
    place_all: Callable[..., None]
    add_words: Callable[..., tuple[loops.Ints, int]]
    add_numbers: Callable[..., int]


_FUNCTIONS: tuple[Callable[..., Any], ...] = (
    loops.find,
    loops.place_all,
    loops.add_words,
    loops.add_numbers,
)
INTERPRETED = Loops(*_FUNCTIONS)


@cache
def compiled() -> Loops:
    """Return the loops as machine code; it is kept beside them, or in the user's cache, for the next process."""
    import numba  # noqa: PLC0415 - takes longer than the answer to a few sentences

    def made(function: Callable[..., Any]) -> Callable[..., Any]:
        try:
            return numba.njit(cache=True, nogil=True)(function)
        except RuntimeError:
            # There is no folder to keep it in: every process compiles for itself.
            return numba.njit(nogil=True)(function)

    return Loops(*map(made, _FUNCTIONS))


class Chooser:
    """Chooses by the characters that it was asked about: from `worth` on, what compiling costs is worth it."""

    def __init__(self, worth: float) -> None:
        self.worth = worth
        self._asked = 0.0

    def expect(self, characters: float) -> None:
        """Take it that so many characters are to come."""
        self._asked += characters

    def __call__(self, characters: int) -> Loops:
        """Return the loops for so many characters more."""
        self._asked += characters
        return compiled() if self._asked > self.worth else INTERPRETED


# Interpreted, so many take the second and a half that numba takes to be imported; see EXPERIMENTS.md.
loops_for = Chooser(400_000)
"""The choice of this process."""
