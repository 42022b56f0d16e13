"""GET /healthz, /readyz and /metrics: how the service is."""

from http import HTTPStatus
from typing import cast

from flask import Blueprint, Response, current_app
from prometheus_client import CONTENT_TYPE_LATEST

from service.tagger import to_json
from service.web.keys import open_to_all
from service.web.metrics import Metrics
from service.web.openapi import documented, ref
from service.web.problems import ProblemError
from service.web.schemas import Health, Ready
from service.web.state import State

state = Blueprint("state", __name__)


def _state() -> State:
    return cast(State, current_app.extensions["state"])


@state.get("/healthz")
@open_to_all
@documented({"application/json": ref(Health)})
def healthz() -> Response:
    """Say that the process lives."""
    tagger = _state().tagger
    version = None if tagger is None else tagger.version
    return Response(to_json({"status": "ok", "model": version}), mimetype="application/json")


@state.get("/readyz")
@open_to_all
@documented({"application/json": ref(Ready)})
def readyz() -> Response:
    """Say whether requests should be sent here.

    503 before a model has been loaded and has answered a probe sentence, and 503 again before the service stops.
    """
    found = _state()
    if found.tagger is None or not found.ready:
        why = "The service is stopping." if found.draining else "There is no model yet."
        raise ProblemError(HTTPStatus.SERVICE_UNAVAILABLE, why, {"Retry-After": "1"})
    return Response(to_json({"status": "ready", "model": found.tagger.version}), mimetype="application/json")


@state.get("/metrics")
@documented({"text/plain": {"type": "string"}})
def metrics() -> Response:
    """Return what Prometheus counts, of all workers together."""
    return Response(cast(Metrics, current_app.extensions["metrics"]).text(), content_type=CONTENT_TYPE_LATEST)
