"""Flask with less to do for each request, and a direct road past it for the one that most ask."""

from collections.abc import Callable, Iterable
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from flask import Flask, Request, Response
from flask import request as present
from werkzeug.routing import MapAdapter

from service.web.direct import JSON, Offer, plain_length
from service.web.problems import ProblemError, respond
from service.web.requests_log import notes_of

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

type Gate = Callable[["WSGIEnvironment", str | None], None]
"""Looks at a request and the endpoint that is to answer it, and raises ProblemError where it may not pass."""

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
    """Flask without what this service does not need: coroutines, and routes that depend on the host.

    `gates` are gone through before every answer. `offers` are what is answered directly, by the path of a POST: Flask's
    contexts and objects cost more than tagging a sentence. They are for requests that ask plainly; who asks in another
    way is answered by the view, with the same function, and so is everybody where hooks want to see Flask's objects.
    """

    def __init__(self, name: str, **more: Any) -> None:
        super().__init__(name, **more)
        self.gates: list[Gate] = []
        self.offers: dict[str, Offer] = {}

    def wsgi_app(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        """Answer a request, or say why it was refused."""
        if (status := environ.get(REFUSED)) is not None:
            headers = {"Retry-After": "1"} if status == HTTPStatus.SERVICE_UNAVAILABLE else None
            return respond(status, _WHY.get(status, status.phrase), headers)(environ, start_response)
        offer, length = self.offers.get(environ.get("PATH_INFO", "")), plain_length(environ)
        if offer is None or length is None or length > offer.most or self._has_hooks:
            return super().wsgi_app(environ, start_response)
        try:
            self._pass(environ, offer.endpoint)
            body = offer.answer(environ["wsgi.input"].read(length), notes_of(environ))
        except ProblemError as error:
            return respond(error.status, error.detail, error.headers)(environ, start_response)
        except Exception as error:  # noqa: BLE001  # Flask logs it, or raises it again where tests want to see it
            with self.request_context(environ):
                return self.handle_exception(error)(environ, start_response)
        start_response("200 OK", [("Content-Type", JSON), ("Content-Length", str(len(body)))])
        return [body]

    @property
    def _has_hooks(self) -> bool:
        """Whether somebody wants to see every request or answer as Flask's objects."""
        return bool(
            self.after_request_funcs
            or self.teardown_request_funcs
            or self.teardown_appcontext_funcs
            or None in self.before_request_funcs
        )

    def _pass(self, environ: "WSGIEnvironment", endpoint: str | None) -> None:
        """Tell the log and the metrics which endpoint answers, then go through the gates."""
        notes_of(environ)["endpoint"] = endpoint
        for gate in self.gates:
            gate(environ, endpoint)

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
        """Go through the gates and the hooks."""
        self._pass(present.environ, present.endpoint)
        return super().preprocess_request()
