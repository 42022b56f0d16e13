import pytest

from service.app import create_app

KEY = "desk-0123456789abcdef"


def status(tagger, manifest, host, **config):
    client = create_app({"QUIET": True, **config}, tagger, manifest).test_client()
    return client.get("/labels", headers={"Host": host, "X-API-Key": KEY}).status_code


@pytest.mark.parametrize("host", ["localhost", "localhost:8000", "127.0.0.1", "127.0.0.1:9", "[::1]", "[::1]:8000", ""])
def test_on_this_machine_its_names_are_answered(tagger, manifest, host):
    assert status(tagger, manifest, host) == 200


@pytest.mark.parametrize(
    "host",
    [
        *("evil.example", "evil.example:8000", "localhost.evil.example", "localhost@evil.example", "127.0.0.1.nip.io"),
        *("[::2]", "[::1]evil.example", "[::1", "evil[::1]", "localhost:8000:1", "localhost,evil.example", "کلید"),
    ],
)
def test_a_name_that_somebody_else_gave_this_machine_is_refused(tagger, manifest, host):
    client = create_app({"QUIET": True}, tagger, manifest).test_client()
    for path in ("/labels", "/", "/healthz", "/docs", "/nothing"):
        response = client.get(path, headers={"Host": host.encode().decode("latin-1")})
        assert response.status_code == 400
        assert response.mimetype == "application/problem+json"
        assert "BARCHASB_TRUSTED_HOSTS" in response.get_json()["detail"]


def test_the_address_itself_is_a_name(tagger, manifest):
    assert status(tagger, manifest, "127.1.2.3:8000", HOST="127.1.2.3") == 200
    assert status(tagger, manifest, "[::1]:8000", HOST="::1") == 200


@pytest.mark.parametrize("config", [{"API_KEYS": f"desk:{KEY}"}, {"HOST": "192.0.2.1", "NO_KEYS": True}])
def test_where_a_key_is_asked_or_everybody_may_come_every_name_is_answered(tagger, manifest, config):
    assert status(tagger, manifest, "news.example", **config) == 200


@pytest.mark.parametrize("config", [{}, {"API_KEYS": f"desk:{KEY}"}, {"HOST": "192.0.2.1", "NO_KEYS": True}])
def test_the_names_that_are_set_are_answered_and_no_other(tagger, manifest, config):
    config = {**config, "TRUSTED_HOSTS": "news.example, .desk.example,[::1]"}
    hosts = ["news.example:443", "a.b.desk.example", "desk.example", "[::1]:80", "localhost", "a.news.example"]
    assert [status(tagger, manifest, host, **config) for host in hosts] == [200, 200, 200, 200, 400, 400]
