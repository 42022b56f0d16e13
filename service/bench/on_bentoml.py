"""The pipelines as a service of BentoML: bentoml serve service.bench.on_bentoml:Barchasb."""

import os
from typing import Any

import bentoml

from service.bench import scikit


@bentoml.service(workers=int(os.environ["BENCH_WORKERS"]))
class Barchasb:
    """POST /classify."""

    def __init__(self) -> None:
        self.tagger = scikit.load()

    @bentoml.api  # type: ignore[untyped-decorator]  # not installed beside us
    def classify(self, sentences: list[str]) -> dict[str, Any]:
        """Tag sentences."""
        tagged = self.tagger.tag_sentences(sentences)
        return {"model": self.tagger.version, "sentences": [each.to_dict() for each in tagged]}
