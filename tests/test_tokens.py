import math
import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from training.compiling import loops_for
from training.loops import SPACES
from training.tokens import TokenTable

SENTENCES = st.lists(
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


@pytest.fixture(autouse=True, scope="module", params=[math.inf, 0], ids=["interpreted", "compiled"])
def either(request):
    """Both forms of the loops, one after the other."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(loops_for, "worth", request.param)
        # What is compiled now is no test's time.
        TokenTable(2).numbers(["کار"])
        yield


class Spelled:
    """The tokens of sentences by the numbers that the table gives."""

    def __init__(self, slots):
        self.table = TokenTable(slots)
        self.spelling = []

    def __call__(self, sentences):
        found, counts, new = self.table.numbers(sentences)
        self.table.learn([[0]] * len(new))
        self.spelling += new
        assert self.table.size == len(self.spelling)
        tokens = [self.spelling[number] for number in found.tolist()]
        ends = counts.cumsum().tolist()
        return [tokens[start:end] for start, end in zip([0, *ends], ends, strict=False)]


def split(sentences):
    """A lone surrogate is a silent character."""
    return [re.sub("[\ud800-\udfff]", "\x01", sentence).split() for sentence in sentences]


def test_every_space_of_str_split_and_no_other_unit_is_one():
    assert np.flatnonzero(SPACES).tolist() == [unit for unit in range(1 << 16) if len(f"a{chr(unit)}a".split()) > 1]


@given(st.lists(SENTENCES, max_size=5))
def test_tokens_are_those_of_str_split_and_each_has_one_number(parts):
    spelled = Spelled(2)
    for sentences in parts:
        assert spelled(sentences) == split(sentences)
    assert len(set(spelled.spelling)) == len(spelled.spelling)


@given(SENTENCES, st.data())
def test_tokens_that_are_kept_keep_their_order_and_the_others_are_new_again(sentences, data):
    spelled = Spelled(2)
    spelled(sentences)
    kept = np.array([data.draw(st.booleans()) for _ in spelled.spelling], bool)
    assert len(spelled.table.keep(kept)) == kept.sum()
    spelled.spelling = [token for token, has in zip(spelled.spelling, kept, strict=True) if has]
    assert spelled(sentences) == split(sentences)
    assert len(set(spelled.spelling)) == len(spelled.spelling)


@pytest.mark.parametrize("slots", [1, 2, 1200])
@pytest.mark.parametrize("count", [1000, 30_000])
def test_the_table_grows_with_its_tokens(count, slots):
    spelled = Spelled(slots)
    text = " ".join(map(str, range(count)))
    assert spelled([text]) == [text.split()]
    assert spelled([text]) == [text.split()]
    assert spelled.table.size == count
