"""The loops over letters, tokens and words: plain Python, which is compiled where there is much to do.

Interpreted they need some 500 microseconds for a sentence of news, compiled some five. `training.compiling` decides.
What they read lies in arrays, the same for both.
"""

import math
from typing import NamedTuple

import numpy as np

from training.arrays import Floats, Ints, Units
from training.token_loops import Search, Tokens, find
from training.word_loops import LABELS, Numbers, Words, add_numbers, add_words

DECIMALS = 4
"""Scores are rounded to this many places before the threshold is applied, so that what is shown decides."""
ONE = 10.0**DECIMALS
MOST_EXPONENT = 700.0
"""What `math.exp` takes and gives no error for; the score is zero long before."""
# What `score` asks for.
DONE, FRESH, FULL, LONG, PAIRS, KINDS = range(6)
ASKS = 8
"""`score` returns what it asks for and this many times how much."""


class Sigmoids(NamedTuple):
    """Platt's sigmoid of each label, and the probability from which the label is given."""

    slopes: Floats
    intercepts: Floats
    thresholds: Floats


class Work(NamedTuple):
    """Room for what the loops write: at least for all tokens that the units can be, and for all sentences.

    `line` takes words; where it is too short, the loops ask for more.
    """

    found: Ints
    per_sentence: Ints
    line: Ints
    words_each: Ints
    wishes: Ints
    fresh: Ints
    spans: Ints


def calibrate(sums: Floats, sigmoids: Sigmoids, scores: Floats, codes: Ints) -> None:
    """Write the probabilities that log odds stand for, rounded to `DECIMALS`, and which labels they give.

    `sums` and `scores` have shape (n_sentences, n_labels), `codes` shape (n_sentences,); bit n is the n-th label.
    """
    slopes, intercepts, thresholds = sigmoids
    for sentence in range(len(sums)):
        code = 0
        for label in range(LABELS):
            exponent = -(sums[sentence, label] * slopes[label] + intercepts[label])
            found = np.rint(ONE / (1.0 + math.exp(min(exponent, MOST_EXPONENT)))) / ONE
            scores[sentence, label] = found
            if found >= thresholds[label]:
                code |= 1 << label
        codes[sentence] = code


def score(
    units: Units,
    firsts: Ints,
    ends: Ints,
    search: Search,
    mark: int,
    tokens: Tokens,
    words: Words,
    numbers: Numbers,
    bias: Floats,
    sigmoids: Sigmoids,
    work: Work,
    sums: Floats,
    scores: Floats,
    codes: Ints,
) -> int:
    """Write the log odds of sentences into `sums`, shape (n_sentences, n_labels); return what is asked for.

    `scores` and `codes` take what `calibrate` makes of them.

    That is DONE and how many tokens there are. Or, and then nothing that is written counts: FRESH tokens to learn, a
    table that is FULL, with as many to learn, a line so LONG, or as many wishes for PAIRS of words or KINDS of numbers.
    """
    found, per_sentence, line, words_each, wishes, fresh, spans = work
    counts = tokens[7]
    new = find(units, firsts, ends, search, tokens, found, per_sentence, fresh, spans)
    if new > 0:
        return FRESH + ASKS * new
    if new < 0:
        return FULL + ASKS * (-1 - new)
    count = most = 0
    for sentence in range(len(ends)):
        count += per_sentence[sentence]
    for place in range(count):
        most += 1 if found[place] >= 0 else counts[-1 - found[place]]
    if most > len(line):
        return LONG + ASKS * most
    wished = add_words(found, per_sentence, tokens, words, bias, mark, sums, line, words_each, wishes)
    if wished > 0:
        return PAIRS + ASKS * wished
    wished = add_numbers(line, words_each, words, numbers, sums, wishes)
    if wished > 0:
        return KINDS + ASKS * wished
    calibrate(sums, sigmoids, scores, codes)
    return DONE + ASKS * count
