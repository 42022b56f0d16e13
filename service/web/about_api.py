"""GET /model and GET /labels: what answers, and what its answers mean."""

from http import HTTPStatus
from typing import Any

from flask import Blueprint, Response, current_app, request

from labels.codebook import definitions
from labels.scheme import Theme, Type
from service.tagger import to_json
from service.web.openapi import documented, ref
from service.web.problems import ProblemError
from service.web.schemas import About, Scheme
from service.web.state import State

about = Blueprint("about", __name__)

_FIELDS = About.__struct_fields__


def _kept(value: dict[str, Any]) -> Response:
    response = Response(to_json(value), mimetype="application/json")
    response.cache_control.no_cache = True
    response.add_etag()
    response.make_conditional(request)
    return response


@about.get("/model")
@documented({"application/json": ref(About)}, headers=("ETag",))
def model() -> Response:
    """Say which model answers: labels, thresholds, scores, counts of its data."""
    state: State = current_app.extensions["state"]
    if state.manifest is None:
        raise ProblemError(HTTPStatus.SERVICE_UNAVAILABLE, "The model has no manifest.", {"Retry-After": "1"})
    manifest = vars(state.manifest)
    return _kept({name: manifest[name] for name in _FIELDS})


@about.get("/labels")
@documented({"application/json": ref(Scheme)}, headers=("ETag",))
def labels() -> Response:
    """Say what a sentence can be, as the codebook defines it."""
    means = definitions()
    return _kept(
        {
            name: [{"label": label, "definition": means[label]} for label in group]
            for name, group in (("themes", Theme), ("types", Type))
        }
    )
