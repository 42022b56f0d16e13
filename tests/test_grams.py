import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from seeds.text import words
from training import grams
from training.grams import Grams
from training.views import char_features

LABELS = 3
WORDS = st.lists(
    st.one_of(st.text("ابپ😀", min_size=1, max_size=50), st.sampled_from(["کرمان", "۱۲", "%"])), max_size=8
)


def weighed(names):
    return Grams("\n".join(names), np.random.default_rng(1).normal(size=(len(names), LABELS)))


def one_by_one(names, found):
    known = dict(zip(names, np.random.default_rng(1).normal(size=(len(names), LABELS)), strict=True))
    return [sum((known[name] for name in char_features(word) if name in known), np.zeros(LABELS)) for word in found]


@given(WORDS, st.sets(st.text(" ابپ😀", min_size=3, max_size=6), max_size=60))
def test_sums_are_those_of_adding_the_weight_of_each_feature_in_order(found, others):
    found = [word for text in found for word in words(text)]
    # Every second n-gram of the words is known, and some others that they may have.
    names = sorted({*sorted({name for word in found for name in char_features(word)})[::2], *others})
    assert weighed(names).sums(found).tolist() == [row.tolist() for row in one_by_one(names, found)]


def test_words_have_no_sums_where_no_n_gram_is_known():
    assert (weighed([]).sums(["کار", "شد"]) == np.zeros((2, LABELS))).all()


def test_an_n_gram_that_only_begins_like_a_known_one_is_another():
    assert (weighed([" کار"]).sums(["کا", "کارگر", "کار"]) == one_by_one([" کار"], ["کا", "کارگر", "کار"])).all()


def test_where_two_n_grams_have_one_hash_another_is_taken(monkeypatch):
    names, found = [" کا", "کار", "ار "], ["کار", "کاری"]
    monkeypatch.setattr(grams, "_MULTIPLIERS", np.array([0, 0, *grams._MULTIPLIERS]))
    assert (weighed(names).sums(found) == one_by_one(names, found)).all()


def test_a_text_whose_hash_is_that_of_a_known_n_gram_weighs_nothing(monkeypatch):
    # Then the first letters alone make the hash.
    monkeypatch.setattr(grams, "_MULTIPLIERS", np.array([1, 0]))
    assert (weighed([" کارگ"]).sums(["کارگر", "کارمند"]) == one_by_one([" کارگ"], ["کارگر", "کارمند"])).all()


def test_n_grams_that_are_given_twice_are_refused():
    with pytest.raises(ValueError, match="expected each n-gram once"):
        weighed(["کار", "کار"])
