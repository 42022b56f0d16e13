import math

import numpy as np
import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from labels.scheme import SCORED
from service.archives.columns import TAGS
from service.bulk import Sentences
from service.rows import KEYS
from service.tagger import TaggedSentence, TaggedSentences
from training.compiling import worth_compiling
from training.model import LABELS_OF, codes_of

WIDTH = len(SCORED)


def tagged(texts, codes=None, scores=None, places=None):
    codes = np.arange(len(texts)) % len(LABELS_OF) if codes is None else np.array(codes, np.int64)
    scores = np.linspace(0, 1, len(texts) * WIDTH).reshape(-1, WIDTH).round(4) if scores is None else scores
    starts = [0] * len(texts) if places is None else places
    return TaggedSentences(Sentences.given(texts, starts, [*map(len, texts)]), codes, scores)


def one_by_one(sentences):
    return b"".join(orjson.dumps(each.to_dict()) + b"\n" for each in sentences)


@pytest.fixture(autouse=True, scope="module", params=[math.inf, -1], ids=["interpreted", "compiled"])
def either(request):
    """Both forms of the loop, one after the other."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(worth_compiling, "worth", request.param)
        # What is compiled now is no test's time.
        tagged([""]).to_lines()
        yield


@given(
    st.lists(
        st.tuples(
            st.text(st.characters(codec="utf-8")) | st.text('"\\%/\b\f\n\r\t\0\x1f\x7f«ب'),
            st.integers(0, len(LABELS_OF) - 1),
            st.lists(st.integers(0, 10_000), min_size=WIDTH, max_size=WIDTH),
            st.integers(0, 1 << 50),
        )
    )
)
def test_rows_are_the_bytes_of_their_objects_whatever_the_text(found):
    texts, codes, scores, places = ([*column] for column in zip(*found, strict=True)) if found else ([], [], [], [])
    scores = np.array(scores, float).reshape(-1, WIDTH) / 10_000
    sentences = tagged(texts, codes, scores, places)
    assert sentences.to_lines() == one_by_one(sentences)


def test_tables_have_a_column_for_every_key_of_a_row():
    columns = [column.name for column in TAGS]
    assert columns == [name for key in KEYS for name in (SCORED if key == "scores" else [key])]


def test_every_score_is_written_as_alone():
    scores = np.tile(np.arange(10_001)[:, None] / 10_000, WIDTH)
    sentences = tagged(["آب"] * len(scores), scores=scores)
    assert sentences.to_lines() == one_by_one(sentences)


def test_every_set_of_labels_is_written_with_the_scores_that_give_it():
    bits = np.arange(len(LABELS_OF))[:, None] >> np.arange(WIDTH) & 1
    sentences = tagged(["آب"] * len(bits), codes_of(bits.astype(float), np.full(WIDTH, 0.5)), bits.astype(float))
    for row in map(orjson.loads, sentences.to_lines().splitlines()):
        given_ = [label for label, score in row["scores"].items() if score]
        assert [*row["themes"], *(["statistic"] if row["type"] == "statistic" else [])] == given_


def test_the_model_gives_the_labels_whose_thresholds_are_reached(tagger):
    sentences = tagger.tag_sentences(["صادرات پسته به ۲۴ کشور رسید.", "درمانگاه تازه گشایش یافت.", ""])
    assert [each.tag for each in sentences] == tagger.model.tag(sentences.sentences.texts)
    for each in sentences:
        reached = [
            label
            for label, score, bound in zip(SCORED, each.tag.scores, tagger.model.thresholds, strict=True)
            if score >= bound
        ]
        assert [*each.tag.themes, *([each.tag.type] if each.tag.type in SCORED else [])] == reached


def test_one_or_some_can_be_taken():
    sentences = tagged(["یک", "دو", "سه"])
    every = [*sentences]
    assert [sentences[place] for place in (0, 1, -1)] == [every[0], every[1], every[2]]
    assert [*sentences[1:]] == every[1:]
    assert [*reversed(sentences)] == every[::-1]
    assert all(isinstance(each, TaggedSentence) for each in every)
    with pytest.raises(IndexError, match="range"):
        sentences[3]


def test_a_lone_surrogate_has_no_row():
    with pytest.raises(UnicodeEncodeError, match="surrogates not allowed"):
        tagged(["کار \ud800"]).to_lines()
