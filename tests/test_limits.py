from service.app import create_app

DESK, LAB = "desk-0123456789abcdef", "lab-0123456789abcdef"


def app(tagger, manifest, **config):
    return create_app({"QUIET": True, "RATE_LIMIT": "3/minute", **config}, tagger, manifest)


def test_one_request_too_many_is_told_when_to_come_again(tagger, manifest):
    client = app(tagger, manifest).test_client()
    assert [client.get("/labels").status_code for _ in range(4)] == [200, 200, 200, 429]
    response = client.get("/labels")
    assert response.mimetype == "application/problem+json"
    assert 1 <= int(response.headers["Retry-After"]) <= 60


def test_each_key_has_its_own_count(tagger, manifest):
    client = app(tagger, manifest, API_KEYS=f"desk:{DESK},lab:{LAB}").test_client()
    codes = [client.get("/labels", headers={"X-API-Key": key}).status_code for key in [DESK] * 4 + [LAB] * 3]
    assert codes == [200, 200, 200, 429, 200, 200, 200]


def test_the_state_is_not_counted(tagger, manifest):
    client = app(tagger, manifest).test_client()
    assert [client.get(path).status_code for path in ("/healthz", "/readyz", "/metrics") * 3] == [200] * 9
