from shutil import copytree

import pytest

from training import store
from training.train import train

from . import load
from .conftest import STARTER
from .load_report import Outcome, Report


@pytest.fixture(scope="module")
def two(models, tmp_path_factory):
    """A folder with two models of different content, and their versions."""
    folder = tmp_path_factory.mktemp("two") / "models"
    copytree(models, folder)
    return folder, [store.current(folder), train(STARTER[1:], folder, progress=str, force=True)[0].version]


def test_no_answer_is_wrong_or_mixed_and_none_is_lost_but_in_a_killed_worker(two, tmp_path):
    models, versions = two
    plan = load.arguments(["--seconds", "8", "--switches", "2", "--kill-every", "3", "--warm", "1"])
    report = load.run(models, versions, plan, tmp_path)
    assert report.faults() == [], report.text()
    assert len(report.kills) == 2
    assert len(report.switches) == 3
    assert len(report.outcomes) > 50
    assert sum(each.version is None and not each.lost for each in report.outcomes) > 0


def report(*outcomes, kills=()):
    switches = [(0.0, "a"), (100.0, "b")]
    seen = [Outcome(1.0, 1.1, "a"), Outcome(101.0, 101.1, "b")]
    return Report(200.0, 10.0, 8.0, [*seen, *outcomes], switches, list(kills))


@pytest.mark.parametrize(
    ("outcome", "fault"),
    [
        (Outcome(50.0, 50.1, "a", wrong="the tags are not those of a"), "the tags are not those of a"),
        (Outcome(50.0, 50.1, lost="reset"), "lost though no worker was killed: reset"),
        (Outcome(120.0, 120.1, "a"), "a answered 20.0 s away from its time"),
        (Outcome(50.0, 50.1, "b"), "b answered 49.9 s away from its time"),
    ],
    ids=["wrong", "lost", "stale", "early"],
)
def test_whatever_must_not_be_is_a_fault(outcome, fault):
    assert report(outcome).faults() == [fault]


def test_a_request_may_be_lost_with_its_worker_alone():
    lost = Outcome(50.0, 50.3, lost="reset")
    assert report(lost, kills=[50.2]).faults() == []
    assert len(report(lost, kills=[49.0]).faults()) == 1
    assert len(report(lost, kills=[51.0]).faults()) == 1


def test_a_version_that_nobody_got_is_a_fault():
    assert Report(1.0, 1.0, 1.0, [Outcome(0.0, 0.1, "a")], [(0.0, "a"), (0.5, "b")], []).faults() == [
        "b was never answered"
    ]


def test_the_figures_are_told():
    text = report(Outcome(50.0, 50.3, lost="reset"), Outcome(60.0, 60.1), kills=[50.2]).text()
    assert "200 s at 8 requests/s, 80% of 10; 1 switches, 1 workers killed" in text
    assert "2 answers and 1 refusals, 0 wrong; 1 lost, 0 of them not in a killed worker" in text
