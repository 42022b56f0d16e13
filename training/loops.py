"""The loops over letters, tokens and words: plain Python, which numba compiles where there is much to do.

Interpreted they need some 500 microseconds for a sentence of news, compiled some six; but numba takes longer to import
than a few sentences take to answer. `training.compiling` decides. What they read lies in arrays, the same for both.
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

SPACES = np.zeros(1 << 16, bool)
"""Which UTF-16 units `str.split` splits at; beyond them there are no spaces."""
# A test asks Python about every unit; here that would take longer than to load the model.
for _first, _last in ((0x9, 0xD), (0x1C, 0x20), (0x2000, 0x200A), (0x2028, 0x2029)):
    SPACES[_first : _last + 1] = True
SPACES[[0x85, 0xA0, 0x1680, 0x202F, 0x205F, 0x3000]] = True
_PRIME_BITS = 31
_PRIME = (1 << _PRIME_BITS) - 1
MULTIPLIERS = 1 << 30
"""Multipliers are below this, so that no product leaves 63 bits."""


HEAD = 18
"""UTF-16 units of a token that stand beside what is known of it: with them that fills a line of the cache, 64 bytes."""


class Tokens(NamedTuple):
    """Tokens in a hash table with open addressing (Knuth, The Art of Computer Programming 3, 6.4), linear probing.

    It has a power of two of slots, and the number of a token is its slot. `lengths` are in UTF-16 units, 0 where a slot
    is free; the units are in `heads`, those of longer tokens in `letters` from `starts` on. `codes` are hashes, and
    `used` says when a token was last met. A token that stands for one word has it in `firsts`, others have
    `pieces[firsts[token]:firsts[token] + counts[token]]`.
    """

    letters: NDArray[np.uint16]
    pieces: NDArray[np.int32]
    used: Ints
    codes: NDArray[np.int32]
    lengths: NDArray[np.int32]
    starts: NDArray[np.int32]
    firsts: NDArray[np.int32]
    counts: NDArray[np.int32]
    heads: NDArray[np.uint16]


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
    free: int,
    table: Tokens,
    found: Ints,
    per_sentence: Ints,
    fresh: Ints,
) -> int:
    """Find the token of each sentence in the table, where it is not there put it in; return how many are `fresh`.

    The sentences stand in `units` one behind the other and end at `ends`; units of `letters` from `free` on are free.
    `found` takes the tokens in order and `per_sentence` how many are of each. Where one more than `fresh` has room for
    is met, -1 less how many are fresh is returned, and `found` is not whole.
    """
    letters, _, used, codes, lengths, starts, _, counts, heads = table
    mask = len(codes) - 1
    count = place = new = 0
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
            code &= _PRIME
            length = place - first
            slot = code & mask
            while lengths[slot] > 0:
                if codes[slot] == code and lengths[slot] == length:
                    same = 0
                    if length <= HEAD:
                        while same < length and heads[slot, same] == units[first + same]:
                            same += 1
                    else:
                        start = starts[slot]
                        while same < length and letters[start + same] == units[first + same]:
                            same += 1
                    if same == length:
                        break
                slot = (slot + 1) & mask
            if lengths[slot] == 0:
                if new == len(fresh):
                    return -1 - new
                codes[slot] = code
                lengths[slot] = length
                counts[slot] = 0
                if length <= HEAD:
                    for letter in range(length):
                        heads[slot, letter] = units[first + letter]
                else:
                    starts[slot] = free
                    for letter in range(length):
                        letters[free + letter] = units[first + letter]
                    free += length
                fresh[new] = slot
                new += 1
            used[slot] = clock
            found[count] = slot
            count += 1
        per_sentence[sentence] = count - before
    return new


def place_all(codes: NDArray[np.int32], taken: Bools, slots: Ints) -> None:
    """Write into `slots` where tokens with some hashes go in a table, of which nothing is `taken` yet."""
    mask = len(taken) - 1
    for token in range(len(codes)):
        slot = codes[token] & mask
        while taken[slot]:
            slot = (slot + 1) & mask
        taken[slot] = True
        slots[token] = slot


def add_words(
    found: Ints,
    per_sentence: Ints,
    table: Tokens,
    words: Words,
    bias: Floats,
    mark: int,
    sums: Floats,
    words_each: Ints,
    wishes: Ints,
) -> tuple[Ints, int]:
    """Return the words of sentences, affixes that stand alone written to theirs, and how many `wishes` there are.

    `found` and `per_sentence` are of `find`. `sums`, shape (n_sentences, n_labels), takes the bias and once the row of
    each word that a sentence has; `mark` and the next n_sentences are numbers that `Words.seen` does not have yet.
    `words_each` takes how many words a sentence has, `wishes` pairs of words (as in `Words.pairs`) that are not known
    yet: when there are any, nothing else is right.
    """
    _, pieces, _, _, _, _, firsts, counts, _ = table
    pairs, joined, rows, seen, _, _, flags = words
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
            for piece in range(counts[token]):
                word = first if counts[token] == 1 else pieces[first + piece]
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
                for label in range(len(bias)):
                    sums[sentence, label] += rows[word, label]
    return line[:end], wished


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
