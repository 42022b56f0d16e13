"""Sentences with their places: hazm's splitter, and what it gets wrong."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from hazm import SentenceTokenizer

    from seeds.page import Page, Paragraph


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence of a document: `document[start:end]`, in code points.

    `text` is that slice as written; in HTML it is the slice without its markup.
    """

    text: str
    start: int
    end: int


# An end is no end after «و...», after a letter of an abbreviation («ج.ا.ا.», «م. ر.»), and where the dots stand
# apart between two halves of a verse (« ... »).
_NO_END = re.compile(r"(?:(?<!\w)و\s?(?:\.{2,}|…)|(?<!\w)(?:\w\.)+|\s(?:\.{2,}|…))$")
# Ends that hazm does not see: before a closing quotation mark or bracket, an ellipsis of one character, and a full
# stop without a space behind a word («است.وی افزود»), which addresses and abbreviations do not have.
_MISSED_END = re.compile(
    r"[.!?؟⸮…]+[»\"”)\]]+(?=\s)|…(?=\s)|(?<=[\N{ARABIC LETTER ALEF}-\N{ARABIC LETTER FARSI YEH}]{2})"
    r"[.!؟](?=[\N{ARABIC LETTER ALEF}-\N{ARABIC LETTER FARSI YEH}]{2})"
)
_LONG_RUN = re.compile(r"[.!?؟⸮…]{4,}")
_LOOK_BACK = 32
"""Characters before an end that can show it to be none; the longest abbreviation has far fewer."""


@cache
def _splitter() -> "SentenceTokenizer":
    # hazm takes longer to import than the rest of the service, and sentences given one by one do not need it.
    from hazm import SentenceTokenizer  # noqa: PLC0415

    return SentenceTokenizer()


def _cuts(text: str) -> list[int]:
    """Return the places, both ends of the text included, at which sentences of a paragraph meet."""
    cuts = {0, len(text)}
    place = 0
    # Patterns for ends look at every start of a long run of dots; the last three say as much.
    text = _LONG_RUN.sub(lambda run: "_" * (len(run[0]) - 3) + run[0][-3:], text)
    for piece in _splitter().tokenize(text):
        place = text.index(piece, place) + len(piece)
        cuts.add(place)
    cuts.update(match.end() for match in _MISSED_END.finditer(text))
    return sorted(
        cut for cut in cuts if cut in (0, len(text)) or not _NO_END.search(text[max(0, cut - _LOOK_BACK) : cut])
    )


def split(paragraph: "Paragraph") -> Iterator["Paragraph"]:
    """Yield the sentences of a paragraph, without the white space between them."""
    cuts = _cuts(paragraph.text)
    for start, end in pairwise(cuts):
        text = paragraph.text[start:end]
        # What has no letter or digit («!», «...») is no sentence of its own.
        if any(map(str.isalnum, text)):
            yield paragraph.part(start + len(text) - len(text.lstrip()), end - len(text) + len(text.rstrip()))


def sentences_of(page: "Page", document: str) -> Iterator[Sentence]:
    """Yield the sentences of a page that was read from `document`, in order."""
    for paragraph in page.paragraphs:
        for part in split(paragraph):
            start, end = part.starts[0], part.ends[-1]
            yield Sentence(part.text if page.markup else document[start:end], start, end)


def read_sentences(document: str) -> list[Sentence]:
    """Return the sentences of a document, plain text or HTML, without its furniture."""
    from seeds.page import read_page  # noqa: PLC0415 - sentences given one by one are no page

    return list(sentences_of(read_page(document), document))
