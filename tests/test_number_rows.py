import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from training.lexicon import SHAPES
from training.number_rows import NumberRows
from training.numbers import END, START, run_features
from training.word_loops import Numbers

SENTENCES = st.lists(
    st.sampled_from("۲ 12 هزار یک نفر تن مهر کرمان در".replace("۲", "2").split()), min_size=1, max_size=6
)


def kinds_of(rows, kind, month):
    shapes = sum(1 << SHAPES.index(name) for name in kind)
    rows.learn([2 * shapes + month])
    return Numbers(*rows.tables, *rows.edges).kinds[shapes, int(month)]


@given(st.lists(SENTENCES, max_size=8), st.integers(0, 2))
def test_the_tables_sum_to_the_weights_of_the_features_of_a_number(sentences, label):
    runs = [(words, place) for words in sentences for place, word in enumerate(words) if word == "12"]
    # Every second feature has a weight, of one of three labels, on a grid as the model has them.
    names = sorted({name for words, place in runs for name in run_features(words, place, place + 1)})[::2]
    weights = np.zeros((len(names), 3))
    weights[:, label] = np.arange(1, len(names) + 1) / 8
    known = dict(zip(names, weights[:, label].tolist(), strict=True))
    rows = NumberRows("\n".join(names), weights)
    tables = Numbers(*rows.tables, *rows.edges)
    assert tables.labels.tolist() == ([label] if names else [])
    if not names:
        return
    number = {
        word: rows.neighbours.get(word, 0) for word in ("نفر", "تن", "در", "2", "12", "هزار", "یک", "مهر", END, START)
    }
    number["کرمان"] = rows.neighbours.get("#name", 0)
    for words, place in runs:
        around = [*words[:place], "12", *words[place + 1 :]]
        before = around[place - 1] if place else START
        after, beyond = (*around[place + 1 :], END, END)[:2]
        kind = kinds_of(rows, ["d2"], after == "مهر")
        pair = number[after] << 32 | number[beyond]
        far = np.flatnonzero(tables.farther == pair)
        found = tables.before[kind, number[before], 0] + tables.after[kind, number[after], 0]
        found += tables.beyond[far[0], 0] if len(far) else 0
        assert found == sum(known.get(name, 0) for name in run_features(words, place, place + 1))
