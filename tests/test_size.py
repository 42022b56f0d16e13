"""How much may come in one request."""

import json
import time

import pytest

from service.app import create_app

from .test_api import SENTENCE, assert_problem, post


def test_a_body_over_the_limit_is_refused(client):
    assert_problem(post(client, {"text": "a" * 10_000_000}), 413, "too large")


def test_too_many_sentences_are_refused(client):
    assert_problem(post(client, {"sentences": ["a"] * 51}), 413, "at most 50")
    assert_problem(post(client, {"text": "سلام دنیا. " * 51}), 413, "at most 50")
    assert post(client, {"sentences": ["a"] * 50}).status_code == 200


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


@pytest.mark.parametrize("over", [0, 1])
@pytest.mark.parametrize("mark", [".", "\n", "<", "؟"])
@pytest.mark.parametrize("path", ["/classify", "/"])
def test_a_document_may_have_so_many_marks_and_one_with_more_is_not_read(client, monkeypatch, path, mark, over):
    text = "آب" + mark * (5 * 50 + 1000 + over)
    if over:
        monkeypatch.setattr("seeds.page.read_page", None)
    asked = {"json": {"text": text}} if path == "/classify" else {"data": {"text": text}}
    assert client.post(path, **asked).status_code == (413 if over else 200)


@pytest.mark.parametrize(
    "unit", ["آ. ", "آ\n", "<p>آ", "<td>آ", "<br>آ", "<div>آ", "<!--آ", "<!--آ>", "<!", "<![", "<?", "آ؟<p>", "<b>آ"]
)
def test_a_document_with_eight_times_the_marks_costs_not_much_more_than_eight_times_the_work(tagger, unit):
    def cost(times):
        found = []
        for _ in range(2):
            began = time.process_time()
            tagger.tag_document(f"<p>آب</p>{unit * times}")
            found.append(time.process_time() - began)
        return min(found)

    cost(1)
    assert cost(4000) < 24 * cost(500) + 0.2
