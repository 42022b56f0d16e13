import json
import string

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

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
