import json
import os
import re
import subprocess

import pytest

from service.bench.processes import free_port

from .conftest import ROOT
from .test_server import start

README = (ROOT / "README.md").read_text("utf-8")
# A block has one command or several, each with what it prints.
BLOCKS = [
    found
    for block in re.findall(r"```console\n((?:.*\n)*?)```", README)
    for found in re.findall(r"^\$ (.*)\n((?:(?!\$ ).*\n)*)", block, re.MULTILINE)
]
MASKED = re.compile(r"\b(?:[01]\.\d+|[0-9a-f]{12})\b")


@pytest.fixture(scope="module")
def port(current, tmp_path_factory):
    models = os.environ.get("BARCHASB_MODELS", str(ROOT / "models"))
    number = free_port()
    process = start(models, number, "--data", str(tmp_path_factory.mktemp("data")))
    yield number
    process.terminate()
    process.communicate(timeout=30)


@pytest.mark.parametrize(("command", "output"), BLOCKS, ids=[command[:40] for command, _ in BLOCKS])
def test_every_command_of_the_readme_prints_what_it_says(port, command, output):
    done = subprocess.run(
        # No pipefail: «| head» may close the pipe before everything is written.
        ["bash", "-eu", "-c", command.replace("127.0.0.1:8000", f"127.0.0.1:{port}")],
        capture_output=True,
        check=True,
        cwd=ROOT,
        env={**os.environ, "PATH": f"{ROOT}/.venv/bin:{os.environ['PATH']}"},
    )
    # Scores and the version change with every model, sentences, places and tags do not.
    assert MASKED.sub("…", done.stdout.decode().strip()) == MASKED.sub("…", output.strip())


def test_the_readme_shows_requests_and_a_tagged_file():
    whole = [(command, output) for command, output in BLOCKS if "|" not in command and "-w" not in command]
    answers = [output for command, output in whole if command.startswith(("curl ", "barchasb tag "))]
    assert len(answers) >= 4
    assert all(json.loads(line) for output in answers for line in output.splitlines())


def test_every_endpoint_is_asked_in_the_readme(app):
    paths = {rule.rule for rule in app.url_map.iter_rules() if "<" not in rule.rule and not rule.rule.endswith(".js")}
    asked = " ".join(command for command, _ in BLOCKS if command.startswith("curl"))
    assert [path for path in paths if f":8000{path} " not in f"{asked} "] == []


def test_every_make_target_of_the_readme_exists():
    targets = set(re.findall(r"\bmake ([a-z-]+)", README))
    assert {"serve", "test", "seeds", "help"} <= targets
    for target in targets:
        subprocess.run(["make", "-n", target, "FROM=x"], check=True, capture_output=True, cwd=ROOT)


def test_every_link_to_a_file_of_the_readme_leads_somewhere():
    links = [link for link in re.findall(r"\]\(([^)]+)\)", README) if "://" not in link]
    assert links
    assert [link for link in links if not (ROOT / link).exists()] == []
