"""The OpenAPI document, made of the views and of `service.web.schemas`, and a page that shows it without any network.

apispec takes schemas and views as they are. flask-openapi3, the other candidate with files for a page without network,
drops the keywords of JSON Schema that it does not know, promises a 422 of its own everywhere, and wraps each view.
"""

import re
from collections.abc import Callable, Mapping
from http import HTTPStatus
from pathlib import Path
from typing import Any

import flask_swagger_ui
import msgspec
from apispec import APISpec
from flask import Blueprint, Flask, Response, current_app

from service import __version__
from service.corrections import schemas as correction_schemas
from service.serving.settings import Settings
from service.tagger import to_json
from service.web import schemas
from service.web.keys import open_to_all
from service.web.requests_log import ID_HEADER, ID_PATTERN, VERSION_HEADER

_REF = "#/components/schemas/{name}"
_PAGE = """<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Barchasb: documentation</title>
<link rel="stylesheet" href="docs/static/swagger-ui.css">
<div id="swagger-ui"></div>
<script src="docs/static/swagger-ui-bundle.js"></script>
<script src="docs/start.js"></script>
</html>
"""
_START = 'SwaggerUIBundle({url: "openapi.json", dom_id: "#swagger-ui", deepLinking: true});\n'
# Swagger UI sets styles on its elements and draws its icons from data: addresses; nothing leaves this origin.
_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; "
    "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)


def ref(model: type) -> dict[str, str]:
    """Return a reference to a schema."""
    return {"$ref": _REF.format(name=model.__name__)}


def documented[View: Callable[..., Any]](
    answers: Mapping[str, Any],
    *,
    body: Mapping[str, Any] | None = None,
    problems: tuple[HTTPStatus, ...] = (),
    headers: tuple[str, ...] = (),
    status: HTTPStatus = HTTPStatus.OK,
    or_status: HTTPStatus | None = None,
    parameters: tuple[Mapping[str, Any], ...] = (),
) -> Callable[[View], View]:
    """Mark a view with what the OpenAPI document says of it; its docstring is the description.

    `answers` and `body` are schemas by media type, `headers` the names of further headers of the answer; `or_status`
    is another status of the same answer.
    """
    found: dict[str, Any] = {
        str(status.value): {
            "description": status.phrase,
            "content": {
                media: {"schema": schema} if "schema" not in schema else schema for media, schema in answers.items()
            },
            "headers": {
                ID_HEADER: ID_HEADER,
                VERSION_HEADER: VERSION_HEADER,
                **{name: {"schema": {"type": "string"}} for name in headers},
            },
        }
    }
    if or_status:
        found[str(or_status.value)] = {**found[str(status.value)], "description": or_status.phrase}
    for each in problems:
        found[str(each.value)] = each.name

    def mark(view: View) -> View:
        summary, _, description = (view.__doc__ or "").partition("\n")
        operation: dict[str, Any] = {
            "summary": summary,
            "description": " ".join(description.split()),
            "parameters": [ID_HEADER, *parameters],
            "responses": found,
        }
        if body is not None:
            operation["requestBody"] = {"required": True, "content": body}
        view.operation = operation  # type: ignore[attr-defined]  # a mark that `document` looks for
        return view

    return mark


def _components(spec: APISpec, settings: Settings) -> None:
    _, found = msgspec.json.schema_components((*schemas.ALL, *correction_schemas.ALL), ref_template=_REF)
    sentences = found["Sentences"]["properties"]["sentences"]
    sentences["maxItems"] = settings.max_sentences
    sentences["items"]["maxLength"] = settings.max_length
    for name, schema in found.items():
        spec.components.schema(name, schema)
    spec.components.header(ID_HEADER, {"schema": {"type": "string"}, "description": "The id of the request."})
    spec.components.header(
        VERSION_HEADER, {"schema": {"type": "string"}, "description": "The version of the model that answers."}
    )
    spec.components.parameter(
        ID_HEADER,
        "header",
        {
            "required": False,
            "schema": {"type": "string"},
            "description": f"An id for the log and the answer; one that does not match {ID_PATTERN} is replaced.",
            "example": "report-17",
        },
    )
    for status in HTTPStatus:
        if status.is_client_error or status.is_server_error:
            content = {"application/problem+json": {"schema": ref(schemas.Problem)}}
            spec.components.response(status.name, {"description": status.phrase, "content": content})


def document(app: Flask, settings: Settings) -> dict[str, Any]:
    """Return the OpenAPI document of an app's documented views, with the limits that are set."""
    # apispec replaces the name of a component by a reference to it.
    keys = bool(settings.api_keys)
    spec = APISpec(
        title="Barchasb",
        version=__version__,
        openapi_version="3.1.0",
        info={"description": "Tags the sentences of Persian news by theme and by type."},
        security=[{"bearer": []}, {"key": []}] if keys else [],
    )
    _components(spec, settings)
    if keys:
        spec.components.security_scheme("bearer", {"type": "http", "scheme": "bearer"})
        spec.components.security_scheme("key", {"type": "apiKey", "in": "header", "name": "X-API-Key"})
    for rule in app.url_map.iter_rules():
        view = app.view_functions[rule.endpoint]
        if (operation := getattr(view, "operation", None)) is None:
            continue
        responses = dict(operation["responses"])
        if keys and not hasattr(view, "open_to_all"):
            responses["401"] = HTTPStatus.UNAUTHORIZED.name
        if settings.rate_limit or (keys and settings.wrong_keys):
            responses["429"] = HTTPStatus.TOO_MANY_REQUESTS.name
        responses["503"] = HTTPStatus.SERVICE_UNAVAILABLE.name
        found = {**operation, "operationId": rule.endpoint.rpartition(".")[2], "responses": responses}
        if keys and hasattr(view, "open_to_all"):
            found["security"] = []
        (method,) = (rule.methods or set()) - {"HEAD", "OPTIONS"}
        spec.path(re.sub(r"<(?:[^:<>]+:)?([^<>]+)>", r"{\1}", rule.rule), operations={method.lower(): found})
    answer: dict[str, Any] = spec.to_dict()
    return answer


docs = Blueprint(
    "docs", __name__, static_folder=Path(flask_swagger_ui.__file__).parent / "dist", static_url_path="/docs/static"
)


@docs.get("/openapi.json")
@open_to_all
def openapi() -> Response:
    """Return the OpenAPI document."""
    return Response(current_app.extensions["openapi"], mimetype="application/json")


@docs.get("/docs")
@open_to_all
def page() -> Response:
    """Return a page that shows the OpenAPI document and asks the service."""
    return Response(_PAGE, mimetype="text/html", headers={"Content-Security-Policy": _POLICY})


@docs.get("/docs/start.js")
@open_to_all
def start() -> Response:
    """Return the script of the page, which its policy does not let stand in it."""
    return Response(_START, mimetype="text/javascript")


def register(app: Flask, settings: Settings) -> None:
    """Give an app its documentation; the views to document are registered before."""
    app.register_blueprint(docs)
    app.extensions["openapi"] = to_json(document(app, settings))
