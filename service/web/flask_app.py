"""Flask with less to do for each request."""

from collections.abc import Callable, Iterable
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from flask import Flask, Request, Response
from flask import request as present
from werkzeug.routing import MapAdapter

from service.web.problems import respond
from service.web.requests_log import note

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

REFUSED = "barchasb.refused"
"""Where the server says that a request is to be refused unread, and by which status."""
_WHY = {
    HTTPStatus.BAD_REQUEST: "This is no HTTP request.",
    HTTPStatus.REQUEST_TIMEOUT: "The request did not come in time.",
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: "The body is too large; split it into several requests.",
    HTTPStatus.REQUEST_URI_TOO_LONG: "The address is too long.",
    HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE: "The headers are too long.",
    HTTPStatus.SERVICE_UNAVAILABLE: "Too many requests wait already; ask again.",
}


class Whole(Response):
    """An answer whose body is here and whose headers need no more work."""

    def __call__(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        """Answer a request that is not HEAD."""
        start_response(self.status, self.headers.to_wsgi_list())
        return [self.get_data()]


class Application(Flask):
    """Flask without what this service does not need: coroutines, and routes that depend on the host."""

    def wsgi_app(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        """Answer a request, or say why it was refused."""
        if (status := environ.get(REFUSED)) is None:
            return super().wsgi_app(environ, start_response)
        headers = {"Retry-After": "1"} if status == HTTPStatus.SERVICE_UNAVAILABLE else None
        return respond(status, _WHY.get(status, status.phrase), headers)(environ, start_response)

    def ensure_sync(self, func: Callable[..., Any]) -> Callable[..., Any]:
        """Return a view as it is: there are no coroutines to look for."""
        return func

    def create_url_adapter(self, request: Request | None) -> MapAdapter | None:
        """Return what finds the view of a request, by its path and method alone."""
        if request is None:
            return super().create_url_adapter(None)
        environ = request.environ
        return MapAdapter(
            self.url_map,
            environ.get("HTTP_HOST", ""),
            request.root_path + "/",
            "",
            environ["wsgi.url_scheme"],
            request.path,
            environ["REQUEST_METHOD"],
            environ.get("QUERY_STRING", ""),
        )

    def preprocess_request(self) -> Any:
        """Tell the log and the metrics which endpoint answers, then go through the hooks."""
        note(endpoint=present.endpoint)
        return super().preprocess_request()
