"""The work of `barchasb suggest`: of all sentences of some documents, those worth a person's time."""

import heapq
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from hashlib import sha256
from itertools import batched, count

import numpy as np

from labels.drafts import Draft, Proposal, group_of, identity
from labels.scheme import SCORED, Place
from seeds import catalogue
from seeds.sentences import Sentence, read_sentences
from seeds.text import words
from service.archives.blocks import steps
from service.archives.items import Fault, Lines, Position
from service.archives.records import records
from service.archives.sources import TEXT, Source, find
from service.lines import lines_of
from service.tagger import Tagger
from training.choose import choose, doubts

_POOL = 20
"""So many times more than are wanted, the most doubtful of all, are looked at for how they differ."""
_SHORTEST = 3
"""Words of the shortest sentence worth labelling."""
_TOGETHER = 64
"""Documents that are tagged at once."""


class _Pool:
    """The most doubtful drafts that were offered, at most `size`; each sentence once, however it is written."""

    def __init__(self, size: int) -> None:
        self._size = size
        self._heap: list[tuple[float, int, Draft]] = []
        self._held: set[str] = set()
        self._order = count(0, -1)

    def offer(self, doubt: float, draft: Draft) -> None:
        """Keep a draft if it is among the most doubtful; of equals the first that came."""
        if draft.id in self._held:
            return
        self._held.add(draft.id)
        entry = (doubt, next(self._order), draft)
        if len(self._heap) < self._size:
            heapq.heappush(self._heap, entry)
        else:
            self._held.discard(heapq.heappushpop(self._heap, entry)[2].id)

    def ranked(self) -> list[tuple[float, Draft]]:
        """Return doubts and drafts, the most doubtful first."""
        return [(doubt, draft) for doubt, _, draft in sorted(self._heap, key=lambda entry: entry[:2], reverse=True)]


@dataclass(frozen=True, slots=True)
class _Document:
    """A text with its name; a part of a file begins at code point `start` of it."""

    name: str
    text: str
    start: int = 0

    def sentences(self, *, lines: bool) -> list[Sentence]:
        """Return its sentences, or its lines where `lines` is set, that are long enough to be worth labelling."""
        found = lines_of(self.text.encode()).each() if lines else read_sentences(self.text)
        return [sentence for sentence in found if len(words(sentence.text)) >= _SHORTEST]


def _documents(found: Sequence[Source], failures: list[str], *, column: str, lines: bool) -> Iterator[_Document]:
    """Yield each document, or of text the lines many at a time where `lines` is set.

    Of what cannot be read, `failures` gets to know.
    """
    for index, source in enumerate(found):
        for item, _, _ in steps(source, Position(index), lines=lines, column=column):
            if isinstance(item, Lines) and item.form == TEXT:
                yield _Document(item.file, item.data.decode("utf-8", "replace"), item.place)
                continue
            for record in records(item, column):
                if isinstance(record, Fault):
                    failures.append(str(record))
                else:
                    yield _Document(record.document, record.text)


class _Drafts:
    """Makes drafts of sentences and what the model says of them."""

    def __init__(self, tagger: Tagger, register: str, *, lines: bool) -> None:
        self._tagger = tagger
        self._register = register
        self._lines = lines

    def of(self, documents: Sequence[_Document]) -> Iterator[tuple[float, Draft]]:
        """Yield doubt and draft of each sentence of some documents, which are tagged together: calls cost."""
        found = [(document, document.sentences(lines=self._lines)) for document in documents]
        tags = self._tagger.model.tag([sentence.text for _, sentences in found for sentence in sentences])
        scores = np.array([tag.scores for tag in tags]).reshape(-1, len(SCORED))
        rated = zip(tags, doubts(scores, self._tagger.model.thresholds).tolist(), strict=True)
        for document, sentences in found:
            digest = sha256(document.text.encode()).hexdigest()
            name = catalogue.name_of(digest) or document.name
            for sentence in sentences:
                tag, doubt = next(rated)
                identifier = identity(sentence.text)
                place = document.text[sentence.start : sentence.end].encode()
                yield (
                    doubt,
                    Draft(
                        id=identifier,
                        text=sentence.text,
                        # A line is a document of its own.
                        group=identifier if self._lines else group_of(digest),
                        register=self._register,
                        place=Place(
                            name,
                            document.start + sentence.start,
                            document.start + sentence.end,
                            sha256(place).hexdigest(),
                        ),
                        proposal=Proposal(self._tagger.version, tag.themes, tag.type, tag.scores),
                    ),
                )


def suggest(
    names: Iterable[str],
    *,
    tagger: Tagger,
    wanted: int,
    register: str,
    labelled: Sequence[str],
    lines: bool = False,
    column: str = "text",
    form: str | None = None,
) -> tuple[list[Draft], list[str]]:
    """Return the sentences of files and folders worth labelling next, the best first, and what could not be read.

    They are at most `wanted`: the least certain ones, spread over all that the documents speak of, no near-duplicates
    of each other nor of the texts that are `labelled`. Only a few times as many as are wanted are held at a time.
    """
    failures: list[str] = []
    drafts = _Drafts(tagger, register, lines=lines)
    pool = _Pool(_POOL * wanted)
    for some in batched(_documents(find(names, form), failures, column=column, lines=lines), _TOGETHER, strict=False):
        for doubt, draft in drafts.of(some):
            pool.offer(doubt, draft)
    ranked = pool.ranked()
    chosen = choose([draft.text for _, draft in ranked], np.array([doubt for doubt, _ in ranked]), labelled, wanted)
    return [ranked[place][1] for place in chosen], failures
