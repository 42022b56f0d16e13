"""The state of a model as a file: what joblib writes, and nothing in it but strings and the bytes of arrays.

So the standard library reads it, which needs none of the processes and locks that come with joblib, and whatever it
names, a class or a function, is refused instead of called.
"""

import pickle
from io import BytesIO
from pathlib import Path
from typing import Any, NoReturn

import numpy as np

from seeds.errors import BarchasbError

_FLOAT = np.dtype("<f8")
"""Of every array."""


class StateError(BarchasbError):
    """Content that is no state of a model."""


def _packed(value: Any) -> Any:
    """Return a state with a list, shape and bytes, for every array."""
    if isinstance(value, dict):
        return {key: _packed(each) for key, each in value.items()}
    if isinstance(value, tuple):
        return tuple(map(_packed, value))
    return value if isinstance(value, str) else [value.shape, value.astype(_FLOAT).tobytes()]


def _unpacked(value: Any) -> Any:
    """Return a state as `_packed` was given it."""
    if isinstance(value, dict):
        return {key: _unpacked(each) for key, each in value.items()}
    if isinstance(value, tuple):
        return tuple(map(_unpacked, value))
    return value if isinstance(value, str) else np.frombuffer(value[1], _FLOAT).reshape(value[0])


class _Reader(pickle.Unpickler):
    """Reads what needs no class."""

    def find_class(self, module: str, name: str) -> NoReturn:
        raise StateError(f"expected strings and arrays, got {module}.{name}")


def write(state: dict[str, Any], path: Path) -> None:
    """Write a state: dictionaries and tuples of strings and arrays."""
    import joblib  # noqa: PLC0415 - to import it takes longer than to load a model, which does not need it

    joblib.dump(_packed(state), path)


def read(content: bytes) -> dict[str, Any]:
    """Return the state that `write` wrote.

    Raises StateError where there is anything else in it.
    """
    state: dict[str, Any] = _unpacked(_Reader(BytesIO(content)).load())
    return state
