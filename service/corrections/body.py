"""The body of a correction, checked by hand, so that no answer repeats what was sent.

`service.corrections.schemas` says the same for the OpenAPI document; tests hold the two together.
"""

import re
from collections.abc import Iterable, Mapping
from typing import Any

from labels.scheme import Theme, Type
from seeds.errors import BarchasbError
from seeds.text import words
from service.corrections.correction import Correction, Labelling

MAX_TEXT = 20_000
"""Code points of a sentence; what is longer is no sentence."""
MAX_NOTE = 2_000
"""Code points of a note."""
MAX_MODEL = 100
"""Characters of a version."""
MAX_PLACE = 2**53 - 1
"""What JSON numbers carry exactly everywhere."""

UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
"""The form of an id."""
SHA256 = re.compile(r"[0-9a-f]{64}")
"""The form of a document's digest."""
_KEYS = frozenset({"id", "text", "start", "end", "document", "model", "tags", "labels", "sentence", "note"})
_OPTIONAL = frozenset({"sentence", "note"})


class CorrectionError(BarchasbError):
    """A correction that is not as it must be; the message never repeats what was sent."""


def correction_id(value: object) -> str:
    """Return an id in its one form, lower case.

    Raises CorrectionError where it is not a UUID.
    """
    if not isinstance(value, str) or not UUID.fullmatch(value.lower()):
        raise CorrectionError('"id" must be a UUID, 32 hexadecimal digits in the form 8-4-4-4-12.')
    return value.lower()


def labelling(themes: Iterable[object], kind: object, name: str = "labels") -> Labelling:
    """Return themes and a type as a labelling, the themes in the scheme's order.

    Raises CorrectionError, which calls them `name`, for what the scheme has not and for a theme given twice.
    """
    given = list(themes)
    if any(theme not in list(Theme) for theme in given) or len(set(map(str, given))) < len(given):
        raise CorrectionError(f'"{name}" must have "themes", each at most once, of {", ".join(Theme)}.')
    if kind not in list(Type):
        raise CorrectionError(f'"{name}" must have a "type", {" or ".join(Type)}.')
    return Labelling(tuple(theme for theme in Theme if theme in given), Type(str(kind)))


def correction_of(value: Any) -> Correction:
    """Return the correction that a JSON value is.

    Raises CorrectionError for keys and values that are not as they must be.
    """
    if not isinstance(value, dict):
        raise CorrectionError("The body must be an object.")
    if missing := _KEYS - _OPTIONAL - value.keys():
        raise CorrectionError(f"Key(s) missing: {', '.join(sorted(missing))}.")
    if unknown := value.keys() - _KEYS:
        raise CorrectionError(f"{len(unknown)} key(s) unknown; the keys are {', '.join(sorted(_KEYS))}.")
    start, end = _place(value)
    labels = _labels(value)
    text = _string(value, "text", MAX_TEXT)
    if not text.strip():
        raise CorrectionError('"text" is empty; send the sentence.')
    if labels and not words(text):
        raise CorrectionError('"text" has no word, so it can only be no sentence.')
    document = value["document"]
    if document is not None and not (isinstance(document, str) and SHA256.fullmatch(document)):
        raise CorrectionError('"document" must be the sha256 of the document, 64 hexadecimal digits, or null.')
    return Correction(
        id=correction_id(value["id"]),
        text=text,
        start=start,
        end=end,
        document=document,
        model=_string(value, "model", MAX_MODEL),
        tags=_labelling(value["tags"], "tags"),
        labels=labels,
        note=_string(value, "note", MAX_NOTE) if "note" in value else "",
    )


def _string(value: Mapping[str, Any], key: str, longest: int) -> str:
    got = value[key]
    if not isinstance(got, str):
        raise CorrectionError(f'"{key}" must be a string.')
    if len(got) > longest:
        raise CorrectionError(f'"{key}" has {len(got)} characters, at most {longest} are taken.')
    if "\0" in got:
        raise CorrectionError(f'"{key}" has a NUL character; remove it.')
    return got


def _place(value: Mapping[str, Any]) -> tuple[int, int]:
    start, end = value["start"], value["end"]
    if type(start) is not int or type(end) is not int or not 0 <= start < end <= MAX_PLACE:
        raise CorrectionError('"start" and "end" must be whole numbers, 0 <= start < end, in code points.')
    return start, end


def _labels(value: Mapping[str, Any]) -> Labelling | None:
    sentence = value.get("sentence", True)
    if not isinstance(sentence, bool):
        raise CorrectionError('"sentence" must be true or false.')
    if (value["labels"] is None) == sentence:
        raise CorrectionError('Send "labels", or null for them together with "sentence": false.')
    return _labelling(value["labels"], "labels") if sentence else None


def _labelling(value: Any, name: str) -> Labelling:
    if not isinstance(value, dict) or value.keys() != {"themes", "type"} or not isinstance(value["themes"], list):
        raise CorrectionError(f'"{name}" must be an object with "themes", a list, and "type".')
    return labelling(value["themes"], value["type"], name)
