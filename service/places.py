"""Where the words of the normal form stand in a sentence as written."""

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache

from seeds.text import join_affixes, normalize, pieces
from training.numbers import runs, shape

Place = tuple[int, int]
"""`sentence[start:end]`, in code points."""

_TOKEN = re.compile(r"\S+")
# A year, a date or a time is no quantity, and «یک» is mostly an article.
_NO_QUANTITY = frozenset({"year", "date", "time", "one"})
_PERCENT = frozenset({"%", "درصد"})


@lru_cache(maxsize=50_000)
def _pieces_at(token: str) -> tuple[tuple[str, Place], ...]:
    """Return the pieces of a token, each with its place in it."""
    normal = normalize(token)
    origins: list[int] = []
    # A character's normal form is nearly always its own; what the whole token lost besides (the comma of «1,200»)
    # is skipped, and whatever cannot be followed stands for the whole token.
    made = [(part, at) for at, char in enumerate(token) for part in normalize(char)]
    place = 0
    for char in normal:
        while place < len(made) and made[place][0] != char:
            place += 1
        if place == len(made):
            return tuple((piece, (0, len(token))) for piece in pieces(normal))
        origins.append(made[place][1])
        place += 1
    found = []
    end = 0
    for piece in pieces(normal):
        start = normal.find(piece, end)
        if start < 0:  # the number of an item, which is written anew
            return tuple((piece, (0, len(token))) for piece in pieces(normal))
        end = start + len(piece)
        found.append((piece, (origins[start], origins[end - 1] + 1)))
    return tuple(found)


def words_at(sentence: str) -> list[tuple[str, Place]]:
    """Return the words of a sentence as `seeds.text.words` has them, each with its place."""
    found = [
        (piece, (match.start() + start, match.start() + end))
        for match in _TOKEN.finditer(sentence)
        for piece, (start, end) in _pieces_at(match[0])
    ]
    rest = iter(found)
    joined = []
    for word in join_affixes(piece for piece, _ in found):
        piece, (start, end) = next(rest)
        while len(piece) < len(word):
            more, (_, end) = next(rest)
            piece += more
        joined.append((word, (start, end)))
    return joined


def _span(places: Sequence[tuple[str, Place]]) -> Place:
    return places[0][1][0], places[-1][1][1]


def places_of_parts(sentence: str) -> list[list[Place]]:
    """Return the places of what a model's `explain` names, in its order: each word once, then each number."""
    found = words_at(sentence)
    places: dict[str, list[Place]] = {}
    for word, place in found:
        places.setdefault(word, []).append(place)
    return [*places.values(), *([_span(found[start:end])] for start, end in runs([word for word, _ in found]))]


def quantities(sentence: str) -> Iterator[Place]:
    """Yield the places of the numbers that count or measure something, a percent sign or «درصد» included."""
    found = words_at(sentence)
    words = [word for word, _ in found]
    for start, end in runs(words):
        if {kind for word in words[start:end] if (kind := shape(word))} - _NO_QUANTITY:
            yield _span(found[start : end + (end < len(words) and words[end] in _PERCENT)])
