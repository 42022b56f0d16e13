import pytest
from hypothesis import given
from hypothesis import strategies as st

from seeds.text import words
from service.places import places_of_parts, quantities, words_at

ZWNJ = "\N{ZERO WIDTH NON-JOINER}"
AWKWARD = [*"ابتثمیهکگلو ۱۲۳٤5", ZWNJ, *".,،:/)-%٪«» ", "\N{ARABIC HAMZA ABOVE}", "ﷲ", "ﻻ", "می ", " ها"]
PERSIAN = st.lists(st.one_of(st.sampled_from(AWKWARD), st.characters()), max_size=40).map("".join)


def written(sentence, places):
    return [sentence[start:end] for start, end in places]


@pytest.mark.parametrize(
    ("sentence", "expected"),
    [
        (f"کتاب{ZWNJ}ها را می خوانند.", [f"کتاب{ZWNJ}ها", "را", "می خوانند"]),
        ("(صادرات)، «رونق»", ["صادرات", "رونق"]),
        ("مســـئول گفت:۱۲۰نفر", ["مســـئول", "گفت", "۱۲۰", "نفر"]),
        ("1,250 نفر و ٪۱۷٫۴", ["1,250", "نفر", "و", "٪", "۱۷٫۴"]),
        ("۱۳) بند", ["۱۳)", "بند"]),
    ],
)
def test_a_word_is_found_as_written(sentence, expected):
    assert written(sentence, [place for _, place in words_at(sentence)]) == expected


@given(PERSIAN)
def test_the_words_are_those_of_the_normal_form_in_order_and_inside_the_sentence(sentence):
    found = words_at(sentence)
    assert [word for word, _ in found] == words(sentence)
    assert all(0 <= start < end <= len(sentence) for _, (start, end) in found)
    starts = [start for _, (start, _) in found]
    assert starts == sorted(starts)


@given(PERSIAN)
def test_every_part_of_an_explanation_has_a_place(current, sentence):
    assert len(places_of_parts(sentence)) == len(current.model.explain(sentence))


def test_a_word_that_comes_twice_has_two_places():
    sentence = "کار، کار و باز هم کار"
    assert written(sentence, places_of_parts(sentence)[0]) == ["کار", "کار", "کار"]


@pytest.mark.parametrize(
    ("sentence", "expected"),
    [
        ("۳ هزار و ۴۰۰ تن", ["۳ هزار و ۴۰۰"]),
        ("یازده هزار تن، معادل ۱۷٫۴ درصد", ["یازده هزار", "۱۷٫۴ درصد"]),
        ("در سال ۱۴۰۲ یک نفر آمد", []),
        ("۱۲/۰۳/۱۴۰۱ ساعت ۱۳:۴۰", []),
        ("٪۲۵ کارگران", ["۲۵"]),
    ],
)
def test_quantities_are_told_from_years_dates_and_articles(sentence, expected):
    assert written(sentence, quantities(sentence)) == expected
