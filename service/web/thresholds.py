"""Tags by other thresholds than the model's own."""

from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from labels.scheme import SCORED
from service.tagger import TaggedSentences
from training.model import Model, codes_of


def retagged(tagged: TaggedSentences, model: Model, thresholds: Mapping[str, float]) -> TaggedSentences:
    """Return the same scores with the labels that they reach; `thresholds` are by label, the model's for the rest."""
    bounds = [thresholds.get(label, own) for label, own in zip(SCORED, model.thresholds.tolist(), strict=True)]
    return replace(tagged, codes=codes_of(tagged.scores, np.array(bounds)))
