import os
import time

import pytest

from service.serving.settings import SettingsError
from service.web.counts import SharedStorage, parse_rate


def test_all_processes_share_a_count():
    storage = SharedStorage(1, ["desk"].index)
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
    storage = SharedStorage(1, ["desk"].index)
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
        parse_rate(text, "BARCHASB_RATE_LIMIT")
