"""spaCy's bag-of-words text classifier."""

import random
from collections.abc import Callable, Sequence

from labels.scheme import SCORED
from training.contenders.base import SEED, Labelled, Raced, given_of, library
from training.evaluate import Given

_EPOCHS = 10
_BATCH = 64
_MODEL = {
    "@architectures": "spacy.TextCatBOW.v3",
    "exclusive_classes": False,
    "ngram_size": 1,
    "no_output_layer": False,
    "length": 1 << 18,
}


class SpaCy(Raced):
    """A blank Persian pipeline with a multilabel bag-of-words classifier; threshold .5."""

    name = "spaCy, bag of words"

    def __init__(self) -> None:
        library("spacy")

    def fit(self, sentences: Labelled) -> None:
        """Train for some epochs, the same for the same sentences."""
        library("spacy.util").fix_random_seed(SEED)
        make = library("spacy.training").Example.from_dict
        self.pipeline = library("spacy").blank("fa")
        classifier = self.pipeline.add_pipe("textcat_multilabel", config={"model": _MODEL})
        for label in SCORED:
            classifier.add_label(str(label))
        examples = [
            make(
                self.pipeline.make_doc(sentence.text),
                {"cats": {str(label): float(sentence.has(label)) for label in SCORED}},
            )
            for sentence in sentences
        ]
        optimizer = self.pipeline.initialize(lambda: examples)
        generator = random.Random(SEED)  # noqa: S311  # the order of examples
        for _ in range(_EPOCHS):
            generator.shuffle(examples)
            for start in range(0, len(examples), _BATCH):
                self.pipeline.update(examples[start : start + _BATCH], sgd=optimizer)

    def predict(self, sentences: Labelled) -> Given:
        """Return the labels with a score of .5 or more."""
        docs = self.pipeline.pipe([sentence.text for sentence in sentences])
        return given_of([label for label, score in doc.cats.items() if score >= 0.5] for doc in docs)  # noqa: PLR2004  # as above

    def run(self, texts: Sequence[str]) -> Callable[[], object]:
        """Return what pipes texts through and keeps their scores."""
        return lambda: [doc.cats for doc in self.pipeline.pipe(texts)]
