import os
import time

import pytest

from service.app import create_app
from service.serving.settings import SettingsError
from service.web.limits import SharedStorage, parse_rate

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


def test_all_processes_share_a_count():
    storage = SharedStorage(["desk"])
    children = []
    for _ in range(4):
        if (child := os.fork()) == 0:
            for _ in range(250):
                storage.incr("desk", 60)
            os._exit(0)
        children.append(child)
    assert [os.waitpid(child, 0)[1] for child in children] == [0] * 4
    assert storage.get("desk") == 1000


def test_a_count_begins_anew_when_its_window_ends():
    storage = SharedStorage(["desk"])
    assert [storage.incr("desk", 60), storage.incr("desk", 60)] == [1, 2]
    assert storage.get_expiry("desk") > time.time() + 50
    storage.clear("desk")
    assert storage.incr("desk", -1) == 1
    assert storage.get("desk") == 0
    assert storage.incr("desk", 60) == 1
    assert (storage.reset(), storage.get("desk"), storage.check()) == (1, 0, True)


@pytest.mark.parametrize("text", ["often", "3", "3/fortnight"])
def test_a_rate_that_is_none_is_told(text):
    with pytest.raises(SettingsError, match="BARCHASB_RATE_LIMIT: expected a rate as 600/minute"):
        parse_rate(text)
