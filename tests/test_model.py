import math
import pickle
import unicodedata
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from random import Random

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from labels import dataset
from labels.scheme import SCORED, Theme, Type
from seeds.text import pieces_of, words
from training import lexicon
from training.compiling import worth_compiling
from training.fit import fit, folded
from training.lexicon import TableInfo
from training.model import Model

ZWNJ = "\N{ZERO WIDTH NON-JOINER}"
LETTERS = str.maketrans({"ی": "ي", "ک": "ك"})
DIGITS = [str.maketrans("0123456789", digits) for digits in ("۰۱۲۳۴۵۶۷۸۹", "٠١٢٣٤٥٦٧٨٩")]
TO_ASCII = str.maketrans("۰۱۲۳۴۵۶۷۸۹", "0123456789")
PERSIAN = st.text(
    st.sampled_from("ابپتسشکگلمنوهیآئ " + ZWNJ + "۰۱۲۳۴۵6789٫٬./:%،.«»()-\u064b\u0640\u200f"), max_size=80
)
ANY = st.text(st.characters(codec=None), max_size=40)
# What meets at edges: affixes that stand alone, numbers with their neighbours, what is no code point to others.
EDGES = (
    "می نمی ها های ترین ام ای ی اند خانه رفته کار شود و دو هزار میلیون نیم یک سوم خرداد مهر تهران ۵ ۱۲ ۱۳۹۹ 13) "
    "۳٫۵ ۱۲:۳۰ % نفر تن درصد سال - ، «کار» ایران-عراق"
)
WORDS = st.lists(st.sampled_from([*EDGES.split(), "\ud800", "کار\ufdd0"]), max_size=30).map(" ".join)
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


@pytest.fixture(scope="module", params=[math.inf, 0], ids=["interpreted", "compiled"])
def either(request):
    """Both forms of the loops, one after the other."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(worth_compiling, "worth", request.param)
        yield


def assert_folded(fitted, small, texts):
    expected = fitted.decision_function([words(text) for text in texts])
    assert np.abs(small.decision_function(texts) - expected).max() < 1e-9


def test_the_model_adds_up_what_the_pipeline_computes(fitted, small, labelled):
    assert_folded(fitted, small, [sentence.text for sentence in labelled])


@settings(deadline=None, max_examples=150, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(st.lists(st.one_of(ANY, PERSIAN, WORDS), min_size=25, max_size=40))
@pytest.mark.usefixtures("either")
def test_the_model_equals_the_pipeline_on_any_text(fitted, small, texts):
    assert_folded(fitted, small, texts)


def test_the_model_equals_the_pipeline_on_twenty_thousand_mixtures_of_words_spaces_and_code_points(
    fitted, small, labelled
):
    random = Random(4)
    tokens = [token for sentence in labelled[::5] for token in sentence.text.split()] + EDGES.split() * 200
    spaces = [" "] * 20 + [chr(code) for code in range(0x3001) if chr(code).isspace()] + ["", ZWNJ]
    texts = [
        "".join(
            (random.choice(tokens) if random.random() < 0.95 else chr(random.randrange(0x110000)))
            + random.choice(spaces)
            for _ in range(random.randrange(50))
        )
        for _ in range(20_000)
    ]
    assert_folded(fitted, small, texts)


def test_tags_are_those_of_the_pipeline(fitted, small, labelled):
    texts = [sentence.text for sentence in labelled]
    probabilities = small.calibrated(fitted.decision_function([words(text) for text in texts]))
    given_labels = probabilities >= small.thresholds
    expected = [
        ([theme for theme, has in zip(Theme, row, strict=False) if has], row[-1]) for row in given_labels.tolist()
    ]
    tags = [(list(tag.themes), tag.type == Type.STATISTIC) for tag in small.tag(texts)]
    assert tags == expected


@pytest.mark.parametrize("text", ["", "   ", "ا" * 100_000, "کار " * 50_000, "۱۲ " * 1000, "۳ هزار و " * 500])
@pytest.mark.usefixtures("either")
def test_the_model_equals_the_pipeline_on_odd_sizes(fitted, small, text):
    assert_folded(fitted, small, [text])


def test_a_sentence_scores_the_same_alone_and_in_any_batch(tagger, labelled):
    texts = [sentence.text for sentence in labelled[:500]]
    together = tagger.model.decision_function(texts)
    backwards = tagger.model.decision_function(texts[::-1])[::-1]
    alone = np.vstack([tagger.model.decision_function([text]) for text in texts])
    assert (together == backwards).all()
    assert (together == alone).all()


def test_both_forms_of_the_loops_give_the_same_scores(tagger, labelled, monkeypatch):
    texts = [sentence.text for sentence in labelled[:500]] + [f"{digit} نفر و \U0001f600" for digit in range(100)]
    found = []
    for worth in (math.inf, 0):
        monkeypatch.setattr(worth_compiling, "worth", worth)
        found.append(Model.from_state(tagger.model.to_state()).decision_function(texts))
    assert (found[0] == found[1]).all()


@pytest.mark.usefixtures("either")
def test_a_full_table_changes_no_score(tagger, labelled):
    texts = [sentence.text for sentence in labelled[:1500]]
    expected = tagger.model.decision_function(texts)
    small = Model.from_state(tagger.model.to_state(), limit=300)
    for start in range(0, len(texts), 10):
        assert (small.decision_function(texts[start : start + 10]) == expected[start : start + 10]).all()


def test_the_table_tells_its_size_and_how_often_it_helped(tagger, labelled):
    model = Model.from_state(tagger.model.to_state(), limit=1000)
    assert model.table_info() == TableInfo(0, 1000, 0, 0)
    assert model.table_info().hit_rate == 0
    model.tag(["کار و کار و کار"])
    first = model.table_info()
    model.tag(["کار و کار و کار"])
    second = model.table_info()
    assert second.size == first.size
    assert second.misses == first.misses == first.size
    assert second.lookups == 2 * first.lookups
    assert first.hit_rate < second.hit_rate < 1


def test_the_table_is_halved_before_it_grows_over_its_limit(tagger, labelled):
    model = Model.from_state(tagger.model.to_state(), limit=1000)
    sizes = []
    for start in range(0, 2000, 10):
        model.tag([sentence.text for sentence in labelled[start : start + 10]])
        sizes.append(model.table_info().size)
    in_ten = max(b - a for a, b in pairwise(sizes))
    assert max(sizes) <= 1000 + in_ten
    assert min(sizes[100:]) >= 400


def test_huge_tokens_do_not_stay_in_memory(tagger):
    model = Model.from_state(tagger.model.to_state(), limit=100)
    for letter in "ابپتث":
        model.tag([letter * 100_000])
        model.tag(["کار"])
        assert model.table_info().size <= 3


def test_threads_get_the_scores_that_one_thread_gets(tagger, labelled):
    texts = [sentence.text for sentence in labelled[:2000]]
    expected = tagger.model.decision_function(texts)
    model = Model.from_state(tagger.model.to_state(), limit=500)
    parts = [texts[start : start + 50] for start in range(0, len(texts), 50)]
    with ThreadPoolExecutor(8) as pool:
        assert (np.vstack(list(pool.map(model.decision_function, parts))) == expected).all()


def test_a_model_can_be_sent_to_another_process(tagger):
    copy = pickle.loads(pickle.dumps(tagger.model))
    assert copy.tag(["کار خوب"]) == tagger.model.tag(["کار خوب"])


def test_sentences_of_any_length_are_scored_alike_in_one_call(tagger, labelled):
    texts = [sentence.text for sentence in labelled[:100]] + [" ".join(s.text for s in labelled)] * 2
    alone = np.vstack([tagger.model.decision_function([text]) for text in texts])
    assert (tagger.model.decision_function(texts) == alone).all()


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


@pytest.mark.parametrize(
    ("name", "state", "message"),
    [
        ("slopes", np.zeros(3), r"slopes: expected an array of shape \(5,\), got \(3,\)"),
        ("features", {"word": ("کار\nنان", np.zeros((3, 5)))}, r"weights of word: expected an array of shape \(2, 5\)"),
    ],
)
def test_arrays_of_another_shape_make_no_model(tagger, name, state, message):
    with pytest.raises(ValueError, match=message):
        Model.from_state({**tagger.model.to_state(), name: state})


def test_a_model_that_was_stopped_halfway_scores_as_before(tagger, labelled, monkeypatch):
    texts = [sentence.text for sentence in labelled[:50]]
    model = Model.from_state(tagger.model.to_state())
    calls = iter(range(100))

    def stopped(token):
        if next(calls) == 99:
            raise KeyboardInterrupt("enough")
        return pieces_of(token)

    with monkeypatch.context() as patch:
        patch.setattr(lexicon, "pieces_of", stopped)
        with pytest.raises(KeyboardInterrupt, match="enough"):
            model.decision_function(texts)
    assert (model.decision_function(texts) == tagger.model.decision_function(texts)).all()
