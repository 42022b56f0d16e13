import gzip

import pytest

from seeds.files import FileError
from service.archives.sources import CSV, JSONL, PARQUET, TEXT, TSV, find, form_of, opened


@pytest.mark.parametrize(
    ("name", "form"),
    [
        ("a.txt", TEXT),
        ("a.HTML", TEXT),
        ("a.jsonl.gz", JSONL),
        ("a.ndjson", JSONL),
        ("a.csv.zst", CSV),
        ("a.tsv", TSV),
        ("a.parquet", PARQUET),
        ("a.md", None),
        ("a", None),
    ],
)
def test_the_suffix_tells_the_form(tmp_path, name, form):
    assert form_of(tmp_path / name) == form


def test_a_file_whose_suffix_says_nothing_is_text_unless_told_otherwise(tmp_path):
    (tmp_path / "a.log").write_text("متن", "utf-8")
    assert [source.form for source in find([str(tmp_path / "a.log")])] == [TEXT]
    assert [source.form for source in find([str(tmp_path / "a.log")], CSV)] == [CSV]


def test_files_of_a_folder_stand_in_the_order_of_their_paths(tmp_path):
    for name in ("b.txt", "a/z.txt", "a.txt", "a/b/c.txt", "a-b.txt"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("متن", "utf-8")
    assert [source.path for source in find([str(tmp_path)])] == sorted(tmp_path.rglob("*.txt"))


def test_a_glob_stands_for_the_files_that_it_matches(tmp_path):
    for name in ("x/1.txt", "x/y/2.txt", "x/3.md"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("متن", "utf-8")
    found = find([str(tmp_path / "**" / "*.txt")])
    assert [source.path.name for source in found] == ["1.txt", "2.txt"]


def test_a_file_whose_name_looks_like_a_glob_is_that_file(tmp_path):
    (tmp_path / "a[1].txt").write_text("متن", "utf-8")
    assert [source.path.name for source in find([str(tmp_path / "a[1].txt")])] == ["a[1].txt"]


def test_the_packing_is_known_by_its_first_bytes_whatever_the_name(tmp_path):
    (tmp_path / "a.txt").write_bytes(gzip.compress("متن".encode()))
    (source,) = find([str(tmp_path / "a.txt")])
    with opened(source) as stream:
        assert stream.packed
        assert stream.content.read() == "متن".encode()


@pytest.mark.parametrize("kind", ["missing", "dangling link"])
def test_what_is_not_there_is_told_when_it_is_opened(tmp_path, kind):
    path = tmp_path / "a.txt"
    if kind == "dangling link":
        path.symlink_to("nowhere")
    (source,) = find([str(path)])
    with pytest.raises(FileError, match="No such file or directory; check the path"), opened(source):
        pass
