"""Corrections as the OpenAPI document shows them; `service.corrections.body` checks them, tests compare the two."""

from typing import Annotated, Any

from msgspec import UNSET, Meta, Struct, UnsetType

from labels.scheme import Theme, Type
from service.corrections.body import MAX_MODEL, MAX_NOTE, MAX_PLACE, MAX_TEXT, SHA256, UUID
from service.corrections.correction import State

PAGE = 100
"""Corrections of an answer that is not asked for more or fewer."""
LONGEST_PAGE = 1000
LAST = 2**63 - 1
"""The greatest number that SQLite can give a row."""

Id = Annotated[str, Meta(pattern="^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$", description="A UUID.")]
Digest = Annotated[
    str, Meta(pattern="^[0-9a-f]{64}$", description="The sha256 of the text that the places count in, in UTF-8.")
]
# As JSON Schema writes it; Python's own expressions have no \p.
_WORD = {"pattern": r"^[^\u0000]*[\p{L}\p{N}][^\u0000]*$"}
_NO_NUL = {"pattern": r"^[^\u0000]*$"}
Sentence = Annotated[str, Meta(max_length=MAX_TEXT, extra_json_schema=_WORD)]
Model = Annotated[
    str, Meta(max_length=MAX_MODEL, extra_json_schema=_NO_NUL, description="The version that gave the tags.")
]
Note = Annotated[str, Meta(max_length=MAX_NOTE, extra_json_schema=_NO_NUL)]
Start = Annotated[int, Meta(ge=0, le=MAX_PLACE - 1)]
End = Annotated[int, Meta(ge=1, le=MAX_PLACE)]
Time = Annotated[str, Meta(description="UTC, ISO 8601.")]
Themes = Annotated[list[Theme], Meta(extra_json_schema={"uniqueItems": True})]


class Labels(Struct, forbid_unknown_fields=True):
    """What a model answered or a person decided."""

    themes: Themes
    type: Type


class _Given(Struct, forbid_unknown_fields=True, omit_defaults=True, kw_only=True):
    id: Annotated[Id, Meta(description="Made by the client: sent again, the correction is stored once.")]
    text: Sentence
    start: Annotated[Start, Meta(description="Less than the end.")]
    end: End
    document: Digest | None
    model: Model
    tags: Annotated[Labels, Meta(description="What was shown.")]
    note: Note | UnsetType = UNSET


class Correction(_Given, kw_only=True):
    """What a person says that a sentence is."""

    labels: Labels
    sentence: Annotated[bool, Meta(extra_json_schema={"const": True})] | UnsetType = UNSET


class NoSentence(_Given, kw_only=True):
    """A person says that this is no sentence."""

    labels: None
    sentence: Annotated[bool, Meta(extra_json_schema={"const": False})]


class Review(Struct):
    """What a reviewer decided; the labels are the reviewer's own where they were edited."""

    labels: Labels | None
    sentence: bool
    reviewer: str
    time: Time


class StoredCorrection(Struct):
    """A correction with when it came, the name of the key it came with, and what has become of it."""

    id: Id
    text: str
    start: Start
    end: End
    document: Digest | None
    model: str
    tags: Labels
    labels: Labels | None
    sentence: bool
    note: str
    time: Time
    key: str
    state: State
    review: Review | None


class Corrections(Struct):
    """A page of corrections in the order they came."""

    corrections: list[StoredCorrection]
    next: Annotated[int | None, Meta(description="The `after` of the next page; null on the last.")]


ALL = (Correction, NoSentence, StoredCorrection, Corrections)

_EXAMPLE = {
    "id": "6f1a4c1e-5a0b-4a49-9a53-0f6f4a0c8c11",
    "text": "زعفران قاینات به هفت کشور صادر شد.",
    "start": 0,
    "end": 34,
    "document": None,
    "model": "1ffac3238a0d",
    "tags": {"themes": ["export"], "type": "rhetoric"},
    "labels": {"themes": ["export"], "type": "statistic"},
}
_EXAMPLE_NO_SENTENCE = {
    **_EXAMPLE,
    "id": "6f1a4c1e-5a0b-4a49-9a53-0f6f4a0c8c12",
    "text": "بیشتر بخوانید",
    "labels": None,
    "sentence": False,
    "note": "پیوند صفحه است.",
}
EXAMPLES = {"labels": {"value": _EXAMPLE}, "no sentence": {"value": _EXAMPLE_NO_SENTENCE}}


def _query(name: str, schema: dict[str, Any], means: str) -> dict[str, Any]:
    return {"in": "query", "name": name, "required": False, "schema": schema, "description": means}


ID_PARAMETER = {
    "in": "path",
    "name": "identity",
    "required": True,
    "schema": {"type": "string", "pattern": f"^{UUID.pattern}$"},
}
PAGE_PARAMETERS = (
    _query("limit", {"type": "integer", "minimum": 1, "maximum": LONGEST_PAGE}, f"At most so many ({PAGE})."),
    _query("after", {"type": "integer", "minimum": 0, "maximum": LAST}, "The `next` of the page before."),
    _query("state", {"type": "string", "enum": list(map(str, State))}, "Only those in this state."),
    _query("document", {"type": "string", "pattern": f"^{SHA256.pattern}$"}, "Only those of this document."),
)
