"""The loops over letters, tokens and words: plain Python, which numba compiles where there is much to do.

Interpreted they need some 400 microseconds for a sentence, compiled some two; but numba takes longer to import than a
few sentences take to answer. `training.compiling` decides. What they read lies in arrays, which is the same for both.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

PREFIX, SUFFIX, HEH_SUFFIX, ENDS_ALPHA, ENDS_HEH, STARTS_ALPHA, NUMBER, MONTH = (1 << bit for bit in range(8))
"""What a word can be, as bits of its flags."""
AND_WORD = 0
"""The number of the word «و»."""

SPACES = np.array([chr(unit).isspace() for unit in range(1 << 16)])
"""Which UTF-16 units `str.split` splits at; beyond them there are no spaces."""
_PRIME_BITS = 31
_PRIME = (1 << _PRIME_BITS) - 1
MULTIPLIERS = 1 << 30
"""Multipliers are below this, so that no product leaves 63 bits."""


class Tokens(NamedTuple):
    """Tokens in a hash table with open addressing (Knuth, The Art of Computer Programming 3, 6.4), linear probing.

    `slots` has the number of a token or -1, and a power of two as its length. By number, `codes` are hashes, `starts`
    and `lengths` say where the UTF-16 units stand in `letters`, `used` when a token was last met, and its words are
    `pieces[firsts[token]:firsts[token] + counts[token]]`.
    """

    slots: NDArray[np.int32]
    letters: NDArray[np.uint16]
    pieces: NDArray[np.int32]
    codes: Ints
    starts: Ints
    lengths: Ints
    used: Ints
    firsts: Ints
    counts: Ints


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


def find(
    units: NDArray[np.uint16],
    ends: Ints,
    spaces: Bools,
    multiplier: int,
    clock: int,
    size: int,
    table: Tokens,
    found: Ints,
    per_sentence: Ints,
) -> int:
    """Give each token of sentences its number, a new one the next from `size` on; return the size of the table then.

    The sentences stand in `units` one behind the other and end at `ends`. `found` takes the numbers in order and
    `per_sentence` how many are of each; the table must have room for as many new tokens and letters as there may be.
    """
    slots, letters, _, codes, starts, lengths, used, _, _ = table
    mask = len(slots) - 1
    free = starts[size - 1] + lengths[size - 1] if size else 0
    count = place = 0
    for sentence in range(len(ends)):
        end = ends[sentence]
        before = count
        while place < end:
            if spaces[units[place]]:
                place += 1
                continue
            first = place
            # A polynomial modulo a prime: who does not know the multiplier cannot make tokens meet in a slot.
            code = 1
            while place < end and not spaces[units[place]]:
                code = code * multiplier + units[place]
                code = (code & _PRIME) + (code >> _PRIME_BITS)
                place += 1
            length = place - first
            slot = code & mask
            number = slots[slot]
            while number >= 0:
                if codes[number] == code and lengths[number] == length:
                    start = starts[number]
                    same = 0
                    while same < length and letters[start + same] == units[first + same]:
                        same += 1
                    if same == length:
                        break
                slot = (slot + 1) & mask
                number = slots[slot]
            if number < 0:
                number = size
                slots[slot] = number
                codes[number] = code
                starts[number] = free
                lengths[number] = length
                for letter in range(length):
                    letters[free + letter] = units[first + letter]
                free += length
                size += 1
            used[number] = clock
            found[count] = number
            count += 1
        per_sentence[sentence] = count - before
    return size


def place_all(slots: NDArray[np.int32], codes: Ints, size: int) -> None:
    """Put the first so many tokens into empty slots."""
    mask = len(slots) - 1
    for number in range(size):
        slot = codes[number] & mask
        while slots[slot] >= 0:
            slot = (slot + 1) & mask
        slots[slot] = number


def line_up(
    found: Ints, per_sentence: Ints, table: Tokens, words: Words, words_each: Ints, wishes: Ints
) -> tuple[Ints, int]:
    """Return the words of sentences, affixes that stand alone written to theirs, and how many `wishes` there are.

    `found` and `per_sentence` are of `find`. `words_each` takes how many words a sentence has, `wishes` pairs of words
    (as in `Words.pairs`) that are not known yet: when there are any, the words are not right.
    """
    _, _, pieces, _, _, _, _, firsts, counts = table
    pairs, joined, _, _, _, _, flags = words
    most = 0
    for token in found:
        most += counts[token]
    line = np.empty(most, np.int64)
    wished = place = end = 0
    for sentence in range(len(per_sentence)):
        # As `seeds.text.join_affixes` does it; `takes` says that the last word is a prefix that takes the next.
        start = end
        before = 0
        takes = False
        for _ in range(per_sentence[sentence]):
            token = found[place]
            place += 1
            first = firsts[token]
            for piece in range(first, first + counts[token]):
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
    return line[:end], wished


def add_words(line: Ints, words_each: Ints, words: Words, bias: Floats, mark: int, sums: Floats) -> None:
    """Put into `sums`, shape (n_sentences, n_labels), the bias and once the row of each word that a sentence has.

    `mark` and the next n_sentences are numbers that `Words.seen` does not have yet.
    """
    _, _, rows, seen, _, _, _ = words
    at = 0
    for sentence in range(len(words_each)):
        mark += 1
        sums[sentence] = bias
        for _ in range(words_each[sentence]):
            word = line[at]
            at += 1
            if seen[word] != mark:
                seen[word] = mark
                for label in range(len(bias)):
                    sums[sentence, label] += rows[word, label]


def add_numbers(line: Ints, words_each: Ints, words: Words, numbers: Numbers, sums: Floats, wishes: Ints) -> int:
    """Add to `sums` what the numbers of sentences weigh; return how many `wishes` there are.

    A number whose kind is not known yet adds nothing; then `wishes` has it, as 2 * shape + month.
    """
    _, _, _, _, neighbours, shapes, flags = words
    kinds, rows_before, rows_after, farther, rows_beyond, labels, at_start, at_end = numbers
    wished = start = stop = 0
    for sentence in range(len(words_each)):
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
