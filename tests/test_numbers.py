import pytest
from hypothesis import given
from hypothesis import strategies as st

from seeds.text import words
from training.numbers import run_features, runs, shape
from training.views import VIEWS


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("۱۳۹۹", "year"),
        ("2024", "year"),
        ("۱۳۹۹/۱۱/۲۰", "date"),
        ("۱۳:۴۰", "time"),
        ("۳٫۵", "decimal"),
        ("۷", "d1"),
        ("۴۵۰", "d3"),
        ("۵۴٬۴۳۲", "d4"),
        ("پنجمین", "ordinal"),
        ("سوم", "ordinal"),
        ("نیمی", "fraction"),
        ("یک‌سوم", "fraction"),
        ("هزار", "scale"),
        ("سی", "word"),
        ("یک", "one"),
        ("۱۳)", "item"),
        ("کارگر", None),
    ],
)
def test_a_year_a_date_an_ordinal_and_a_count_are_different_things(text, expected):
    (word,) = words(text)
    assert shape(word) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("حدود ۳ هزار و ۴۰۰ نفر آمدند", ["3 هزار و 400"]),
        ("دو درمانگاه و سه مدرسه", ["دو", "سه"]),
        ("سی و پنج تن", ["سی و پنج"]),
        ("هیچ عددی نیست", []),
        ("۱۲ درصد و ۲", ["12", "2"]),
    ],
)
def test_a_number_is_found_whole(text, expected):
    found = words(text)
    assert [" ".join(found[start:end]) for start, end in runs(found)] == expected


def test_a_number_is_told_with_its_neighbours():
    found = words("بیش از ۲۰ نفر کشته شدند")
    features = run_features(found, *next(runs(found)))
    assert {"#d2", "#<از", "#>نفر", "d2<از", "d2>نفر"} <= set(features)


def test_a_day_of_a_month_is_no_count():
    found = words("در ۲۲ بهمن")
    assert "#day" in run_features(found, *next(runs(found)))


@given(st.text())
def test_every_view_reads_any_text(text):
    for view in VIEWS.values():
        assert all(view(words(text)))
