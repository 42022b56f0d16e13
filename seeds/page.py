"""A page without its furniture: paragraphs that know their place, and what the page says of itself."""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from seeds.furniture import Furniture, cut_end, judge
from seeds.markup import Block, article_of, blocks_of, is_html
from seeds.text import normalize, words


@dataclass(frozen=True, slots=True)
class Paragraph:
    """Readable text, hard wraps mended; character `i` stands at `document[starts[i]:ends[i]]`."""

    text: str
    starts: Sequence[int]
    ends: Sequence[int]

    def part(self, start: int, end: int) -> "Paragraph":
        """Return the paragraph `text[start:end]`."""
        return Paragraph(self.text[start:end], self.starts[start:end], self.ends[start:end])

    @classmethod
    def join(cls, parts: "Sequence[Paragraph]") -> "Paragraph":
        """Return parts as one paragraph; the space between two stands for what lies between them."""
        first, *rest = parts
        starts, ends = [*first.starts], [*first.ends]
        for part in rest:
            starts += [ends[-1], *part.starts]
            ends += [part.starts[0], *part.ends]
        return cls(" ".join(part.text for part in parts), starts, ends)


@dataclass(frozen=True, slots=True)
class Page:
    """A document as its reader sees it.

    `date` is the Jalali day as `YYYY-MM-DD`, `code` the site's number of the news; each None where the page
    does not say. `markup` tells that the document is HTML.
    """

    title: str | None
    date: str | None
    code: str | None
    paragraphs: tuple[Paragraph, ...]
    markup: bool


@dataclass(slots=True)
class _Line:
    """A line or block that is not blank, trimmed of bullets; `bullet` tells that it had one."""

    paragraph: Paragraph
    bullet: bool
    after_blank: bool


# A bullet or a number before the text of a list's item.
_BULLET = re.compile(
    r"(?:\d{1,2}\s*[-\N{EN DASH}.)]\s+|[-\N{EN DASH}\N{EM DASH}*+•▪■●○◄»›!?؟\N{DOUBLE EXCLAMATION MARK}"
    r"\N{EXCLAMATION QUESTION MARK}\N{VARIATION SELECTOR-16}]+(?!\d)\s*)+"
)
# Categories that are trimmed from both ends of a line: white space, format characters (bidi marks, the byte order
# mark), symbols (emoji and their selectors).
_OUTER = frozenset({"Zs", "Cc", "Cf", "So", "Sk", "Mn", "Co", "Cn"})
_CLOSERS = ' »"”’)]'
_SITE_BAR = re.compile(r"(?<=\s)[|\N{BROKEN BAR}](?=\s)")
_SITE_WORDS = 4
"""A site's name after a bar has at most this many words."""
_HEADLINE_LENGTH = 200
"""A headline has at most this many characters; the longest of the given pages has 79."""
_ARTICLE_WORDS = 8
"""A line with more words than this and a full stop is prose; if it begins with «به گزارش» behind the tail of an
article, it is the lead of another one."""

# A line is taken as cut by a hard wrap if it is nearly as long as the longest, which must be a plausible column,
# and has no full stop; three such lines make a wrapped document. The given wrapped page cuts at 110-140 characters.
_SHORTEST_COLUMN, _LONGEST_COLUMN = 50, 200
_WRAP_FULL = 0.7
_WRAP_LINES = 3
# Words that end no paragraph and words that begin none: between them a line end is a wrap.
_OPEN_ENDS = frozenset("و که از به در با برای بر تا یا می نمی اینکه".split())
_OPEN_STARTS = frozenset("ها های هایی تر ترین را است اند".split())


def read_page(document: str) -> Page:
    """Return the page that a document, plain text or HTML, shows to a reader."""
    markup = is_html(document)
    if markup:
        blocks = blocks_of(document)
        date, code = _metadata(_block_lines(blocks))
        kept = _news(_block_lines(article_of(document, blocks)))
    else:
        lines = list(_text_lines(document))
        date, code = _metadata(lines)
        kept = _mended(_news(lines))
    title = None
    paragraphs: list[Paragraph] = []
    headlines: set[tuple[str, ...]] = set()
    for line in kept:
        text = line.paragraph.text
        if _is_headline(text):
            key = tuple(words(text))
            if key in headlines:
                continue
            headlines.add(key)
            if title is None and not text.endswith((":", "؛")):
                title = text
        paragraphs.append(line.paragraph)
    return Page(title, date, code, tuple(paragraphs), markup)


def _metadata(lines: Iterable[_Line]) -> tuple[str | None, str | None]:
    """Return the date and the code of the first lines of furniture that have one."""
    verdicts = [judge(line.paragraph.text) for line in lines]
    return (
        next((verdict.date for verdict in verdicts if verdict.date), None),
        next((verdict.code for verdict in verdicts if verdict.code), None),
    )


def _news(lines: Iterable[_Line]) -> list[_Line]:
    """Return the lines that are no furniture, the first one without the name of the site."""
    kept: list[_Line] = []
    prose = ended = box = False
    for line in lines:
        text, last = cut_end(line.paragraph.text)
        is_prose = _ends(text) and len(text.split(maxsplit=_ARTICLE_WORDS)) > _ARTICLE_WORDS
        ended = ended and not (is_prose and text.startswith("به گزارش"))
        furniture = judge(text).furniture
        if furniture is Furniture.TAIL and prose:
            ended = True
        elif furniture in (Furniture.TAIL, Furniture.BOX):
            box = True
        elif furniture is None and not ended:
            box = box and not is_prose
            if not box:
                line.paragraph = line.paragraph.part(0, len(text))
                kept.append(line)
                prose = prose or is_prose
        ended = ended or last
    if kept:
        kept[0].paragraph = _without_site(kept[0].paragraph)
    return kept


def _text_lines(document: str) -> Iterator[_Line]:
    place = 0
    after_blank = False
    for text in document.splitlines(keepends=True):
        start, place = place, place + len(text)
        line = _trimmed(Paragraph(text, range(start, place), range(start + 1, place + 1)), after_blank=after_blank)
        if line:
            yield line
        after_blank = line is None


def _block_lines(blocks: Iterable[Block]) -> Iterator[_Line]:
    for block in blocks:
        if line := _trimmed(Paragraph(block.text, block.starts, block.ends), after_blank=True):
            yield line


def _trimmed(paragraph: Paragraph, *, after_blank: bool) -> _Line | None:
    """Return the line without outer space, bullets and the symbols before its first word; None if blank."""
    text = paragraph.text
    start, end = 0, len(text)
    while start < end and unicodedata.category(text[start]) in _OUTER:
        start += 1
    while start < end and unicodedata.category(text[end - 1]) in _OUTER - {"Mn"}:
        end -= 1
    if start == end:
        return None
    match = _BULLET.match(text, start, end)
    return _Line(paragraph.part(match.end() if match else start, end), bool(match), after_blank)


def _ends(text: str) -> bool:
    """Whether a text ends like a sentence."""
    return text.rstrip(_CLOSERS).endswith((".", "!", "?", "؟", "⸮", "…"))


def _is_headline(text: str) -> bool:
    return len(text) <= _HEADLINE_LENGTH and not _ends(text)


def _without_site(paragraph: Paragraph) -> Paragraph:
    """Return the first line without the name of the site before or after a bar."""
    bars = list(_SITE_BAR.finditer(paragraph.text))
    if not bars:
        return paragraph
    first, last = bars[0], bars[-1]
    if len(paragraph.text[last.end() :].split()) <= _SITE_WORDS:
        return paragraph.part(0, len(paragraph.text[: last.start()].rstrip()))
    if len(paragraph.text[: first.start()].split()) <= _SITE_WORDS:
        end = len(paragraph.text)
        return paragraph.part(end - len(paragraph.text[first.end() :].lstrip()), end)
    return paragraph


def _mended(lines: Sequence[_Line]) -> list[_Line]:
    """Return the lines with those that a hard wrap cut put together again."""
    longest = max((len(line.paragraph.text) for line in lines), default=0)
    full = longest * _WRAP_FULL

    def looks_cut(text: str) -> bool:
        return len(text) >= full and not _ends(text)

    wrapped = (
        _SHORTEST_COLUMN <= longest <= _LONGEST_COLUMN
        and sum(looks_cut(line.paragraph.text) for line in lines) >= _WRAP_LINES
    )
    mended: list[list[_Line]] = []
    for line in lines:
        if mended and not line.bullet:
            before = mended[-1][-1].paragraph.text
            cut = wrapped and looks_cut(before)
            if cut or _is_open(before, line):
                mended[-1].append(line)
                continue
        mended.append([line])
    return [
        _Line(Paragraph.join([line.paragraph for line in lines]), lines[0].bullet, lines[0].after_blank)
        if len(lines) > 1
        else lines[0]
        for lines in mended
    ]


def _is_open(before: str, line: _Line) -> bool:
    """Whether the words at a line end show that the sentence goes on in the next line."""
    last = normalize(before.rsplit(maxsplit=1)[-1])
    first = normalize(line.paragraph.text.split(maxsplit=1)[0])
    return before.endswith(("،", ",")) or last in _OPEN_ENDS or (not line.after_blank and first in _OPEN_STARTS)
