import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from service.corrections import database
from service.corrections.database import Database, DatabaseError

from .conftest import ROOT

NOBODY = 65534
FIRST = ("CREATE TABLE words (word TEXT NOT NULL)",)
SECOND = ("ALTER TABLE words ADD COLUMN length INTEGER", "UPDATE words SET length = length(word)")


@pytest.fixture
def opened():
    """Open databases that are closed at the end."""
    found = []

    def open_(path, *migrations):
        found.append(Database(path, migrations or (FIRST,)))
        return found[-1]

    yield open_
    for each in found:
        each.close()


def add(database, word):
    with database.transaction(write=True) as connection:
        connection.execute("INSERT INTO words (word) VALUES (?)", (word,))


def words(database):
    with database.transaction(write=False) as connection:
        return [word for (word,) in connection.execute("SELECT word FROM words ORDER BY rowid")]


def test_a_file_is_made_with_its_folder_at_the_first_use(opened, tmp_path):
    made = opened(tmp_path / "a" / "b" / "file")
    assert not made.path.exists()
    assert words(made) == []
    assert made.path.exists()


def test_the_file_is_in_wal_mode_with_foreign_keys_and_full_syncs(opened, tmp_path):
    with opened(tmp_path / "file").transaction(write=False) as connection:
        found = [connection.execute(f"PRAGMA {name}").fetchone()[0] for name in
                 ("journal_mode", "foreign_keys", "synchronous", "user_version")]  # fmt: skip
    assert found == ["wal", 1, 2, 1]


def test_an_exception_leaves_the_file_as_it_was(opened, tmp_path):
    made = opened(tmp_path / "file")
    add(made, "یک")

    def fail():
        with made.transaction(write=True) as connection:
            connection.execute("DELETE FROM words")
            raise RuntimeError("stop")

    with pytest.raises(RuntimeError, match="stop"):
        fail()
    assert words(made) == ["یک"]


def test_an_older_file_is_migrated_with_what_it_holds(opened, tmp_path):
    old = opened(tmp_path / "file")
    add(old, "یک")
    old.close()
    with opened(tmp_path / "file", FIRST, SECOND).transaction(write=False) as connection:
        assert connection.execute("SELECT word, length FROM words").fetchall() == [("یک", 2)]
        assert connection.execute("PRAGMA user_version").fetchone() == (2,)


def test_a_migration_that_fails_leaves_the_file_as_it_was(opened, tmp_path):
    old = opened(tmp_path / "file")
    add(old, "یک")
    broken = opened(tmp_path / "file", FIRST, (*SECOND, "DROP TABLE missing"))
    with pytest.raises(sqlite3.OperationalError, match="no such table"):
        words(broken)
    with old.transaction(write=False) as connection:
        assert connection.execute("SELECT * FROM words").fetchall() == [("یک",)]
        assert connection.execute("PRAGMA user_version").fetchone() == (1,)


def test_a_file_of_a_newer_version_is_refused(opened, tmp_path):
    words(opened(tmp_path / "file", FIRST, SECOND))
    with pytest.raises(DatabaseError, match=r"expected schema 1 or older, got 2; .* newer version"):
        words(opened(tmp_path / "file"))


COMMON = """
import os, pathlib, sys
from service.corrections.database import Database
def database(path):
    return Database(pathlib.Path(path), (("CREATE TABLE words (word TEXT NOT NULL)",),))
def add(made, word):
    with made.transaction(write=True) as connection:
        connection.execute("INSERT INTO words (word) VALUES (?)", (word,))
def words(made):
    with made.transaction(write=False) as connection:
        return sorted(word for word, in connection.execute("SELECT word FROM words"))
def forked(work):
    child = os.fork()
    if child == 0:
        code = 1
        try:
            work()
            code = 0
        finally:
            os._exit(code)
    return child
def ended(child):
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
"""


def run(code, *arguments):
    """Run a script in a process of its own, which may fork; return what it printed."""
    done = subprocess.run(
        [sys.executable, "-c", COMMON + code, *map(str, arguments)],
        cwd=ROOT,
        capture_output=True,
        check=False,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def test_many_processes_can_open_a_new_file_at_once(tmp_path):
    code = """
for round in range(20):
    path = f"{sys.argv[1]}/{round}"
    start, go = os.pipe()
    def work(word):
        os.close(go)
        os.read(start, 1)  # returns for all at once when the parent closes its end
        add(database(path), word)
    children = [forked(lambda word=word: work(word)) for word in "012345"]
    os.close(go)
    assert [ended(child) for child in children] == [0] * 6
    assert words(database(path)) == list("012345")
    os.close(start)
"""
    run(code, tmp_path)


def test_threads_take_turns(opened, tmp_path):
    made = opened(tmp_path / "file")
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda number: add(made, str(number)), range(100)))
    assert sorted(map(int, words(made))) == list(range(100))


def test_a_process_that_was_forked_opens_the_file_itself(tmp_path):
    code = """
made = database(sys.argv[1])
add(made, "parent")
assert ended(forked(lambda: add(made, "child"))) == 0
add(made, "parent again")
print(*words(made), sep=", ")
"""
    assert run(code, tmp_path / "file") == "child, parent, parent again"


def test_a_file_that_another_process_holds_is_told_and_used_again_later(opened, tmp_path, monkeypatch):
    monkeypatch.setattr(database, "_BUSY_SECONDS", 0.05)
    made = opened(tmp_path / "file")
    add(made, "یک")
    holder = sqlite3.connect(tmp_path / "file", isolation_level=None)
    holder.execute("BEGIN IMMEDIATE")
    with pytest.raises(DatabaseError, match=r"another process has been writing .* try again") as raised:
        add(made, "دو")
    assert raised.value.busy
    assert words(made) == ["یک"]
    holder.execute("ROLLBACK")
    holder.close()
    add(made, "دو")
    assert words(made) == ["یک", "دو"]


@pytest.mark.parametrize("damage", [b"no database at all " * 300, b""], ids=["other", "header"])
def test_a_damaged_file_is_told_and_left_as_it_is(opened, tmp_path, damage):
    made = opened(tmp_path / "file")
    add(made, "یک")
    made.close()
    content = damage or b"\xff" * 100 + made.path.read_bytes()[100:]
    made.path.write_bytes(content)
    with pytest.raises(DatabaseError, match="file: is damaged or no SQLite database; put a backup") as raised:
        words(made)
    assert not raised.value.busy
    assert made.path.read_bytes() == content


def test_damage_inside_the_file_is_told(opened, tmp_path):
    made = opened(tmp_path / "file")
    with made.transaction(write=True) as connection:
        connection.executemany("INSERT INTO words VALUES (?)", [("واژه" * 500,)] * 50)
    made.close()
    content = bytearray(made.path.read_bytes())
    content[4096:] = b"\xff" * (len(content) - 4096)
    made.path.write_bytes(content)
    with pytest.raises(DatabaseError, match="is damaged"):
        words(made)


def test_a_file_that_was_put_in_place_of_another_is_the_one_that_is_used(opened, tmp_path):
    made, backup = opened(tmp_path / "file"), opened(tmp_path / "backup")
    add(made, "یک")
    add(backup, "دو")
    backup.close()
    for suffix in ("-wal", "-shm"):
        (tmp_path / f"file{suffix}").unlink()
    shutil.move(tmp_path / "backup", tmp_path / "file")
    assert words(made) == ["دو"]
    (tmp_path / "file").unlink()
    add(made, "سه")
    assert words(opened(tmp_path / "file")) == ["سه"]


@pytest.fixture
def foreign():
    """A folder that this process cannot write to, whoever runs the tests."""
    folder = Path(tempfile.mkdtemp())
    folder.chmod(0o755)
    yield folder
    if os.getuid() == 0:
        os.seteuid(0)
    folder.chmod(0o755)
    shutil.rmtree(folder)


def give_up_rights(folder):
    for path in (*folder.iterdir(), folder):
        path.chmod(0o555 if path.is_dir() else 0o444)
    if os.getuid() == 0:
        os.seteuid(NOBODY)


def test_a_file_that_cannot_be_written_is_told(opened, foreign):
    made = opened(foreign / "file")
    add(made, "یک")
    made.close()
    give_up_rights(foreign)
    with pytest.raises(DatabaseError, match=r"file: cannot be written; check the permissions .* BARCHASB_DATA"):
        add(made, "دو")


def test_a_folder_that_cannot_be_made_is_told(opened, foreign, tmp_path):
    give_up_rights(foreign)
    with pytest.raises(DatabaseError, match=r"file: .*; check the permissions .* BARCHASB_DATA"):
        add(opened(foreign / "new" / "file"), "یک")


def test_a_folder_that_is_a_file_is_told(opened, tmp_path):
    (tmp_path / "taken").write_text("x")
    with pytest.raises(DatabaseError, match="taken/file: File exists; check the permissions"):
        words(opened(tmp_path / "taken" / "file"))
