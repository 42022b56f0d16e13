import os
import re
import subprocess

import pytest

from service.bench.processes import free_port

from .conftest import ROOT
from .test_server import call, metrics, start

CASES = int(os.environ.get("CASES", "100"))
"""At least so many requests; `make fuzz` sends many more."""
_OPERATIONS = 10
_PATHS = 8


@pytest.fixture
def server(models, tmp_path):
    port = free_port()
    # Longer requests would only make the same cases slower.
    limits = ("--data", str(tmp_path), "--max-sentences", "20", "--max-length", "200", "--max-body", "50000")
    process = start(models, port, "--quiet", *limits)
    yield port
    process.terminate()
    _, written = process.communicate(timeout=30)
    assert '"level":"error"' not in written


def test_requests_made_from_the_document_right_and_wrong_are_answered_as_it_says(server):
    done = subprocess.run(
        [
            *(ROOT / ".venv/bin/schemathesis", "--config-file", ROOT / "tests/schemathesis.toml", "run"),
            *(f"http://127.0.0.1:{server}/openapi.json", "--checks", "all", "--no-color"),
            *("--max-examples", str(CASES // _OPERATIONS + 1), "--continue-on-failure"),
            *("--seed", "1"),
        ],
        check=False,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout[-4000:]
    generated = int(re.search(r"(\d+) generated", done.stdout)[1])
    print(f"{generated} cases")
    assert generated >= CASES
    assert len(call(server, "/openapi.json")["paths"]) == _PATHS
    counted = metrics(server)
    assert sum(value for (name, *_), value in counted.items() if name == "barchasb_requests_total") >= generated
    assert not [key for key in counted if key[0] == "barchasb_requests_total" and key[2].startswith("5")]
