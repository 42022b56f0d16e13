"""The gate: may a new model take the place of the one in use.

Every label's F1 is set beside that of the model in use: out-of-fold on the labelled sentences, as both manifests
have it, and, where a labelled file is given, on that file. A label that falls by more than `EPSILON` closes the
gate.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from labels.scheme import Theme, Type
from seeds.errors import BarchasbError

EPSILON = 0.02
"""F1 that a label may lose. Out-of-fold F1 moves by up to 0.01 with the seed alone; see EXPERIMENTS.md."""

Summary = Mapping[str, Mapping[str, Any]]


class GateError(BarchasbError):
    """A new model that is worse than the one in use; the message has a line for each label that falls."""


def falls(old: Summary, new: Summary, where: str) -> Iterator[str]:
    """Yield a line for each label whose F1 falls by more than `EPSILON` from one summary to another.

    Summaries are those of `training.evaluate.summary`.
    """
    for part, labels in (("themes", tuple(Theme)), ("type", tuple(Type))):
        for label in labels:
            before, after = old[part][label]["f1"], new[part][label]["f1"]
            if before - after > EPSILON:
                yield f"{label}: F1 {where} falls from {before:.3f} to {after:.3f}, more than {EPSILON}"


def require(lines: list[str], version: str) -> None:
    """Raise GateError if there is a label that falls; `version` is that of the refused model."""
    if lines:
        remedy = f"model {version} is not put in use; mend the labels, or use --force"
        raise GateError("\n".join([*lines, remedy]))
