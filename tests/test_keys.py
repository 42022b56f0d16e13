import pytest

from service.app import create_app
from service.serving.settings import SettingsError
from service.web.keys import parse_keys

DESK, LAB = "desk-0123456789abcdef", "lab-0123456789abcdef"


@pytest.fixture
def client(tagger, manifest):
    keys = f"desk:{DESK},lab:{LAB}"
    return create_app({"QUIET": True, "API_KEYS": keys}, tagger, manifest).test_client()


def ask(client, **headers):
    return client.post("/classify", json={"sentences": ["سلام دنیا"]}, headers=headers)


def test_without_a_key_a_request_is_refused_and_told_how_to_send_one(client):
    response = ask(client)
    assert response.status_code == 401
    assert response.mimetype == "application/problem+json"
    assert "Authorization: Bearer KEY" in response.get_json()["detail"]
    assert response.headers["WWW-Authenticate"].startswith("Bearer")


@pytest.mark.parametrize("key", [DESK, LAB])
def test_each_key_is_taken_as_bearer_as_a_header_and_as_a_password(client, key):
    assert ask(client, Authorization=f"Bearer {key}").status_code == 200
    assert ask(client, **{"X-API-Key": key}).status_code == 200
    response = client.get("/labels", auth=("anybody", key))
    assert response.status_code == 200


@pytest.mark.parametrize("key", ["", "x", DESK[:-1], f"{DESK}x", DESK.upper(), "کلید", "\xff"])
def test_another_key_is_refused(client, key):
    assert ask(client, Authorization=f"Bearer {key}".encode().decode("latin-1")).status_code == 401
    assert ask(client, **{"X-API-Key": key.encode().decode("latin-1")}).status_code == 401


@pytest.mark.parametrize("path", ["/healthz", "/readyz", "/openapi.json", "/docs", "/docs/static/swagger-ui.css"])
def test_state_and_documentation_are_open(client, path):
    with client.get(path) as response:
        assert response.status_code == 200


@pytest.mark.parametrize("path", ["/metrics", "/model", "/labels", "/nothing"])
def test_everything_else_wants_a_key(client, path):
    assert client.get(path).status_code == 401


def test_a_browser_that_looks_for_a_page_is_asked_for_a_password(client):
    response = client.get("/labels", headers={"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"})
    assert response.headers["WWW-Authenticate"].startswith("Basic")


def test_the_log_has_the_name_of_the_key_and_never_the_key(tagger, manifest, capfd):
    client = create_app({"API_KEYS": f"desk:{DESK}"}, tagger, manifest).test_client()
    ask(client, Authorization=f"Bearer {DESK}")
    ask(client, Authorization="Bearer wrong-key-0123456789")
    written = capfd.readouterr().err
    assert '"key":"desk"' in written
    assert DESK not in written
    assert "wrong-key" not in written


def guesses(tagger, manifest, **config):
    app = create_app({"QUIET": True, "API_KEYS": f"desk:{DESK}", "WRONG_KEYS": "3/minute", **config}, tagger, manifest)
    return app.test_client()


def status(client, key=None, address="192.0.2.1"):
    headers = {} if key is None else {"X-API-Key": key}
    return client.get("/labels", headers=headers, environ_overrides={"REMOTE_ADDR": address}).status_code


def test_an_address_that_sent_many_wrong_keys_learns_nothing_more(tagger, manifest):
    client = guesses(tagger, manifest)
    codes = [status(client, key) for key in (DESK, "a", DESK, "b", "c", "d", DESK)]
    assert codes == [200, 401, 200, 401, 401, 429, 429]
    response = client.get("/labels", headers={"X-API-Key": DESK}, environ_overrides={"REMOTE_ADDR": "192.0.2.1"})
    assert response.mimetype == "application/problem+json"
    assert 1 <= int(response.headers["Retry-After"]) <= 60
    assert status(client, DESK, "192.0.2.2") == 200


def test_a_guess_counts_wherever_it_is_tried(tagger, manifest):
    client = guesses(tagger, manifest)
    codes = [client.get("/healthz", headers={"X-API-Key": key}).status_code for key in "abcd"]
    assert codes == [200, 200, 200, 429]


def test_no_key_is_no_guess(tagger, manifest):
    client = guesses(tagger, manifest)
    assert [status(client) for _ in range(5)] == [401] * 5
    assert status(client, DESK) == 200


def test_wrong_keys_may_be_left_uncounted(tagger, manifest):
    client = guesses(tagger, manifest, WRONG_KEYS="")
    assert [status(client, key) for key in "abcdef"] == [401] * 6


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("desk", "part 1 is not name:key"),
        (f"desk:{DESK},:{LAB}", "part 2 is not name:key"),
        ("desk:short", "the key of desk has fewer than 16 characters"),
        (f"desk:{DESK},desk:{LAB}", "part 2 has a name or a key that came before"),
        (f"desk:{DESK},lab:{DESK}", "part 2 has a name or a key that came before"),
        ("desk:کلیدکلیدکلیدکلیدکلید", "part 1 is not name:key"),
    ],
)
def test_keys_that_cannot_be_are_told_without_the_key(text, told):
    with pytest.raises(SettingsError, match=told) as caught:
        parse_keys(text)
    assert "0123456789abcdef" not in str(caught.value)


def test_spaces_and_a_comma_at_the_end_do_not_matter():
    assert parse_keys(f" desk:{DESK} , lab:{LAB}, ") == {"desk": DESK.encode(), "lab": LAB.encode()}
