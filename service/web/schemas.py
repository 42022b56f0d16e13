"""Requests and answers as the OpenAPI document shows them."""

from typing import Annotated, Any, Literal

from msgspec import UNSET, Meta, Struct, UnsetType, defstruct

from labels.scheme import SCORED, Theme, Type

Text = Annotated[
    str,
    Meta(
        min_length=1,
        description="Has a letter or a digit, and no NUL.",
        # As JSON Schema writes it; Python's own expressions have no \p.
        extra_json_schema={"pattern": r"^[^\u0000]*[\p{L}\p{N}][^\u0000]*$"},
    ),
]
Probability = Annotated[float, Meta(ge=0, le=1)]
Count = Annotated[int, Meta(ge=0)]
Version = Annotated[str, Meta(pattern="^[0-9a-f]{12}$", description="The version of the model that answers.")]

Scores = defstruct("Scores", [(str(label), Probability) for label in SCORED])
Weights = defstruct("Weights", [(str(label), float) for label in SCORED])
Thresholds = defstruct(
    "Thresholds",
    [(str(label), Probability | UnsetType, UNSET) for label in SCORED],
    forbid_unknown_fields=True,
)


class Options(Struct, forbid_unknown_fields=True, omit_defaults=True):
    """What both requests may ask for."""

    explain: Annotated[bool | UnsetType, Meta(description="Whether each tag tells why.")] = UNSET
    thresholds: Annotated[
        Thresholds | UnsetType,  # type: ignore[valid-type]  # made from the scheme
        Meta(description="The score from which a label is given; by default the model's own."),
    ] = UNSET


class Document(Options, kw_only=True):
    """A document, plain text or HTML, to be split into sentences."""

    text: Text


class Sentences(Options, kw_only=True):
    """Sentences, one tag each in the same order."""

    sentences: Annotated[list[Text], Meta(min_length=1)]


class Word(Struct):
    """What a word, or a number with its neighbours, adds to the log odds of each label."""

    word: str
    places: Annotated[
        list[Annotated[list[Count], Meta(min_length=2, max_length=2)]],
        Meta(description="Where it stands in the sentence: start and end of each time, in code points."),
    ]
    weights: Weights  # type: ignore[valid-type]  # made from the scheme


class Explanation(Struct):
    """The bias and the words; together they are the score before calibration."""

    bias: Weights  # type: ignore[valid-type]  # made from the scheme
    words: list[Word]


class Tag(Struct):
    """A sentence, where it stands in the document (code points), and what it is."""

    text: str
    start: Count
    end: Count
    themes: list[Theme]
    type: Type
    scores: Scores  # type: ignore[valid-type]  # made from the scheme
    explanation: Explanation | UnsetType = UNSET


class Classified(Struct):
    """Every sentence with its tag."""

    model: Version
    sentences: list[Tag]


class Problem(Struct):
    """What went wrong and what to do, as RFC 9457 has it."""

    type: Literal["about:blank"]
    title: str
    status: int
    detail: str


class Health(Struct):
    """The process lives."""

    status: Literal["ok"]
    model: Version | None


class Ready(Struct):
    """Requests may be sent here."""

    status: Literal["ready"]
    model: Version


class About(Struct):
    """The model that answers: what it was trained from and how well it does."""

    version: Version
    labels: Annotated[dict[str, Count], Meta(description="Labelled sentences by label.")]
    sentences: Annotated[int, Meta(description="Labelled sentences.")]
    thresholds: Scores  # type: ignore[valid-type]  # made from the scheme
    scores: Annotated[dict[str, Any], Meta(description="Precision, recall, F1 and calibration out-of-fold.")]
    libraries: Annotated[dict[str, str], Meta(description="Versions of the libraries it was made with.")]
    seed: int


class Label(Struct):
    """A label and what it means."""

    label: str
    definition: str


class Scheme(Struct):
    """What a sentence can be: none, one or several themes, and exactly one type."""

    themes: list[Label]
    types: list[Label]


ALL = (Document, Sentences, Classified, Problem, Health, Ready, About, Scheme)
"""What the document begins with; what they are made of follows."""
