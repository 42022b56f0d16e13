"""How composed sentences differ from real ones: what `barchasb check --against FILE` prints."""

from collections.abc import Iterator, Sequence

import numpy as np

from labels.keywords import has_keyword
from labels.scheme import LabelledSentence, Theme, Type
from seeds.text import words

_QUANTILES = (5, 25, 50, 75, 95)
# Words that real news cannot do without and that composed sentences are prone to avoid.
_FREQUENT = "این وی کشور سال ایران است گفت".split()


def _share(found: Sequence[bool]) -> str:
    return f"{np.mean(found):.2f}" if found else "-"


def _column(sentences: Sequence[LabelledSentence]) -> Iterator[tuple[str, str]]:
    texts = [words(sentence.text) for sentence in sentences]
    for theme in Theme:
        yield (
            f"{theme} with a plain keyword",
            _share([has_keyword(t, theme) for t, s in zip(texts, sentences, strict=True) if s.has(theme)]),
        )
    for theme in Theme:
        yield (
            f"not {theme} with one",
            _share([has_keyword(t, theme) for t, s in zip(texts, sentences, strict=True) if not s.has(theme)]),
        )
    lengths = [len(sentence.text.split()) for sentence in sentences]
    for quantile in _QUANTILES:
        yield f"words per sentence, {quantile} %", f"{np.percentile(lengths, quantile):.0f}"
    yield "statistic", _share([sentence.type is Type.STATISTIC for sentence in sentences])
    yield "no theme", _share([not sentence.themes for sentence in sentences])
    yield "several themes", _share([len(sentence.themes) > 1 for sentence in sentences])
    for word in _FREQUENT:
        yield f"with {word}", _share([word in text for text in texts])


def gap_table(ours: Sequence[LabelledSentence], real: Sequence[LabelledSentence]) -> Iterator[str]:
    """Yield the lines of a table that sets our sentences beside real ones."""
    yield f"{'':32}{'ours':>8}{'real':>8}"
    for (name, mine), (_, theirs) in zip(_column(ours), _column(real), strict=True):
        yield f"{name:32}{mine:>8}{theirs:>8}"
    known = {word for sentence in ours for word in words(sentence.text)}
    unseen = [word not in known for sentence in real for word in words(sentence.text)]
    yield f"{'real words never seen in ours':32}{'':8}{_share(unseen):>8}"
