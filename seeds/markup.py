"""HTML to blocks of readable text whose every character knows its place in the source.

trafilatura decides what on the page is the article; the standard library's parser, which tells where it
is, finds the same text in the source.
"""

import re
from dataclasses import dataclass, field
from html import unescape
from html.parser import HTMLParser
from itertools import accumulate

_LOOKS_LIKE_HTML = re.compile(r"\s*(?:<!doctype html|<html|<head|<body|<!--|<\?xml)", re.IGNORECASE)
_HAS_BLOCKS = re.compile(r"<(?:p|div|br|h[1-6]|article|td)\b[^<>]*>", re.IGNORECASE)
_INLINE = frozenset(
    "a abbr acronym b bdi bdo big cite code data del dfn em font i img ins kbd label mark q s samp small span strike "
    "strong sub sup time tt u var wbr".split()
)
_HIDDEN = frozenset("script style noscript template svg select option textarea button iframe".split())
_TITLE_BAR = re.compile(r"\s+[-|\N{EN DASH}\N{EM DASH}»:]+\s+")
_BODY_LETTERS = 80
"""A block of the article with this many letters is body: leads have fewer, headlines about 50."""
_VOID = frozenset("area base br col embed hr img input link meta param source track wbr".split())

_UNSHOWN = (("<!--", "-->"), ("<![", "]>"), ("<!", ">"), ("<?", ">"))
"""How what is not shown begins and ends."""


@dataclass(slots=True)
class Block:
    """Readable text of one block element; character `i` stands at `source[starts[i]:ends[i]]`."""

    tag: str
    chars: list[str] = field(default_factory=list)
    starts: list[int] = field(default_factory=list)
    ends: list[int] = field(default_factory=list)

    @property
    def text(self) -> str:
        """The text, white space collapsed."""
        return "".join(self.chars)

    def add(self, char: str, start: int, end: int) -> None:
        """Append a character; white space collapses to one space."""
        if char.isspace():
            if not self.chars or self.chars[-1] == " ":
                return
            char = " "
        self.chars.append(char)
        self.starts.append(start)
        self.ends.append(end)


class _Blocks(HTMLParser):
    """Collects blocks; `convert_charrefs` is off so that every reference keeps its place."""

    def __init__(self, source: str) -> None:
        super().__init__(convert_charrefs=False)
        self.blocks: list[Block] = []
        self._block = Block("")
        self._hidden: list[str] = []
        self._source = source
        # The parser counts lines by line feeds alone.
        self._line_starts = [0, *accumulate(len(line) + 1 for line in source.split("\n"))]

    def _place(self) -> int:
        line, column = self.getpos()
        return self._line_starts[line - 1] + column

    def _break(self, tag: str) -> None:
        if self._block.chars not in ([], [" "]):
            self.blocks.append(self._block)
        self._block = Block(tag)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _HIDDEN:
            self._hidden.append(tag)
        if tag not in _INLINE:
            # A line break keeps the block element it stands in.
            self._break(self._block.tag if tag == "br" else tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in _INLINE:
            self._break(self._block.tag if tag == "br" else tag)

    def handle_endtag(self, tag: str) -> None:
        if tag in self._hidden:
            while self._hidden.pop() != tag:
                pass
        if tag not in _INLINE and tag not in _VOID:
            self._break("")

    def handle_data(self, data: str) -> None:
        if self._hidden:
            return
        place = self._place()
        for offset, char in enumerate(data, place):
            self._block.add(char, offset, offset + 1)

    def _reference(self, written: str) -> None:
        if self._hidden:
            return
        place = self._place()
        if self._source.startswith(written + ";", place):
            written += ";"
        for char in unescape(written):
            self._block.add(char, place, place + len(written))

    def handle_entityref(self, name: str) -> None:
        self._reference(f"&{name}")

    def handle_charref(self, name: str) -> None:
        self._reference(f"&#{name}")

    def close(self) -> None:
        super().close()
        self._break("")


def is_html(document: str) -> bool:
    """Whether a document is HTML: it begins like a page, or has block elements and closes some element."""
    return bool(
        _LOOKS_LIKE_HTML.match(document)
        or (_HAS_BLOCKS.search(document) and re.search(r"</?[a-z][a-z0-9]*\s*/?>", document, re.IGNORECASE))
    )


def _key(text: str) -> str:
    """Letters and digits alone: an extractor may change spaces, non-joiners and punctuation."""
    return "".join(filter(str.isalnum, text))


def _ended(document: str) -> str:
    """Return a document up to a comment or declaration that has no end: nothing behind it is shown.

    Where there are many, some versions of the parser look for the end of each through all that follows.
    """
    for begin, end in _UNSHOWN:
        start = document.find(begin, max(document.rfind(end), 0))
        document = document if start < 0 else document[:start]
    return document


def blocks_of(document: str) -> list[Block]:
    """Return every block of an HTML document that has text, in order."""
    parser = _Blocks(document)
    parser.feed(_ended(document))
    parser.close()
    return parser.blocks


def _headline(blocks: list[Block]) -> int | None:
    """Return the index of the headline: the first `h1`, else the block that the `title` repeats."""
    titles = [block for block in blocks if block.tag == "title"]
    for index, block in enumerate(blocks):
        if block.tag == "h1":
            return index
    names = {_key(part) for block in titles for part in (block.text, *_TITLE_BAR.split(block.text))} - {""}
    for index, block in enumerate(blocks):
        if block.tag != "title" and _key(block.text) in names:
            return index
    return blocks.index(titles[0]) if titles else None


def article_of(document: str, blocks: list[Block]) -> list[Block]:
    """Return those of a document's blocks that belong to its article: kicker, headline, lead and body.

    Where the extractor finds no article, every block after the headline is returned.
    """
    # Imported here because it takes longer than everything else on the road of a plain text.
    import trafilatura  # noqa: PLC0415

    extracted = trafilatura.extract(document, include_comments=False, favor_recall=True)
    article = _key(extracted or "")
    head = _headline(blocks)
    kept: list[Block] = []
    if head is not None:
        if head and blocks[head - 1].text.rstrip().endswith((":", "؛")):
            kept.append(blocks[head - 1])
        kept.append(blocks[head])
    in_body = False
    for block in blocks[0 if head is None else head + 1 :]:
        key = _key(block.text)
        if block.tag == "title" or not key:
            continue
        if not article or key in article:
            kept.append(block)
            in_body = in_body or len(key) >= _BODY_LETTERS
        elif head is not None and blocks[head].tag != "title" and not in_body:
            # Extractors lose the lead between the headline and the body.
            kept.append(block)
    return kept
