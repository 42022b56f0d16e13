"""Precision, recall and F1 as lines of text."""

from collections.abc import Mapping

from labels.scheme import SCORED, Theme, Type
from training.evaluate import Measure, macro_f1

Measures = Mapping[Theme | Type, Measure]

_HEAD = f"{'label':12}{'precision':>10}{'recall':>10}{'F1':>10}{'support':>10}"


def _row(name: str, measure: Measure) -> str:
    return f"{name:12}{measure.precision:10.3f}{measure.recall:10.3f}{measure.f1:10.3f}{measure.support:10}"


def table(found: Measures) -> str:
    """Return precision, recall, F1 and support of every label as lines of text."""
    lines = [_HEAD, *(_row(str(label), found[label]) for label in (*Theme, *Type))]
    lines += [f"{name:12}{'':20}{macro_f1(found, labels):10.3f}" for name, labels in MACROS]
    return "\n".join(lines)


def training_table(found: Measures, thresholds: Mapping[str, float], base: Measures) -> str:
    """Return the same beside each label's threshold and the baselines' measures in the same folds."""
    lines = [f"{_HEAD}{'threshold':>11}   baseline: {'precision':>9}{'recall':>10}{'F1':>10}"]
    for label in (*Theme, *Type):
        threshold = f"{thresholds[label]:11.3f}" if label in SCORED else f"{'':11}"
        other = base[label]
        lines.append(
            f"{_row(str(label), found[label])}{threshold}{other.precision:22.3f}{other.recall:10.3f}{other.f1:10.3f}"
        )
    for name, labels in MACROS:
        lines.append(f"{name:12}{'':20}{macro_f1(found, labels):10.3f}{'':21}{'':42}{macro_f1(base, labels):10.3f}")
    lines.append("baselines: a list of keywords for the themes, «has a digit» for the type")
    return "\n".join(lines)


MACROS = (("themes", tuple(Theme)), ("type", tuple(Type)))
