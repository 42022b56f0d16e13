"""Numbers for the tokens of a text, found on its code units: what `str.split` and a dictionary would give, in arrays.

A token of up to 15 UTF-16 units and its length are four machine words; they are its key in a hash table with open
addressing (linear probing; Knuth, The Art of Computer Programming 3, 6.4) that all tokens of a text probe at once. Keys
are compared whole, so two tokens never share a number. No string is made for a token that is known, which makes this
faster than `str.split`; see EXPERIMENTS.md.
"""

import re
import secrets
from typing import Any

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
_Keys = NDArray[np.uint64]

_WORDS = 4
"""Machine words of a key."""
_UNITS = 4
"""UTF-16 units of a machine word."""
_LONGEST = _WORDS * _UNITS - 1
"""Units of a token that a key has room for; longer tokens, a few of a thousand, are looked up by their text."""
# The bits of each machine word that belong to a token, by its length.
_MASKS = np.array(
    [
        [(1 << 16 * min(max(length - first, 0), _UNITS)) - 1 for first in range(0, _WORDS * _UNITS, _UNITS)]
        for length in range(_LONGEST + 1)
    ],
    np.uint64,
)
_LENGTH_BITS = np.uint64(16 * (_UNITS - 1))
"""Where a token's length begins in the last machine word of its key, behind its units."""
_ALL_SAME = np.frombuffer(bytes([True] * _WORDS), np.uint32)
"""Four comparisons that hold, read as one number."""
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
    return np.compress(_IS_SPACE.take(units[places]), places)


def _bounds(encoded: bytes) -> tuple[Ints, Ints]:
    """Return where the tokens of a text in UTF-16 begin and how many units they have."""
    units = np.frombuffer(encoded, np.uint16)
    edges = np.concatenate(([-1], spaces(units), [len(units)]))
    starts, lengths = edges[:-1] + 1, np.diff(edges) - 1
    if not lengths.all():
        starts, lengths = starts[lengths > 0], lengths[lengths > 0]
    return starts, lengths


def _keys_of(encoded: bytes, starts: Ints, lengths: Ints) -> _Keys:
    """Return the keys of tokens, shape (n_tokens, _WORDS); that of a token which is too long for one is zero."""
    short = np.where(lengths > _LONGEST, 0, lengths)
    # At every unit a whole key is read, so the last ones need something behind them.
    units = len(encoded) // 2
    padded = encoded + bytes(2 * (_LONGEST + 1))
    read = np.ndarray((units + 1,), f"V{2 * (_LONGEST + 1)}", padded, strides=(2,))
    keys: _Keys = read[starts].view(np.uint64).reshape(-1, _WORDS)
    keys &= _MASKS.take(short, axis=0)
    keys[:, -1] |= short.astype(np.uint64) << _LENGTH_BITS
    return keys


def _same(some: _Keys, others: _Keys) -> NDArray[np.bool_]:
    """Return where two arrays of keys have the same one, shape (n_tokens,)."""
    # A row's four comparisons read as one number take a third of the time of `all`.
    found: NDArray[np.bool_] = (some == others).view(np.uint32).ravel() == _ALL_SAME
    return found


class Tokens:
    """A table of tokens, each with a number from 0 on; `size` is how many there are.

    The hash table begins with the power of two from `slots` on, and doubles before it is half full.
    """

    def __init__(self, slots: int) -> None:
        self.size = 0
        # Nobody who sends a text may know which tokens meet in a slot.
        self._factors = [np.uint64(secrets.randbits(64) | 1) for _ in range(_WORDS + 1)]
        self._slots_at_first = 1 << (slots - 1).bit_length()
        self._slots = np.full(self._slots_at_first, -1, np.int32)
        # Zero for the long ones, which are in no slot.
        self._keys: _Keys = np.zeros((1, _WORDS), np.uint64)
        self._long: dict[str, int] = {}

    def numbers(self, text: str) -> tuple[Ints, list[str]]:
        """Return the number of each token of a text in order, and the new tokens; these have the last numbers."""
        try:
            encoded = text.encode("utf-16-le")
        except UnicodeEncodeError:
            encoded = _SURROGATES.sub(_SILENT, text).encode("utf-16-le")
        starts, lengths = _bounds(encoded)
        keys = _keys_of(encoded, starts, lengths)
        found = self._probed(keys)

        new: dict[str, int] = {}
        for place in np.flatnonzero(found < 0).tolist():
            start = 2 * int(starts[place])
            token = encoded[start : start + 2 * int(lengths[place])].decode("utf-16-le")
            number = self._long.get(token)
            found[place] = new.setdefault(token, self.size + len(new)) if number is None else number
        if new:
            # Of tokens that stand in the text more than once, any place will do.
            places = np.zeros(len(new), np.int64)
            fresh = np.flatnonzero(found >= self.size)
            places[found[fresh] - self.size] = fresh
            self._add(new, keys[places])
        return found, list(new)

    def keep(self, kept: NDArray[np.bool_]) -> None:
        """Forget all tokens but those kept, which get numbers in the same order; shape (size,)."""
        numbers = np.flatnonzero(kept)
        renumbered = kept.cumsum() - 1
        self._long = {token: int(renumbered[number]) for token, number in self._long.items() if kept[number]}
        # A search looks up the number -1 too, so there is one key at least.
        self._keys = np.concatenate((self._keys[numbers], np.zeros((1, _WORDS), np.uint64)))
        self.size = len(numbers)
        self._make_slots()

    def _home(self, keys: _Keys) -> Ints:
        """Return the slots where the search for tokens begins, shape (n_tokens,)."""
        mixed: NDArray[np.uint64] = keys[:, 0] * self._factors[0]
        for place in range(1, _WORDS):
            mixed += keys[:, place] * self._factors[place]
        mixed ^= mixed >> np.uint64(32)
        mixed *= self._factors[-1]
        return (mixed >> np.uint64(65 - len(self._slots).bit_length())).astype(np.int64)

    def _probed(self, keys: _Keys) -> Ints:
        """Return the number of each token, -1 for those that are in no slot, shape (n_tokens,)."""
        slots = self._home(keys)
        found = self._slots.take(slots).astype(np.int64)
        rest = np.flatnonzero(~(_same(self._keys.take(found, axis=0), keys) | (found < 0)))
        while len(rest):
            slots[rest] = (slots[rest] + 1) & (len(self._slots) - 1)
            found[rest] = numbers = self._slots[slots[rest]]
            rest = rest[~_same(self._keys[numbers], keys[rest]) & (numbers >= 0)]
        return found

    def _add(self, tokens: dict[str, int], keys: _Keys) -> None:
        """Take new tokens in; `keys` are theirs, shape (n_new, _WORDS)."""
        numbers = np.arange(self.size, self.size + len(tokens))
        self._keys = extended(self._keys, keys, self.size)
        long = ~keys.any(axis=1)
        self._long.update(item for item, is_long in zip(tokens.items(), long.tolist(), strict=True) if is_long)
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
        numbers = numbers[self._keys[numbers, -1] > 0]
        slots = self._home(self._keys[numbers])
        while len(numbers):
            free = self._slots[slots] < 0
            # Where several want one slot the last gets it, and the others go on.
            self._slots[slots[free]] = numbers[free]
            rest = self._slots[slots] != numbers
            numbers, slots = numbers[rest], (slots[rest] + 1) & (len(self._slots) - 1)
