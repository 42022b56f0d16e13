import json

import pytest

from service.app import create_app

from .test_api import SENTENCE, assert_problem, post


def lines(client, value):
    response = post(client, value, headers={"Accept": "application/x-ndjson"})
    assert response.status_code == 200
    assert response.mimetype == "application/x-ndjson"
    return response, [json.loads(line) for line in response.data.splitlines()]


@pytest.mark.parametrize("extra", [{}, {"explain": True}, {"thresholds": {"health": 0}}])
@pytest.mark.parametrize("asked", [{"sentences": [SENTENCE, "سلام دنیا!"]}, {"text": f"{SENTENCE} سلام دنیا!"}])
def test_a_stream_has_the_tags_a_line_each_and_the_version_in_its_header(client, tagger, asked, extra):
    response, found = lines(client, {**asked, **extra})
    assert found == post(client, {**asked, **extra}).get_json()["sentences"]
    assert len(found) == 2
    assert response.headers["X-Model-Version"] == tagger.version


def test_a_long_stream_comes_in_pieces(tagger):
    client = create_app({"QUIET": True}, tagger).test_client()
    with client.post(
        "/classify", json={"sentences": [SENTENCE] * 1001}, headers={"Accept": "application/x-ndjson"}
    ) as response:
        assert response.is_streamed
        pieces = [piece.count(b"\n") for piece in response.iter_encoded()]
    assert pieces == [500, 500, 1]


@pytest.mark.parametrize(
    "accept", ["*/*", "application/json", "application/json, application/x-ndjson;q=0.5", "text/html"]
)
def test_json_is_answered_unless_lines_are_wanted_more(client, accept):
    assert post(client, {"sentences": [SENTENCE]}, headers={"Accept": accept}).mimetype == "application/json"


def test_a_stream_that_cannot_be_is_a_problem(client):
    response = post(client, {"sentences": []}, headers={"Accept": "application/x-ndjson"})
    assert_problem(response, 422, "at least one")
