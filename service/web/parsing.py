"""The body of POST /classify, checked by hand: a library's validation would cost more than the tags.

`service.web.schemas` says the same for the OpenAPI document; tests hold the two together.
"""

import re
from http import HTTPStatus
from typing import Any, NamedTuple

import orjson

from labels.scheme import SCORED
from service.serving.settings import Settings
from service.web.problems import ProblemError

_KEYS = frozenset({"text", "sentences", "explain", "thresholds"})
_LABELS = frozenset(map(str, SCORED))
_MARKS = "<\n\r\v\f\x1c\x1d\x1e\x85\N{LINE SEPARATOR}\N{PARAGRAPH SEPARATOR}.!?؟⸮…"
"""What begins a tag, ends a line or ends a sentence."""
_has_word = re.compile(r"[^\W_]").search


class ClassifyRequest(NamedTuple):
    """A checked request: either a document or sentences, never both; `thresholds` by label, those that were given."""

    text: str | None
    sentences: list[str] | None
    explain: bool
    thresholds: dict[str, float]


def is_too_long(text: str, sentences: int) -> bool:
    """Whether a document must cost far more work than one with so many sentences.

    The cost lies in its lines, tags and ends of sentences, which are counted before any work is done; a text has up to
    four of them a sentence. Two MiB of the dearest kind took minutes; of what is let in they take about twice the time
    of as many words that were never seen before.
    """
    return sum(map(text.count, _MARKS)) > 5 * sentences + 1000


def _bad(detail: str) -> ProblemError:
    return ProblemError(HTTPStatus.UNPROCESSABLE_ENTITY, detail)


def _too_large(detail: str) -> ProblemError:
    return ProblemError(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, detail)


def _checked_text(value: object, name: str) -> str:
    if not isinstance(value, str):
        raise _bad(f"{name} must be a string.")
    if "\0" in value:
        raise _bad(f"{name} has a NUL character; remove it.")
    if not _has_word(value):
        raise _bad(f"{name} has no letter or digit; send a sentence.")
    return value


def _checked_sentences(value: object, limit: int, longest: int, *, escapes: bool) -> list[str]:
    if not isinstance(value, list) or not value:
        raise _bad('"sentences" must be a list with at least one sentence.')
    if len(value) > limit:
        raise _too_large(
            f'"sentences" has {len(value)} sentences, at most {limit} go into one request; send several.',
        )
    for place, sentence in enumerate(value):
        # A NUL comes as an escape alone, and most begin with a letter: what takes longer is looked at last.
        if (
            type(sentence) is not str
            or (escapes and "\0" in sentence)
            or not (sentence[:1].isalnum() or _has_word(sentence))
        ):
            _checked_text(sentence, f"Sentence {place}")
        if len(sentence) > longest:
            raise _too_large(
                f'Sentence {place} has {len(sentence)} characters, at most {longest} go; send it as "text".'
            )
    return value


def _checked_thresholds(value: object) -> dict[str, float]:
    if not isinstance(value, dict) or not value.keys() <= _LABELS:
        raise _bad(f'"thresholds" must be an object with some of the keys {", ".join(SCORED)}.')
    for label, threshold in value.items():
        if type(threshold) not in (int, float) or not 0 <= threshold <= 1:
            raise _bad(f"The threshold of {label} must be a number from 0 to 1.")
    return value


def parse(body: bytes, settings: Settings) -> ClassifyRequest:
    """Return the request that a body holds, within the limits that are set.

    Raises ProblemError: 400 where the body is not JSON (a lone surrogate is not), 413 for too many sentences, too long
    ones or a document that is too long, 422 where keys or values are not as they must be.
    """
    try:
        value: Any = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise ProblemError(HTTPStatus.BAD_REQUEST, "The body is not JSON in UTF-8.") from error
    if not isinstance(value, dict):
        raise _bad('The body must be an object with "text" or "sentences".')
    if unknown := value.keys() - _KEYS:
        raise _bad(f'{len(unknown)} key(s) unknown; the keys are "text" or "sentences", "explain" and "thresholds".')
    if ("text" in value) == ("sentences" in value):
        raise _bad('Send either "text" (a document) or "sentences" (a list), and not both.')
    explain = value.get("explain", False)
    if not isinstance(explain, bool):
        raise _bad('"explain" must be true or false.')
    thresholds = _checked_thresholds(value["thresholds"]) if "thresholds" in value else {}
    if "text" in value:
        text = _checked_text(value["text"], '"text"')
        if is_too_long(text, settings.max_sentences):
            raise _too_large('"text" has far too many lines, tags or ends of sentences; send it in parts.')
        return ClassifyRequest(text, None, explain, thresholds)
    sentences = _checked_sentences(
        value["sentences"], settings.max_sentences, settings.max_length, escapes=b"\\" in body
    )
    return ClassifyRequest(None, sentences, explain, thresholds)
