import unicodedata

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from labels import dataset
from labels.scheme import SCORED, Type
from seeds.text import words
from training import model as model_module
from training.fit import fit, folded
from training.model import Model

ZWNJ = "\N{ZERO WIDTH NON-JOINER}"
LETTERS = str.maketrans({"ی": "ي", "ک": "ك"})
DIGITS = [str.maketrans("0123456789", digits) for digits in ("۰۱۲۳۴۵۶۷۸۹", "٠١٢٣٤٥٦٧٨٩")]
TO_ASCII = str.maketrans("۰۱۲۳۴۵۶۷۸۹", "0123456789")
PERSIAN = st.text(
    st.sampled_from("ابپتسشکگلمنوهیآئ " + ZWNJ + "۰۱۲۳۴۵6789٫٬./:%،.«»()-\u064b\u0640\u200f"), max_size=80
)
SPACED = [
    (f"می{ZWNJ}", "می "),
    (f"{ZWNJ}ها", " ها"),
    (f"{ZWNJ}های", " های"),
    (f"{ZWNJ}تر", " تر"),
    (f"{ZWNJ}اند", " اند"),
]


@pytest.fixture(scope="module")
def fitted():
    return fit(dataset.read([dataset.FOLDER / "plain.jsonl"]).sentences)


@pytest.fixture(scope="module")
def small(fitted):
    return folded(fitted)


def assert_folded(fitted, small, texts):
    expected = fitted.decision_function([words(text) for text in texts])
    assert np.abs(small.decision_function(texts) - expected).max() < 1e-9


def test_the_model_adds_up_what_the_pipeline_computes(fitted, small, labelled):
    assert_folded(fitted, small, [sentence.text for sentence in labelled])


@settings(deadline=None, max_examples=300)
@given(st.lists(st.one_of(st.text(), PERSIAN), min_size=1, max_size=20))
def test_the_model_equals_the_pipeline_on_any_text(fitted, small, texts):
    assert_folded(fitted, small, texts)


@pytest.mark.parametrize("text", ["", "   ", "ا" * 100_000, "کار " * 50_000, "۱۲ " * 1000, "۳ هزار و " * 500])
def test_the_model_equals_the_pipeline_on_odd_sizes(fitted, small, text):
    assert_folded(fitted, small, [text])


def test_a_sentence_scores_the_same_alone_and_in_any_batch(tagger, labelled):
    texts = [sentence.text for sentence in labelled[:500]]
    together = tagger.model.decision_function(texts)
    backwards = tagger.model.decision_function(texts[::-1])[::-1]
    alone = np.vstack([tagger.model.decision_function([text]) for text in texts])
    assert (together == backwards).all()
    assert (together == alone).all()


def test_a_full_table_changes_no_score(tagger, labelled, monkeypatch):
    texts = [sentence.text for sentence in labelled[:300]]
    expected = tagger.model.decision_function(texts)
    monkeypatch.setattr(model_module, "_TABLE_SIZE", 50)
    assert (Model.from_state(tagger.model.to_state()).decision_function(texts) == expected).all()


def test_no_sentences_give_no_scores(tagger):
    assert tagger.model.decision_function([]).shape == (0, len(SCORED))
    assert tagger.model.tag([]) == []


def test_scores_are_probabilities_and_decide_by_the_threshold(tagger, labelled):
    model = tagger.model
    for tag in model.tag([sentence.text for sentence in labelled[:500]]):
        assert all(0 <= score <= 1 for score in tag.scores)
        given_labels = {*tag.themes, tag.type}
        for label, score, threshold in zip(SCORED, tag.scores, model.thresholds, strict=True):
            assert (label in given_labels) == (score >= threshold)
        assert tag.type in Type


def test_contributions_and_bias_sum_to_the_score(tagger, labelled):
    for sentence in labelled[:200]:
        total = tagger.model.bias + sum(np.array(part.weights) for part in tagger.model.explain(sentence.text))
        assert np.abs(total - tagger.model.decision_function([sentence.text])[0]).max() < 1e-9


@pytest.mark.parametrize(
    "variant",
    [
        lambda text: text.translate(LETTERS),
        lambda text: text.translate(TO_ASCII),
        *[lambda text, digits=digits: text.translate(TO_ASCII).translate(digits) for digits in DIGITS],
        lambda text: text.replace(ZWNJ, ""),
        lambda text: unicodedata.normalize("NFD", text),
        lambda text: unicodedata.normalize("NFC", text),
        lambda text: text.replace("ا", "ا\N{ARABIC FATHA}").replace("س", "س\N{ARABIC TATWEEL}"),
        lambda text: f"\N{RIGHT-TO-LEFT EMBEDDING}{text}\N{POP DIRECTIONAL FORMATTING}",
    ],
    ids=["arabic letters", "ascii digits", "persian digits", "arabic digits", "no zwnj", "nfd", "nfc", "marks", "bidi"],
)
def test_letters_digits_marks_and_non_joiners_change_no_tag(current, labelled, variant):
    texts = [sentence.text for sentence in labelled]
    assert current.model.tag([variant(text) for text in texts]) == current.model.tag(texts)


def test_a_space_for_a_non_joiner_before_an_affix_keeps_99_of_100_tags(current, labelled):
    texts = [sentence.text for sentence in labelled]
    spaced = texts
    for joined, apart in SPACED:
        spaced = [text.replace(joined, apart) for text in spaced]
    changed = [pair for pair in zip(texts, spaced, strict=True) if pair[0] != pair[1]]
    assert len(changed) > 1000
    before = current.model.tag([text for text, _ in changed])
    after = current.model.tag([text for _, text in changed])
    same = sum((a.themes, a.type) == (b.themes, b.type) for a, b in zip(before, after, strict=True))
    assert same / len(changed) >= 0.99
