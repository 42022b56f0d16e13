import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from training import machine_code as machine_code_module
from training.machine_code import Caller, machine_code

ROOT = Path(__file__).parent.parent
ENTRY = "tests.doubling_entry"
ASK = f"""
import sys
import numpy as np
from training.machine_code import Caller, machine_code
values = np.arange(3)
answer = Caller(machine_code("{ENTRY}"))((values,), (2,), "\\x05\\x00\\x06\\x00".encode())
print(answer, *values, "numba" in sys.modules)
"""


def answered(cache, code=ASK):
    """What another process says that keeps its machine code in a folder."""
    environment = {**os.environ, "PYTHONPYCACHEPREFIX": str(cache), "XDG_CACHE_HOME": str(cache / "home")}
    command = [sys.executable, "-c", code]
    return subprocess.run(command, check=True, cwd=ROOT, env=environment, text=True, capture_output=True).stdout.split()


@pytest.fixture(scope="module")
def cache(tmp_path_factory):
    return tmp_path_factory.mktemp("cache")


@pytest.fixture(scope="module")
def first(cache):
    return answered(cache)


def kept(cache):
    (path,) = cache.rglob("*.o")
    return path


def test_the_first_process_makes_the_machine_code(first):
    assert first == ["7", "0", "2", "4", "True"]


@pytest.mark.usefixtures("first")
def test_the_next_process_takes_what_was_kept_without_numba(cache):
    assert answered(cache) == ["7", "0", "2", "4", "False"]


@pytest.mark.usefixtures("first")
@pytest.mark.parametrize("damage", [lambda code: code[:100] + b"?" + code[101:], lambda _: b""])
def test_a_damaged_file_is_made_anew(cache, damage):
    sound = kept(cache).read_bytes()
    kept(cache).write_bytes(damage(sound))
    assert answered(cache) == ["7", "0", "2", "4", "True"]
    assert len(kept(cache).read_bytes()) == len(sound)


@pytest.mark.usefixtures("first")
def test_another_compiler_asks_for_other_machine_code(cache):
    before = kept(cache)
    changed = "import training.machine_code as m; m.version = lambda name: 'another'" + ASK
    assert answered(cache, changed) == ["7", "0", "2", "4", "True"]
    assert {*cache.rglob("*.o")} > {before}


def test_where_nothing_can_be_kept_it_is_made_for_the_process_alone(tmp_path):
    (tmp_path / "file").write_text("")
    assert answered(tmp_path / "file") == ["7", "0", "2", "4", "True"]
    assert not [*tmp_path.rglob("*.o")]


def test_somebody_without_a_home_has_no_cache(monkeypatch):
    def nowhere():
        raise RuntimeError("Could not determine home directory.")

    monkeypatch.delenv("XDG_CACHE_HOME", raising=False)
    monkeypatch.setattr(Path, "home", nowhere)
    (folder,) = machine_code_module._folders(Path("a.py"))
    assert folder.name == "__pycache__"


@pytest.mark.usefixtures("first")
def test_numba_works_beside_the_machine_code(cache):
    more = """
import numba
@numba.njit
def failing(values):
    if values[0] > 0:
        raise ValueError("large")
    return np.zeros(3)
print(failing(np.zeros(1)).sum())
try:
    failing(np.ones(1))
except ValueError as error:
    print(error)
"""
    assert answered(cache, ASK + more)[-2:] == ["0.0", "large"]


def test_arrays_with_gaps_are_refused():
    caller = Caller(machine_code(ENTRY))
    with pytest.raises(ValueError, match="without gaps"):
        caller((np.arange(6)[::2],), (1,), b"aa")
