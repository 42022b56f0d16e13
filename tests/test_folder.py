import dataclasses
import os

import pytest

from labels import dataset, folder
from labels.scheme import LabelledSentence, Theme, Type

from .conftest import STARTER

SENTENCES = [
    LabelledSentence("a", "کارخانه ده کارگر گرفت.", (Theme.EMPLOYMENT,), Type.STATISTIC, "a", "desk"),
    LabelledSentence("b", "باران بارید.", (), Type.RHETORIC, "b", "desk"),
]


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


def test_what_is_put_is_read_back_as_it_was(tmp_path):
    path = tmp_path / "mine" / "file.jsonl"
    folder.put(path, SENTENCES, [{"id": "a"}, {"id": "b"}], [])
    assert dataset.read([path]).sentences == SENTENCES
    assert (path.parent / "provenance" / "file.jsonl").read_text() == '{"id":"a"}\n{"id":"b"}\n'
    assert sorted(each.name for each in path.parent.iterdir()) == ["file.jsonl", "provenance"]


def test_a_fault_leaves_everything_as_it_was(tmp_path, rows):
    path = tmp_path / "file.jsonl"
    folder.put(path, SENTENCES[:1], [], [])
    before = path.read_bytes()
    again = dataclasses.replace(SENTENCES[0], id="c")
    with pytest.raises(dataset.DatasetError, match="a duplicate of"):
        folder.put(tmp_path / "other.jsonl", [again], [{"id": "c"}], [path])
    assert path.read_bytes() == before
    assert [each.name for each in tmp_path.iterdir()] == ["file.jsonl"]


def test_nothing_to_put_leaves_no_file(tmp_path):
    path = tmp_path / "file.jsonl"
    folder.put(path, SENTENCES, [{"id": "a"}], [])
    folder.put(path, [], [], [])
    assert list(tmp_path.rglob("*.jsonl")) == []
