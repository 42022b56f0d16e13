"""POST /classify and GET /healthz."""

from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, cast

import orjson
from flask import Blueprint, Response, current_app, request

from service.problems import ProblemError
from service.tagger import TaggedSentence, Tagger, to_json

api = Blueprint("api", __name__)


@dataclass(frozen=True, slots=True)
class ClassifyRequest:
    """A checked request: either a document or sentences, never both."""

    text: str | None
    sentences: list[str] | None
    explain: bool


def _bad(detail: str) -> ProblemError:
    return ProblemError(HTTPStatus.UNPROCESSABLE_ENTITY, detail)


def _checked_text(value: object, name: str) -> str:
    if not isinstance(value, str):
        raise _bad(f"{name} must be a string.")
    if "\0" in value:
        raise _bad(f"{name} has a NUL character; remove it.")
    if not any(map(str.isalnum, value)):
        raise _bad(f"{name} has no letter or digit; send a sentence.")
    return value


def parse(body: bytes, limit: int) -> ClassifyRequest:
    """Return the request that a body holds; it may have at most `limit` sentences.

    Raises ProblemError: 400 where the body is not JSON (a lone surrogate is not), 413 for too many sentences, 422
    where keys or values are not as they must be.
    """
    try:
        value = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise ProblemError(HTTPStatus.BAD_REQUEST, "The body is not JSON in UTF-8.") from error
    if not isinstance(value, dict):
        raise _bad('The body must be an object with "text" or "sentences".')
    if unknown := value.keys() - {"text", "sentences", "explain"}:
        raise _bad(f'{len(unknown)} key(s) unknown; the keys are "text" or "sentences", and "explain".')
    if ("text" in value) == ("sentences" in value):
        raise _bad('Send either "text" (a document) or "sentences" (a list), and not both.')
    explain = value.get("explain", False)
    if not isinstance(explain, bool):
        raise _bad('"explain" must be true or false.')
    if "text" in value:
        return ClassifyRequest(_checked_text(value["text"], '"text"'), None, explain)
    sentences: Any = value["sentences"]
    if not isinstance(sentences, list) or not sentences:
        raise _bad('"sentences" must be a list with at least one sentence.')
    if len(sentences) > limit:
        raise ProblemError(
            HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
            f'"sentences" has {len(sentences)} sentences, at most {limit} go into one request; send several.',
        )
    checked = [_checked_text(sentence, f"Sentence {place}") for place, sentence in enumerate(sentences)]
    return ClassifyRequest(None, checked, explain)


def _tagger() -> Tagger:
    return cast(Tagger, current_app.extensions["tagger"])


def _answer(tagger: Tagger, tagged: TaggedSentence, *, explain: bool) -> dict[str, Any]:
    answer = tagged.to_dict()
    if explain:
        answer["explanation"] = tagger.explain(tagged.sentence.text)
    return answer


@api.post("/classify")
def classify() -> Response:
    """Tag the sentences of a document, or the sentences given."""
    if request.mimetype != "application/json":
        raise ProblemError(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "Send the body as application/json.")
    limit = current_app.config["MAX_SENTENCES"]
    wanted = parse(request.get_data(cache=False), limit)
    tagger = _tagger()
    if wanted.sentences is not None:
        tagged = tagger.tag_sentences(wanted.sentences)
    else:
        tagged = tagger.tag_document(wanted.text or "")
    if len(tagged) > limit:
        raise ProblemError(
            HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
            f'"text" has {len(tagged)} sentences, at most {limit} go into one request; send it in parts.',
        )
    sentences = [_answer(tagger, each, explain=wanted.explain) for each in tagged]
    return Response(to_json({"model": tagger.version, "sentences": sentences}), mimetype="application/json")


@api.get("/healthz")
def healthz() -> Response:
    """Say that the service lives and with which model."""
    return Response(to_json({"status": "ok", "model": _tagger().version}), mimetype="application/json")
