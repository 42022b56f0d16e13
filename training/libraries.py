"""The versions of the libraries that a model depends on: another one asks for a new training."""

from collections.abc import Mapping
from pathlib import Path

import numpy as np

_NAMES = ("hazm", "joblib", "numpy", "scikit-learn")
_BESIDE = Path(np.__file__).parents[1]
"""Where the libraries are installed, as a rule."""


def installed() -> dict[str, str]:
    """Return the version of each that is installed."""
    from importlib.metadata import version  # noqa: PLC0415 - takes as long as to load a model

    return {name: version(name) for name in _NAMES}


def differences(given: Mapping[str, str]) -> dict[str, tuple[str | None, str]]:
    """Return what is given of each library whose version is another one, None where it is missing, and what is here."""
    folders = (f"{name.replace('-', '_')}-{given.get(name)}.dist-info" for name in _NAMES)
    # Every installer leaves such a folder; where there is another one, or none, its metadata tell.
    if all((_BESIDE / folder).is_dir() for folder in folders):
        return {}
    return {name: (given.get(name), version) for name, version in installed().items() if given.get(name) != version}
