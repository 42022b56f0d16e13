"""The web application: `create_app` makes it, gunicorn serves it."""

from collections.abc import Mapping
from dataclasses import fields
from pathlib import Path
from typing import Any

from flask import Flask
from flask_cors import CORS

from service.answers import Answers
from service.api import api
from service.corrections.api import corrections_api
from service.corrections.store import CorrectionStore
from service.page import page
from service.serving.settings import Settings
from service.tagger import Tagger
from service.web import openapi, problems
from service.web.about_api import about
from service.web.counts import parse_rate
from service.web.direct import Offer
from service.web.flask_app import Application
from service.web.hosts import host_gate, hosts_of
from service.web.keys import key_gate, parse_keys
from service.web.limits import rate_gate
from service.web.metrics import Metrics
from service.web.requests_log import ID_HEADER, VERSION_HEADER, RequestsLog
from service.web.state import State
from service.web.state_api import state as state_api
from training.store import Manifest


def _settings(config: Mapping[str, Any]) -> Settings:
    names = {each.name for each in fields(Settings)}
    return Settings(**{name.lower(): value for name, value in config.items() if name.lower() in names})


def create_app(
    config: Mapping[str, Any] | None = None, tagger: Tagger | None = None, manifest: Manifest | None = None
) -> Flask:
    """Return the application; it loads the model in use unless a tagger is given.

    Config: the settings in upper case, and Flask's own.

    Raises ModelError where there is no sound model and SettingsError for a setting that cannot be.
    """
    app = Application(__name__, static_folder=None)
    config = config or {}
    settings = _settings(config)
    state = State(tagger, manifest)
    if tagger is None:
        state.load(Path(settings.models))
    app.config.from_mapping(MAX_CONTENT_LENGTH=settings.max_body)
    app.config.from_mapping(config)
    app.extensions["settings"] = settings
    app.extensions["state"] = state
    # Only named here: the file is opened by the process that first needs it, not by the one that forks.
    app.extensions["corrections"] = CorrectionStore(Path(settings.data))

    keys = parse_keys(settings.api_keys)
    if hosts := hosts_of(settings):
        app.gates.append(host_gate(hosts))
    if keys:
        wrong = parse_rate(settings.wrong_keys, "BARCHASB_WRONG_KEYS") if settings.wrong_keys else None
        app.gates.append(key_gate(app.view_functions, keys, wrong))
    if settings.rate_limit:
        app.gates.append(rate_gate(parse_rate(settings.rate_limit, "BARCHASB_RATE_LIMIT"), keys))
    if settings.cors:
        CORS(app, origins=settings.cors.split(","), expose_headers=[ID_HEADER, VERSION_HEADER])
    for blueprint in (api, about, state_api, corrections_api, page):
        app.register_blueprint(blueprint)
    problems.register(app)
    openapi.register(app, settings)

    metrics = Metrics(state, app.view_functions)
    app.extensions["metrics"] = metrics
    answers = Answers(settings, state, metrics)
    app.extensions["answers"] = answers
    app.offers["/classify"] = Offer("api.classify", answers.whole, settings.max_body)
    app.wsgi_app = RequestsLog(app.wsgi_app, metrics, state, quiet=settings.quiet)  # type: ignore[method-assign]  # Flask's own way
    return app
