import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.bulk import COUNTED, Sentences, counted
from service.lines import lines_of
from training.model import LABELS_OF

WHITE = [" ", "\t", "\r", "\x0b", "\N{NO-BREAK SPACE}", "\N{ZERO WIDTH NON-JOINER}", "\N{ZERO WIDTH NO-BREAK SPACE}"]


@given(st.text(st.sampled_from(["\n", *WHITE, ".", "«", "۹", "ب"])) | st.text(), st.integers(0, 1 << 40))
def test_every_line_with_a_letter_or_digit_is_a_sentence_at_its_place(document, place):
    found = lines_of(document, place)
    kept = [line.strip() for line in document.split("\n") if any(map(str.isalnum, line))]
    assert found.texts == kept
    spans = [(start - place, end - place) for start, end in zip(found.starts, found.ends, strict=True)]
    assert [document[start:end] for start, end in spans] == kept
    assert [document.count("\n", 0, start) for start, _ in spans] == [
        number for number, line in enumerate(document.split("\n")) if any(map(str.isalnum, line))
    ]


def test_sentences_come_back_from_their_columns():
    sentences = [*lines_of("آب\n نان \n...\n۹").each()]
    assert [*Sentences.of(sentences).each()] == sentences
    assert [(each.text, each.start, each.end) for each in sentences] == [("آب", 0, 2), ("نان", 4, 7), ("۹", 13, 14)]


@pytest.mark.parametrize("codes", [[], [0], [0, 31, 31, 5, 16], [*range(len(LABELS_OF))]])
def test_labels_are_counted_as_one_by_one(codes):
    given_ = [(*themes, kind) for themes, kind in map(LABELS_OF.__getitem__, codes)]
    assert counted(np.array(codes, np.int64)) == [sum(label in labels for labels in given_) for label in COUNTED]
