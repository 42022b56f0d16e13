"""Sentences to time on: made of the labelled ones, as many and as long as are wanted, every one distinct."""

import random
from collections.abc import Iterator, Sequence

from training.contenders.base import SEED

NEWS = (8, 56)
"""The least and the most words of a sentence; the mean is 32, as in an agency's archive."""


def recombined(texts: Sequence[str], count: int, words: tuple[int, int] = NEWS) -> Iterator[str]:
    """Yield `count` distinct sentences: halves of the texts glued, then cut at a length between the two of `words`.

    The same arguments give the same sentences. At least two halves stand in each, so that short ones are distinct.
    """
    generator = random.Random(SEED)  # noqa: S311  # chooses what to glue
    halves = []
    for text in texts:
        tokens = text.split()
        middle = len(tokens) // 2
        halves += [half for half in (tokens[:middle], tokens[middle:]) if half]
    seen: set[int] = set()
    while len(seen) < count:
        length = generator.randint(*words)
        glued: list[str] = []
        while len(glued) < length:
            glued += generator.choice(halves)[: max(1, length // 2)]
        sentence = " ".join(glued[:length])
        if (key := hash(sentence)) not in seen:
            seen.add(key)
            yield sentence


def spelled(distinct: int, tokens: int, words: int) -> Iterator[str]:
    """Yield sentences of so many words, with so many tokens in all, drawn evenly from as many distinct tokens.

    The tokens are made up of letters that Persian words are made of.
    """
    generator = random.Random(SEED)  # noqa: S311  # draws tokens
    known = [_spelling(number) for number in range(distinct)]
    for _ in range(tokens // words):
        yield " ".join(generator.choices(known, k=words))


def _spelling(number: int) -> str:
    letters = "ابتدرسشمنوهی"
    found = ""
    while number or len(found) < 3:  # noqa: PLR2004  # shorter words may be affixes
        number, place = divmod(number, len(letters))
        found += letters[place]
    return found
