import numpy as np
import pytest

from labels.duplicates import similar
from seeds.text import words
from training.choose import choose, doubts

LONG = "استاندار در جلسه شورای اداری از تکمیل راه روستایی منطقه تا پایان سال خبر داد"


def test_the_label_nearest_its_threshold_decides_how_doubtful_a_sentence_is():
    thresholds = np.array([0.5, 0.2])
    probabilities = np.array([[0.5, 0.9], [0.0, 0.1], [1.0, 0.6], [0.0, 1.0]])
    assert doubts(probabilities, thresholds).tolist() == pytest.approx([1.0, 0.5, 0.5, 0.0])


@pytest.mark.parametrize("threshold", [0.0, 1.0])
def test_a_threshold_at_an_end_is_no_division_by_nothing(threshold):
    found = doubts(np.array([[0.0], [0.5], [1.0]]), np.array([threshold]))
    assert ((found >= 0) & (found <= 1)).all()
    assert found[int(threshold * 2)] == 1


def test_of_like_sentences_the_most_doubtful_comes_first():
    assert choose(["پل شهر باز شد", "مدرسه روستا ساخته شد"], np.array([0.2, 0.9]), [], 2) == [1, 0]


def test_another_subject_comes_before_more_of_the_same():
    texts = ["قیمت گندم در بازار بالا رفت", "قیمت گندم در بازار پایین رفت", "تیم والیبال نایین برنده جام شد"]
    assert choose(texts, np.array([0.9, 0.85, 0.6]), [], 3)[:2] == [0, 2]


def test_what_is_labelled_already_is_a_subject_that_has_been():
    texts = ["قیمت گندم در بازار بالا رفت", "تیم والیبال نایین برنده جام شد"]
    assert choose(texts, np.array([0.9, 0.6]), ["قیمت گندم در بازار پایین رفت"], 1) == [1]


def test_no_near_duplicate_is_chosen():
    texts = [LONG, f"{LONG} و رفت", "پل شهر باز شد"]
    assert sorted(choose(texts, np.array([0.9, 0.8, 0.1]), [], 3)) == [0, 2]


def test_no_near_duplicate_of_a_labelled_sentence_is_chosen():
    assert choose([f"{LONG} و رفت", "پل شهر باز شد"], np.array([0.9, 0.1]), [LONG], 2) == [1]


def test_no_more_are_chosen_than_there_are():
    assert choose([], np.array([]), [LONG], 3) == []
    assert choose(["…"], np.array([0.5]), [], 3) == []


def test_the_same_texts_give_the_same_choice(labelled):
    texts = [each.text for each in labelled[:400]]
    doubt = np.random.default_rng(0).random(len(texts))
    chosen = choose(texts, doubt, [], 50)
    assert chosen == choose(texts, doubt, [], 50)
    assert len(set(chosen)) == 50
    assert not list(similar([words(texts[place]) for place in chosen]))
