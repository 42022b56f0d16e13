"""POST /classify."""

from collections.abc import Iterator
from http import HTTPStatus

import orjson
from flask import Blueprint, Flask, Response, current_app, request

from service.serving.settings import Settings
from service.tagger import TaggedSentences, Tagger, to_json
from service.web.flask_app import Whole
from service.web.metrics import Metrics
from service.web.openapi import documented, ref
from service.web.parsing import ClassifyRequest, parse
from service.web.problems import ProblemError
from service.web.requests_log import notes_of
from service.web.schemas import Classified, Document, Sentences
from service.web.thresholds import retagged

api = Blueprint("api", __name__)

_LINES = "application/x-ndjson"
_AT_ONCE = 500
"""Sentences that are tagged between two pieces of a stream."""
_EXAMPLE = "با راه‌اندازی کارخانه تازه، ۱۲۰ نفر در نایین سر کار رفتند."


def _tag(tagger: Tagger, metrics: Metrics, wanted: ClassifyRequest, sentences: list[str] | None) -> TaggedSentences:
    tagged = tagger.tag_document(wanted.text or "") if sentences is None else tagger.tag_sentences(sentences)
    if wanted.thresholds:
        tagged = retagged(tagged, tagger.model, wanted.thresholds)
    metrics.count(tagged.scores, tagged.codes)
    return tagged


def _rows(tagger: Tagger, tagged: TaggedSentences, *, explain: bool) -> bytes:
    """Return each tagged sentence as a line of JSON."""
    if not explain:
        return tagged.to_lines()
    rows = ({**each.to_dict(), "explanation": tagger.explain(each.sentence.text)} for each in tagged)
    return b"".join(to_json(row) + b"\n" for row in rows)


def _lines(
    tagger: Tagger, metrics: Metrics, wanted: ClassifyRequest, tagged: TaggedSentences | None
) -> Iterator[bytes]:
    """Yield a line for each tag; those of given sentences are made as they go out."""
    given = wanted.sentences or []
    for place in range(0, len(given if tagged is None else tagged), _AT_ONCE):
        part = slice(place, place + _AT_ONCE)
        chosen = _tag(tagger, metrics, wanted, given[part]) if tagged is None else tagged[part]
        yield _rows(tagger, chosen, explain=wanted.explain)


def _wants_lines() -> bool:
    return request.accept_mimetypes.best_match(["application/json", _LINES]) == _LINES


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
    # Looked up once: each of these names costs a search for the request of the present thread.
    service: Flask = current_app._get_current_object()  # type: ignore[attr-defined]  # noqa: SLF001  # Flask's own way
    environ = request.environ
    if environ.get("CONTENT_TYPE") != "application/json" and request.mimetype != "application/json":
        raise ProblemError(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "Send the body as application/json.")
    settings: Settings = service.extensions["settings"]
    length = environ.get("CONTENT_LENGTH", "")
    if length.isdecimal() and int(length) <= settings.max_body:
        body = environ["wsgi.input"].read(int(length))
    else:
        # Without a length, or too long: the library knows what to do.
        body = request.get_data(cache=False)
    wanted = parse(body, settings)
    # Taken once: whatever the state becomes, the answer is of one version.
    tagger: Tagger | None = service.extensions["state"].tagger
    if tagger is None:
        raise ProblemError(HTTPStatus.SERVICE_UNAVAILABLE, "There is no model yet.", {"Retry-After": "1"})
    metrics: Metrics = service.extensions["metrics"]
    lines = _LINES in environ.get("HTTP_ACCEPT", "") and _wants_lines()
    tagged = None if lines and wanted.sentences is not None else _tag(tagger, metrics, wanted, wanted.sentences)
    count = len(wanted.sentences or ()) if tagged is None else len(tagged)
    if count > settings.max_sentences:
        raise ProblemError(
            HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
            f'"text" has {count} sentences, at most {settings.max_sentences} go into one request; send it in parts.',
        )
    notes_of(environ).update(sentences=count, model=tagger.version)
    if lines or tagged is None:
        return Response(_lines(tagger, metrics, wanted, tagged), content_type=_LINES)
    # A newline stands between rows and nowhere else: in a text it is escaped.
    rows = orjson.Fragment(b"[%b]" % _rows(tagger, tagged, explain=wanted.explain)[:-1].replace(b"\n", b","))
    return Whole(to_json({"model": tagger.version, "sentences": rows}), content_type="application/json")
