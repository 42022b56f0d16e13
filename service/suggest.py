"""The work of `barchasb suggest`: of all sentences of some documents, those worth a person's time."""

import heapq
import sys
from collections.abc import Iterable, Iterator, Sequence
from hashlib import sha256
from itertools import count

import numpy as np

from labels.drafts import Draft, Proposal, identity
from labels.scheme import Place
from seeds import catalogue
from seeds.errors import BarchasbError
from seeds.files import FileError, decode, read_text
from seeds.text import words
from service.batch import sources
from service.tagger import TaggedSentence, Tagger
from training.choose import choose, doubts

_POOL = 20
"""So many times more than are wanted, the most doubtful of all, are looked at for how they differ."""
_SHORTEST = 3
"""Words of the shortest sentence worth labelling."""


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


def _documents(names: Iterable[str], failures: list[str]) -> Iterator[tuple[str, str]]:
    """Yield name and text of each document; of a file that cannot be read, `failures` gets to know."""
    for name, path in sources(names):
        try:
            if path is not None and path.is_dir():
                raise FileError(f"{name}: has no text or HTML file; name the files")
            yield name, read_text(path) if path else decode(sys.stdin.buffer.read(), name)
        except BarchasbError as error:
            failures.append(str(error))


class _Documents:
    """Makes drafts of tagged sentences, with what is known of their document."""

    def __init__(self, version: str, register: str) -> None:
        self._version = version
        self._register = register
        self._catalogued = {source.sha256: name for name, source in catalogue.sources().items()}

    def drafts(self, name: str, text: str, tagged: Sequence[TaggedSentence], *, lines: bool) -> Iterator[Draft]:
        """Yield a draft for each tagged sentence; each line is its own document where `lines` is set."""
        digest = sha256(text.encode()).hexdigest()
        for each in tagged:
            found = each.sentence
            identifier = identity(found.text)
            slice_digest = sha256(text[found.start : found.end].encode()).hexdigest()
            yield Draft(
                id=identifier,
                text=found.text,
                group=identifier if lines else f"document-{digest[:12]}",
                register=self._register,
                place=Place(self._catalogued.get(digest, name), found.start, found.end, slice_digest),
                proposal=Proposal(self._version, each.tag.themes, each.tag.type, each.tag.scores),
            )


def suggest(
    names: Iterable[str], *, tagger: Tagger, wanted: int, lines: bool, register: str, labelled: Sequence[str]
) -> tuple[list[Draft], list[str]]:
    """Return the sentences of files and folders worth labelling next, the best first, and what could not be read.

    They are at most `wanted`: the least certain ones, spread over all that the documents speak of, no near-duplicates
    of each other nor of the texts that are `labelled`. Only a few times as many as are wanted are held at a time.
    """
    failures: list[str] = []
    makes = _Documents(tagger.version, register)
    pool = _Pool(_POOL * wanted)
    for name, text in _documents(names, failures):
        tagged = tagger.tag_lines(text) if lines else tagger.tag_document(text)
        if not tagged:
            continue
        doubt = doubts(np.array([each.tag.scores for each in tagged]), tagger.model.thresholds)
        for score, draft in zip(doubt.tolist(), makes.drafts(name, text, tagged, lines=lines), strict=True):
            if len(words(draft.text)) >= _SHORTEST:
                pool.offer(score, draft)
    ranked = pool.ranked()
    scores = np.array([doubt for doubt, _ in ranked])
    chosen = choose([draft.text for _, draft in ranked], scores, labelled, wanted)
    return [ranked[place][1] for place in chosen], failures
