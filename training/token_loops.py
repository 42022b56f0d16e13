"""The loops over letters: they find the tokens of sentences in a table; see `training.loops`."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from training.arrays import Bools, Ints, Units, fetch

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


CODE, FIRST, LENGTH = range(3)
SPAN = 3
"""What there is of each token of a sentence: its hash, its first unit and how many it has."""


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


class Search(NamedTuple):
    """How tokens are looked for: which units are spaces, and what the table gives for this time.

    The multiplier makes hashes, `clock` is for `Tokens.used`, units of `Tokens.letters` from `free` on are free, and
    `room` tokens may be put in.
    """

    spaces: Bools
    multiplier: int
    clock: int
    free: int
    room: int


def spell(
    units: Units, place: int, end: int, spaces: Bools, multiplier: int, codes: NDArray[np.int32], spans: Ints
) -> int:
    """Write each token of a sentence into `spans`, shape (n, SPAN); return how many there are.

    The sentence stands in `units` from `place` to before `end`; the slots of `codes` are fetched for what comes next.
    """
    mask = len(codes) - 1
    count = 0
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
        fetch(codes, code & mask)
        spans[count, CODE] = code
        spans[count, FIRST] = first
        spans[count, LENGTH] = place - first
        count += 1
    return count


def find(
    units: Units,
    firsts: Ints,
    ends: Ints,
    search: Search,
    table: Tokens,
    found: Ints,
    per_sentence: Ints,
    fresh: Ints,
    spans: Ints,
) -> int:
    """Find the tokens of sentences in the table, put in what is not there; return how many of them are `fresh`.

    The sentences stand in `units` one behind the other from `firsts` to before `ends`. `found` takes the tokens in
    order: the word of one that stands for one word, -1 less the number of any other; `per_sentence` takes how many are
    of each sentence, `spans` is room for those of one. Where more would be fresh than there is room for in the table,
    -1 less how many are is returned, and `found` is not whole.
    """
    spaces, multiplier, clock, free, room = search
    letters, _, used, codes, lengths, starts, words, counts, heads = table
    mask = len(codes) - 1
    count = new = 0
    for sentence in range(len(ends)):
        before = count
        # All of them first, for what is asked for ahead has come when it is looked at.
        for token in range(spell(units, firsts[sentence], ends[sentence], spaces, multiplier, codes, spans)):
            code = spans[token, CODE]
            first = spans[token, FIRST]
            length = spans[token, LENGTH]
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
