"""POST /classify."""

from http import HTTPStatus

from flask import Blueprint, Response, current_app, request

from service.answers import Answers
from service.web.direct import JSON, LINES, names_lines
from service.web.flask_app import Whole
from service.web.openapi import documented, ref
from service.web.problems import ProblemError
from service.web.requests_log import notes_of
from service.web.schemas import Classified, Document, Sentences

api = Blueprint("api", __name__)

_EXAMPLE = "با راه‌اندازی کارخانه تازه، ۱۲۰ نفر در نایین سر کار رفتند."


@api.post("/classify")
@documented(
    {JSON: ref(Classified), LINES: {"type": "string"}},
    body={
        JSON: {
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
    if request.mimetype != JSON:
        raise ProblemError(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "Send the body as application/json.")
    answers: Answers = current_app.extensions["answers"]
    body, notes = request.get_data(cache=False), notes_of(request.environ)
    if names_lines(request.environ) and request.accept_mimetypes.best_match([JSON, LINES]) == LINES:
        return Response(answers.lines(body, notes), content_type=LINES)
    return Whole(answers.whole(body, notes), content_type=JSON)
