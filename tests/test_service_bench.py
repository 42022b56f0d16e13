import json
import re
import tomllib
from shutil import which

import pytest

from service.bench import __main__ as bench
from service.bench import scikit, wrk
from service.bench.contenders import CONTENDERS, BentoML, Ceiling, Contender, Flask, MLServer, Ours, Sync
from service.bench.measure import Plan, Run, check, measure, requests
from service.bench.on_flask import app, constant
from service.bench.processes import running
from service.bench.scikit import BenchError
from service.bench.table import table
from service.bench.wrk import Speed

from .conftest import ROOT, STARTER

SENTENCES = ["زعفران قاینات به هفت کشور صادر شد.", "روحیه جهادی تنها راه عبور از تنگناهاست.", "۱۲۰ نفر بیمه شدند."]


@pytest.fixture(scope="module")
def pipelines(models, tmp_path_factory):
    path = tmp_path_factory.mktemp("pipelines") / "pipelines.joblib"
    scikit.save(path, STARTER, models)
    return path


class Some(Contender):
    name = "some"
    program = ROOT / "Makefile"

    def command(self, folder, port):
        return []


def answers(tagger):
    return [(tuple(map(str, e.tag.themes)), str(e.tag.type), e.tag.scores) for e in tagger.tag_sentences(SENTENCES)]


def test_the_pipelines_tag_as_the_model_in_use_does(pipelines, tagger, monkeypatch, labelled):
    monkeypatch.setenv(scikit.VARIABLE, str(pipelines))
    theirs = scikit.load()
    texts = [sentence.text for sentence in labelled[::80]]
    assert theirs.version == tagger.version
    assert theirs.model.decision_function(texts) == pytest.approx(tagger.model.decision_function(texts), abs=1e-9)
    check(Some(1), answers(tagger), answers(theirs))


def test_pipelines_of_other_sentences_than_the_model_was_trained_on_are_refused(models, tmp_path):
    with pytest.raises(BenchError, match="expected the 1320 sentences that it was trained on, got 480"):
        scikit.save(tmp_path / "p", STARTER[1:], models)
    assert list(tmp_path.iterdir()) == []


def test_the_ceiling_answers_in_the_shape_of_the_service(client):
    body = {"sentences": SENTENCES}
    ours, theirs = (each.post("/classify", json=body).json for each in (client, app(constant).test_client()))
    assert list(theirs) == list(ours)
    for one, other in zip(theirs["sentences"], ours["sentences"], strict=True):
        assert list(one) == list(other)
        assert list(one["scores"]) == list(other["scores"])
        assert (one["text"], one["start"], one["end"]) == (other["text"], other["start"], other["end"])


def test_an_answer_that_is_missing_or_another_stops_the_comparison(tagger):
    expected = answers(tagger)
    check(Some(1), expected, expected)
    with pytest.raises(BenchError, match="some: expected 3 answers, got 2"):
        check(Some(1), expected, expected[:2])
    themes, kind, scores = expected[2]
    for other in ((("health",), kind, scores), (themes, "other", scores), (themes, kind, [*scores[:4], 0.5])):
        with pytest.raises(BenchError, match=r"sentence 2: expected .*; are the labels those of the model in use"):
            check(Some(1), expected, [*expected[:2], other])
    near = [*scores[:4], scores[4] + 0.0001]
    check(Some(1), expected, [*expected[:2], (themes, kind, near)])


def test_the_tensors_of_mlserver_are_put_together(tagger, monkeypatch):
    monkeypatch.setattr(MLServer, "program", ROOT / "Makefile")
    expected = answers(tagger)
    value = {
        "outputs": [
            {"name": "themes", "data": [" ".join(themes) for themes, _, _ in expected]},
            {"name": "type", "data": [kind for _, kind, _ in expected]},
            {"name": "scores", "data": [score for _, _, scores in expected for score in scores]},
        ]
    }
    assert MLServer(2).answers(value) == expected
    assert MLServer(2).body(SENTENCES)["inputs"][0]["shape"] == [3]


def test_a_server_that_is_not_installed_gets_one_sentence_with_the_remedy(monkeypatch, tmp_path):
    monkeypatch.setattr(BentoML, "program", tmp_path / "bentoml")
    with pytest.raises(BenchError, match=r"bentoml: is missing; set up and compare with: make bench-service$"):
        BentoML(2)


def test_requests_take_the_sentences_in_turn_and_begin_again():
    assert requests(["a", "b", "c"], 2)[:3] == [["a", "b"], ["c", "a"], ["b", "c"]]
    assert [len(requests(["a"], size)) for size in (1, 40, 1000)] == [4000, 100, 4]


def test_a_server_that_ends_is_told_with_its_last_words(tmp_path):
    command = ["bash", "-c", "echo the port is taken; exit 3"]

    def never():
        raise ConnectionRefusedError

    with (
        pytest.raises(BenchError, match="bash: the server ended with 3:\nthe port is taken"),
        running(command, {}, tmp_path / "log", never),
    ):
        pass


def test_wrk_measures_the_servers_or_says_how_to_get_it(pipelines, tagger, monkeypatch, tmp_path, models):
    monkeypatch.setenv("BARCHASB_MODELS", str(models))
    plan = Plan(pipelines, sizes=[40], rounds=1, seconds=1, connections=2)
    contenders = [kind(2) for kind in (Ours, Ceiling, Sync, Flask)]
    if which("wrk") is None:
        with pytest.raises(BenchError, match="wrk is not installed; install it"):
            measure(contenders[:1], plan, SENTENCES, tagger)
        return
    runs = measure(contenders, plan, SENTENCES, tagger)
    assert [(run.name, run.size) for run in runs] == [(each.name, 40) for each in contenders]
    assert all(run.speed.rate > 0 and 0 < run.speed.p50 <= run.speed.p99 for run in runs)


def test_a_refused_request_stops_the_comparison(monkeypatch, tmp_path):
    found = {"answers": 9, "microseconds": 1000, "p50": 1, "p99": 2, "refused": 1, "lost": 0}
    program = tmp_path / "wrk"
    program.write_text(f"#!/bin/sh\necho '{json.dumps(found)}'\n")
    program.chmod(0o755)
    monkeypatch.setattr(wrk, "which", lambda _: str(program))
    with pytest.raises(BenchError, match="expected every request to be answered, got"):
        wrk.ask("http://127.0.0.1:9/", tmp_path / "bodies", 1, 1)
    program.write_text(f"#!/bin/sh\necho '{json.dumps({**found, 'refused': 0})}'\n")
    assert wrk.ask("http://127.0.0.1:9/", tmp_path / "bodies", 1, 1) == Speed(9000.0, 0.001, 0.002)


def test_the_table_tells_medians_spreads_and_ratios_of_the_same_round():
    rates = {("ours", 0): 100.0, ("ours", 1): 300.0, ("theirs", 0): 10.0, ("theirs", 1): 20.0}
    runs = [Run(name, 40, number, Speed(rate, 1.0, 5.0)) for (name, number), rate in rates.items()]
    lines = table(runs).splitlines()
    assert lines[0].endswith("| ours is |")
    assert lines[2] == "| 40 | ours | 200 (100–300) | 1.00 | 5.00 |  |"
    assert lines[3] == "| 40 | theirs | 15.0 (10.0–20.0) | 1.00 | 5.00 | × 12.5 (10.0–15.0) |"


def test_an_error_is_told_on_standard_error(monkeypatch, capsys, tmp_path):
    for contender in CONTENDERS:
        monkeypatch.setattr(contender, "program", tmp_path / "nothing")
    assert bench.main(["--rounds", "1"]) == 1
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.startswith("bench: ")


def test_the_lock_of_the_servers_has_hashes_names_no_host_and_agrees_with_ours():
    lock, other = ((ROOT / name).read_text() for name in ("requirements-servers.txt", "requirements.txt"))
    requirements = re.split(r"\n(?=\S)", lock.strip())
    assert all("--hash=sha256:" in requirement for requirement in requirements)
    assert "://" not in lock
    assert "index" not in lock
    pins = [dict(re.findall(r"^([\w-]+)==([^\s;]+)", text, re.MULTILINE)) for text in (lock, other)]
    assert {"mlserver", "bentoml", "mlflow"} <= pins[0].keys()
    # One reads what the other has pickled.
    for name in ("joblib", "numpy", "orjson", "scikit-learn", "scipy"):
        assert pins[0][name] == pins[1][name]
    extras = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["optional-dependencies"]
    assert all(re.split("[~<]", requirement)[0] in pins[0] for requirement in extras["servers"])
