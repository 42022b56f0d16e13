"""Flask with less to do for each request."""

from collections.abc import Callable, Iterable, Mapping
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from flask import Flask, Request, Response
from flask import request as present
from werkzeug.routing import MapAdapter, Rule

from service.web.problems import respond
from service.web.requests_log import notes_of

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


class _Adapter(MapAdapter):
    """Remembers the rules of addresses without variables: what finds them takes as long as parsing a sentence."""

    known: dict[tuple[str, str], Rule]

    def match(self, *arguments: Any, **more: Any) -> tuple[Any, Mapping[str, Any]]:
        """Return the rule of the request and what its variables are; raises HTTPException where there is none."""
        found: tuple[Any, Mapping[str, Any]]
        if arguments or more != {"return_rule": True}:
            found = super().match(*arguments, **more)
            return found
        key = self.path_info, self.default_method
        if rule := self.known.get(key):
            return rule, {}
        found = super().match(return_rule=True)
        if not found[1]:
            self.known[key] = found[0]
        return found


class Application(Flask):
    """Flask without what this service does not need: coroutines, and routes that depend on the host."""

    def __init__(self, *arguments: Any, **more: Any) -> None:
        super().__init__(*arguments, **more)
        self._known: dict[tuple[str, str], Rule] = {}

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
        adapter = _Adapter(
            self.url_map,
            environ.get("HTTP_HOST", ""),
            request.root_path + "/",
            "",
            environ["wsgi.url_scheme"],
            request.path,
            environ["REQUEST_METHOD"],
            environ.get("QUERY_STRING", ""),
        )
        adapter.known = self._known
        return adapter

    def preprocess_request(self) -> Any:
        """Tell the log and the metrics which endpoint answers, then go through the hooks."""
        request: Request = present._get_current_object()  # type: ignore[attr-defined]  # noqa: SLF001  # Flask's own way
        notes_of(request.environ)["endpoint"] = request.endpoint
        return super().preprocess_request()
