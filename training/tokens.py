"""Numbers for the tokens of a text, found on its code units: what `str.split` and a dictionary would give, in arrays.

A token of up to 16 UTF-16 units is four machine words; they are its key in a hash table with open addressing (linear
probing; Knuth, The Art of Computer Programming 3, 6.4) that all tokens of a text probe at once. Keys are compared
whole, so two tokens never share a number. No string is made for a token that is known, which makes this faster than
`str.split`; see EXPERIMENTS.md.
"""

import re
import secrets
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
_Keys = Sequence[NDArray[np.uint64]]

_UNITS = 4
"""UTF-16 units of a machine word."""
_LONGEST = 16
"""Units of a token that the hash table takes; longer tokens, a few of a thousand, are looked up by their text."""
_ALWAYS = 2
"""Machine words that are looked at for every token; few tokens are longer."""
# The bits of each machine word that belong to a token, by its length.
_MASKS = [
    np.array([(1 << 16 * min(max(length - first, 0), _UNITS)) - 1 for length in range(_LONGEST + 1)], np.uint64)
    for first in range(0, _LONGEST, _UNITS)
]
# A lone surrogate has no unit. It reads as what else has no sound and keeps what it stands between apart.
_SURROGATES = re.compile("[\ud800-\udfff]")
_SILENT = chr(1)
# Every space is at most the one or between the others: a test goes through all units.
_LATIN_END = 0xA0
_OTHERS = (0x1680, 0x3000)
_IS_SPACE = np.array([chr(unit).isspace() for unit in range(_OTHERS[1] + 1)])


def extended(column: NDArray[Any], values: Any, start: int) -> NDArray[Any]:
    """Return the column with values from place `start` on; it grows by doubling."""
    end = start + len(values)
    if end > len(column):
        column = np.concatenate((column[:start], np.zeros((2 * end - start, *column.shape[1:]), column.dtype)))
    column[start:end] = values
    return column


def spaces(units: NDArray[np.uint16]) -> Ints:
    """Return the places of the UTF-16 units that `str.split` splits at."""
    # Two comparisons of whole arrays are much quicker than looking up every unit, and leave few to look up.
    likely = (units <= _LATIN_END) | (units - _OTHERS[0] <= _OTHERS[1] - _OTHERS[0])
    places = np.flatnonzero(likely)
    return np.compress(_IS_SPACE[units[places]], places)


def _bounds(encoded: bytes) -> tuple[Ints, Ints]:
    """Return where the tokens of a text in UTF-16 begin and how many units they have."""
    units = np.frombuffer(encoded, np.uint16)
    edges = np.concatenate(([-1], spaces(units), [len(units)]))
    starts, lengths = edges[:-1] + 1, np.diff(edges) - 1
    if not lengths.all():
        starts, lengths = starts[lengths > 0], lengths[lengths > 0]
    return starts, lengths


def _keys_of(encoded: bytes, starts: Ints, lengths: Ints) -> list[NDArray[np.uint64]]:
    """Return the machine words of tokens, each of shape (n_tokens,); `lengths` are at most _LONGEST."""
    # The padding lets a whole key be read at the last unit.
    units = np.frombuffer(encoded + bytes(2 * (_LONGEST + _UNITS)), np.uint16)
    pairs = units[1:].astype(np.uint32)
    pairs <<= 16
    pairs |= units[:-1]
    words = pairs[2:].astype(np.uint64)
    words <<= np.uint64(32)
    words |= pairs[:-2]
    keys = [words.take(starts + place * _UNITS) & _MASKS[place].take(lengths) for place in range(_ALWAYS)]
    tailed = np.flatnonzero(lengths > _ALWAYS * _UNITS)
    starts, lengths = starts[tailed], lengths[tailed]
    for place in range(_ALWAYS, len(_MASKS)):
        key = np.zeros(len(keys[0]), np.uint64)
        key[tailed] = words.take(starts + place * _UNITS) & _MASKS[place].take(lengths)
        keys.append(key)
    return keys


class Tokens:
    """A table of tokens, each with a number from 0 on; `size` is how many there are.

    The hash table begins with the power of two from `slots` on, and doubles before it is half full.
    """

    def __init__(self, slots: int) -> None:
        self.size = 0
        # Nobody who sends a text may know which tokens meet in a slot.
        self._factors = [np.uint64(secrets.randbits(64) | 1) for _ in range(len(_MASKS) + 1)]
        self._slots_at_first = 1 << (slots - 1).bit_length()
        self._slots = np.full(self._slots_at_first, -1, np.int32)
        self._keys = [np.zeros(1, np.uint64) for _ in _MASKS]
        # 0 for the long ones, which are in no slot.
        self._lengths = np.zeros(1, np.int64)
        self._long: dict[str, int] = {}

    def numbers(self, text: str) -> tuple[Ints, list[str]]:
        """Return the number of each token of a text in order, and the new tokens; these have the last numbers."""
        try:
            encoded = text.encode("utf-16-le")
        except UnicodeEncodeError:
            encoded = _SURROGATES.sub(_SILENT, text).encode("utf-16-le")
        starts, lengths = _bounds(encoded)
        short = np.where(lengths > _LONGEST, 0, lengths)
        keys = _keys_of(encoded, starts, short)
        found = self._probed(keys, short)

        new: dict[str, int] = {}
        for place in np.flatnonzero(found < 0).tolist():
            start = 2 * int(starts[place])
            token = encoded[start : start + 2 * int(lengths[place])].decode("utf-16-le")
            number = None if short[place] else self._long.get(token)
            found[place] = new.setdefault(token, self.size + len(new)) if number is None else number
        if new:
            # Of tokens that stand in the text more than once, any place will do.
            places = np.zeros(len(new), np.int64)
            fresh = np.flatnonzero(found >= self.size)
            places[found[fresh] - self.size] = fresh
            self._add(new, [key[places] for key in keys], short[places])
        return found, list(new)

    def keep(self, kept: NDArray[np.bool_]) -> None:
        """Forget all tokens but those kept, which get numbers in the same order; shape (size,)."""
        numbers = np.flatnonzero(kept)
        renumbered = kept.cumsum() - 1
        self._long = {token: int(renumbered[number]) for token, number in self._long.items() if kept[number]}
        # A search looks up the number -1 too, so no column may be empty.
        self._keys = [np.append(key[numbers], np.uint64(0)) for key in self._keys]
        self._lengths = np.append(self._lengths[numbers], 0)
        self.size = len(numbers)
        self._make_slots()

    def _home(self, keys: _Keys) -> Ints:
        """Return the slots where the search for tokens begins, shape (n_tokens,)."""
        mixed = keys[0] * self._factors[0]
        for key, factor in zip(keys[1:], self._factors[1:], strict=False):
            mixed += key * factor
        mixed ^= mixed >> np.uint64(32)
        mixed *= self._factors[-1]
        return (mixed >> np.uint64(65 - len(self._slots).bit_length())).astype(np.int64)

    def _probed(self, keys: _Keys, lengths: Ints) -> Ints:
        """Return the number of each token, -1 for those that are in no slot, shape (n_tokens,)."""
        slots = self._home(keys)
        found = self._slots.take(slots).astype(np.int64)
        same = self._lengths.take(found) == lengths
        for mine, key in zip(self._keys[:_ALWAYS], keys, strict=False):
            same &= mine.take(found) == key
        tailed = np.flatnonzero(lengths > _ALWAYS * _UNITS)
        for mine, key in zip(self._keys[_ALWAYS:], keys[_ALWAYS:], strict=True):
            same[tailed] &= mine[found[tailed]] == key[tailed]
        same |= found < 0
        rest = np.flatnonzero(~same)
        while len(rest):
            slots[rest] = (slots[rest] + 1) & (len(self._slots) - 1)
            found[rest] = numbers = self._slots[slots[rest]]
            same = self._lengths[numbers] == lengths[rest]
            for mine, key in zip(self._keys, keys, strict=True):
                same &= mine[numbers] == key[rest]
            rest = rest[~same & (numbers >= 0)]
        return found

    def _add(self, tokens: dict[str, int], keys: _Keys, lengths: Ints) -> None:
        """Take new tokens in; `keys` and `lengths` have shape (n_new,)."""
        numbers = np.arange(self.size, self.size + len(tokens))
        self._keys = [extended(mine, key, self.size) for mine, key in zip(self._keys, keys, strict=True)]
        self._lengths = extended(self._lengths, lengths, self.size)
        self._long.update(item for item, length in zip(tokens.items(), lengths.tolist(), strict=True) if not length)
        self.size += len(tokens)
        if 2 * self.size > len(self._slots):
            self._make_slots()
        else:
            self._insert(numbers)

    def _make_slots(self) -> None:
        slots = self._slots_at_first
        while slots < 2 * self.size:
            slots *= 2
        self._slots = np.full(slots, -1, np.int32)
        self._insert(np.arange(self.size))

    def _insert(self, numbers: Ints) -> None:
        numbers = numbers[self._lengths[numbers] > 0]
        slots = self._home([key[numbers] for key in self._keys])
        while len(numbers):
            free = self._slots[slots] < 0
            # Where several want one slot the last gets it, and the others go on.
            self._slots[slots[free]] = numbers[free]
            rest = self._slots[slots] != numbers
            numbers, slots = numbers[rest], (slots[rest] + 1) & (len(self._slots) - 1)
