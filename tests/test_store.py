import json
import math
import pickle
from hashlib import sha256

import joblib
import pytest

from labels.scheme import SCORED
from training import libraries, store
from training.model import Model
from training.store import ModelError


def edit(path, **changes):
    manifest = json.loads(path.read_text("utf-8"))
    manifest.update(changes)
    path.write_text(json.dumps(manifest), "utf-8")


def test_a_saved_model_is_loaded_as_it_was(models, tagger, labelled):
    model, manifest = store.load(models)
    texts = [sentence.text for sentence in labelled[:50]]
    assert model.tag(texts) == tagger.model.tag(texts)
    assert manifest.version == store.current(models)
    assert manifest.sentences == 1320


def test_the_manifest_vouches_for_every_file(models):
    folder = models / store.current(models)
    manifest = json.loads((folder / "manifest.json").read_text("utf-8"))
    files = {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}
    assert files == {*manifest["sha256"], "manifest.json"}


def test_no_model_is_told_with_the_remedy(tmp_path):
    with pytest.raises(ModelError, match="there is no model yet; train one with: make train"):
        store.load(tmp_path)


@pytest.mark.parametrize("name", ["", "../../elsewhere", "a/b"])
def test_a_damaged_name_of_the_model_in_use_is_told(tmp_path, name):
    (tmp_path / "current").write_text(name)
    with pytest.raises(ModelError, match="expected the version of a model"):
        store.load(tmp_path)


def test_a_version_that_is_gone_is_told(tmp_path):
    (tmp_path / "current").write_text("abc\n")
    with pytest.raises(ModelError, match="the model is missing; train one with"):
        store.load(tmp_path)


@pytest.mark.parametrize("size", [0, 1000, -1])
def test_a_truncated_model_is_told(store_folder, size):
    folder, version = store_folder
    path = version / "model.joblib"
    path.write_bytes(path.read_bytes()[:size])
    with pytest.raises(ModelError, match=r"expected sha256 .* got .*; train one with"):
        store.load(folder)


class Bomb:
    def __reduce__(self):
        return (pytest.fail, ("a tampered model was unpickled",))


def test_a_tampered_model_is_refused_before_it_is_unpickled(store_folder):
    folder, version = store_folder
    (version / "model.joblib").write_bytes(pickle.dumps(Bomb()))
    with pytest.raises(ModelError, match="expected sha256"):
        store.load(folder)


def test_a_model_that_names_what_is_to_be_called_is_refused_though_its_checksum_is_right(store_folder):
    folder, version = store_folder
    content = pickle.dumps(Bomb())
    (version / "model.joblib").write_bytes(content)
    digests = json.loads((version / "manifest.json").read_text("utf-8"))["sha256"]
    edit(version / "manifest.json", sha256={**digests, "model.joblib": sha256(content).hexdigest()})
    with pytest.raises(ModelError, match=r"model\.joblib: expected strings and arrays, got .*; train one with"):
        store.load(folder)


def test_joblib_reads_a_model_and_needs_no_code_of_ours_for_it(models):
    state = joblib.load(models / store.current(models) / "model.joblib")
    names, (shape, weights) = state["features"]["word"]
    assert shape == (len(names.split("\n")), len(SCORED))
    assert len(weights) == 8 * math.prod(shape)


def test_a_tampered_report_is_refused(store_folder):
    folder, version = store_folder
    (version / "report" / "report.txt").write_text("better")
    with pytest.raises(ModelError, match=r"report\.txt: expected sha256"):
        store.load(folder)


def test_a_missing_file_is_told(store_folder):
    folder, version = store_folder
    (version / "report" / "report.txt").unlink()
    with pytest.raises(ModelError, match="a file of the model is missing"):
        store.load(folder)


@pytest.mark.parametrize("text", ["{", "[]", '{"version": 1}', "\udcff"])
def test_a_damaged_manifest_is_told(store_folder, text):
    folder, version = store_folder
    (version / "manifest.json").write_bytes(text.encode("utf-8", "surrogateescape"))
    with pytest.raises(ModelError, match="the manifest is damaged; train one with"):
        store.load(folder)


def test_a_manifest_of_another_model_is_told(store_folder):
    folder, version = store_folder
    edit(version / "manifest.json", version="0123456789ab")
    with pytest.raises(ModelError, match="the manifest is that of another model"):
        store.load(folder)


def test_a_model_of_other_library_versions_is_told(store_folder):
    folder, version = store_folder
    edit(version / "manifest.json", libraries={**libraries.installed(), "numpy": "1.0"})
    with pytest.raises(ModelError, match=r"the model was made with numpy 1.0, here is .*; train one with: make train"):
        store.load(folder)


def test_a_model_of_another_format_is_told(store_folder):
    folder, version = store_folder
    edit(version / "manifest.json", format=0)
    with pytest.raises(ModelError, match="expected model format 2, got 0"):
        store.load(folder)


def test_a_version_that_does_not_exist_is_not_used(store_folder):
    folder, version = store_folder
    with pytest.raises(ModelError, match="the model is missing"):
        store.use("nothing", folder)
    assert store.current(folder) == version.name


def test_saving_again_repairs_a_damaged_version_and_touches_no_sound_one(store_folder, tagger):
    folder, version = store_folder
    manifest = json.loads((version / "manifest.json").read_text("utf-8"))
    about = {key: manifest[key] for key in ("seed", "sentences", "labels", "thresholds", "regularisation", "scores")}
    inode = version.stat().st_ino
    store.save(tagger.model, about, lambda _: None, folder)
    assert version.stat().st_ino == inode
    (version / "model.joblib").write_bytes(b"")
    store.save(tagger.model, about, lambda _: None, folder)
    assert store.load(folder)[1].version == version.name


@pytest.fixture
def other(store_folder, tagger):
    """A second version beside the one in use."""
    folder, version = store_folder
    manifest = json.loads((version / "manifest.json").read_text("utf-8"))
    about = {key: manifest[key] for key in ("seed", "sentences", "labels", "thresholds", "regularisation", "scores")}
    state = tagger.model.to_state()
    return store.save(Model.from_state({**state, "bias": state["bias"] + 1}), about, lambda _: None, folder).version


def test_rolling_back_puts_the_previous_version_in_use_and_doing_it_again_takes_that_back(store_folder, other):
    folder, version = store_folder
    store.use(other, folder)
    assert store.roll_back(folder) == store.current(folder) == version.name
    assert store.roll_back(folder) == store.current(folder) == other


def test_using_the_version_in_use_forgets_no_previous_one(store_folder, other):
    folder, version = store_folder
    store.use(other, folder)
    store.use(other, folder)
    assert store.roll_back(folder) == version.name


def test_without_a_previous_version_there_is_nothing_to_roll_back_to(store_folder):
    folder, version = store_folder
    with pytest.raises(ModelError, match="there is no previous model; name a version: barchasb use VERSION"):
        store.roll_back(folder)
    assert store.current(folder) == version.name


def test_a_damaged_version_is_not_used(store_folder, other):
    folder, version = store_folder
    (folder / other / "model.joblib").write_bytes(b"x")
    with pytest.raises(ModelError, match="expected sha256"):
        store.use(other, folder)
    assert store.current(folder) == version.name


def test_the_versions_that_can_be_used_are_listed_with_the_one_in_use(store_folder, other, runner, monkeypatch):
    folder, version = store_folder
    monkeypatch.setenv("BARCHASB_MODELS", str(folder))
    edit(folder / other / "manifest.json")
    code, out, err = runner("use")
    assert (code, err) == (0, "")
    assert [line.split()[:2] for line in out.splitlines()] == [["*", version.name], [other, "1320"]]
    edit(folder / other / "manifest.json", format=0)
    assert len(runner("use")[1].splitlines()) == 1
