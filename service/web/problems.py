"""Errors over HTTP as RFC 9457 problem details; none of them repeats what the client sent."""

from collections.abc import Mapping
from http import HTTPStatus

from flask import Flask, Response
from werkzeug.exceptions import HTTPException

from seeds.errors import BarchasbError
from service.tagger import to_json


class ProblemError(BarchasbError):
    """A request that cannot be answered; `detail` says what to do, `headers` go with the answer."""

    def __init__(self, status: HTTPStatus, detail: str, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(detail)
        self.status = status
        self.detail = detail
        self.headers = headers


def body_of(status: HTTPStatus, detail: str) -> bytes:
    """Return the JSON of a problem."""
    return to_json({"type": "about:blank", "title": status.phrase, "status": status.value, "detail": detail})


def respond(status: HTTPStatus, detail: str, headers: Mapping[str, str] | None = None) -> Response:
    """Return a problem as `application/problem+json`."""
    return Response(body_of(status, detail), status.value, headers, mimetype="application/problem+json")


_DETAILS = {
    HTTPStatus.NOT_FOUND: "There is nothing at this address; sentences are tagged by POST /classify.",
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: "The body is too large; split it into several requests.",
    HTTPStatus.INTERNAL_SERVER_ERROR: "The service failed; the log says why.",
}


def register(app: Flask) -> None:
    """Answer every error of an app as a problem."""

    @app.errorhandler(ProblemError)
    def problem(error: ProblemError) -> Response:
        return respond(error.status, error.detail, error.headers)

    @app.errorhandler(HTTPException)
    def http_error(error: HTTPException) -> Response:
        status = HTTPStatus(error.code or HTTPStatus.INTERNAL_SERVER_ERROR)
        response = respond(status, _DETAILS.get(status, status.description or status.phrase))
        for name, value in error.get_headers():
            if name in ("Allow", "Retry-After"):
                response.headers[name] = value
        return response
