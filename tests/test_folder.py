import os

import pytest

from labels import dataset, folder

from .conftest import STARTER


def test_the_project_comes_first_and_then_what_the_environment_names(monkeypatch, tmp_path, rows):
    path = rows("{}")
    monkeypatch.setenv(folder.VARIABLE, os.pathsep.join([str(path), "", str(tmp_path)]))
    assert folder.sources() == [dataset.FOLDER, path, tmp_path]


def test_a_named_folder_to_which_nothing_was_written_yet_is_left_out(monkeypatch, tmp_path):
    monkeypatch.setenv(folder.VARIABLE, str(tmp_path))
    assert folder.sources() == [dataset.FOLDER]


def test_a_named_folder_that_is_missing_is_told(monkeypatch, tmp_path):
    monkeypatch.setattr(dataset, "FOLDER", STARTER[1])
    monkeypatch.setenv(folder.VARIABLE, str(tmp_path / "misspelt"))
    with pytest.raises(dataset.DatasetError, match="misspelt: No such file"):
        dataset.read(folder.files(folder.sources()))


def test_a_folder_stands_for_its_files_and_every_file_counts_once(tmp_path, rows):
    first, second = rows("{}", name="a.jsonl"), rows("{}", name="b.jsonl")
    (tmp_path / "provenance").mkdir()
    (tmp_path / "provenance" / "a.jsonl").write_text("{}")
    assert folder.files([second, tmp_path, first]) == [second, first]


def test_a_folder_without_files_is_told(tmp_path):
    with pytest.raises(dataset.DatasetError, match=r"expected \*.jsonl files, got none"):
        folder.files([tmp_path])


def test_rows_are_written_behind_a_line_that_has_no_end_and_read_back(tmp_path):
    path = tmp_path / "new" / "file.jsonl"
    folder.write_rows(path, [{"text": "سلام"}], b'{"text": "a"}')
    assert path.read_text("utf-8") == '{"text": "a"}\n{"text": "سلام"}\n'
    assert folder.read_rows(path) == [{"text": "a"}, {"text": "سلام"}]


def test_no_rows_are_no_file(tmp_path):
    path = tmp_path / "file.jsonl"
    folder.write_rows(path, [{"id": "a"}])
    folder.write_rows(path, [])
    assert not path.exists()
    assert folder.read_rows(path) == []


def test_lines_that_hold_no_object_are_told(rows):
    with pytest.raises(dataset.DatasetError, match=r"rows.jsonl:2: expected a JSON object, got list"):
        folder.read_rows(rows("{}", "[]"))
