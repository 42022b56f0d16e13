"""The row of a tagged sentence, as JSON has it: every way out of the service writes these keys in this order."""

from collections.abc import Iterable
from functools import cache
from typing import Any

import orjson

from labels.scheme import SCORED
from service.bulk import Sentences
from training.model import LABELS_OF, Array, Codes

SCORES = tuple(map(str, SCORED))
"""The keys of the scores."""


def row(place: tuple[Any, Any, Any], themes: Iterable[Any], kind: Any, scores: Iterable[Any]) -> dict[str, Any]:
    """Return the row of a sentence; `place` is its text, start and end."""
    text, start, end = place
    return {
        "text": text,
        "start": start,
        "end": end,
        "themes": list(themes),
        "type": kind,
        "scores": dict(zip(SCORES, scores, strict=True)),
    }


KEYS = tuple(row(("", 0, 0), (), "", SCORES))
"""The keys of a row."""


@cache
def _templates() -> list[bytes]:
    """Return what the rows of each code have in common, with a place for what they have not."""
    value, whole = orjson.Fragment(b"%b"), orjson.Fragment(b"%d")
    return [orjson.dumps(row((value, whole, whole), *labels, [value] * len(SCORES))) for labels in LABELS_OF]


def json_rows(sentences: Sentences, codes: Codes, scores: Array) -> list[bytes]:
    """Return the row of each sentence as UTF-8 JSON, the same bytes as one by one.

    `codes` and `scores` are as `Model.codes` returns them.
    """
    if not sentences.texts:
        return []
    templates = _templates()
    # All numbers in one call, as orjson writes them one by one.
    numbers = orjson.dumps(scores.ravel(), option=orjson.OPT_SERIALIZE_NUMPY)[1:-1].split(b",")
    columns = (numbers[label :: len(SCORES)] for label in range(len(SCORES)))
    fields = zip(map(orjson.dumps, sentences.texts), sentences.starts, sentences.ends, *columns, strict=True)
    return [templates[code] % values for code, values in zip(codes.tolist(), fields, strict=True)]
