"""POST, GET and DELETE /corrections: what people say of tagged sentences."""

from http import HTTPStatus
from typing import cast

import orjson
from flask import Blueprint, Response, current_app, g, request

from service.correction import CorrectionError, State, correction_id, correction_of
from service.corrections import CorrectionStore, NotYoursError, ReviewedError, TakenError
from service.database import DatabaseError
from service.problems import ProblemError, respond
from service.tagger import to_json

corrections_api = Blueprint("corrections", __name__)

_PAGE = 100
_LONGEST_PAGE = 1000
_LOCAL = "local"
"""The name of whoever needs no key."""
_RETRY_SECONDS = 1


def _store() -> CorrectionStore:
    return cast(CorrectionStore, current_app.extensions["corrections"])


def _key_name() -> str:
    return str(g.get("key_name") or _LOCAL)


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
    current_app.logger.error("corrections: %s", error)
    response = respond(
        HTTPStatus.SERVICE_UNAVAILABLE,
        "The store of corrections is busy; send the same again."
        if error.busy
        else "The store of corrections cannot be used, nothing was changed; the log of the service says why.",
    )
    if error.busy:
        response.headers["Retry-After"] = str(_RETRY_SECONDS)
    return response


@corrections_api.post("/corrections")
def add() -> Response:
    """Store a correction; the same one sent again is answered as it is stored."""
    if request.mimetype != "application/json":
        # A form of another site cannot send this type, so that it cannot make anybody correct anything.
        raise ProblemError(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "Send the body as application/json.")
    try:
        value = orjson.loads(request.get_data(cache=False))
    except orjson.JSONDecodeError as error:
        raise ProblemError(HTTPStatus.BAD_REQUEST, "The body is not JSON in UTF-8.") from error
    correction = correction_of(value)
    with _store().writing() as corrections:
        stored, new = corrections.add(correction, _key_name())
    status = HTTPStatus.CREATED if new else HTTPStatus.OK
    response = Response(to_json(stored.to_dict()), status, mimetype="application/json")
    response.headers["Location"] = f"/corrections/{correction.id}"
    return response


@corrections_api.delete("/corrections/<identity>")
def remove(identity: str) -> Response:
    """Take back a correction; one that is not there is as good as taken back."""
    with _store().writing() as corrections:
        corrections.remove(correction_id(identity), _key_name())
    return Response(status=HTTPStatus.NO_CONTENT)


@corrections_api.get("/corrections/<identity>")
def one(identity: str) -> Response:
    """Return one correction as it is stored."""
    with _store().reading() as corrections:
        stored = corrections.get(correction_id(identity))
    if stored is None:
        raise ProblemError(HTTPStatus.NOT_FOUND, "There is no correction of this id.")
    return Response(to_json(stored.to_dict()), mimetype="application/json")


@corrections_api.get("/corrections")
def several() -> Response:
    """Return corrections in the order they came, a page at a time; `next` is the `after` of the next page."""
    limit = _number("limit", _PAGE, 1, _LONGEST_PAGE)
    after = _number("after", 0, 0, 2**63 - 1)
    state = request.args.get("state")
    if state is not None and state not in list(State):
        raise CorrectionError(f'"state" must be one of {", ".join(State)}.')
    with _store().reading() as corrections:
        # One more than asked for tells whether there is a next page.
        found = corrections.page(after, limit + 1, State(state) if state else None, request.args.get("document"))
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
