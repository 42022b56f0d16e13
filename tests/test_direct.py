"""A request that asks plainly is answered past Flask, and nobody can tell but by the time it takes."""

import json

import flask
import orjson
import pytest
from prometheus_client.parser import text_string_to_metric_families

from service.app import create_app

KEY = "desk-0123456789abcdef"
SENTENCE = "با راه‌اندازی درمانگاه تازه ۲۵ نفر در بخش مرکزی مشغول به کار شدند."
PLAIN, NOT_PLAIN = "application/json", "application/json; charset=utf-8"
OWN = ("time", "ms", "request")
"""What no two lines of the log have in common."""


class Broken:
    version = "0123456789ab"

    def tag_sentences(self, _):
        raise RuntimeError("secret-word")


def drain(state):
    state.drain()


def lose(state):
    state.tagger = None


def break_down(state):
    state.tagger = Broken()


def ask(client, body, kind, **headers):
    return client.post("/classify", data=body, content_type=kind, headers=headers)


def told(metrics):
    return {
        (sample.name, *sample.labels.values()): sample.value
        for family in text_string_to_metric_families(metrics.text().decode())
        for sample in family.samples
        if not sample.name.startswith("barchasb_request_seconds_")
    }


CASES = {
    "one sentence": (200, {"sentences": [SENTENCE]}),
    "many sentences": (200, {"sentences": [SENTENCE, "سلام دنیا"] * 20}),
    "thresholds": (200, {"sentences": [SENTENCE], "thresholds": {"health": 0, "employment": 1}}),
    "an explanation": (200, {"sentences": [SENTENCE], "explain": True}),
    "a document": (200, {"text": f"عنوان یک خبر\n\n{SENTENCE} صادرات پسته به عراق رونق گرفت."}),
    "a document without sentences": (200, {"text": "انتهای پیام/"}),
    "an accept that takes anything": (200, {"text": "سلام"}, {}, {"Accept": "text/html, */*;q=0.5"}),
    "an id": (200, {"text": "سلام"}, {}, {"X-Request-ID": "report-17"}),
    "a query": (200, {"text": "سلام"}, {}, {}, None, "?text=no"),
    "no JSON": (400, b"{"),
    "no body": (400, b""),
    "an unknown key": (422, {"text": "a", "words": 1}),
    "a list": (422, []),
    "a sentence without a letter": (422, {"sentences": ["a", " "]}),
    "too many sentences": (413, {"sentences": ["a"] * 51}),
    "too many sentences in a document": (413, {"text": "سلام دنیا. " * 60}),
    "a sentence that is too long": (413, {"sentences": ["a" * 10_001]}),
    "a body that is too long": (413, {"text": "a" * 200_000}),
    "another host": (400, {"text": "سلام"}, {}, {"Host": "evil.example"}),
    "a key": (200, {"text": "سلام"}, {"API_KEYS": f"desk:{KEY}"}, {"X-API-Key": KEY}),
    "no key": (401, {"text": "سلام"}, {"API_KEYS": f"desk:{KEY}"}),
    "a wrong key": (401, {"text": "سلام"}, {"API_KEYS": f"desk:{KEY}"}, {"Authorization": "Bearer x"}),
    "no key in a browser": (401, {"text": "سلام"}, {"API_KEYS": f"desk:{KEY}"}, {"Accept": "text/html"}),
    "the rate": (200, {"text": "سلام"}, {"RATE_LIMIT": "1/hour"}),
    "stopping": (200, {"text": "سلام"}, {}, {}, drain),
    "no model": (503, {"text": "سلام"}, {}, {}, lose),
    "a broken model": (500, {"sentences": ["a"]}, {}, {}, break_down),
}


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_the_direct_road_answers_as_flask_does(tagger, manifest, capfd, caplog, case):
    status, body, config, headers, change, query = (*case, *({}, {}, None, "")[len(case) - 2 :])
    body = body if isinstance(body, bytes) else json.dumps(body).encode()
    found = []
    for kind in (PLAIN, NOT_PLAIN):
        app = create_app({"MAX_SENTENCES": 50, "MAX_BODY": 200_000, **config}, tagger, manifest)
        if change is not None:
            change(app.extensions["state"])
        response = app.test_client().post(f"/classify{query}", data=body, content_type=kind, headers=headers)
        names = [*response.headers]
        lines = [orjson.loads(line) for line in capfd.readouterr().err.splitlines()]
        found.append(
            {
                "status": response.status,
                "headers": [(name, value) for name, value in names if name != "X-Request-ID"],
                "id": [value for name, value in names if name == "X-Request-ID" and "X-Request-ID" in headers],
                "body": response.data,
                "log": [{name: value for name, value in line.items() if name not in OWN} for line in lines],
                "errors": [(record.getMessage(), repr(record.exc_info[1])) for record in caplog.records],
                "metrics": told(app.extensions["metrics"]),
            }
        )
        caplog.clear()
    direct, by_flask = found
    assert direct == by_flask
    assert direct["status"].startswith(str(status))
    assert [line["endpoint"] for line in direct["log"]] == ["api.classify"]
    assert direct["metrics"]["barchasb_requests_total", "api.classify", str(status)] == 1
    assert len(direct["errors"]) == (status == 500)


@pytest.mark.parametrize("kind", [PLAIN, NOT_PLAIN])
def test_a_count_has_both_roads_in_it(tagger, manifest, kind):
    config = {"QUIET": True, "API_KEYS": f"desk:{KEY}", "WRONG_KEYS": "2/hour", "RATE_LIMIT": "2/hour"}
    client = create_app(config, tagger, manifest).test_client()
    body = b'{"text": "a"}'
    other = NOT_PLAIN if kind == PLAIN else PLAIN
    asked = [ask(client, body, each, **{"X-API-Key": KEY}) for each in (kind, other, kind)]
    assert [response.status_code for response in asked] == [200, 200, 429]
    assert 0 < int(asked[-1].headers["Retry-After"]) <= 3600
    guessed = [ask(client, body, each, **{"X-API-Key": "x"}) for each in (kind, other, kind)]
    assert [response.status_code for response in guessed] == [401, 401, 429]


def by_flask(app, **headers):
    """Whether Flask's own road answers a request for a document's tags."""
    seen = []

    def see(_, **__):
        seen.append(flask.request.path)

    with flask.request_started.connected_to(see, app):
        kind = headers.pop("Content-Type", PLAIN)
        assert ask(app.test_client(), b'{"text": "a"}', kind, **headers).status_code == 200
    return bool(seen)


def test_only_who_asks_plainly_passes_flask(app):
    assert not by_flask(app)
    assert not by_flask(app, Accept="application/json, */*")
    assert by_flask(app, **{"Content-Type": NOT_PLAIN})
    assert by_flask(app, Accept="application/x-ndjson")


@pytest.mark.parametrize("hook", ["before_request", "after_request", "teardown_request", "teardown_appcontext"])
def test_who_hooks_into_flask_sees_every_request(tagger, manifest, hook):
    app = create_app({"QUIET": True}, tagger, manifest)
    seen = []
    getattr(app, hook)(lambda *given: [seen.append(hook), *given][1] if given else seen.append(hook))
    assert by_flask(app)
    assert seen == [hook]


def test_a_setting_for_other_origins_is_kept_by_flask(tagger, manifest):
    assert by_flask(create_app({"QUIET": True, "CORS": "*"}, tagger, manifest))


def test_a_failure_is_raised_again_where_the_settings_say_so(app):
    app.extensions["state"].tagger = Broken()
    for kind in (PLAIN, NOT_PLAIN):
        with pytest.raises(RuntimeError, match="secret-word"):
            ask(app.test_client(), b'{"sentences": ["a"]}', kind)


@pytest.mark.parametrize("length", ["", "-1", "x", "1" * 5000])
def test_a_length_that_is_none_fails_on_no_road(client, length):
    environ = {"CONTENT_LENGTH": length, "wsgi.input_terminated": True}
    response = client.post("/classify", data=b'{"text": "a"}', content_type=PLAIN, environ_overrides=environ)
    assert response.status_code in (200, 400, 413)
