"""POST, GET and DELETE /corrections: what people say of tagged sentences."""

from http import HTTPStatus
from typing import cast

import orjson
from flask import Blueprint, Response, current_app, request

from service.corrections.body import SHA256, CorrectionError, correction_id, correction_of
from service.corrections.correction import State
from service.corrections.database import DatabaseError
from service.corrections.schemas import (
    EXAMPLES,
    ID_PARAMETER,
    LAST,
    LONGEST_PAGE,
    PAGE,
    PAGE_PARAMETERS,
    Correction,
    Corrections,
    NoSentence,
    StoredCorrection,
)
from service.corrections.store import CorrectionStore, NotYoursError, ReviewedError, TakenError
from service.serving.log import write_line
from service.tagger import to_json
from service.web.keys import key_name
from service.web.openapi import documented, ref
from service.web.problems import ProblemError, respond

corrections_api = Blueprint("corrections", __name__)

_RETRY_SECONDS = "1"


def _store() -> CorrectionStore:
    return cast(CorrectionStore, current_app.extensions["corrections"])


@corrections_api.before_request
def refuse_other_sites() -> None:
    """Refuse what a page of another site makes a browser send.

    Browsers tell where a request comes from in headers that no page can change; programs send neither.
    """
    if request.method in ("GET", "HEAD", "OPTIONS"):
        return
    site = request.headers.get("Sec-Fetch-Site", "none")
    origin = request.headers.get("Origin")
    # A proxy may have taken TLS off, so both schemes are this service.
    here = {f"http://{request.host}", f"https://{request.host}", None}
    if site not in ("same-origin", "none") or origin not in here:
        raise ProblemError(HTTPStatus.FORBIDDEN, "Corrections are taken from the page of this service alone.")


@corrections_api.errorhandler(CorrectionError)
def unsound(error: CorrectionError) -> Response:
    """Answer a correction that is not as it must be."""
    return respond(HTTPStatus.UNPROCESSABLE_ENTITY, str(error))


@corrections_api.errorhandler(TakenError)
@corrections_api.errorhandler(ReviewedError)
def conflicting(error: TakenError | ReviewedError) -> Response:
    """Answer what the stored correction does not allow."""
    return respond(HTTPStatus.CONFLICT, _sentence(error))


@corrections_api.errorhandler(NotYoursError)
def not_yours(error: NotYoursError) -> Response:
    """Answer whoever takes back what another key said."""
    return respond(HTTPStatus.FORBIDDEN, _sentence(error))


@corrections_api.errorhandler(DatabaseError)
def unavailable(error: DatabaseError) -> Response:
    """Answer where the store cannot be used now; the log says why, the client that nothing was stored."""
    write_line(event="corrections unavailable", reason=str(error))
    if error.busy:
        detail, headers = "The store of corrections is busy; send the same again.", {"Retry-After": _RETRY_SECONDS}
        return respond(HTTPStatus.SERVICE_UNAVAILABLE, detail, headers)
    detail = "The store of corrections cannot be used, nothing was changed; the log of the service says why."
    return respond(HTTPStatus.SERVICE_UNAVAILABLE, detail)


@corrections_api.post("/corrections")
@documented(
    {"application/json": ref(StoredCorrection)},
    body={
        "application/json": {
            "schema": {"oneOf": [ref(Correction), ref(NoSentence)]},
            "examples": EXAMPLES,
        }
    },
    status=HTTPStatus.CREATED,
    or_status=HTTPStatus.OK,
    headers=("Location",),
    problems=(
        HTTPStatus.BAD_REQUEST,
        HTTPStatus.FORBIDDEN,
        HTTPStatus.CONFLICT,
        HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
        HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
        HTTPStatus.UNPROCESSABLE_ENTITY,
    ),
)
def add_correction() -> Response:
    """Store a correction.

    201 where it is new, 200 where the same was sent before, 409 where its id is that of another one. It is taken from
    programs and from the page of this service, never from the page of another site.
    """
    if request.mimetype != "application/json":
        # A form of another site cannot send this type, so that it cannot make anybody correct anything.
        raise ProblemError(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "Send the body as application/json.")
    try:
        value = orjson.loads(request.get_data(cache=False))
    except orjson.JSONDecodeError as error:
        raise ProblemError(HTTPStatus.BAD_REQUEST, "The body is not JSON in UTF-8.") from error
    correction = correction_of(value)
    with _store().writing() as corrections:
        stored, new = corrections.add(correction, key_name())
    status = HTTPStatus.CREATED if new else HTTPStatus.OK
    response = Response(to_json(stored.to_dict()), status, mimetype="application/json")
    response.headers["Location"] = f"/corrections/{correction.id}"
    return response


@corrections_api.delete("/corrections/<identity>")
@documented(
    {},
    status=HTTPStatus.NO_CONTENT,
    problems=(HTTPStatus.FORBIDDEN, HTTPStatus.CONFLICT, HTTPStatus.UNPROCESSABLE_ENTITY),
    parameters=(ID_PARAMETER,),
)
def remove_correction(identity: str) -> Response:
    """Take back a correction.

    One that is not there is as good as taken back; one that a reviewer has decided about stays.
    """
    with _store().writing() as corrections:
        corrections.remove(correction_id(identity), key_name())
    return Response(status=HTTPStatus.NO_CONTENT)


@corrections_api.get("/corrections/<identity>")
@documented(
    {"application/json": ref(StoredCorrection)},
    problems=(HTTPStatus.NOT_FOUND, HTTPStatus.UNPROCESSABLE_ENTITY),
    parameters=(ID_PARAMETER,),
)
def get_correction(identity: str) -> Response:
    """Return one correction of the key that asks, as it is stored."""
    with _store().reading() as corrections:
        stored = corrections.get(correction_id(identity))
    if stored is None or stored.key != key_name():
        raise ProblemError(HTTPStatus.NOT_FOUND, "There is no correction of this id and this key.")
    return Response(to_json(stored.to_dict()), mimetype="application/json")


@corrections_api.get("/corrections")
@documented(
    {"application/json": ref(Corrections)}, problems=(HTTPStatus.UNPROCESSABLE_ENTITY,), parameters=PAGE_PARAMETERS
)
def list_corrections() -> Response:
    """Return the corrections of the key that asks in the order they came, a page at a time.

    Those of other keys, and their notes, are the reviewer's: `barchasb corrections` has them.
    """
    limit = _number("limit", PAGE, 1, LONGEST_PAGE)
    after = _number("after", 0, 0, LAST)
    state = request.args.get("state")
    if state is not None and state not in list(State):
        raise CorrectionError(f'"state" must be one of {", ".join(State)}.')
    document = request.args.get("document")
    if document is not None and not SHA256.fullmatch(document):
        raise CorrectionError('"document" must be a sha256, 64 hexadecimal digits.')
    with _store().reading() as corrections:
        # One more than asked for tells whether there is a next page.
        found = corrections.page(
            key_name(),
            after=after,
            limit=limit + 1,
            state=State(state) if state else None,
            document=document,
        )
    page = found[:limit]
    return Response(
        to_json(
            {
                "corrections": [stored.to_dict() for stored in page],
                "next": page[-1].number if len(found) > limit else None,
            }
        ),
        mimetype="application/json",
    )


def _number(name: str, default: int, least: int, most: int) -> int:
    given = request.args.get(name)
    if given is None:
        return default
    if not (given.isascii() and given.isdigit() and len(given) <= len(str(most)) and least <= int(given) <= most):
        raise CorrectionError(f'"{name}" must be a whole number from {least} to {most}.')
    return int(given)


def _sentence(error: Exception) -> str:
    text = str(error)
    return f"{text[0].upper()}{text[1:]}."
