"""A document in, tags out: the one way to an answer, whoever asks."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import accumulate, chain, pairwise
from pathlib import Path
from typing import Any, overload

import orjson

from seeds.sentences import Sentence, read_sentences, sentences_of
from service.bulk import Sentences
from service.places import places_of_parts
from service.rows import SCORES, json_lines, row
from training import store
from training.model import Array, Codes, Model, Tag, tags_of


@dataclass(frozen=True, slots=True)
class TaggedSentence:
    """A sentence, its place in the document as given, and its tag."""

    sentence: Sentence
    tag: Tag

    def to_dict(self) -> dict[str, Any]:
        """Return the tag as JSON has it."""
        sentence = self.sentence
        return row((sentence.text, sentence.start, sentence.end), *self.tag)


@dataclass(frozen=True, slots=True, eq=False)
class TaggedSentences(Sequence[TaggedSentence]):
    """Sentences and their tags in columns; an object for one is made when it is asked for.

    `codes` and `scores` are as `Model.codes` returns them.
    """

    sentences: Sentences
    codes: Codes
    scores: Array

    def __len__(self) -> int:
        """Return how many sentences there are."""
        return len(self.codes)

    @overload
    def __getitem__(self, place: int) -> TaggedSentence: ...

    @overload
    def __getitem__(self, place: slice) -> "TaggedSentences": ...

    def __getitem__(self, place: int | slice) -> "TaggedSentence | TaggedSentences":
        """Return one of them, or those of a slice."""
        if isinstance(place, slice):
            start, stop, step = place.indices(len(self))
            if step == 1:
                chosen = self.sentences.part(start, max(start, stop))
            else:
                chosen = Sentences.of([*self.sentences.each()][place])
            return TaggedSentences(chosen, self.codes[place], self.scores[place])
        at = range(len(self))[place]
        (found,) = self[at : at + 1]
        return found

    def __iter__(self) -> Iterator[TaggedSentence]:
        """Yield them in order."""
        return map(TaggedSentence, self.sentences.each(), tags_of(self.codes, self.scores))

    def to_lines(self) -> bytes:
        """Return each as a line of UTF-8 JSON: the bytes of its `to_dict`."""
        return json_lines(self.sentences, self.codes, self.scores)


def to_json(value: object) -> bytes:
    """Return a value as UTF-8 JSON, the same bytes over HTTP and on the command line."""
    return orjson.dumps(value)


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

    def prepare(self) -> None:
        """Do now what the first answer would wait for; see `Model.prepare`."""
        self.model.prepare()
        self.tag_sentences([""]).to_lines()

    def tag(self, sentences: Sentences) -> TaggedSentences:
        """Return the tags of sentences, in order."""
        return TaggedSentences(sentences, *self.model.codes(sentences.encoded))

    def tag_document(self, document: str) -> TaggedSentences:
        """Return the tagged sentences of a document, plain text or HTML, in order."""
        return self.tag(Sentences.of(read_sentences(document)))

    def tag_paragraphs(self, document: str) -> list[TaggedSentences]:
        """Return the tagged sentences of each paragraph of a document, plain text or HTML, in order."""
        from seeds.page import read_page  # noqa: PLC0415 - only documents are pages

        page = read_page(document)
        paragraphs = [
            list(sentences_of(replace(page, paragraphs=(paragraph,)), document)) for paragraph in page.paragraphs
        ]
        tagged = self.tag(Sentences.of(chain.from_iterable(paragraphs)))
        ends = accumulate(map(len, paragraphs), initial=0)
        return [tagged[start:end] for start, end in pairwise(ends)]

    def tag_sentences(self, sentences: Iterable[str]) -> TaggedSentences:
        """Return one tagged sentence for each given one, in order; each is its own document."""
        texts = [*sentences]
        return self.tag(Sentences.given(texts, [0] * len(texts), [*map(len, texts)]))

    def explain(self, text: str) -> dict[str, Any]:
        """Return what each word of a sentence adds to the log odds of each label; with the bias they sum to them.

        The words are those of the normal form; `places` says where each stands in `text`, in code points.
        """
        parts = zip(self.model.explain(text), places_of_parts(text), strict=True)
        return {
            "bias": dict(zip(SCORES, self.model.bias.tolist(), strict=True)),
            "words": [
                {"word": part.word, "places": places, "weights": dict(zip(SCORES, part.weights, strict=True))}
                for part, places in parts
            ],
        }
