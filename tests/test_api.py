import json
import string

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from service.app import create_app

SENTENCE = "با راه‌اندازی درمانگاه تازه ۲۵ نفر در بخش مرکزی مشغول به کار شدند."
TAG_KEYS = ["text", "start", "end", "themes", "type", "scores"]
SCORES = ["health", "employment", "export", "ideology", "statistic"]


def post(client, value, **options):
    body = value if isinstance(value, bytes) else json.dumps(value).encode()
    return client.post("/classify", data=body, **{"content_type": "application/json", **options})


def assert_problem(response, status, detail=""):
    assert response.status_code == status
    assert response.mimetype == "application/problem+json"
    problem = json.loads(response.data)
    assert list(problem) == ["type", "title", "status", "detail"]
    assert problem["status"] == status
    assert detail in problem["detail"]
    return problem


def test_a_document_is_answered_sentence_by_sentence(client, tagger):
    document = f"عنوان یک خبر\n\n{SENTENCE} صادرات پسته به عراق رونق گرفت.\n\nانتهای پیام/"
    answer = post(client, {"text": document}).get_json()
    assert list(answer) == ["model", "sentences"]
    assert answer["model"] == tagger.version
    assert [list(tag) for tag in answer["sentences"]] == [TAG_KEYS] * 3
    assert [list(tag["scores"]) for tag in answer["sentences"]] == [SCORES] * 3
    for tag in answer["sentences"]:
        assert document[tag["start"] : tag["end"]] == tag["text"]


def test_sentences_are_answered_one_each_in_order(client):
    sentences = [SENTENCE, "سلام. دنیا!", SENTENCE]
    answer = post(client, {"sentences": sentences}).get_json()["sentences"]
    assert [tag["text"] for tag in answer] == sentences
    assert [(tag["start"], tag["end"]) for tag in answer] == [(0, len(sentence)) for sentence in sentences]
    assert answer[0] == answer[2]


def test_persian_is_answered_as_utf_8_and_not_escaped(client):
    assert SENTENCE.encode() in post(client, {"sentences": [SENTENCE]}).data


def test_an_explanation_sums_to_the_score(client, tagger):
    answer = post(client, {"sentences": [SENTENCE], "explain": True}).get_json()["sentences"][0]
    explanation = answer["explanation"]
    expected = tagger.model.decision_function([SENTENCE])[0]
    for label, score in zip(SCORES, expected, strict=True):
        total = explanation["bias"][label] + sum(part["weights"][label] for part in explanation["words"])
        assert abs(total - score) < 1e-9


def test_no_explanation_comes_unasked(client):
    assert "explanation" not in post(client, {"sentences": [SENTENCE]}).get_json()["sentences"][0]


def test_a_page_of_furniture_alone_has_no_sentences(client):
    assert post(client, {"text": "کد خبر: ۱۲۳۴۵\nانتهای پیام/"}).get_json()["sentences"] == []


def test_the_state_names_the_model(client, tagger):
    assert client.get("/healthz").get_json() == {"status": "ok", "model": tagger.version}


@pytest.mark.parametrize(
    ("body", "status", "detail"),
    [
        (b"", 400, "not JSON"),
        (b"{", 400, "not JSON"),
        (b"[" * 100_000, 400, "not JSON"),
        (b'{"text": "\xff"}', 400, "not JSON"),
        (b'{"text": "\\ud800 ali"}', 400, "not JSON"),
        (b'{"sentences": ["\\udfff"]}', 400, "not JSON"),
        (b'{"text": NaN}', 400, "not JSON"),
        (b"[]", 422, "must be an object"),
        (b'"text"', 422, "must be an object"),
        (b"null", 422, "must be an object"),
        (b"{}", 422, "either"),
        (b'{"explain": true}', 422, "either"),
        (b'{"text": "a", "sentences": ["a"]}', 422, "not both"),
        (b'{"text": 5}', 422, '"text" must be a string'),
        (b'{"text": null}', 422, '"text" must be a string'),
        (b'{"text": ""}', 422, '"text" has no letter or digit'),
        (b'{"text": "   "}', 422, '"text" has no letter or digit'),
        (b'{"text": "a\\u0000b"}', 422, "NUL"),
        (b'{"sentences": "a"}', 422, "must be a list"),
        (b'{"sentences": []}', 422, "at least one"),
        (b'{"sentences": ["a", 5]}', 422, "Sentence 1 must be a string"),
        (b'{"sentences": ["a", "  "]}', 422, "Sentence 1 has no letter or digit"),
        (b'{"sentences": ["a\\u0000"]}', 422, "Sentence 0 has a NUL"),
        (b'{"sentences": [["a"]]}', 422, "Sentence 0 must be a string"),
        (b'{"text": "a", "explain": 1}', 422, '"explain" must be true or false'),
        (b'{"text": "a", "exlain": true}', 422, "1 key(s) unknown"),
    ],
)
def test_a_bad_body_is_a_problem(client, body, status, detail):
    assert_problem(post(client, body), status, detail)


def test_a_body_over_the_limit_is_refused(client):
    assert_problem(post(client, {"text": "a" * 10_000_000}), 413, "too large")


def test_too_many_sentences_are_refused(client):
    assert_problem(post(client, {"sentences": ["a"] * 51}), 413, "at most 50")
    assert_problem(post(client, {"text": "سلام دنیا. " * 51}), 413, "at most 50")
    assert post(client, {"sentences": ["a"] * 50}).status_code == 200


def test_another_content_type_is_refused(client):
    assert_problem(post(client, b'{"text": "a"}', content_type="text/plain"), 415, "application/json")
    assert_problem(client.post("/classify", data=b'{"text": "a"}'), 415, "application/json")


def test_another_method_is_refused_and_the_right_one_named(client):
    response = client.get("/classify")
    assert_problem(response, 405)
    assert "POST" in response.headers["Allow"]


def test_another_address_is_a_problem(client):
    assert_problem(client.get("/nothing/secret-word"), 404, "POST /classify")


def test_a_failure_inside_is_a_problem_without_its_message(app):
    app.config["PROPAGATE_EXCEPTIONS"] = False

    class Broken:
        version = "x"

        def tag_sentences(self, _):
            raise RuntimeError("secret-word")

    app.extensions["state"].tagger = Broken()
    response = post(app.test_client(), {"sentences": ["a"]})
    assert_problem(response, 500)
    assert b"secret-word" not in response.data


def test_thresholds_of_a_request_decide_and_the_scores_stay(client):
    plain = post(client, {"sentences": [SENTENCE]}).get_json()["sentences"][0]
    for label, score in plain["scores"].items():
        for threshold, has in ((score, True), (min(1, score + 0.0001), False)):
            asked = {"sentences": [SENTENCE], "thresholds": {label: threshold}}
            answer = post(client, asked).get_json()["sentences"][0]
            assert answer["scores"] == plain["scores"]
            if label == "statistic":
                assert (answer["type"] == "statistic") == has
                assert answer["themes"] == plain["themes"]
            else:
                assert (label in answer["themes"]) == has
                assert answer["type"] == plain["type"]
                assert [theme for theme in answer["themes"] if theme != label] == [
                    theme for theme in plain["themes"] if theme != label
                ]


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


@pytest.mark.parametrize("length", [20, 21])
def test_a_sentence_may_have_so_many_characters(tagger, length):
    client = create_app({"QUIET": True, "MAX_LENGTH": 20}, tagger).test_client()
    response = post(client, {"sentences": ["ب" * length]})
    assert response.status_code == (200 if length == 20 else 413)
    assert post(client, {"text": "ب" * length}).status_code == 200


@pytest.mark.parametrize("over", [0, 1])
def test_a_body_may_have_so_many_bytes(tagger, over):
    body = json.dumps({"sentences": [SENTENCE]}).encode()
    client = create_app({"QUIET": True, "MAX_BODY": len(body) - over}, tagger).test_client()
    assert post(client, body).status_code == (413 if over else 200)


def test_another_origin_may_ask_where_the_setting_says_so(tagger, client):
    origin = {"Origin": "https://news.example"}
    assert "Access-Control-Allow-Origin" not in post(client, {"text": "سلام"}, headers=origin).headers
    asking = {**origin, "Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "content-type"}
    open_client = create_app(
        {"QUIET": True, "CORS": "https://news.example,https://other.example", "API_KEYS": "desk:0123456789abcdef"},
        tagger,
    ).test_client()
    response = open_client.options("/classify", headers=asking)
    assert response.status_code == 200
    assert response.headers["Access-Control-Allow-Origin"] == "https://news.example"
    assert "content-type" in response.headers["Access-Control-Allow-Headers"].lower()
    answer = post(open_client, {"text": "سلام"}, headers={**origin, "X-API-Key": "0123456789abcdef"})
    assert answer.headers["Access-Control-Allow-Origin"] == "https://news.example"
    assert "X-Model-Version" in answer.headers["Access-Control-Expose-Headers"]
    elsewhere = open_client.options("/classify", headers={**asking, "Origin": "https://evil.example"})
    assert "Access-Control-Allow-Origin" not in elsewhere.headers


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
