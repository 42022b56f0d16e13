"""The web application: `create_app` makes it, gunicorn serves it."""

from collections.abc import Mapping
from typing import Any

from flask import Flask

from service import problems
from service.api import api
from service.corrections import CorrectionStore
from service.corrections_api import corrections_api
from service.page import page
from service.tagger import Tagger

# Enough for the longest speech (5,000 sentences are about 1.8 MB) and little enough to be answered in time.
_MAX_BODY = 2 * 1024 * 1024
_MAX_SENTENCES = 10_000


def create_app(config: Mapping[str, Any] | None = None, tagger: Tagger | None = None) -> Flask:
    """Return the application; it loads the model in use unless a tagger is given.

    Config: `MAX_CONTENT_LENGTH` (bytes of a body), `MAX_SENTENCES` (of one request), `CORRECTIONS` (their file, by
    default that of `BARCHASB_DATA`).

    Raises ModelError where there is no sound model.
    """
    app = Flask(__name__, static_folder=None)
    app.config.from_mapping(MAX_CONTENT_LENGTH=_MAX_BODY, MAX_SENTENCES=_MAX_SENTENCES, CORRECTIONS=None)
    app.config.from_mapping(config or {})
    app.extensions["tagger"] = tagger or Tagger.load()
    # Only named here: the file is opened by the process that first needs it, not by the one that forks.
    app.extensions["corrections"] = CorrectionStore(app.config["CORRECTIONS"])
    app.register_blueprint(api)
    app.register_blueprint(page)
    app.register_blueprint(corrections_api)
    problems.register(app)
    return app
