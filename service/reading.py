"""A document as the page shows it: its paragraphs, tagged, and what was left out between them."""

import hashlib
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain

from labels.scheme import Theme, Type
from seeds.markup import is_html
from service.places import quantities
from service.tagger import TaggedSentence, TaggedSentences, Tagger

# What is left of a line before a sentence, «۱- » or «• », is its bullet.
_BULLET_LENGTH = 5


@dataclass(frozen=True, slots=True)
class Reading:
    """A document that has been read.

    `name` is that of its file, None for text that was pasted; `digest` the sha256 of its text in UTF-8. A part is a
    paragraph, tagged sentences, or a string: lines of a plain text that were taken for furniture.
    """

    name: str | None
    digest: str
    parts: tuple[TaggedSentences | str, ...]

    @property
    def paragraphs(self) -> list[TaggedSentences]:
        """The paragraphs in order."""
        return [part for part in self.parts if not isinstance(part, str)]

    @property
    def sentences(self) -> list[TaggedSentence]:
        """The sentences in order."""
        return [*chain.from_iterable(self.paragraphs)]


@dataclass(frozen=True, slots=True)
class Count:
    """How many sentences of one theme there are of each type; `name` is the theme, `none` or `total`."""

    name: str
    statistic: int
    rhetoric: int

    @property
    def total(self) -> int:
        """Sentences of both types."""
        return self.statistic + self.rhetoric


def read(tagger: Tagger, text: str, name: str | None = None) -> Reading:
    """Return a document, plain text or HTML, as read by a tagger."""
    paragraphs = [paragraph for paragraph in tagger.tag_paragraphs(text) if paragraph]
    parts = paragraphs if is_html(text) else _with_left_out(text, paragraphs)
    return Reading(name, hashlib.sha256(text.encode()).hexdigest(), tuple(parts))


def _with_left_out(text: str, paragraphs: Sequence[TaggedSentences]) -> Iterator[TaggedSentences | str]:
    end = 0
    for paragraph in paragraphs:
        yield from _left_out(text[end : paragraph[0].sentence.start], before=True)
        yield paragraph
        end = paragraph[-1].sentence.end
    yield from _left_out(text[end:], before=False)


def _left_out(gap: str, *, before: bool) -> Iterator[str]:
    lines = gap.split("\n")
    if before and len(lines[-1].strip()) <= _BULLET_LENGTH:
        lines.pop()
    kept = [line.strip() for line in lines if any(map(str.isalnum, line))]
    if kept:
        yield "\n".join(kept)


def pieces(sentence: TaggedSentence) -> Iterator[tuple[str, bool]]:
    """Yield the text of a sentence in pieces, each with whether it is a number that counts or measures something."""
    text = sentence.sentence.text
    end = 0
    for start, stop in quantities(text):
        yield text[end:start], False
        yield text[start:stop], True
        end = stop
    yield text[end:], False


def count(sentences: Sequence[TaggedSentence]) -> list[Count]:
    """Return the counts of every theme, of no theme and of all, in this order."""
    found = Counter(
        (name, sentence.tag.type) for sentence in sentences for name in (*(sentence.tag.themes or ("none",)), "total")
    )
    return [Count(name, found[name, Type.STATISTIC], found[name, Type.RHETORIC]) for name in (*Theme, "none", "total")]
