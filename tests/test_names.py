import random
import re

import pytest

from seeds.text import words
from training.names import _NAMES, is_name
from training.views import char_features, word_feature

PROVINCES = (
    "آذربایجان شرقی|آذربایجان غربی|اردبیل|اصفهان|البرز|ایلام|بوشهر|تهران|چهارمحال و بختیاری|خراسان جنوبی|خراسان رضوی|"
    "خراسان شمالی|خوزستان|زنجان|سمنان|سیستان و بلوچستان|فارس|قزوین|قم|کردستان|کرمان|کرمانشاه|کهگیلویه و بویراحمد|"
    "گلستان|گیلان|لرستان|مازندران|هرمزگان|همدان|یزد"
).split("|")
CITIES = "تبریز|ارومیه|اردبیل|اصفهان|کرج|شیراز|رشت|گرگان|ساوه|بوشهر|یاسوج|سنندج|بیرجند|زاهدان|کرمان|بم|جیرفت".split("|")
AGENCIES = "ایرنا|ایسنا|ایلنا|تسنیم|برنا".split("|")
SURNAMES = "احمدی|حسینی|رضایی|کریمی|موسوی|جعفری|صادقی|رحیمی|قاسمی|فلاح".split("|")


def swapped(texts, names):
    """Each text that has one of the names, three times with another of them."""
    # A name is whole: no letter and no non-joiner stands before or behind it.
    inside = "[\\w\N{ZERO WIDTH NON-JOINER}]"
    longest_first = "|".join(sorted(names, key=len, reverse=True))
    pattern = re.compile(f"(?<!{inside})(?:{longest_first})(?!{inside})")
    choose = random.Random(0).choice
    for text in texts:
        if pattern.search(text):
            for _ in range(3):
                yield text, pattern.sub(lambda _: choose(names), text)


@pytest.mark.parametrize(
    ("names", "least"), [(PROVINCES, 1000), (CITIES, 500), (AGENCIES, 20)], ids=["province", "city", "agency"]
)
def test_another_name_changes_the_tags_of_at_most_one_sentence_in_a_hundred(current, labelled, names, least):
    pairs = list(swapped([sentence.text for sentence in labelled], names))
    assert len(pairs) >= least
    assert share_changed(current, pairs) <= 0.01


def test_another_speaker_changes_the_tags_of_at_most_one_sentence_in_a_hundred(current, labelled):
    texts = [sentence.text.removeprefix("وی") for sentence in labelled if sentence.text.startswith("وی ")]
    choose = random.Random(0).sample
    pairs = [tuple(f"{name}{text}" for name in choose(SURNAMES, 2)) for text in texts for _ in range(3)]
    assert len(pairs) >= 500
    assert share_changed(current, pairs) <= 0.01


def share_changed(current, pairs):
    before = current.model.tag([text for text, _ in pairs])
    after = current.model.tag([text for _, text in pairs])
    changed = sum((a.themes, a.type) != (b.themes, b.type) for a, b in zip(before, after, strict=True))
    return changed / len(pairs)


def test_every_name_is_one_word_of_the_normal_form():
    assert [name for name in _NAMES if words(name) != [name]] == []


def test_a_name_has_one_feature_whatever_it_is():
    assert word_feature("کرمان") == word_feature("یزد") == "#name"
    assert char_features("کرمان") == []
    assert not is_name("کارگر")
