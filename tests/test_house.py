import ast
import re
import statistics
import subprocess
from time import perf_counter

import pytest

from .conftest import ROOT, printed

ROOMS = ("seeds", "labels", "training", "service")
MODULES = [path for room in ROOMS for path in sorted((ROOT / room).rglob("*.py"))]


def imports(path):
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node.module


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(ROOT)))
def test_imports_point_only_left(path):
    allowed = ROOMS[: ROOMS.index(path.relative_to(ROOT).parts[0]) + 1]
    for name in imports(path):
        top = name.split(".")[0]
        assert top not in ROOMS or top in allowed, f"{path.name} imports {name}"


@pytest.fixture(scope="module")
def imported(models_in_use, tmp_path_factory):
    """The modules that tagging a line of a file imports."""
    lines = tmp_path_factory.mktemp("cold") / "lines.txt"
    lines.write_text("کار خوب\n", "utf-8")
    code = (
        "import sys; from service.cli import main; "
        f"code = main(['tag', '--lines', {str(lines)!r}, '-o', {str(lines.with_suffix('.jsonl'))!r}]); "
        "print(*sys.modules); sys.exit(code)"
    )
    return frozenset(printed(code, BARCHASB_MODELS=str(models_in_use)).split())


@pytest.mark.parametrize(
    "name",
    "sklearn scipy hazm flask trafilatura numba llvmlite pyarrow tqdm joblib asyncio multiprocessing concurrent email "
    "importlib.metadata seeds.page service.commands.serve".split(),
)
def test_tagging_lines_imports_nothing_that_it_does_not_use(name, imported):
    assert "training.model" in imported
    assert name not in imported


def test_at_its_end_a_command_looks_through_nothing_that_it_leaves():
    code = "import atexit, gc; atexit.register(lambda: print(gc.get_freeze_count() > 0)); from service import cli; "
    assert printed(f"{code}cli.main(['use', '--help'])").endswith("\nTrue\n")


def test_tagging_a_sentence_from_a_cold_shell_takes_half_the_time_of_importing_scikit_learn_at_most(current):
    def seconds(*command, text=""):
        start = perf_counter()
        subprocess.run(command, check=True, cwd=ROOT, input=text, text=True, stdout=subprocess.DEVNULL)
        return perf_counter() - start

    rounds = [
        seconds(ROOT / ".venv/bin/barchasb", "tag", "--lines", text="کار خوب")
        / seconds(ROOT / ".venv/bin/python", "-c", "import sklearn")
        for _ in range(5)
    ]
    assert statistics.median(rounds) < 0.5


def test_the_lock_file_has_a_hash_for_every_package_and_names_no_host():
    lock = (ROOT / "requirements.txt").read_text()
    requirements = re.split(r"\n(?=\S)", lock.strip())
    assert len(requirements) > 20
    assert all("--hash=sha256:" in requirement for requirement in requirements)
    assert "://" not in lock
    assert "index" not in lock


def test_every_dependency_is_locked_and_has_a_reason():
    lines = (ROOT / "pyproject.toml").read_text("utf-8").splitlines()
    locked = (ROOT / "requirements.txt").read_text()
    wanted = [line for line in lines if re.match(r' {4}"[a-z-]+>=', line)]
    assert len(wanted) > 10
    for line in wanted:
        name = re.search(r'"([a-z-]+)', line)[1]
        assert re.search(rf"^{name}==", locked, re.MULTILINE), name
        assert re.search(r"# \w+", line), f"{name} has no reason"


@pytest.mark.parametrize("version", ["3.11.9", "3.14.0"])
def test_another_python_gets_one_sentence_with_the_remedy(version, tmp_path):
    python = tmp_path / "python"
    major_minor = ", ".join(version.split(".")[:2])
    python.write_text(
        f'#!/bin/bash\nexec {ROOT}/.venv/bin/python -c "import sys; sys.version_info = ({major_minor}); $2"\n'
    )
    python.chmod(0o755)
    done = subprocess.run(
        ["bash", ROOT / ".ci/setup", tmp_path / "venv"],
        check=False,
        capture_output=True,
        text=True,
        cwd=ROOT,
        env={"PATH": "/usr/bin:/bin", "PYTHON": str(python)},
    )
    assert done.returncode == 1
    assert done.stderr.count("\n") == 1
    assert "needs Python 3.12 or 3.13" in done.stderr
    assert not (tmp_path / "venv").exists()


def test_no_text_of_a_source_document_is_committed():
    listed = subprocess.run(["git", "ls-files"], check=True, capture_output=True, text=True, cwd=ROOT).stdout.split()
    assert listed
    assert not [name for name in listed if name.startswith(("seeds/documents", "models/"))]
