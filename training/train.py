"""The steps of `make train`: read, fit, measure, save, switch."""

import sys
from collections.abc import Callable, Iterable
from functools import partial
from pathlib import Path

import numpy as np

from labels import dataset
from labels.scheme import SCORED, truth_of
from training import report, store
from training.evaluate import baseline, measures, summary
from training.fit import fit, folded


def say(message: str) -> None:
    """Tell a step on standard error."""
    print(f"train: {message}", file=sys.stderr, flush=True)


def train(
    paths: Iterable[Path] | None = None,
    models: Path | None = None,
    seed: int = 0,
    progress: Callable[[str], object] = say,
) -> tuple[store.Manifest, str]:
    """Train on labelled sentences (by default those of labels/), put the model in use; return manifest and table.

    Raises DatasetError for faulty labels and TrainingError for too few; the model in use stays as it was.
    """
    data = dataset.read(paths)
    absent = f", {data.absent} of absent documents left out" if data.absent else ""
    progress(f"read {len(data.sentences)} labelled sentences{absent}")
    fitted = fit(data.sentences, seed, progress)
    model = folded(fitted)

    progress("measuring out-of-fold")
    truth = truth_of(data.sentences)
    given = model.calibrated(fitted.out_of_fold) >= model.thresholds
    found = measures(truth, given)
    thresholds = dict(zip(map(str, SCORED), model.thresholds.tolist(), strict=True))
    text = report.training_table(found, thresholds, measures(truth, baseline(data.sentences)))
    about = {
        "seed": seed,
        "sentences": len(data.sentences),
        "labels": dict(zip(map(str, SCORED), np.sum(truth, axis=0).tolist(), strict=True)),
        "thresholds": thresholds,
        "regularisation": dict(zip(map(str, SCORED), fitted.regularisation, strict=True)),
    }
    scores = summary(found, len(data.sentences), "out-of-fold")
    manifest = store.save(model, {**about, "scores": scores}, partial(report.write, text=text), models)
    store.use(manifest.version, models)
    progress(f"model {manifest.version} is in use")
    return manifest, text
