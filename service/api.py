"""POST /classify."""

from collections.abc import Iterator
from http import HTTPStatus
from typing import Any, cast

from flask import Blueprint, Response, current_app, request, stream_with_context

from service.metrics import Metrics
from service.openapi import documented, ref
from service.parsing import ClassifyRequest, parse
from service.problems import ProblemError
from service.requests_log import note
from service.schemas import Classified, Document, Sentences
from service.settings import Settings
from service.state import State
from service.tagger import TaggedSentence, Tagger, to_json
from service.thresholds import retagged

api = Blueprint("api", __name__)

_LINES = "application/x-ndjson"
_AT_ONCE = 500
"""Sentences that are tagged between two pieces of a stream."""
_EXAMPLE = "با راه‌اندازی کارخانه تازه، ۱۲۰ نفر در نایین سر کار رفتند."


def _tag(tagger: Tagger, wanted: ClassifyRequest, sentences: list[str] | None) -> list[TaggedSentence]:
    tagged = tagger.tag_document(wanted.text or "") if sentences is None else tagger.tag_sentences(sentences)
    if wanted.thresholds:
        tagged = retagged(tagged, tagger.model, wanted.thresholds)
    cast(Metrics, current_app.extensions["metrics"]).tagged(tagged)
    return tagged


def _answer(tagger: Tagger, tagged: TaggedSentence, *, explain: bool) -> dict[str, Any]:
    answer = tagged.to_dict()
    if explain:
        answer["explanation"] = tagger.explain(tagged.sentence.text)
    return answer


def _lines(tagger: Tagger, wanted: ClassifyRequest, tagged: list[TaggedSentence] | None) -> Iterator[bytes]:
    """Yield a line for each tag; those of given sentences are made as they go out."""
    given = wanted.sentences or []
    parts = (
        [tagged]
        if tagged is not None
        else (_tag(tagger, wanted, given[place : place + _AT_ONCE]) for place in range(0, len(given), _AT_ONCE))
    )
    for part in parts:
        for place in range(0, len(part), _AT_ONCE):
            chosen = part[place : place + _AT_ONCE]
            yield b"".join(to_json(_answer(tagger, each, explain=wanted.explain)) + b"\n" for each in chosen)


def _wants_lines() -> bool:
    return _LINES in request.environ.get("HTTP_ACCEPT", "") and (
        request.accept_mimetypes.best_match(["application/json", _LINES]) == _LINES
    )


@api.post("/classify")
@documented(
    {"application/json": ref(Classified), _LINES: {"type": "string"}},
    body={
        "application/json": {
            "schema": {"oneOf": [ref(Document), ref(Sentences)]},
            "examples": {
                "document": {"value": {"text": _EXAMPLE}},
                "sentences": {"value": {"sentences": [_EXAMPLE], "explain": True, "thresholds": {"employment": 0.9}}},
            },
        }
    },
    problems=(
        HTTPStatus.BAD_REQUEST,
        HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
        HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
        HTTPStatus.UNPROCESSABLE_ENTITY,
    ),
)
def classify() -> Response:
    """Tag the sentences of a document, or the sentences given.

    With `Accept: application/x-ndjson` the answer is a stream with a tag a line, and the version of the model stands in
    the header alone. Everything is checked before the first line; a stream that ends before its time has failed.
    """
    if request.mimetype != "application/json":
        raise ProblemError(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "Send the body as application/json.")
    settings: Settings = current_app.extensions["settings"]
    wanted = parse(request.get_data(cache=False), settings.max_sentences, settings.max_length)
    state: State = current_app.extensions["state"]
    # Taken once: whatever the state becomes, the answer is of one version.
    tagger = state.tagger
    if tagger is None:
        raise ProblemError(HTTPStatus.SERVICE_UNAVAILABLE, "There is no model yet.", {"Retry-After": "1"})
    lines = _wants_lines()
    tagged = None if lines and wanted.sentences is not None else _tag(tagger, wanted, wanted.sentences)
    count = len(wanted.sentences or ()) if tagged is None else len(tagged)
    if count > settings.max_sentences:
        raise ProblemError(
            HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
            f'"text" has {count} sentences, at most {settings.max_sentences} go into one request; send it in parts.',
        )
    note(sentences=count, model=tagger.version)
    if lines:
        return Response(stream_with_context(_lines(tagger, wanted, tagged)), mimetype=_LINES)
    sentences = [_answer(tagger, each, explain=wanted.explain) for each in tagged or ()]
    return Response(to_json({"model": tagger.version, "sentences": sentences}), mimetype="application/json")
