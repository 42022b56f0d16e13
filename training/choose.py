"""Which sentences a person had better label next: those the model doubts, far from each other and from the labelled.

After Sener and Savarese, 2018, «Active Learning for Convolutional Neural Networks: A Core-Set Approach»: each next
sentence is the one farthest from all chosen and all labelled ones. Here the distance is weighed by the doubt.
"""

from collections.abc import Sequence

import numpy as np
from sklearn.feature_extraction.text import TfidfVectorizer

from labels.duplicates import similar
from seeds.text import words
from training.model import Array

_ROWS = 256
"""Sentences that are compared with all labelled ones at once: more would only take more memory."""


def doubts(probabilities: Array, thresholds: Array) -> Array:
    """Return how near each sentence is to being tagged otherwise, shape (n_sentences,), from 0 to 1.

    1 is a label whose probability, of shape (n_sentences, n_labels), is its threshold; 0 a sentence each of whose
    labels has probability 0 or 1. The label that is nearest decides.
    """
    above = (probabilities - thresholds) / np.maximum(1 - thresholds, np.finfo(float).tiny)
    below = (thresholds - probabilities) / np.maximum(thresholds, np.finfo(float).tiny)
    nearest: Array = 1 - np.where(probabilities >= thresholds, above, below).min(axis=1)
    return nearest


def choose(texts: Sequence[str], doubt: Array, labelled: Sequence[str], count: int) -> list[int]:
    """Return the places of at most `count` texts, the best to label first.

    `doubt`, shape (n_texts,), is theirs. No near-duplicate of a chosen or labelled text is chosen; where the texts
    run out, fewer are.
    """
    found = [words(text) for text in (*texts, *labelled)]
    if not any(found[: len(texts)]):
        return []
    banned = _near(found, len(texts))
    # The words are there already.
    vectors = TfidfVectorizer(analyzer=list, dtype=np.float32).fit_transform(found)
    ours, theirs = vectors[: len(texts)], vectors[len(texts) :]
    nearest = np.zeros(len(texts))
    if labelled:
        for start in range(0, len(texts), _ROWS):
            closeness = (ours[start : start + _ROWS] @ theirs.T).max(axis=1)
            nearest[start : start + _ROWS] = closeness.toarray().ravel()
    worth = np.empty(len(texts))
    closed = np.array([-1 in pairs for pairs in banned])
    chosen: list[int] = []
    while len(chosen) < count:
        np.multiply(doubt, 1 - nearest, out=worth)
        worth[closed] = -1
        place = int(worth.argmax())
        if worth[place] < 0:
            break
        chosen.append(place)
        closed[[place, *banned[place]]] = True
        nearest = np.maximum(nearest, (ours @ ours[place].T).toarray().ravel())
    return chosen


def _near(found: Sequence[list[str]], count: int) -> list[set[int]]:
    """Return the places of the near-duplicates of each of the first `count` texts; -1 stands for any later text."""
    near: list[set[int]] = [set() for _ in range(count)]
    for first, second in similar(found):
        if second < count:
            near[first].add(second)
            near[second].add(first)
        elif first < count:
            near[first].add(-1)
    return near
