"""The steps of `make train`: read, fit, measure, save, switch."""

from collections.abc import Callable, Iterable
from dataclasses import asdict
from functools import partial
from pathlib import Path

import numpy as np

from labels import dataset, folder
from labels.scheme import SCORED, LabelledSentence, truth_of
from training import console, gate, report, store, tables
from training.calibration import abstention_band, expected_calibration_error
from training.evaluate import baseline, evaluate, measures, summary
from training.fit import fit, folded
from training.model import Model

say = partial(console.say, "train")
"""Tell a step on standard error."""


def _falls(model: Model, manifest: store.Manifest, held_out: list[LabelledSentence], models: Path | None) -> list[str]:
    """Return what the gate says of a new model beside the one in use; nothing where no sound one is in use."""
    try:
        old, old_manifest = store.load(models)
    except store.ModelError:
        return []
    lines = list(gate.falls(old_manifest.scores, manifest.scores, "out-of-fold"))
    if held_out:
        before, after = (summary(evaluate(each, held_out), len(held_out), "") for each in (old, model))
        lines += gate.falls(before, after, "on the labelled file")
    return lines


def train(
    paths: Iterable[Path] | None = None,
    models: Path | None = None,
    seed: int = 0,
    progress: Callable[[str], object] = say,
    *,
    on: Path | None = None,
    force: bool = False,
) -> tuple[store.Manifest, str]:
    """Train on labelled sentences, put the model in use; return manifest and table.

    `paths` are files, and folders for their JSONL files, by default `labels.folder.sources()`.

    The new model must pass the gate (see `training.gate`) beside the one in use, on the labelled file `on` too
    where it is given, unless `force` is set.

    Raises DatasetError for faulty labels, TrainingError for too few and GateError for a worse model; the model in
    use stays as it was.
    """
    held_out = dataset.read_evaluation(on) if on else []
    data = dataset.read(folder.files(folder.sources() if paths is None else paths))
    absent = f", {data.absent} of absent documents left out" if data.absent else ""
    progress(f"read {len(data.sentences)} labelled sentences{absent}")
    fitted = fit(data.sentences, seed, progress)
    model = folded(fitted)

    progress("measuring out-of-fold")
    truth = truth_of(data.sentences)
    probabilities = model.calibrated(fitted.out_of_fold)
    found = measures(truth, probabilities >= model.thresholds)
    base = measures(truth, baseline(data.sentences))
    thresholds = dict(zip(map(str, SCORED), model.thresholds.tolist(), strict=True))
    text = tables.training_table(found, thresholds, base)
    ece, abstention = {}, {}
    for place, (label, threshold) in enumerate(thresholds.items()):
        ece[label] = round(expected_calibration_error(truth[:, place], probabilities[:, place]), 4)
        abstention[label] = abstention_band(truth[:, place], probabilities[:, place], threshold)
    regularisation = dict(zip(map(str, SCORED), fitted.regularisation, strict=True))
    about = {
        "seed": seed,
        "sentences": len(data.sentences),
        "labels": dict(zip(map(str, SCORED), np.sum(truth, axis=0).tolist(), strict=True)),
        "thresholds": thresholds,
        "regularisation": regularisation,
        "scores": {
            **summary(found, len(data.sentences), "out-of-fold"),
            "ece": ece,
            "abstention": {label: asdict(band) for label, band in abstention.items()},
        },
    }
    run = report.Run(
        data.sentences, seed, model, regularisation, fitted.out_of_fold, probabilities, found, base, ece, abstention
    )

    progress("writing the report")
    manifest = store.save(model, about, partial(report.write, run=run, text=text), models)
    if not force:
        gate.require(_falls(model, manifest, held_out, models), manifest.version)
    store.use(manifest.version, models)
    progress(f"model {manifest.version} is in use")
    return manifest, text
