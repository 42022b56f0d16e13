"""Sentences that say nearly the same in nearly the same words."""

from collections.abc import Iterator, Sequence

from sklearn.feature_extraction.text import CountVectorizer

from labels.scheme import LabelledSentence
from seeds.text import words

# Two sentences are near-duplicates if this share of the shorter one's runs of three words is in the other, and at
# least so many runs are. Two of a formula like «به گزارش خبرنگار … از …» share fewer.
_SHARED = 0.5
_RUNS = 5


def _runs(text: Sequence[str]) -> list[str]:
    return [" ".join(text[place : place + 3]) for place in range(len(text) - 2)]


def similar(texts: Sequence[Sequence[str]]) -> Iterator[tuple[int, int]]:
    """Yield the places of two near-duplicates, the smaller first, for every such pair; a text is its words."""
    try:
        runs = CountVectorizer(analyzer=_runs, binary=True).fit_transform(texts)
    except ValueError:  # not one run of three words in all texts
        return
    sizes = runs.getnnz(axis=1)
    shared = (runs @ runs.T).tocoo()
    for first, second, count in zip(shared.row.tolist(), shared.col.tolist(), shared.data.tolist(), strict=True):
        if first < second and count >= _RUNS and count >= _SHARED * min(sizes[first], sizes[second]):
            yield first, second


def near_duplicates(sentences: Sequence[LabelledSentence]) -> Iterator[tuple[LabelledSentence, LabelledSentence]]:
    """Yield pairs of near-duplicates of different groups; those of one group, a minimal pair, are meant."""
    for first, second in similar([words(sentence.text) for sentence in sentences]):
        if sentences[first].group != sentences[second].group:
            yield sentences[first], sentences[second]


def likeness(sentence: LabelledSentence, other: LabelledSentence) -> str:
    """Return what a sentence is to another that says nearly the same, for messages."""
    what = "a near-duplicate of" if sentence.agrees(other) else "labelled otherwise than its near-duplicate"
    return f"{what} {other.id}"
