"""The report of a training run, for people: one page with everything, beside its table as text."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from heapq import nsmallest
from pathlib import Path
from typing import Any

import numpy as np
from sklearn.metrics import precision_recall_fscore_support

from labels.scheme import SCORED, LabelledSentence, Theme, Type, truth_of
from seeds.text import words
from training.calibration import BINS, SURE, Band
from training.curve import learning_curve
from training.evaluate import Given, macro_f1
from training.loops import DECIMALS
from training.model import Array, Model
from training.pages import render
from training.tables import MACROS, Measures

_LENGTHS = ((1, 9), (10, 19), (20, 29), (30, 39), (40, None))
"""The lengths of sentences, in words of the normal form, both ends included."""
_TOP_WORDS = 30
_WORST = 50
CORRECTIONS = "corrections.html"
"""The page beside the report that `make learn` writes."""


@dataclass(frozen=True)
class Run:
    """What a training run knows when it is over.

    `out_of_fold` are log odds, `probabilities` what the model makes of them, both of shape (n_sentences, n_labels).
    The mappings have an entry for each of `SCORED`; `measures` and `baseline` have rhetoric too.
    """

    sentences: Sequence[LabelledSentence]
    seed: int
    model: Model
    regularisation: Mapping[str, float]
    out_of_fold: Array
    probabilities: Array
    measures: Measures
    baseline: Measures
    ece: Mapping[str, float]
    abstention: Mapping[str, Band]


def write(folder: Path, run: Run, text: str) -> None:
    """Write the report of a training run into `folder`: `text` as report.txt, and the page as index.html."""
    (folder / "report.txt").write_text(f"Out-of-fold scores of grouped cross-validation\n\n{text}\n", "utf-8")
    (folder / "index.html").write_text(page(run), "utf-8")


def page(run: Run) -> str:
    """Return the report as one HTML page that needs no other file; the same run gives the same page."""
    from training.charts import label_chart, learning_chart  # noqa: PLC0415  # matplotlib is only for this page

    truth = truth_of(run.sentences)
    given = run.probabilities >= run.model.thresholds
    sizes, precisions = learning_curve(run.sentences, run.out_of_fold, run.regularisation, run.seed)
    return render(
        "report.html",
        run=run,
        labels=(*Theme, *Type),
        scored=list(map(str, SCORED)),
        macros=[(name, macro_f1(run.measures, part), macro_f1(run.baseline, part)) for name, part in MACROS],
        thresholds=dict(zip(map(str, SCORED), run.model.thresholds.tolist(), strict=True)),
        charts={
            str(label): label_chart(str(label), truth[:, place], run.probabilities[:, place], threshold)
            for place, (label, threshold) in enumerate(zip(SCORED, run.model.thresholds.tolist(), strict=True))
        },
        confusion={
            str(label): [[int((t & g).sum()), int((t & ~g).sum())], [int((~t & g).sum()), int((~t & ~g).sum())]]
            for label, t, g in zip(SCORED, truth.T, given.T, strict=True)
        },
        parts={
            name: [
                (part, int(rows.sum()), _part(truth[rows], given[rows])) for part, rows in found.items() if rows.any()
            ]
            for name, found in (("register", _by_register(run.sentences)), ("length", _by_length(run.sentences)))
        },
        learning=learning_chart(sizes, precisions),
        learnt=list(zip(sizes, zip(*precisions.values(), strict=True), strict=True)),
        top=_top_words(run.model),
        worst=nsmallest(
            _WORST, _errors(run, truth, given), key=lambda error: (-error["sure"], error["id"], error["label"])
        ),
        corrections=CORRECTIONS,
        bins=BINS,
        sure=SURE,
    )


def _by_register(sentences: Sequence[LabelledSentence]) -> dict[str, Given]:
    registers = np.array([sentence.register for sentence in sentences])
    return {str(register): registers == register for register in np.unique(registers)}


def _by_length(sentences: Sequence[LabelledSentence]) -> dict[str, Given]:
    lengths = np.array([len(words(sentence.text)) for sentence in sentences])
    return {
        f"{low}-{high}" if high else f"{low}+": (lengths >= low) & (lengths <= (high or np.inf))
        for low, high in _LENGTHS
    }


def _part(truth: Given, given: Given) -> list[float]:
    """Return themes' pooled precision, recall and F1, and the shares with the right type and with all labels right.

    Both arrays have shape (n_sentences, n_labels). In a small part a macro mean would hang on labels that hardly
    occur there; what has no value is not a number.
    """
    right = truth == given
    *themes, _ = precision_recall_fscore_support(
        truth[:, : len(Theme)], given[:, : len(Theme)], average="micro", zero_division=np.nan
    )
    return [*map(float, themes), float(right[:, -1].mean()), float(right.all(axis=1).mean())]


def _top_words(model: Model) -> dict[str, list[tuple[tuple[str, float], tuple[str, float]]]]:
    """Return each label's words of the greatest weight for it, each beside one of the greatest against it."""
    names, weights = model.features["word"]
    top = {}
    for label, column in zip(SCORED, weights.T.tolist(), strict=True):
        pairs = list(zip(names.split("\n"), column, strict=True))
        most = nsmallest(_TOP_WORDS, pairs, key=lambda pair: (-pair[1], pair[0]))
        least = nsmallest(_TOP_WORDS, pairs, key=lambda pair: (pair[1], pair[0]))
        top[str(label)] = list(zip(most, least, strict=True))
    return top


def _errors(run: Run, truth: Given, given: Given) -> Iterator[dict[str, Any]]:
    """Yield every wrong decision; `sure` is the probability that the model gave it, 0-1."""
    for row, column in np.argwhere(truth != given).tolist():
        sentence = run.sentences[row]
        probability = float(run.probabilities[row, column])
        yield {
            "id": sentence.id,
            "label": str(SCORED[column]),
            "missed": bool(truth[row, column]),
            "sure": round(1 - probability if truth[row, column] else probability, DECIMALS),
            "scores": run.probabilities[row].tolist(),
            "labels": [*map(str, sentence.themes), str(sentence.type)],
            # The text of a document that is not redistributed stays in the document.
            "text": None if sentence.place else sentence.text,
        }
