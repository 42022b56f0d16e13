"""Whether the service is ready: it has a model that has answered, and is not about to stop."""

from pathlib import Path

from seeds.errors import BarchasbError
from service.serving.shared import Shared
from service.tagger import Tagger
from training import store

_PROBE = "۱۲۰ نفر در درمانگاه تازه نایین سر کار رفتند."


class ProbeError(BarchasbError):
    """A model that does not answer as a model does."""


def probe(tagger: Tagger) -> None:
    """Let a tagger answer a document and a sentence and explain it; raises ProbeError where it does not."""
    try:
        (tagged,) = tagger.tag_document(_PROBE)
        (again,) = tagger.tag_sentences([_PROBE])
        explained = tagger.explain(_PROBE)
    except Exception as error:
        raise ProbeError(f"model {tagger.version} fails on a probe sentence: {error!r}") from error
    if tagged != again or not explained["words"] or not all(0 <= score <= 1 for score in tagged.tag.scores):
        raise ProbeError(f"model {tagger.version} answers a probe sentence with something that is no tag: {tagged}")


class State:
    """What answers: the tagger and its manifest, None before there is one, and whether the service is stopping."""

    def __init__(self, tagger: Tagger | None = None, manifest: store.Manifest | None = None) -> None:
        self.tagger = tagger
        self.manifest = manifest
        self._draining = Shared(1)

    def load(self, models: Path) -> None:
        """Take the model in use in the folder `models` after it has answered a probe; on any error keep what there is.

        Raises ModelError where there is no sound one and ProbeError where it does not answer.
        """
        tagger = Tagger.load(models)
        # Here, once for all workers, and not while a request waits.
        tagger.prepare()
        probe(tagger)
        self.manifest = store.manifest_of(tagger.version, models)
        self.tagger = tagger

    @property
    def draining(self) -> bool:
        """Whether the service is about to stop; every worker sees it at once."""
        return bool(self._draining.numbers[0])

    def drain(self) -> None:
        """Be ready no more, in every worker."""
        self._draining.numbers[0] = 1

    @property
    def ready(self) -> bool:
        """Whether requests should be sent here."""
        return self.tagger is not None and not self.draining
