import copy

import pytest

from labels.scheme import Theme, Type
from training import store, train
from training.gate import EPSILON, GateError, falls, require

from .conftest import STARTER


def summary(f1):
    return {"themes": {theme: {"f1": f1} for theme in Theme}, "type": {kind: {"f1": f1} for kind in Type}}


def test_a_label_that_falls_by_more_than_epsilon_is_told():
    new = copy.deepcopy(summary(0.9))
    new["themes"]["export"]["f1"] = 0.9 - EPSILON - 0.001
    assert list(falls(summary(0.9), new, "out-of-fold")) == [
        f"export: F1 out-of-fold falls from 0.900 to 0.879, more than {EPSILON}"
    ]


@pytest.mark.parametrize("f1", [0.9 - EPSILON / 2, 0.9, 0.95])
def test_a_label_that_falls_less_or_rises_passes(f1):
    assert list(falls(summary(0.9), summary(f1), "x")) == []


def test_a_closed_gate_tells_every_label_and_the_remedy():
    with pytest.raises(GateError, match="one\ntwo\nmodel abc is not put in use; mend the labels, or use --force"):
        require(["one", "two"], "abc")


def test_a_worse_model_is_kept_but_not_put_in_use_unless_forced(store_folder, monkeypatch):
    folder, version = store_folder
    monkeypatch.setattr("training.gate.EPSILON", -1.0)
    with pytest.raises(GateError, match="is not put in use"):
        train.train(STARTER[1:], folder, progress=str)
    assert store.current(folder) == version.name
    manifest, _ = train.train(STARTER[1:], folder, progress=str, force=True)
    assert store.current(folder) == manifest.version != version.name


def test_the_gate_looks_at_a_labelled_file_too(store_folder, rows, labelled):
    folder, _ = store_folder
    easy = [sentence for sentence in labelled if sentence.id.startswith("w1-")][:80]
    values = [{"text": s.text, "themes": list(s.themes), "type": s.type} for s in easy]
    with pytest.raises(GateError, match="on the labelled file falls from"):
        train.train(STARTER[1:], folder, progress=str, on=rows(*values))


def test_an_open_gate_says_nothing():
    require([], "abc")
