"""Numbers that all workers share: one block of memory made before the fork, so that a worker's death loses none."""

import fcntl
import mmap
import os
import tempfile
import weakref
from pathlib import Path

import numpy as np
from numpy.typing import NDArray


class Shared:
    """`size` float64 numbers, zero at first, the same in every process forked from the one that made them.

    `cells` are the same numbers, quicker to change one by one. `with shared as numbers` gives them to one process
    alone. The lock is the kernel's: it is let go when its holder dies, so a killed worker never blocks the others.
    """

    def __init__(self, size: int) -> None:
        self.cells = memoryview(mmap.mmap(-1, size * 8)).cast("d")
        self.numbers: NDArray[np.float64] = np.frombuffer(self.cells, np.float64)
        self._handle, name = tempfile.mkstemp()
        Path(name).unlink()
        weakref.finalize(self, os.close, self._handle)

    def __enter__(self) -> NDArray[np.float64]:
        fcntl.lockf(self._handle, fcntl.LOCK_EX)
        return self.numbers

    def __exit__(self, *_: object) -> None:
        fcntl.lockf(self._handle, fcntl.LOCK_UN)
