"""Flask with less to do for each request."""

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

from flask import Flask, Request, Response
from flask import request as present
from werkzeug.routing import MapAdapter

from service.web.requests_log import note

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment


class Whole(Response):
    """An answer whose body is here and whose headers need no more work."""

    def __call__(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        """Answer a request that is not HEAD."""
        start_response(self.status, self.headers.to_wsgi_list())
        return [self.get_data()]


class Application(Flask):
    """Flask without what this service does not need: coroutines, and routes that depend on the host."""

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
