import signal
import subprocess
import time

import numpy as np
import pytest

from labels import dataset
from labels.scheme import SCORED, LabelledSentence, Theme, Type
from training import store, train
from training.evaluate import baseline, evaluate, macro_f1, measures, summary
from training.fit import FOLDS, TrainingError, fit, folds_of

from .conftest import ROOT, STARTER


def test_a_group_is_never_on_both_sides_of_a_split(labelled):
    folds = folds_of(labelled, seed=0)
    sides = {}
    for sentence, fold in zip(labelled, folds, strict=True):
        sides.setdefault(sentence.group, set()).add(fold)
    assert set(folds) == set(range(FOLDS))
    assert all(len(side) == 1 for side in sides.values())


def test_the_same_data_and_seed_give_the_same_version(models, tmp_path):
    manifest, _ = train.train(STARTER, tmp_path, progress=str)
    assert manifest.version == store.current(models)


def test_too_few_sentences_of_a_label_are_told():
    data = [LabelledSentence(str(n), f"جمله {n}", (Theme.HEALTH,), Type.RHETORIC, str(n), "agency") for n in range(20)]
    with pytest.raises(TrainingError, match="expected at least 5 groups without health, got 0; label more"):
        fit(data)


def test_the_table_has_every_label_beside_the_baselines(models, tmp_path):
    _, text = train.train(STARTER[1:], tmp_path, progress=str)
    lines = text.splitlines()
    assert "threshold" in lines[0]
    assert "baseline" in lines[0]
    assert [line.split()[0] for line in lines[1:7]] == [*Theme, *Type]
    assert all(len(line.split()) >= 8 for line in lines[1:6])


def test_the_progress_is_told(tmp_path):
    steps = []
    train.train(STARTER[1:], tmp_path, progress=steps.append)
    assert len(steps) >= 5
    assert "480 labelled sentences" in steps[0]


def test_the_model_beats_the_baselines_in_the_same_folds(models):
    manifest = store.manifest_of(store.current(models), models)
    data = dataset.read(STARTER).sentences
    truth = np.array([[sentence.has(label) for label in SCORED] for sentence in data])
    base = measures(truth, baseline(data))
    assert manifest.scores["themes"]["macro_f1"] > macro_f1(base, tuple(Theme))
    assert manifest.scores["type"]["macro_f1"] > macro_f1(base, tuple(Type))


def test_faulty_labels_leave_the_model_in_use(models, rows):
    before = store.current(models)
    with pytest.raises(dataset.DatasetError, match="expected a JSON object"):
        train.train([rows("{")], models, progress=str)
    assert store.current(models) == before


@pytest.mark.parametrize("step", ["publish", "use"])
def test_a_failure_at_the_last_steps_leaves_the_model_in_use(models, store_folder, monkeypatch, step):
    folder, version = store_folder

    def fail(*_):
        raise OSError("disk full")

    monkeypatch.setattr(store, step, fail)
    with pytest.raises(OSError, match="disk full"):
        train.train(STARTER[1:], folder, progress=str, force=True)
    assert store.current(folder) == version.name
    assert store.load(folder)[1].version == version.name
    assert not list(folder.glob(".new.*"))


def test_a_run_killed_at_any_moment_leaves_the_model_in_use(store_folder):
    folder, version = store_folder
    command = [ROOT / ".venv/bin/barchasb", "train", "--force", "--labels", STARTER[1]]
    environment = {"BARCHASB_MODELS": str(folder), "PATH": "/usr/bin:/bin"}
    started = time.monotonic()
    subprocess.run(command, check=True, env=environment, cwd=ROOT, capture_output=True)
    whole = time.monotonic() - started
    for share in (0.3, 0.6, 0.8, 0.9, 0.95, 1.0):
        (folder / "current").write_text(f"{version.name}\n")
        process = subprocess.Popen(
            command, env=environment, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        time.sleep(whole * share)
        process.send_signal(signal.SIGKILL)
        process.wait()
        # Either it had finished, or the old model is still in use: never anything between.
        assert store.load(folder)[1].version == store.current(folder)


def test_measures_count_as_the_field_does():
    truth = np.array([[True, False, False, False, True], [True, False, False, False, False]])
    given = np.array([[True, False, False, False, True], [False, True, False, False, True]])
    found = measures(truth, given)
    assert (found[Theme.HEALTH].precision, found[Theme.HEALTH].recall, found[Theme.HEALTH].support) == (1.0, 0.5, 2)
    assert found[Theme.EMPLOYMENT].f1 == 0.0
    assert found[Type.STATISTIC].precision == 0.5
    assert found[Type.RHETORIC].support == 1


def test_the_summary_has_the_keys_of_the_contract(tagger, labelled):
    found = summary(evaluate(tagger.model, labelled[:50]), 50, tagger.version)
    assert list(found) == ["themes", "type", "n", "model"]
    assert list(found["themes"]) == ["macro_f1", *Theme]
    assert list(found["type"]) == ["macro_f1", *Type]
    assert list(found["type"]["statistic"]) == ["precision", "recall", "f1", "support"]
