"""The page at `/`: a form, and the tagged text when it is sent."""

from functools import cache
from http import HTTPStatus
from pathlib import Path
from typing import Any, cast

from flask import Blueprint, Response, current_app, make_response, render_template, request
from werkzeug.exceptions import RequestEntityTooLarge

from labels.scheme import Theme
from seeds.files import FileError, decode
from service import reading
from service.phrases import LANGUAGES, PHRASES, Phrases
from service.serving.settings import Settings
from service.tagger import Tagger
from service.web.keys import open_to_all
from service.web.metrics import Metrics
from service.web.parsing import is_too_long
from service.web.requests_log import note
from service.web.state import State

page = Blueprint("page", __name__, static_folder="static", static_url_path="/static", template_folder="templates")

# Nothing but what this server sends runs, shows or is asked.
_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)


class _FormError(Exception):
    """A form that cannot be answered: the key of the phrase that says why, and which file it is about."""

    def __init__(self, phrase: str, status: HTTPStatus = HTTPStatus.UNPROCESSABLE_ENTITY, file: str = "") -> None:
        super().__init__(phrase)
        self.phrase = phrase
        self.status = status
        self.file = file


@cache
def _sample() -> str:
    return (Path(__file__).parent / "sample.txt").read_text("utf-8")


def _language() -> str:
    asked = request.values.get("switch") or request.values.get("lang")
    return asked if asked and asked in LANGUAGES else LANGUAGES[0]


def _documents(text: str) -> list[tuple[str | None, str]]:
    """Return the name and text of each document of the form, pasted or uploaded."""
    documents: list[tuple[str | None, str]] = []
    for file in request.files.getlist("file"):
        if file.filename:
            try:
                documents.append((file.filename, decode(file.read(), file.filename)))
            except FileError as error:
                raise _FormError("problem_file", file=file.filename) from error
    if not documents and any(map(str.isalnum, text)):
        documents.append((None, text))
    # The switch of the language sends the form too, so that a text is not lost; there it may be empty.
    if not documents and "switch" not in request.form:
        raise _FormError("problem_empty")
    if any("\0" in text for _, text in documents):
        raise _FormError("problem_nul")
    return documents


def _settings() -> Settings:
    return cast(Settings, current_app.extensions["settings"])


def _tagger() -> Tagger | None:
    return cast(State, current_app.extensions["state"]).tagger


def _read(tagger: Tagger | None, documents: list[tuple[str | None, str]]) -> list[reading.Reading]:
    if tagger is None:
        raise _FormError("problem_busy", HTTPStatus.SERVICE_UNAVAILABLE)
    if is_too_long("".join(text for _, text in documents), _settings().max_sentences):
        raise _FormError("problem_large", HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
    readings = [reading.read(tagger, text, name) for name, text in documents]
    sentences = [sentence for each in readings for sentence in each.sentences]
    if len(sentences) > _settings().max_sentences:
        raise _FormError("problem_large", HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
    metrics = cast(Metrics, current_app.extensions["metrics"])
    for paragraph in (paragraph for each in readings for paragraph in each.paragraphs):
        metrics.count(paragraph.scores, paragraph.codes)
    note(sentences=len(sentences), model=tagger.version)
    return readings


def _render(language: str, tagger: Tagger | None, text: str = "", **shown: Any) -> Response:
    """Return the page; `shown` may be `readings`, what was read, and `problem`, a _FormError."""
    problem: _FormError | None = shown.get("problem")
    readings: list[reading.Reading] = shown.get("readings") or []
    body = render_template(
        "page.html",
        phrases=Phrases(language),
        script_phrases=PHRASES,
        themes=Theme,
        text=text,
        readings=readings,
        counts=reading.count([sentence for each in readings for sentence in each.sentences]),
        pieces=reading.pieces,
        model=tagger.version if tagger else "–",
        problem=problem,
    )
    response = make_response(body, problem.status if problem else HTTPStatus.OK)
    response.headers["Content-Language"] = language
    response.headers["Content-Security-Policy"] = _POLICY
    return response


@page.get("/")
@open_to_all
def empty() -> Response:
    """Show the form."""
    return _render(_language(), _tagger())


@page.post("/")
def tagged() -> Response:
    """Show the form and the tagged sentences of what was sent with it."""
    # Taken once: whatever the state becomes, the answer is of one version.
    tagger = _tagger()
    # A text is a field of the form, and it may be as long as the body.
    request.max_form_memory_size = _settings().max_body
    try:
        # A form ends every line with CR and LF, whatever was pasted.
        text = _sample() if "sample" in request.form else request.form.get("text", "").replace("\r\n", "\n")
        language = _language()
    except RequestEntityTooLarge:
        problem = _FormError("problem_large", HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
        return _render(LANGUAGES[0], tagger, problem=problem)
    try:
        return _render(language, tagger, text, readings=_read(tagger, _documents(text)))
    except _FormError as problem:
        return _render(language, tagger, text, problem=problem)
