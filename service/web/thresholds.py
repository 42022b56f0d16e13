"""Tags by other thresholds than the model's own."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from labels.scheme import SCORED, Theme, Type
from service.tagger import TaggedSentence
from training.model import Model


def retagged(tagged: Sequence[TaggedSentence], model: Model, thresholds: Mapping[str, float]) -> list[TaggedSentence]:
    """Return the same scores with the labels that they reach; `thresholds` are by label, the model's for the rest."""
    bounds = [thresholds.get(label, own) for label, own in zip(SCORED, model.thresholds.tolist(), strict=True)]
    found = []
    for each in tagged:
        given = [label for label, score, bound in zip(SCORED, each.tag.scores, bounds, strict=True) if score >= bound]
        kind = Type.STATISTIC if Type.STATISTIC in given else Type.RHETORIC
        themes = tuple(label for label in given if isinstance(label, Theme))
        found.append(replace(each, tag=each.tag._replace(themes=themes, type=kind)))
    return found
