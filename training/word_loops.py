"""The loops over words: they add up what the words and numbers of sentences weigh; see `training.loops`."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from labels.scheme import SCORED
from training.arrays import Floats, Ints, fetch
from training.token_loops import Tokens

PREFIX, SUFFIX, HEH_SUFFIX, ENDS_ALPHA, ENDS_HEH, STARTS_ALPHA, NUMBER, MONTH = (1 << bit for bit in range(8))
"""What a word can be, as bits of its flags."""
LABELS = len(SCORED)
AND_WORD = 0
"""The number of the word «و»."""
_AHEAD = 12
"""Words that are asked for ahead; with 4, 6 or 24 it took 1.06, 1.05 or 1.02 times as long."""


class Words(NamedTuple):
    """What is known of words, by their numbers; `rows` has shape (n_words, n_labels).

    `pairs` are two words that are written together, `first << 32 | second` in order, and `joined` is the word that they
    make. `seen` says in which sentence a word was last met.
    """

    pairs: Ints
    joined: Ints
    rows: Floats
    seen: Ints
    neighbours: Ints
    shapes: NDArray[np.uint16]
    flags: NDArray[np.uint8]


class Numbers(NamedTuple):
    """What numbers weigh; see `training.number_rows`.

    `kinds` has the kind of a number by shape and by whether a month follows, -1 where nobody has asked; `before` and
    `after` have rows by kind and neighbour, `beyond` by both neighbours behind it (`after << 32 | beyond` in `farther`,
    in order). Rows are of the labels in `labels`. `start` and `end` are the neighbours at the edges of a sentence.
    """

    kinds: Ints
    before: Floats
    after: Floats
    farther: Ints
    beyond: Floats
    labels: Ints
    start: int
    end: int


def add_words(
    found: Ints,
    per_sentence: Ints,
    table: Tokens,
    words: Words,
    bias: Floats,
    mark: int,
    sums: Floats,
    line: Ints,
    words_each: Ints,
    wishes: Ints,
) -> int:
    """Write the words of sentences, affixes that stand alone with theirs; return how many `wishes` there are.

    `found` and `per_sentence` are of `find`, `line` takes the words and `words_each` how many a sentence has. `sums`,
    shape (n_sentences, n_labels), takes the bias and once the row of each word that a sentence has; `mark` and the next
    n_sentences are numbers that `Words.seen` does not have yet. `wishes` takes pairs of words (as in `Words.pairs`)
    that are not known yet: when there are any, nothing else is right.
    """
    _, pieces, _, _, _, _, firsts, counts, _ = table
    pairs, joined, rows, seen, _, _, flags = words
    wished = place = end = 0
    for sentence in range(len(sums)):
        # As `seeds.text.join_affixes` does it; `takes` says that the last word is a prefix that takes the next.
        start = end
        before = 0
        takes = False
        for _ in range(per_sentence[sentence]):
            word = found[place]
            place += 1
            fetch(flags, found[min(place + _AHEAD, len(found) - 1)])
            several = word < 0
            first = firsts[-1 - word] if several else 0
            for piece in range(first, first + (counts[-1 - word] if several else 1)):
                if several:
                    word = pieces[piece]
                flag = flags[word]
                taken = takes and flag & STARTS_ALPHA != 0
                takes = flag & PREFIX != 0 and not taken
                to_last = (flag & SUFFIX != 0 and before & ENDS_ALPHA != 0) or (
                    flag & HEH_SUFFIX != 0 and before & ENDS_HEH != 0
                )
                before = flag
                if not taken and not to_last:
                    line[end] = word
                    end += 1
                    continue
                pair = line[end - 1] << 32 | word
                at = np.searchsorted(pairs, pair)
                if at < len(pairs) and pairs[at] == pair:
                    line[end - 1] = joined[at]
                elif wished < len(wishes):
                    wishes[wished] = pair
                    wished += 1
        words_each[sentence] = end - start

        mark += 1
        sums[sentence] = bias
        for at in range(start, end):
            word = line[at]
            if seen[word] != mark:
                seen[word] = mark
                for label in range(LABELS):
                    sums[sentence, label] += rows[word, label]
    return wished


def add_numbers(line: Ints, words_each: Ints, words: Words, numbers: Numbers, sums: Floats, wishes: Ints) -> int:
    """Add to `sums` what the numbers of sentences weigh; return how many `wishes` there are.

    A number whose kind is not known yet adds nothing; then `wishes` has it, as 2 * shape + month.
    """
    _, _, _, _, neighbours, shapes, flags = words
    kinds, rows_before, rows_after, farther, rows_beyond, labels, at_start, at_end = numbers
    wished = start = stop = 0
    for sentence in range(len(sums)):
        start, stop = stop, stop + words_each[sentence]
        at = start
        while at < stop:
            if flags[line[at]] & NUMBER == 0:
                at += 1
                continue
            first = end = at
            shape = 0
            while at < stop:
                if flags[line[at]] & NUMBER != 0:
                    shape |= int(shapes[line[at]])
                    at += 1
                    end = at
                elif line[at] == AND_WORD and at + 1 < stop and flags[line[at + 1]] & NUMBER != 0:
                    at += 1
                else:
                    break
            month = 1 if end < stop and flags[line[end]] & MONTH != 0 else 0
            kind = kinds[shape, month]
            if kind < 0:
                if wished < len(wishes):
                    wishes[wished] = 2 * shape + month
                    wished += 1
                continue
            before = at_start if first == start else neighbours[line[first - 1]]
            after = at_end if end == stop else neighbours[line[end]]
            beyond = at_end if end + 1 >= stop else neighbours[line[end + 1]]
            pair = after << 32 | beyond
            far = np.searchsorted(farther, pair)
            if far == len(farther) or farther[far] != pair:
                # The first is that of no words, its row is zero.
                far = 0
            for label in range(len(labels)):
                sums[sentence, labels[label]] += (
                    rows_before[kind, before, label] + rows_after[kind, after, label] + rows_beyond[far, label]
                )
    return wished
