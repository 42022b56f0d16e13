"""`make learn`: what corrections would teach the model in use, as a table and as a page beside its report."""

import sys
from collections.abc import Sequence
from functools import partial
from pathlib import Path

import numpy as np

from labels import dataset, folder
from labels.scheme import Theme, Type
from seeds.files import replacing
from training import console, report, store
from training.corrections import ORDERS, SIZES, Choices, Curve, LearnError, learn, unseen
from training.model import Array
from training.pages import render
from training.tables import MACROS

say = partial(console.say, "learn")
"""Tell a step on standard error."""


def _columns(curve: Curve) -> dict[str, Array]:
    """Return the mean F1 over the orders by what it is of, each of shape (n_sizes,)."""
    parts = dict[str, Sequence[Theme | Type]](MACROS) | {str(label): (label,) for label in (*Theme, *Type)}
    return {name: curve.f1(labels).mean(axis=0) for name, labels in parts.items()}


def gains(curve: Curve) -> list[str]:
    """Return what the most corrections add to each macro-F1, with the standard error over the orders."""
    lines = []
    for name, labels in MACROS:
        f1 = curve.f1(labels)
        gain = f1[:, -1] - f1[:, 0]
        error = gain.std(ddof=1) / np.sqrt(len(gain)) if len(gain) > 1 else np.nan
        lines.append(f"{curve.sizes[-1]} corrections add {gain.mean():+.3f} ± {error:.3f} to the macro-F1 of {name}")
    return lines


def table(curve: Curve) -> str:
    """Return the mean F1 after each number of corrections as lines of text."""
    columns = _columns(curve)
    lines = [f"{'corrections':11}" + "".join(f"{name:>12}" for name in columns)]
    for place, size in enumerate(curve.sizes):
        lines.append(f"{size:11}" + "".join(f"{values[place]:12.3f}" for values in columns.values()))
    return "\n".join([*lines, *gains(curve)])


def page(curve: Curve, version: str, labelled: int) -> str:
    """Return the curve as one HTML page that needs no other file."""
    from training.charts import corrections_chart  # noqa: PLC0415  # matplotlib is only for this page

    columns = _columns(curve)
    return render(
        "learn.html",
        version=version,
        sentences=labelled,
        found=curve.rest + max(curve.sizes),
        rest=curve.rest,
        orders=len(curve.found),
        chart=corrections_chart(curve.sizes, {name: curve.f1(labels) for name, labels in MACROS}),
        heads=list(columns),
        rows=[(size, [float(values[place]) for values in columns.values()]) for place, size in enumerate(curve.sizes)],
        gains=gains(curve),
    )


def _show(paths: Sequence[Path]) -> None:
    if not paths:
        raise LearnError("expected a labelled file; name it: make learn ON=FILE")
    model, manifest = store.load()
    files = folder.files(paths[1:] or folder.sources())
    labelled = dataset.read(files).sentences
    sentences = unseen(dataset.read_evaluation(paths[0]), labelled)
    say(f"{len(SIZES) - 1} sizes in {ORDERS} orders, one fit each: takes minutes")
    curve = learn(files, sentences, Choices(model, manifest.regularisation))
    print(table(curve))
    # Beside the report, not of it: the checksums of the model are those of its training.
    target = store.folder() / manifest.version / "report" / report.CORRECTIONS
    with replacing(target) as file:
        file.write(page(curve, manifest.version, len(labelled)).encode())
    say(f"wrote {target}")


def main(argv: Sequence[str] | None = None) -> int:
    """Print the curve of the labelled file that is named and write its page; return 0, or 1 after an error.

    Files and folders that are named after it stand for the labelled sentences that corrections come to.
    """
    names = sys.argv[1:] if argv is None else argv
    return console.code_of("learn", partial(_show, [Path(name) for name in names if name]))


if __name__ == "__main__":
    sys.exit(main())
