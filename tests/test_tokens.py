import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from training.tokens import Tokens, spaces

TEXTS = st.lists(
    st.lists(
        st.one_of(
            st.text(max_size=6),
            st.text("اب\0", max_size=20),
            st.text("\U0001f600ک", max_size=20),
            st.text(st.characters(codec=None), max_size=4),
            st.sampled_from(["", "ک" * 16, "ک" * 17, "ک" * 1000]),
        ),
        max_size=30,
    ).map(" ".join),
    max_size=10,
)


class Spelled:
    """The tokens of texts by the numbers that the table gives."""

    def __init__(self, slots):
        self.tokens = Tokens(slots)
        self.spelling = []

    def __call__(self, text):
        found, new = self.tokens.numbers(text)
        self.spelling += new
        assert self.tokens.size == len(self.spelling)
        return [self.spelling[number] for number in found.tolist()]


def split(text):
    """A lone surrogate is a silent character."""
    return re.sub("[\ud800-\udfff]", "\x01", text).split()


def test_every_space_of_str_split_and_no_other_unit_is_one():
    units = np.array([unit for unit in range(1 << 16) if not 0xD800 <= unit < 0xE000], np.uint16)
    assert units[spaces(units)].tolist() == [unit for unit in units.tolist() if chr(unit).isspace()]


@given(TEXTS)
def test_tokens_are_those_of_str_split_and_each_has_one_number(texts):
    spelled = Spelled(2)
    for text in texts:
        assert spelled(text) == split(text)
    assert len(set(spelled.spelling)) == len(spelled.spelling)


@given(TEXTS, st.data())
def test_tokens_that_are_kept_keep_their_order_and_the_others_are_new_again(texts, data):
    spelled = Spelled(2)
    for text in texts:
        spelled(text)
    kept = np.array([data.draw(st.booleans()) for _ in spelled.spelling], bool)
    spelled.tokens.keep(kept)
    spelled.spelling = [token for token, has in zip(spelled.spelling, kept, strict=True) if has]
    for text in texts:
        assert spelled(text) == split(text)
    assert len(set(spelled.spelling)) == len(spelled.spelling)


@pytest.mark.parametrize("slots", [1, 2, 1200])
@pytest.mark.parametrize("count", [1000, 100_000])
def test_the_table_grows_with_its_tokens(count, slots):
    spelled = Spelled(slots)
    text = " ".join(map(str, range(count)))
    assert spelled(text) == text.split()
    assert spelled(text) == text.split()
    assert spelled.tokens.size == count
