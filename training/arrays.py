"""Arrays: what kinds there are, and how they grow."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]
Units = NDArray[np.uint16] | list[int]
type Arrays = tuple[NDArray[Any], ...]
"""Arrays of several kinds in a certain order."""

_LINE = 64
"""Bytes that come from memory at once, and that a core has to itself: a line of the cache."""


def fetch(column: NDArray[Any], place: int) -> None:
    """Ask for an item that will soon be read: compiled, memory is told so; interpreted, nothing is done.

    There need not be such an item.
    """


def zeros(length: int, kind: np.dtype[Any]) -> NDArray[Any]:
    """Return zeros that begin where a line of the cache does, so that an item of its size lies in one."""
    size = length * kind.itemsize
    room = np.zeros(size + _LINE, np.uint8)
    first = -room.ctypes.data % _LINE
    return room[first : first + size].view(kind)


def extended(column: NDArray[Any], length: int) -> NDArray[Any]:
    """Return the column, shape (n,), with room for so many rows; it grows by doubling, and new ones are zero."""
    if length <= len(column):
        return column
    longer = zeros(2 * length, column.dtype)
    longer[: len(column)] = column
    return longer
