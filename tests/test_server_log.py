import json
import logging

import pytest
from gunicorn.config import Config

from service.serving.server_log import ServerLog


@pytest.mark.parametrize("name", ["gunicorn.error", "waitress"])
def test_what_the_server_says_is_a_line_of_json(name, monkeypatch, capfd):
    for each in ("gunicorn.error", "waitress"):
        monkeypatch.setattr(logging.getLogger(each), "handlers", [])
    ServerLog(Config())
    try:
        int("it broke")
    except ValueError:
        logging.getLogger(name).exception("an answer failed")
    (line,) = capfd.readouterr().err.splitlines()
    found = json.loads(line)
    assert (found["level"], found["event"]) == ("error", "an answer failed")
    assert "ValueError: invalid literal" in found["traceback"]
