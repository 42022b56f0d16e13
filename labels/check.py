"""The work of `barchasb check`: faults of the labelled sentences, and how many there are of each kind."""

import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from labels import dataset, folder
from labels.duplicates import likeness, near_duplicates
from labels.gap import gap_table
from labels.scheme import LabelledSentence, Theme, Type
from seeds.text import words

_STRETCH = 500
"""Words in a stretch of the type-token ratio."""


def _faults(sentences: Sequence[LabelledSentence]) -> Iterator[str]:
    for first, second in near_duplicates(sentences):
        yield f"{second.id}: {likeness(second, first)}; rewrite one, or give both one group"


def _counts(sentences: Sequence[LabelledSentence], absent: int) -> Iterator[str]:
    total = len(sentences)
    groups = Counter(sentence.group for sentence in sentences)
    shared = [size for size in groups.values() if size > 1]
    absent_note = f" ({absent} more in absent documents)" if absent else ""
    yield f"{total} sentences{absent_note} in {len(groups)} groups, {len(shared)} of them with several sentences"
    yield f"\n{'label':20}{'count':>7}{'share':>8}"
    counts = {str(label): sum(s.has(label) for s in sentences) for label in (*Theme, *Type)}
    counts["no theme"] = sum(not s.themes for s in sentences)
    counts["several themes"] = sum(len(s.themes) > 1 for s in sentences)
    for name, count in counts.items():
        yield f"{name:20}{count:7}{count / total:8.2f}"
    heads = (*Theme, Type.STATISTIC, "type-token", "template")
    yield f"\n{'register':20}{'count':>7}" + "".join(f"{head:>12}" for head in heads)
    registers = Counter(sentence.register for sentence in sentences)
    for register, count in registers.most_common():
        here = [sentence for sentence in sentences if sentence.register == register]
        labels = "".join(f"{sum(s.has(label) for s in here):12}" for label in (*Theme, Type.STATISTIC))
        ratio, templates = variety(here)
        yield f"{register:20}{count:7}{labels}{ratio:12.2f}{templates:12.2f}"
    yield f"\n{'largest group':20}{'count':>7}"
    for group, count in groups.most_common(5):
        yield f"{group:20}{count:7}"


def variety(sentences: Sequence[LabelledSentence]) -> tuple[float, float]:
    """Return how varied sentences are: type-token ratio and template rate, both from 0 to 1.

    The ratio is the mean over stretches of `_STRETCH` words, because that of a whole text falls with its length
    (standardised type-token ratio, Scott, WordSmith Tools). The template rate is the share of sentences that have a
    run of four words in common with a sentence of another group; real news is full of formulas too.
    """
    texts = [words(sentence.text) for sentence in sentences]
    running = [word for text in texts for word in text]
    ends = range(_STRETCH, len(running) + 1, _STRETCH)
    stretches = [running[end - _STRETCH : end] for end in ends] or [running]
    ratio = sum(len(set(stretch)) / len(stretch) for stretch in stretches) / len(stretches)
    groups: dict[tuple[str, ...], set[str]] = {}
    runs = [{tuple(text[place : place + 4]) for place in range(len(text) - 3)} for text in texts]
    for sentence, own in zip(sentences, runs, strict=True):
        for run in own:
            groups.setdefault(run, set()).add(sentence.group)
    return ratio, sum(any(len(groups[run]) > 1 for run in own) for own in runs) / len(sentences)


def check(paths: Iterable[Path] | None = None, against: Path | None = None) -> int:
    """Print every fault and the counts; return 1 if there is a fault, else 0.

    With `against`, a file of labelled real sentences, the table of how ours differ from them is printed as well.
    """
    try:
        data = dataset.read(folder.files(folder.sources() if paths is None else paths))
        real = dataset.read_evaluation(against) if against else []
    except dataset.DatasetError as error:
        for fault in error.faults:
            print(fault, file=sys.stderr)
        return 1
    faults = list(_faults(data.sentences))
    for fault in faults:
        print(fault, file=sys.stderr)
    print("\n".join(_counts(data.sentences, data.absent)))
    if real:
        composed = [sentence for sentence in data.sentences if sentence.place is None]
        print("\n".join(["", *gap_table(composed, real)]))
    return 1 if faults else 0
