import math
import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.bulk import COUNTED, Sentences, counted
from service.lines import lines_of
from training.compiling import worth_compiling
from training.model import LABELS_OF

WHITE = [" ", "\t", "\r", "\x0b", "\N{NO-BREAK SPACE}", "\N{ZERO WIDTH NON-JOINER}", "\N{ZERO WIDTH NO-BREAK SPACE}"]


@pytest.fixture(autouse=True, scope="module", params=[math.inf, -1], ids=["interpreted", "compiled"])
def either(request):
    """Both forms of the loop, one after the other."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(worth_compiling, "worth", request.param)
        # What is compiled now is no test's time.
        lines_of(b"")
        yield


@given(st.text(st.sampled_from(["\n", *WHITE, ".", "«", "۹", "ب"])) | st.text(), st.integers(0, 1 << 40))
def test_every_line_with_a_letter_or_digit_is_a_sentence_at_its_place(document, place):
    found = lines_of(document.encode(), place)
    kept = [line.strip() for line in document.split("\n") if any(map(str.isalnum, line))]
    assert found.texts == kept
    spans = [(start - place, end - place) for start, end in zip(found.starts, found.ends, strict=True)]
    assert [document[start:end] for start, end in spans] == kept
    assert [document.count("\n", 0, start) for start, _ in spans] == [
        number for number, line in enumerate(document.split("\n")) if any(map(str.isalnum, line))
    ]


def assert_as_the_codec_reads(document):
    try:
        lines = document.decode().split("\n")
    except UnicodeDecodeError as error:
        with pytest.raises(UnicodeDecodeError, match=re.escape(str(error))):
            lines_of(document)
    else:
        assert lines_of(document).texts == [line.strip() for line in lines if any(map(str.isalnum, line))]


EDGES = [0x0, 0x7F, 0x80, 0x7FF, 0x800, 0xFFF, 0x1000, 0xD7FF, 0xE000, 0xFFFF, 0x10000, 0x3FFFF, 0x40000, 0x10FFFF]


@given(st.text(st.sampled_from([*map(chr, EDGES), "\n", "ب"])), st.data())
def test_of_any_bytes_is_read_what_the_codec_reads(text, data):
    document = bytearray(text.encode())
    for _ in range(data.draw(st.integers(0, 2))):
        place = data.draw(st.integers(0, len(document)))
        document[place : place + data.draw(st.integers(0, 2))] = data.draw(st.binary(max_size=2))
    assert_as_the_codec_reads(bytes(document))


@pytest.mark.parametrize("first", range(0xC0, 0x100))
def test_every_first_byte_takes_the_bytes_that_the_codec_lets_it_have(first):
    for second in range(0x7F, 0xC1):
        for more in (b"", b"\x7f", b"\x80", b"\xbf", b"\xc0", b"\x80\x7f", b"\x80\x80", b"\xbf\xbf", b"\x80\xc0"):
            assert_as_the_codec_reads(bytes((first, second)) + more)


def test_a_text_has_as_many_lines_as_it_likes():
    lines = [*map(str, range(5000))]
    assert lines_of("\n".join(lines).encode()).texts == lines


def test_sentences_come_back_from_their_columns():
    sentences = [*lines_of("آب\n نان \n...\n۹".encode()).each()]
    assert [*Sentences.of(sentences).each()] == sentences
    assert [(each.text, each.start, each.end) for each in sentences] == [("آب", 0, 2), ("نان", 4, 7), ("۹", 13, 14)]


@pytest.mark.parametrize("codes", [[], [0], [0, 31, 31, 5, 16], [*range(len(LABELS_OF))]])
def test_labels_are_counted_as_one_by_one(codes):
    given_ = [(*themes, kind) for themes, kind in map(LABELS_OF.__getitem__, codes)]
    assert counted(np.array(codes, np.int64)) == [sum(label in labels for labels in given_) for label in COUNTED]
