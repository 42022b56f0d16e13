import json

import pytest

from service.app import create_app

PRIVATE = "جمله‌ای که در هیچ گزارشی نمی‌آید"


@pytest.fixture
def client(tagger, manifest):
    return create_app({}, tagger, manifest).test_client()


def lines(capfd):
    return [json.loads(line) for line in capfd.readouterr().err.splitlines()]


@pytest.mark.parametrize("identity", ["a", "report-17", "A.b_c-9" * 9])
def test_an_id_that_is_given_is_echoed_and_logged(client, capfd, identity):
    response = client.get("/labels", headers={"X-Request-ID": identity})
    assert response.headers.getlist("X-Request-ID") == [identity]
    assert [line["request"] for line in lines(capfd)] == [identity]


@pytest.mark.parametrize("identity", ["", "a b", "x" * 65, "a\tb", '{"a":1}', "شناسه".encode().decode("latin-1")])
def test_any_other_id_is_replaced(client, capfd, identity):
    response = client.get("/labels", headers={"X-Request-ID": identity})
    (made,) = response.headers.getlist("X-Request-ID")
    assert len(made) == 32
    assert [line["request"] for line in lines(capfd)] == [made]


def test_two_requests_without_an_id_get_two(client):
    assert len({client.get("/labels").headers["X-Request-ID"] for _ in range(5)}) == 5


def test_a_request_leaves_one_line_without_its_text(client, tagger, capfd):
    client.post("/classify", json={"sentences": [PRIVATE, PRIVATE]}, query_string={"q": PRIVATE})
    client.post("/classify", json={"sentences": [PRIVATE, 5]})
    client.get(f"/{PRIVATE}")
    written = capfd.readouterr().err
    assert PRIVATE not in written
    assert "\\u" not in written
    found = [json.loads(line) for line in written.splitlines()]
    assert [(line["endpoint"], line["status"]) for line in found] == [
        ("api.classify", 200),
        ("api.classify", 422),
        (None, 404),
    ]
    assert found[0]["sentences"] == 2
    assert found[0]["model"] == tagger.version
    assert found[0]["ms"] > 0


def test_a_stream_is_logged_when_it_has_ended(client, capfd):
    with client.post(
        "/classify", json={"sentences": [PRIVATE]}, headers={"Accept": "application/x-ndjson"}
    ) as response:
        assert lines(capfd) == []
        assert response.status_code == 200
    assert [line["status"] for line in lines(capfd)] == [200]


def test_quiet_writes_nothing(tagger, manifest, capfd):
    create_app({"QUIET": True}, tagger, manifest).test_client().get("/labels")
    assert capfd.readouterr().err == ""


@pytest.mark.parametrize("path", ["/labels", "/nothing", "/healthz", "/docs"])
def test_every_answer_names_the_model_and_has_security_headers(client, tagger, path):
    headers = client.get(path).headers
    assert headers["X-Model-Version"] == tagger.version
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["X-Frame-Options"] == "DENY"
    assert headers["Referrer-Policy"] == "no-referrer"
    assert "default-src 'none'" in headers["Content-Security-Policy"]
    assert len(headers.getlist("Content-Security-Policy")) == 1
    assert len(headers.getlist("Cache-Control")) == 1
