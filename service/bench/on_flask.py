"""Two bare Flask views under the server of the service: python -m service.bench.on_flask ceiling|scikit PORT WORKERS.

`ceiling` parses and answers without looking at the sentences: no Flask view under this server can be faster. `scikit`
asks the pipelines. `sync` is the ceiling under the workers that gunicorn has by default.
"""

import sys
from collections.abc import Callable
from typing import Any

import orjson
from flask import Flask, Response, request

from labels.scheme import Theme, Type
from service.bench import scikit
from service.serving.server import Server
from service.serving.settings import Settings
from service.web.metrics import Metrics
from service.web.state import State

_Answer = Callable[[list[str]], list[dict[str, Any]]]


def constant(sentences: list[str]) -> list[dict[str, Any]]:
    """Return the same tag for every sentence, made anew for each."""
    return [
        {
            "text": sentence,
            "start": 0,
            "end": len(sentence),
            "themes": [Theme.EMPLOYMENT],
            "type": Type.STATISTIC,
            "scores": {"health": 0.179, "employment": 0.9891, "export": 0.01, "ideology": 0.0, "statistic": 0.9987},
        }
        for sentence in sentences
    ]


def pipelines() -> _Answer:
    """Return what answers with the pipelines."""
    tagger = scikit.load()
    return lambda sentences: [tagged.to_dict() for tagged in tagger.tag_sentences(sentences)]


def app(answer: _Answer) -> Flask:
    """Return an application that does nothing but parse, answer and serialise."""
    made = Flask(__name__, static_folder=None)

    @made.post("/classify")
    def classify() -> Response:
        sentences = orjson.loads(request.get_data(cache=False))["sentences"]
        body = orjson.dumps({"model": "0123456789ab", "sentences": answer(sentences)})
        return Response(body, mimetype="application/json")

    return made


if __name__ == "__main__":
    kind, port, workers = sys.argv[1:]
    served = app(pipelines() if kind == "scikit" else constant)
    state = State()
    served.extensions |= {"state": state, "metrics": Metrics(state, ())}
    server = Server(served, Settings(port=int(port), workers=int(workers), watch=0, quiet=True))
    if kind == "sync":
        server.cfg.set("worker_class", "sync")
    server.run()
