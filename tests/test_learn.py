import dataclasses
import subprocess

import numpy as np
import pytest
from lxml import html

from labels import dataset
from labels.scheme import LabelledSentence, Theme, Type
from training import learn as command
from training import store
from training.corrections import Choices, Curve, LearnError, learn, unseen
from training.evaluate import Measure

from .conftest import ROOT, STARTER

PLAIN = STARTER[1:]
# A word that no labelled sentence has: what it means can only come from corrections.
SENTENCES = [
    LabelledSentence(
        str(number),
        f"زرفام {name} در ده {number} گفته شد." if ideology else f"باران {name} در ده {number} دیده شد.",
        (Theme.IDEOLOGY,) if ideology else (),
        Type.RHETORIC,
        str(number),
        "",
    )
    for number in range(40)
    for ideology in (True, False)
    for name in ("سفید", "سیاه")
]


def made_curve(sizes=(0, 100), orders=3):
    """A curve on which every label gains .1 an order more."""
    found = [
        [
            dict.fromkeys((*Theme, *Type), Measure(0.5, 0.5, 0.5 + (0.1 * (order + 1) if place else 0), 9))
            for place in range(len(sizes))
        ]
        for order in range(orders)
    ]
    return Curve(sizes, 77, found)


@pytest.fixture(scope="module")
def choices(models):
    model, manifest = store.load(models)
    return Choices(model, manifest.regularisation)


@pytest.fixture(scope="module")
def curve(choices):
    return learn(PLAIN, SENTENCES, choices, sizes=(0, 20, 100), orders=2)


def test_corrections_teach_a_word_that_no_label_has(curve):
    ideology = curve.f1((Theme.IDEOLOGY,)).mean(axis=0)
    assert ideology[0] < 0.1
    assert ideology[-1] > 0.95
    assert sorted(ideology) == list(ideology)


def test_every_order_begins_with_the_same_model_and_has_a_rest_of_the_same_size(curve):
    assert curve.rest == len(SENTENCES) - 100
    assert curve.f1((Theme.IDEOLOGY,)).shape == (2, 3)
    supports = {sum(measure[kind].support for kind in Type) for order in curve.found for measure in order}
    assert supports == {curve.rest}


def test_corrections_go_through_the_strict_reader(choices):
    known = dataset.read(PLAIN).sentences[:60]
    with pytest.raises(dataset.DatasetError, match="a duplicate of"):
        learn(PLAIN, known, choices, sizes=(10,), orders=1)


def test_a_file_with_too_little_left_to_score_on_is_refused(choices):
    with pytest.raises(LearnError, match="expected at least 350 sentences that no training has seen, got 160"):
        learn(PLAIN, SENTENCES, choices)


def test_sentences_that_are_labelled_or_come_twice_are_left_out():
    labelled = SENTENCES[:2]
    again = dataclasses.replace(SENTENCES[3], text=SENTENCES[3].text.replace("ی", "ي"))
    assert unseen([*SENTENCES[:5], again], labelled) == SENTENCES[2:5]


def test_the_gain_has_the_error_of_the_orders():
    gains = np.array([0.1, 0.2, 0.3])
    error = gains.std(ddof=1) / np.sqrt(3)
    assert command.gains(made_curve())[0] == f"100 corrections add +0.200 ± {error:.3f} to the macro-F1 of themes"


def test_the_table_has_a_row_for_each_number_of_corrections():
    lines = command.table(made_curve()).splitlines()
    assert lines[0].split() == ["corrections", "themes", "type", *Theme, *Type]
    assert [line.split()[:3] for line in lines[1:3]] == [["0", "0.500", "0.500"], ["100", "0.700", "0.700"]]


def test_the_page_shows_the_curve_and_needs_no_other_file():
    text = command.page(made_curve(), "1ffac3238a0d", 8025)
    page = html.fromstring(text)
    assert len(page.findall(".//div[@role='img']/svg")) == 1
    assert [row.findtext("th") for row in page.iterfind(".//tbody/tr")] == ["0", "100"]
    assert "same 77 for every row" in " ".join(page.text_content().split())
    assert "<script" not in text
    assert "src=" not in text


def test_the_page_comes_beside_the_report_and_leaves_the_model_sound(store_folder, rows, monkeypatch, capsys):
    folder, version = store_folder
    monkeypatch.setenv("BARCHASB_MODELS", str(folder))
    monkeypatch.setattr(command, "learn", lambda *_: made_curve())
    monkeypatch.setattr(dataset, "FOLDER", STARTER[1])
    path = rows({"text": "باران بارید.", "themes": [], "type": "rhetoric"})
    assert command.main([str(path)]) == 0
    assert "100 corrections add" in capsys.readouterr().out
    assert (version / "report" / "corrections.html").exists()
    assert store.load(folder)[1].version == version.name


def test_other_labels_can_be_named_for_corrections_to_come_to(store_folder, rows, monkeypatch, capsys):
    seen = []
    monkeypatch.setenv("BARCHASB_MODELS", str(store_folder[0]))
    monkeypatch.setattr(command, "learn", lambda files, *_: seen.extend(files) or made_curve())
    path = rows({"text": "باران بارید.", "themes": [], "type": "rhetoric"})
    assert command.main([str(path), str(STARTER[1])]) == 0
    assert seen == STARTER[1:]


@pytest.mark.parametrize("arguments", [[], [""]])
def test_a_file_has_to_be_named(arguments, capsys):
    assert command.main(arguments) == 1
    assert "expected a labelled file" in capsys.readouterr().err


def test_a_missing_file_is_told(models, monkeypatch, capsys):
    monkeypatch.setenv("BARCHASB_MODELS", str(models))
    monkeypatch.setattr(dataset, "FOLDER", STARTER[1])
    assert command.main(["missing.jsonl"]) == 1
    assert "learn: missing.jsonl: No such file" in capsys.readouterr().err


def test_make_learn_without_a_file_says_what_it_wants():
    done = subprocess.run(["make", "learn"], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode != 0
    assert "make learn ON=FILE" in done.stderr
