"""A document in, tags out: the one way to an answer, whoever asks."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import chain, islice
from pathlib import Path
from typing import Any

import orjson

from labels.scheme import SCORED
from seeds.page import read_page
from seeds.sentences import Sentence, read_sentences, sentences_of
from service.places import places_of_parts
from training import store
from training.model import Model, Tag

_KEYS = tuple(map(str, SCORED))


@dataclass(frozen=True, slots=True)
class TaggedSentence:
    """A sentence, its place in the document as given, and its tag."""

    sentence: Sentence
    tag: Tag

    def to_dict(self, place: int = 0) -> dict[str, Any]:
        """Return the tag as JSON has it; every way out of the service writes these keys in this order.

        `place` is where in the document, in code points, the text begins that the sentence has its place in.
        """
        sentence, (themes, kind, scores) = self.sentence, self.tag
        return {
            "text": sentence.text,
            "start": place + sentence.start,
            "end": place + sentence.end,
            "themes": list(themes),
            "type": kind,
            "scores": dict(zip(_KEYS, scores)),  # noqa: B905  # `strict` makes this method take a quarter longer
        }


def to_json(value: object) -> bytes:
    """Return a value as UTF-8 JSON, the same bytes over HTTP and on the command line."""
    return orjson.dumps(value)


def lines_of(document: str) -> list[Sentence]:
    """Return each line of a document that has a letter or digit as a sentence, in order."""
    found = []
    place = 0
    for line in document.split("\n"):
        text = line.strip()
        # Most lines begin with a letter and have no space around them: what needs a search comes last.
        if text and (text[0].isalnum() or any(map(str.isalnum, text))):
            start = place if len(text) == len(line) else place + line.index(text)
            found.append(Sentence(text, start, start + len(text)))
        place += len(line) + 1
    return found


class Tagger:
    """Tags documents and sentences with one version of the model."""

    def __init__(self, model: Model, version: str) -> None:
        self.model = model
        self.version = version

    @classmethod
    def load(cls, models: Path | None = None) -> "Tagger":
        """Return a tagger with the model in use.

        Raises ModelError where there is no sound one.
        """
        model, manifest = store.load(models)
        return cls(model, manifest.version)

    def tag_document(self, document: str) -> list[TaggedSentence]:
        """Return the tagged sentences of a document, plain text or HTML, in order."""
        return self._tag(read_sentences(document))

    def tag_paragraphs(self, document: str) -> list[list[TaggedSentence]]:
        """Return the tagged sentences of each paragraph of a document, plain text or HTML, in order."""
        page = read_page(document)
        paragraphs = [
            list(sentences_of(replace(page, paragraphs=(paragraph,)), document)) for paragraph in page.paragraphs
        ]
        tagged = iter(self._tag([*chain.from_iterable(paragraphs)]))
        return [[*islice(tagged, len(paragraph))] for paragraph in paragraphs]

    def tag_sentences(self, sentences: Iterable[str]) -> list[TaggedSentence]:
        """Return one tagged sentence for each given one, in order; each is its own document."""
        return self._tag([Sentence(text, 0, len(text)) for text in sentences])

    def tag_lines(self, document: str) -> list[TaggedSentence]:
        """Return one tagged sentence for each line of a document that has a letter or digit, in order."""
        return self._tag(lines_of(document))

    def explain(self, text: str) -> dict[str, Any]:
        """Return what each word of a sentence adds to the log odds of each label; with the bias they sum to them.

        The words are those of the normal form; `places` says where each stands in `text`, in code points.
        """
        parts = zip(self.model.explain(text), places_of_parts(text), strict=True)
        return {
            "bias": dict(zip(_KEYS, self.model.bias.tolist(), strict=True)),
            "words": [
                {"word": part.word, "places": places, "weights": dict(zip(_KEYS, part.weights, strict=True))}
                for part, places in parts
            ],
        }

    def _tag(self, sentences: Sequence[Sentence]) -> list[TaggedSentence]:
        tags = self.model.tag([sentence.text for sentence in sentences])
        return [TaggedSentence(sentence, tag) for sentence, tag in zip(sentences, tags, strict=True)]
