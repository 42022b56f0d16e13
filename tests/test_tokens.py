import re

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from training.token_loops import SPACES, SPAN, Search, Tokens, find
from training.tokens import TokenTable
from training.units import ENCODING, ERRORS, encoded

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


def tokens_of(table):
    letters, pieces, records = table.arrays
    return Tokens(letters, pieces, *(records[name] for name in records.dtype.names))


def found_in(table, sentences, learn):
    """The tokens of sentences, and how many each has, as `training.folding` has them found."""
    given_ = encoded(sentences)
    units = np.frombuffer(given_.text, np.uint16)
    found, counts = np.empty(len(units), np.int64), np.empty(len(given_), np.int64)
    while True:
        multiplier, clock, free = table.begin(len(units))
        fresh = np.empty(room := table.room, np.int64)
        new = find(
            units.tolist(),
            given_.firsts,
            given_.ends,
            Search(SPACES, multiplier, clock, free, room),
            tokens_of(table),
            found,
            counts,
            fresh,
            np.empty((len(units), SPAN), np.int64),
        )
        if new == 0:
            return found[: counts.sum()], counts
        table.take(fresh[: new if new > 0 else -1 - new], learn)
        if new < 0:
            table.grow()


class Spelled:
    """The tokens of sentences by the words that the table was given: every new token is one, its own."""

    def __init__(self, slots):
        self.table = TokenTable(slots)
        self.spelling = []

    def learn(self, tokens):
        self.spelling += tokens
        return [[len(self.spelling) - len(tokens) + place] for place in range(len(tokens))]

    def __call__(self, sentences):
        found, counts = found_in(self.table, sentences, self.learn)
        tokens = [self.spelling[word] for word in found.tolist()]
        ends = counts.cumsum().tolist()
        return [tokens[start:end] for start, end in zip([0, *ends], ends, strict=False)]


def split(sentences):
    """A lone surrogate is a silent character; two that belong together are none."""
    read = [sentence.encode(ENCODING, ERRORS).decode(ENCODING, ERRORS) for sentence in sentences]
    return [re.sub("[\ud800-\udfff]", "\x01", sentence).split() for sentence in read]


def test_every_space_of_str_split_and_no_other_unit_is_one():
    assert np.flatnonzero(SPACES).tolist() == [unit for unit in range(1 << 16) if len(f"a{chr(unit)}a".split()) > 1]


@given(st.lists(SENTENCES, max_size=5))
def test_tokens_are_those_of_str_split_and_each_is_learned_once(parts):
    spelled = Spelled(2)
    for sentences in parts:
        assert spelled(sentences) == split(sentences)
    assert len(set(spelled.spelling)) == len(spelled.spelling) == spelled.table.size


@given(SENTENCES, SENTENCES)
def test_the_table_forgets_what_was_not_met_lately_and_learns_it_again(earlier, later):
    spelled = Spelled(2)
    spelled(earlier)
    spelled(later)
    assume(spelled.table.size)
    words = spelled.table.halve()
    assert len(words) == spelled.table.size
    # Their numbers change too: to those that they have among the words that are kept.
    kept = np.zeros(len(spelled.spelling), bool)
    kept[words] = True
    spelled.table.renumber(kept.cumsum() - 1)
    spelled.spelling = [token for token, has in zip(spelled.spelling, kept, strict=True) if has]
    assert {*spelled.spelling} <= {token for tokens in split(later) for token in tokens}
    for sentences in (earlier, later):
        assert spelled(sentences) == split(sentences)
    assert len(set(spelled.spelling)) == len(spelled.spelling) == spelled.table.size


def test_a_token_that_stands_for_several_words_or_none_has_them_in_order():
    table = TokenTable(2)
    words = {"a": [7], "b-c": [1, 2], "-": [], "d-e-f": [3, 4, 5]}
    found, _ = found_in(table, [" ".join(words)], lambda tokens: [words[token] for token in tokens])
    for _ in range(2):
        tokens = tokens_of(table)
        assert [
            [each] if each >= 0 else [*tokens.pieces[tokens.firsts[-1 - each] :][: tokens.counts[-1 - each]]]
            for each in found
        ] == [*words.values()]
        found_in(table, ["b-c d-e-f -"], lambda _: [])


@pytest.mark.parametrize("slots", [1, 2, 1200])
@pytest.mark.parametrize("count", [1000, 30_000])
def test_the_table_grows_with_its_tokens(count, slots):
    spelled = Spelled(slots)
    text = " ".join(map(str, range(count)))
    assert spelled([text]) == [text.split()]
    assert spelled([text]) == [text.split()]
    assert spelled.table.size == count
