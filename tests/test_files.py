"""Whole files: read with a clear complaint, and never half written."""

import re
import stat
from pathlib import Path

import pytest

from seeds.errors import BarchasbError
from seeds.files import FileError, decode, publish, read_text, replacing, temporary_folder

BOM = "\N{ZERO WIDTH NO-BREAK SPACE}"


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def write_half(path: Path, error: BaseException) -> None:
    with replacing(path) as file:
        file.write(b"half")
        raise error


def make_half(parent: Path, error: BaseException) -> None:
    with temporary_folder(parent) as folder:
        (folder / "file").write_bytes(b"half")
        raise error


@pytest.mark.parametrize("text", ["", " \n\t\r\n", BOM, f"{BOM}\n"])
def test_a_file_without_text_is_named_as_empty(text):
    with pytest.raises(FileError, match=r"^kalat\.txt: is empty, expected text$"):
        decode(text.encode(), "kalat.txt")


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be"])
def test_utf_16_is_named_with_the_command_that_converts_it(encoding):
    text = "آسیاب کلات" if encoding == "utf-16" else f"{BOM}آسیاب کلات"
    with pytest.raises(FileError, match=r"^kalat\.txt: is UTF-16, expected UTF-8; convert it with: iconv -f UTF-16"):
        decode(text.encode(encoding), "kalat.txt")


def test_a_file_with_nul_bytes_is_named_as_binary():
    with pytest.raises(FileError, match=r"^kalat\.bin: is a binary file \(it has NUL bytes\), expected UTF-8 text$"):
        decode("آسیاب".encode() + b"\0" + b"\xff", "kalat.bin")


@pytest.mark.parametrize("line", [1, 2, 5])
def test_broken_utf_8_is_named_with_its_line_its_byte_and_its_offset(line):
    before = "آسیاب\n".encode() * (line - 1) + "نان ".encode()
    message = f"kalat.txt:{line}: byte 0xe1 at offset {len(before)} is not UTF-8; convert the file to UTF-8"
    with pytest.raises(FileError, match=f"^{re.escape(message)}$"):
        decode(before + b"\xe1" + "\nآرد\n".encode(), "kalat.txt")


def test_a_character_cut_at_the_end_of_a_file_is_broken_utf_8():
    with pytest.raises(FileError, match=r"^kalat\.txt:2: byte 0xd8 at offset 5 is not UTF-8"):
        decode("نا\nا".encode()[:-1], "kalat.txt")


def test_a_text_keeps_its_byte_order_mark_and_its_line_ends():
    text = f"{BOM}آسیاب\r\nنان\rآرد\n"
    assert decode(text.encode(), "kalat.txt") == text


def test_a_file_is_read_with_its_line_ends(tmp_path):
    (tmp_path / "kalat.txt").write_bytes("آسیاب\r\nنان\n".encode())
    assert read_text(tmp_path / "kalat.txt") == "آسیاب\r\nنان\n"


def test_a_complaint_about_a_file_names_its_path(tmp_path):
    path = tmp_path / "kalat.txt"
    path.write_bytes(b"")
    with pytest.raises(FileError, match=f"^{re.escape(str(path))}: is empty"):
        read_text(path)


def test_a_missing_file_is_named_with_a_remedy(tmp_path):
    path = tmp_path / "gone.txt"
    message = f"{path}: No such file or directory; check the path and its permissions"
    with pytest.raises(FileError, match=f"^{re.escape(message)}$"):
        read_text(path)


def test_a_folder_is_no_file_to_read(tmp_path):
    with pytest.raises(FileError, match=f"^{re.escape(str(tmp_path))}: Is a directory; check the path"):
        read_text(tmp_path)


def test_a_file_error_is_an_error_of_the_project():
    assert issubclass(FileError, BarchasbError)


def test_replacing_writes_a_new_file_and_the_folders_above_it(tmp_path):
    path = tmp_path / "deep" / "deeper" / "out.txt"
    with replacing(path) as file:
        file.write(b"new")
    assert path.read_bytes() == b"new"
    assert names(path.parent) == ["out.txt"]


def test_replacing_shows_the_old_file_until_the_new_one_is_whole(tmp_path):
    path = tmp_path / "out.txt"
    path.write_bytes(b"old")
    with replacing(path) as file:
        file.write(b"new")
        file.flush()
        assert path.read_bytes() == b"old"
    assert path.read_bytes() == b"new"
    assert names(tmp_path) == ["out.txt"]


@pytest.mark.parametrize("error", [RuntimeError, KeyboardInterrupt, SystemExit])
def test_replacing_leaves_the_old_file_and_no_other_when_its_body_raises(tmp_path, error):
    path = tmp_path / "out.txt"
    path.write_bytes(b"old")
    with pytest.raises(error, match="stop"):
        write_half(path, error("stop"))
    assert path.read_bytes() == b"old"
    assert names(tmp_path) == ["out.txt"]


def test_replacing_leaves_nothing_when_the_first_file_fails(tmp_path):
    with pytest.raises(RuntimeError, match="stop"):
        write_half(tmp_path / "out.txt", RuntimeError("stop"))
    assert names(tmp_path) == []


def test_replacing_a_folder_fails_and_leaves_it(tmp_path):
    (tmp_path / "out").mkdir()
    with pytest.raises(OSError, match="out"), replacing(tmp_path / "out") as file:
        file.write(b"new")
    assert names(tmp_path) == ["out"]


def test_a_written_file_has_the_permissions_of_any_other(tmp_path):
    (tmp_path / "other.txt").write_bytes(b"other")
    with replacing(tmp_path / "out.txt") as file:
        file.write(b"new")
    assert stat.S_IMODE((tmp_path / "out.txt").stat().st_mode) == stat.S_IMODE((tmp_path / "other.txt").stat().st_mode)


def test_a_temporary_folder_is_gone_with_everything_in_it(tmp_path):
    with temporary_folder(tmp_path / "parent") as folder:
        (folder / "inner").mkdir()
        (folder / "inner" / "file").write_bytes(b"x")
        assert folder.parent == tmp_path / "parent"
    assert names(tmp_path / "parent") == []


@pytest.mark.parametrize("error", [RuntimeError, KeyboardInterrupt])
def test_a_temporary_folder_is_gone_when_its_body_raises(tmp_path, error):
    with pytest.raises(error, match="stop"):
        make_half(tmp_path, error("stop"))
    assert names(tmp_path) == []


def test_a_published_folder_stays(tmp_path):
    with temporary_folder(tmp_path) as folder:
        (folder / "file").write_bytes(b"new")
        publish(folder, tmp_path / "target")
    assert names(tmp_path) == ["target"]
    assert (tmp_path / "target" / "file").read_bytes() == b"new"


def test_a_published_folder_takes_the_place_of_the_old_one(tmp_path):
    target = tmp_path / "target"
    target.mkdir()
    (target / "old").write_bytes(b"old")
    with temporary_folder(tmp_path) as folder:
        (folder / "inner").mkdir()
        (folder / "inner" / "new").write_bytes(b"new")
        publish(folder, target)
    assert names(tmp_path) == ["target"]
    assert names(target) == ["inner"]
    assert (target / "inner" / "new").read_bytes() == b"new"


def test_a_published_folder_has_the_permissions_of_any_other(tmp_path):
    (tmp_path / "other").mkdir()
    with temporary_folder(tmp_path) as folder:
        publish(folder, tmp_path / "target")
    assert stat.S_IMODE((tmp_path / "target").stat().st_mode) == stat.S_IMODE((tmp_path / "other").stat().st_mode)


def test_a_folder_whose_making_fails_leaves_the_old_one(tmp_path):
    target = tmp_path / "target"
    target.mkdir()
    (target / "old").write_bytes(b"old")
    with pytest.raises(RuntimeError, match="stop"):
        make_half(tmp_path, RuntimeError("stop"))
    assert names(tmp_path) == ["target"]
    assert (target / "old").read_bytes() == b"old"


def test_publishing_a_missing_folder_leaves_the_old_one(tmp_path):
    target = tmp_path / "target"
    target.mkdir()
    (target / "old").write_bytes(b"old")
    with pytest.raises(FileNotFoundError, match="gone"):
        publish(tmp_path / "gone", target)
    assert names(tmp_path) == ["target"]
    assert (target / "old").read_bytes() == b"old"


def test_a_folder_that_cannot_be_moved_into_place_leaves_the_old_one(tmp_path):
    target = tmp_path / "target"
    target.mkdir()
    (target / "old").write_bytes(b"old")
    # A folder cannot move into one of its own: the rename that puts it into place fails.
    with pytest.raises(OSError, match="target"):
        publish(tmp_path, target)
    assert names(tmp_path) == ["target"]
    assert (target / "old").read_bytes() == b"old"
