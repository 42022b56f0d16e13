"""The loops over letters, tokens and words: plain Python, which is compiled where there is much to do.

Interpreted they need some 500 microseconds for a sentence of news, compiled some five. `training.compiling` decides.
What they read lies in arrays, the same for both.
"""

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from labels.scheme import SCORED

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]
Units = NDArray[np.uint16] | list[int]

PREFIX, SUFFIX, HEH_SUFFIX, ENDS_ALPHA, ENDS_HEH, STARTS_ALPHA, NUMBER, MONTH = (1 << bit for bit in range(8))
"""What a word can be, as bits of its flags."""
LABELS = len(SCORED)
DECIMALS = 4
"""Scores are rounded to this many places before the threshold is applied, so that what is shown decides."""
ONE = 10.0**DECIMALS
MOST_EXPONENT = 700.0
"""What `math.exp` takes and gives no error for; the score is zero long before."""
AND_WORD = 0
"""The number of the word «و»."""

# What `score` asks for.
DONE, FRESH, FULL, LONG, PAIRS, KINDS = range(6)
ASKS = 8
"""`score` returns what it asks for and this many times how much."""

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


def find(
    units: Units,
    firsts: Ints,
    ends: Ints,
    spaces: Bools,
    multiplier: int,
    clock: int,
    free: int,
    table: Tokens,
    found: Ints,
    per_sentence: Ints,
    fresh: Ints,
    room: int,
) -> int:
    """Find the tokens of sentences in the table, put in what is not there; return how many of them are `fresh`.

    The sentences stand in `units` one behind the other from `firsts` to before `ends`; units of `letters` from `free`
    on are free. `found` takes the tokens in order: the word of one that stands for one word, -1 less the number of any
    other; `per_sentence` takes how many are of each sentence. Where more than `room` would be fresh, -1 less how many
    are is returned, and `found` is not whole.
    """
    letters, _, used, codes, lengths, starts, words, counts, heads = table
    mask = len(codes) - 1
    count = new = 0
    for sentence in range(len(ends)):
        place = firsts[sentence]
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
                if new == room:
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
            # Here it lies at hand; whoever came back for it would have to fetch it again.
            found[count] = words[slot] if counts[slot] == 1 else -1 - slot
            count += 1
        per_sentence[sentence] = count - before
    return new


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
            many, first = 1, 0
            if word < 0:
                many, first = counts[-1 - word], firsts[-1 - word]
            for piece in range(first, first + many):
                if found[place - 1] < 0:
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
    spaces: Bools,
    multiplier: int,
    clock: int,
    free: int,
    room: int,
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
    found, per_sentence, line, words_each, wishes, fresh = work
    counts = tokens[7]
    new = find(units, firsts, ends, spaces, multiplier, clock, free, tokens, found, per_sentence, fresh, room)
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
