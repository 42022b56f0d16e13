"""Sentences as the loops read them: UTF-16 units, one sentence behind the other."""

import re
from collections.abc import Sequence

import numpy as np

from training.loops import Ints

# A lone surrogate has no unit. It reads as what else has no sound and keeps what it stands between apart.
_SURROGATES = re.compile("[\ud800-\udfff]")
_SILENT = chr(1)
_HIGH_SURROGATE, _SURROGATE_BITS = 0xD800, 0xFC00


def units_of(sentences: Sequence[str], *, strict: bool = False) -> tuple[bytes, Ints]:
    """Return sentences in UTF-16 and the units at which they end, shape (n_sentences,).

    Raises UnicodeEncodeError for a lone surrogate if `strict`.
    """
    text = "".join(sentences)
    try:
        encoded = text.encode("utf-16-le")
    except UnicodeEncodeError:
        if strict:
            raise
        encoded = _SURROGATES.sub(_SILENT, text).encode("utf-16-le")
    ends = np.fromiter(map(len, sentences), np.int64, len(sentences)).cumsum()
    if 2 * len(text) < len(encoded):
        # Beyond the first plane a code point has two units.
        units = np.frombuffer(encoded, np.uint16)
        pairs = np.flatnonzero(units & _SURROGATE_BITS == _HIGH_SURROGATE)
        ends += np.searchsorted(pairs - np.arange(len(pairs)), ends)
    return encoded, ends
