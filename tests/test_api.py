import json

import pytest

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
