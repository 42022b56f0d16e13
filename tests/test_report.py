import os
import re
import subprocess
import sys

import matplotlib as mpl
import numpy as np
import pytest
from lxml import html

from labels.scheme import SCORED, LabelledSentence, Place, Theme, Type, truth_of
from training import report, store
from training.calibration import Band, abstention_band, expected_calibration_error, reliability
from training.curve import learning_curve
from training.evaluate import baseline, measures
from training.fit import FOLDS
from training.model import Model
from training.train import train

from .conftest import ROOT, STARTER

INJECTED = "<script>alert('سلامت')</script>"


def made_run(**changes):
    """A run over 60 sentences that got random probabilities; text, register and words are markup."""
    sentences = [
        LabelledSentence(
            f"<i>{n}", f"{INJECTED} {n}", tuple(Theme)[: n % 5], tuple(Type)[n % 2], str(n), f"<b>{n % 3}", **changes
        )
        for n in range(60)
    ]
    random = np.random.default_rng(1)
    probabilities = random.random((60, len(SCORED))).round(4)
    names = "\n".join(f"<u>{n}" for n in range(40))
    thresholds = np.full(len(SCORED), 0.5)
    model = Model(
        {"word": (names, random.normal(size=(40, len(SCORED))))}, thresholds, thresholds, thresholds, thresholds
    )
    return report.Run(
        sentences, 0, model, dict.fromkeys(SCORED, 1.0), np.log(probabilities + 1), probabilities,
        measures(truth_of(sentences), probabilities >= 0.5), measures(truth_of(sentences), baseline(sentences)),
        dict.fromkeys(SCORED, 0.1), dict.fromkeys(SCORED, Band(0.4, 0.6, 0.2)),
    )  # fmt: skip


@pytest.fixture
def curve(monkeypatch):
    """The learning curve is not fitted."""
    values = {str(label): [0.5, np.nan, 0.9] for label in SCORED}
    monkeypatch.setattr(report, "learning_curve", lambda *_: ([15, 30, 60], values))


@pytest.fixture(scope="module")
def trained(models):
    """The page of the model that the tests train."""
    return (models / store.current(models) / "report" / "index.html").read_text("utf-8")


def test_the_page_needs_no_other_file_and_no_network(trained):
    assert not re.findall(r"\b(?:src|srcset|action|data)\s*=|@import|<(?:script|link|iframe|object|img)\b", trained)
    assert set(re.findall(r'(\S+?)="https?://', trained)) == {"xmlns", "xmlns:xlink"}
    assert len(re.findall(r"https?://", trained)) == len(re.findall(r'xmlns(?::xlink)?="http://', trained))
    assert all(link.startswith("#") for link in re.findall(r'href="([^"]*)"', trained))
    assert all(link.startswith("#") for link in re.findall(r"url\(([^)]*)\)", trained))


def test_the_page_has_every_section(trained):
    page = html.fromstring(trained)
    sections = [section.get("id") for section in page.iter("section")]
    assert sections == ["table", "labels", "abstention", "parts", "learning", "words", "errors"]
    assert [link.get("href") for link in page.iterfind(".//nav/a")] == [f"#{name}" for name in sections]
    assert [head.text for head in page.iter("h3")] == [str(label) for label in SCORED]
    assert len(page.findall(".//div[@role='img']/svg")) == len(SCORED) + 1
    rows = {table.findtext("caption"): len(table.findall("tbody/tr")) for table in page.iter("table")}
    assert rows["Out-of-fold measures"] == 8
    assert [rows[f"Decisions on {label}"] for label in SCORED] == [2] * 5
    assert rows["Abstention bands"] == 5
    assert rows["By register"] == 2
    assert rows["By length"] == 5
    assert rows["Average precision"] == 3
    assert [rows[f"Words for and against {label}"] for label in SCORED] == [30] * 5
    assert rows["Worst errors"] == 50


def test_every_table_can_be_read_aloud(trained):
    page = html.fromstring(trained)
    heads = list(page.iter("th"))
    assert all(head.get("scope") in {"col", "row"} and head.text_content().strip() for head in heads)
    assert all(table.findtext("caption") for table in page.iter("table"))
    names = [element.get("id") for element in page.iter() if element.get("id")]
    assert len(names) == len(set(names))


def test_persian_stands_right_to_left(trained):
    cells = [cell for cell in html.fromstring(trained).iter("td") if re.search("[آ-ی]", cell.text_content())]
    assert len(cells) > 300
    assert all(cell.get("dir") == "rtl" and cell.get("lang") == "fa" for cell in cells)


def test_the_confusion_counts_every_sentence_and_agrees_with_the_manifest(models, trained):
    manifest = store.manifest_of(store.current(models), models)
    for table in html.fromstring(trained).iter("table"):
        if (name := table.findtext("caption")).startswith("Decisions on "):
            label = name.removeprefix("Decisions on ")
            right, missed, wrong, rest = (int(cell.text) for cell in table.iter("td"))
            measure = manifest.scores["type" if label == "statistic" else "themes"][label]
            assert right + missed + wrong + rest == manifest.sentences
            assert right + missed == manifest.labels[label]
            assert right / (right + wrong) == pytest.approx(measure["precision"], abs=1e-4)
            assert right / (right + missed) == pytest.approx(measure["recall"], abs=1e-4)


def test_the_manifest_has_calibration_error_and_abstention_of_every_label(models):
    manifest = store.manifest_of(store.current(models), models)
    assert list(manifest.scores["ece"]) == list(manifest.scores["abstention"]) == [str(label) for label in SCORED]
    assert all(0 <= error < 0.1 for error in manifest.scores["ece"].values())
    for label, band in manifest.scores["abstention"].items():
        assert 0 <= band["low"] <= manifest.thresholds[label] <= band["high"] <= 1
        assert 0 <= band["share"] <= 1


def test_the_same_data_and_seed_give_the_same_report_in_another_process(tmp_path):
    manifest, _ = train(STARTER[1:], tmp_path / "one", progress=str)
    environment = {**os.environ, "BARCHASB_MODELS": str(tmp_path / "two"), "PYTHONHASHSEED": "7"}
    command = [ROOT / ".venv/bin/barchasb", "train", "--labels", STARTER[1]]
    subprocess.run(command, check=True, env=environment, cwd=ROOT, capture_output=True)
    other = store.manifest_of(store.current(tmp_path / "two"), tmp_path / "two")
    assert "report/index.html" in manifest.sha256
    assert other.sha256 == manifest.sha256


@pytest.mark.usefixtures("curve")
def test_the_same_run_gives_the_same_page_and_leaves_matplotlib_as_it_was():
    before = mpl.rcParams.copy()
    assert report.page(made_run()) == report.page(made_run())
    # A copy, because reading the backend from the original would choose one.
    assert mpl.rcParams.copy() == before
    assert "matplotlib.pyplot" not in sys.modules


@pytest.mark.usefixtures("curve")
def test_markup_in_text_register_identifier_and_words_is_escaped():
    page = report.page(made_run())
    assert not re.search("<(?:script|i|b|u)>", page)
    assert all(tag in page for tag in ("&lt;script&gt;", "&lt;i&gt;", "&lt;b&gt;", "&lt;u&gt;"))


@pytest.mark.usefixtures("curve")
def test_of_a_document_that_is_not_redistributed_only_identifiers_are_shown():
    page = report.page(made_run(place=Place("a.txt", 0, 1, "0")))
    assert "alert" not in page
    assert page.count("&lt;i&gt;") == 100


@pytest.mark.usefixtures("curve")
def test_the_worst_errors_come_first_and_all_are_errors():
    run = made_run()
    rows = html.fromstring(report.page(run)).xpath("//section[@id='errors']//tbody/tr")
    sure = [float(row.findall("td")[3].text) for row in rows]
    assert sure == sorted(sure, reverse=True)
    for row in rows:
        label, what = row.findall("td")[1].text.split()
        labels = row.findall("td")[2].text.split(", ")
        score = float(row.findall("td")[4 + SCORED.index(label)].text)
        assert (label in labels) == (what == "missed")
        assert (score >= 0.5) == (what == "given")


@pytest.mark.usefixtures("curve")
def test_what_has_no_value_is_a_dash():
    assert "<td>–</td>" in report.page(made_run())


def test_the_learning_curve_ends_with_what_cross_validation_found(monkeypatch):
    themes = [(), *((theme,) for theme in Theme)]
    sentences = [
        LabelledSentence(str(n), f"کلمه {n % 5} {n % 2}", themes[n % 5], tuple(Type)[n % 2], str(n), "agency")
        for n in range(100)
    ]
    base = made_run()
    truth = truth_of(sentences)
    run = report.Run(
        sentences, 0, base.model, dict.fromkeys(SCORED, 1.0), truth.astype(float), truth.astype(float),
        base.measures, base.baseline, base.ece, base.abstention,
    )  # fmt: skip
    sizes, precisions = learning_curve(run.sentences, run.out_of_fold, run.regularisation, run.seed)
    assert sizes == [20, 40, 100 - 100 // FOLDS]
    assert list(precisions) == [str(label) for label in SCORED]
    assert [values[-1] for values in precisions.values()] == [1.0] * 5
    assert all(0 <= value <= 1 for values in precisions.values() for value in values)
    # Where no sentence of a part has a label, there is nothing to learn it from.
    monkeypatch.setattr("training.curve._SHARES", (0.02,))
    _, precisions = learning_curve(run.sentences, run.out_of_fold, run.regularisation, run.seed)
    assert any(np.isnan(values[0]) for values in precisions.values())


def test_serving_and_the_tables_do_without_matplotlib():
    code = (
        "import sys, service.app, service.cli, service.serving.server, training.report; "
        "sys.exit('matplotlib' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False, cwd=ROOT).returncode == 0


def test_scores_that_are_calibrated_have_hardly_an_error():
    random = np.random.default_rng(0)
    probabilities = random.random(200_000)
    assert expected_calibration_error(random.random(200_000) < probabilities, probabilities) < 0.005


def test_scores_that_are_too_sure_have_the_error_that_a_hand_computes():
    # Ten sentences at .95 of which six have the label, thirty at .15 of which nine do: (10 * .35 + 30 * .15) / 40.
    probabilities = np.repeat([0.95, 0.15], [10, 30])
    truth = np.repeat([True, False, True, False], [6, 4, 9, 21])
    assert expected_calibration_error(truth, probabilities) == pytest.approx(0.2)
    # Within a bin what is too high makes up for what is too low.
    assert expected_calibration_error(np.array([True, False]), np.array([0.51, 0.59])) == pytest.approx(0.05)


def test_the_end_of_a_bin_belongs_to_it():
    probabilities = np.array([0.0, 0.1, 0.1001, 0.3, 0.7, 0.7001, 1.0])
    bins = reliability(np.ones(7, dtype=bool), probabilities)
    assert bins.counts.tolist() == [2, 1, 1, 1, 1, 1]
    assert bins.predicted == pytest.approx([0.05, 0.1001, 0.3, 0.7, 0.7001, 1.0])
    assert bins.observed.tolist() == [1.0] * 6


def test_the_band_is_what_a_hand_finds():
    # Given wrongly at .6, missed at .3 and .2; nineteen of twenty are right beyond each of them.
    probabilities = np.array([*[0.1] * 19, 0.2, 0.3, 0.6, 0.7, *[0.9] * 18, 0.8])
    truth = np.array([*[False] * 19, True, True, False, *[True] * 20])
    assert abstention_band(truth, probabilities, 0.5) == Band(0.3, 0.5, round(1 / 42, 4))


def test_a_label_that_is_right_on_both_sides_needs_no_band():
    truth = np.array([False, False, True])
    assert abstention_band(truth, np.array([0.1, 0.2, 0.9]), 0.45) == Band(0.45, 0.45, 0.0)


def test_a_label_that_is_never_precise_has_the_widest_band():
    truth = np.array([True, True, False, False])
    assert abstention_band(truth, np.array([0.0, 0.1, 0.9, 1.0]), 0.5) == Band(0.0, 1.0, 1.0)
    # One side may do without.
    assert abstention_band(np.array([False, False, False]), np.array([0.1, 0.2, 1.0]), 0.5) == Band(0.5, 1.0, 0.3333)


@pytest.mark.parametrize("seed", range(20))
def test_the_band_is_the_narrowest_outside_of_which_both_decisions_are_precise(seed):
    random = np.random.default_rng(seed)
    probabilities = random.random(400).round(2)
    truth = random.random(400) < 1 / (1 + np.exp(-12 * (probabilities - 0.5)))
    band = abstention_band(truth, probabilities, 0.5)

    def precise(right):
        return right.size > 0 and right.mean() >= 0.95

    above = [edge for edge in (0.5, *probabilities[probabilities > 0.5]) if precise(truth[probabilities > edge])]
    below = [edge for edge in (0.5, *probabilities[probabilities < 0.5]) if precise(~truth[probabilities < edge])]
    assert (band.low, band.high) == (max(below, default=0.0), min(above, default=1.0))
    assert band.share == np.mean((probabilities >= band.low) & (probabilities <= band.high))
