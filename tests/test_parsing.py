import json
import string

import orjson
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from jsonschema_rs import validator_for

from service.app import create_app
from service.serving.settings import Settings
from service.web import openapi
from service.web.parsing import parse
from service.web.problems import ProblemError

from .test_api import assert_problem, post

LIMIT, LONGEST = 4, 30
LIMITS = Settings(max_sentences=LIMIT, max_length=LONGEST)
LABELS = ["health", "employment", "export", "ideology", "statistic"]


@pytest.fixture(scope="module")
def valid(tagger, manifest):
    """Whether the OpenAPI document allows a body."""
    app = create_app({"MAX_SENTENCES": LIMIT, "MAX_LENGTH": LONGEST}, tagger, manifest)
    document = openapi.document(app, app.extensions["settings"])
    schema = document["paths"]["/classify"]["post"]["requestBody"]["content"]["application/json"]["schema"]
    return validator_for({**schema, "components": document["components"]}).is_valid


def accepted(body):
    try:
        parse(body, LIMITS)
    except ProblemError:
        return False
    return True


TEXT = st.one_of(
    st.text(max_size=40),
    st.sampled_from(
        ["", " ", "_", "-", "\N{ZERO WIDTH NON-JOINER}", "۵", "½", "٫", "a\0", "\0", "سلام", "a" * 30, "a" * 31]
    ),
)
NUMBER = st.one_of(
    st.floats(-1, 2), st.integers(-1, 2), st.booleans(), st.none(), st.sampled_from([0, 1, 1.0, -0.0, 1e-300])
)
VALUE = st.one_of(TEXT, NUMBER, st.lists(st.one_of(TEXT, NUMBER), max_size=2))
BODY = st.fixed_dictionaries(
    {},
    optional={
        "text": VALUE,
        "sentences": st.one_of(st.lists(st.one_of(TEXT, TEXT, TEXT, NUMBER), max_size=6), VALUE),
        "explain": st.one_of(st.booleans(), VALUE),
        "thresholds": st.one_of(st.dictionaries(st.sampled_from([*LABELS, "rhetoric"]), NUMBER, max_size=3), VALUE),
        "more": VALUE,
    },
)


@settings(deadline=None, max_examples=1000)
@given(st.one_of(BODY, VALUE))
def test_the_parser_takes_what_the_document_allows_and_nothing_else(valid, body):
    assert accepted(orjson.dumps(body)) == valid(body)


@settings(deadline=None, max_examples=1000)
@given(st.binary(max_size=60))
def test_any_bytes_are_a_request_or_a_problem(body):
    try:
        parse(body, LIMITS)
    except ProblemError as problem:
        assert 400 <= problem.status < 500  # noqa: PT017  # every other error fails the test by itself


@settings(deadline=None, max_examples=300)
@given(st.lists(st.text(min_size=1, max_size=LONGEST), min_size=1, max_size=LIMIT))
def test_what_is_parsed_is_what_was_sent(sentences):
    kept = [text for text in sentences if any(map(str.isalnum, text)) and "\0" not in text]
    if kept:
        assert parse(orjson.dumps({"sentences": kept}), LIMITS).sentences == kept


@pytest.mark.parametrize(
    ("body", "status", "told"),
    [
        ({"sentences": ["a"] * (LIMIT + 1)}, 413, "5 sentences, at most 4 go into one request"),
        ({"sentences": ["a", "a" * (LONGEST + 1)]}, 413, "Sentence 1 has 31 characters, at most 30 go"),
        ({"text": "a", "thresholds": {"rhetoric": 0.5}}, 422, '"thresholds" must be an object with some of the keys'),
        ({"text": "a", "thresholds": []}, 422, '"thresholds" must be an object'),
        ({"text": "a", "thresholds": {"health": 1.1}}, 422, "threshold of health must be a number from 0 to 1"),
        ({"text": "a", "thresholds": {"health": True}}, 422, "threshold of health must be a number from 0 to 1"),
        ({"text": "a", "thresholds": {"health": "0"}}, 422, "threshold of health must be a number from 0 to 1"),
    ],
)
def test_a_body_that_cannot_be_is_told(body, status, told):
    with pytest.raises(ProblemError, match=told) as caught:
        parse(json.dumps(body).encode(), LIMITS)
    assert caught.value.status == status


def test_at_every_limit_a_request_is_taken():
    body = {"sentences": ["a" * LONGEST] * LIMIT, "thresholds": dict.fromkeys(LABELS, 1) | {"health": 0}}
    assert parse(json.dumps(body).encode(), LIMITS).thresholds["health"] == 0
    assert parse(json.dumps({"text": "a" * 1000}).encode(), LIMITS).text == "a" * 1000


SECRET = st.text(string.ascii_letters, min_size=12, max_size=20)
JSON = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(-100, 100), SECRET),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(st.one_of(st.sampled_from(["text", "sentences", "explain"]), SECRET), inner, max_size=3),
    ),
)


@settings(deadline=None, max_examples=300, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(JSON, SECRET)
def test_no_body_fails_inside_and_no_problem_repeats_the_input(client, value, secret):
    response = post(client, {**value, secret: secret} if isinstance(value, dict) else value)
    if response.status_code == 200:
        assert response.mimetype == "application/json"
    else:
        problem = assert_problem(response, response.status_code)
        assert 400 <= response.status_code < 500
        assert secret not in problem["detail"]


@settings(deadline=None, max_examples=200, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.binary(max_size=200))
def test_no_bytes_fail_inside(client, body):
    assert post(client, body).status_code in (200, 400, 422)
