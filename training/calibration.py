"""Whether probabilities can be believed: how far they are from shares, and where a decision had better be a person's.

Everything here looks at one label: its truth and its out-of-fold probabilities, both of shape (n_sentences,).
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from training.loops import DECIMALS
from training.model import Array

BINS = 10
"""Bins of equal width that probabilities are sorted into."""
SURE = 0.95
"""The precision that both decisions must reach outside the abstention band."""

Truth = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Bins:
    """What the bins that are not empty hold, each array of shape (n_bins,).

    `predicted` is the mean probability of a bin's sentences, `observed` the share of them that has the label,
    `counts` their number.
    """

    predicted: Array
    observed: Array
    counts: NDArray[np.int_]


@dataclass(frozen=True, slots=True)
class Band:
    """The probabilities from `low` to `high`, both included, in which the model had better abstain.

    `share` is the share of the sentences inside, 0-1.
    """

    low: float
    high: float
    share: float


def reliability(truth: Truth, probabilities: Array) -> Bins:
    """Sort sentences into bins by probability: the first is [0, 0.1], the others (0.1, 0.2] … (0.9, 1]."""
    # A tenth that was divided, not added up, is the number that 0.3 and its like are read as.
    bins = np.digitize(probabilities, np.arange(1, BINS) / BINS, right=True)
    counts = np.bincount(bins, minlength=BINS)
    held = counts > 0
    counts = counts[held]
    return Bins(
        predicted=np.bincount(bins, probabilities, BINS)[held] / counts,
        observed=np.bincount(bins, truth, BINS)[held] / counts,
        counts=counts,
    )


def expected_calibration_error(truth: Truth, probabilities: Array) -> float:
    """Return the mean distance of probability and share over the bins, weighted by their sentences, 0-1.

    Guo, Pleiss, Sun and Weinberger, 2017, «On Calibration of Modern Neural Networks», equation 3. Theirs is the
    probability of the class that is given; for labels that most sentences lack, that of having the label says more.
    """
    found = reliability(truth, probabilities)
    return float(np.average(np.abs(found.observed - found.predicted), weights=found.counts))


def abstention_band(truth: Truth, probabilities: Array, threshold: float) -> Band:
    """Return the narrowest band around the threshold outside of which both decisions are precise.

    Of the sentences above `high` at least `SURE` have the label, of those below `low` at least `SURE` lack it.
    A side that never gets there is inside as a whole (`low` is 0, `high` is 1), so the widest band is [0, 1].
    Both sides must get there by themselves: together, the many sentences that plainly lack a rare label would
    hide a label that is mostly given wrongly.
    """
    low = 1 - _edge(~truth, 1 - probabilities, 1 - threshold)
    high = _edge(truth, probabilities, threshold)
    low, high = round(low, DECIMALS), round(high, DECIMALS)
    inside = (probabilities >= low) & (probabilities <= high)
    return Band(low, high, round(float(inside.mean()), DECIMALS))


def _edge(right: Truth, confidences: Array, threshold: float) -> float:
    """Return the least edge, `threshold` or more, above which decisions are precise; 1 where there is none."""
    edges = np.unique(np.append(confidences[confidences > threshold], threshold))
    order = np.argsort(confidences)
    # Of the sentences from each place on: how many there are, and how many are right.
    rights = np.append(np.cumsum(right[order][::-1])[::-1], 0)
    first = np.searchsorted(confidences[order], edges, side="right")
    total = len(confidences) - first
    precise = (total > 0) & (rights[first] / np.maximum(total, 1) >= SURE)
    return float(edges[precise][0]) if precise.any() else 1.0
