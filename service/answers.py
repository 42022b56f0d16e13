"""What the body of POST /classify is answered, whichever way it came."""

from collections.abc import Iterator
from http import HTTPStatus
from typing import Any

from service.serving.settings import Settings
from service.tagger import TaggedSentences, Tagger, to_json
from service.web.metrics import Metrics
from service.web.parsing import ClassifyRequest, parse
from service.web.problems import ProblemError
from service.web.state import State
from service.web.thresholds import retagged

_AT_ONCE = 500
"""Sentences that are tagged between two pieces of a stream."""


class Answers:
    """Answers bodies with the model of a state; `notes` are those of the request."""

    def __init__(self, settings: Settings, state: State, metrics: Metrics) -> None:
        self._settings = settings
        self._state = state
        self._metrics = metrics

    def whole(self, body: bytes, notes: dict[str, Any]) -> bytes:
        """Return the answer as JSON.

        Raises ProblemError for what is no request, for too much, and where there is no model.
        """
        tagger, wanted = self._asked(body)
        lines = _lines(tagger, self._tagged(tagger, wanted, notes), explain=wanted.explain)
        # A newline stands behind each row and nowhere else: in a text it is escaped.
        return b'{"model":%b,"sentences":[%b]}' % (to_json(tagger.version), lines[:-1].replace(b"\n", b","))

    def lines(self, body: bytes, notes: dict[str, Any]) -> Iterator[bytes]:
        """Return the answer in pieces, a line for each tag.

        Raises ProblemError as `whole` does, before there is a piece.
        """
        tagger, wanted = self._asked(body)
        parts: Iterator[TaggedSentences]
        if wanted.sentences is None:
            tagged = self._tagged(tagger, wanted, notes)
            parts = (tagged[place : place + _AT_ONCE] for place in range(0, len(tagged), _AT_ONCE))
        else:
            notes.update(sentences=len(wanted.sentences), model=tagger.version)
            parts = self._parts(tagger, wanted, wanted.sentences)
        return (_lines(tagger, part, explain=wanted.explain) for part in parts)

    def _asked(self, body: bytes) -> tuple[Tagger, ClassifyRequest]:
        wanted = parse(body, self._settings)
        # Taken once: whatever the state becomes, the answer is of one version.
        tagger = self._state.tagger
        if tagger is None:
            raise ProblemError(HTTPStatus.SERVICE_UNAVAILABLE, "There is no model yet.", {"Retry-After": "1"})
        return tagger, wanted

    def _tagged(self, tagger: Tagger, wanted: ClassifyRequest, notes: dict[str, Any]) -> TaggedSentences:
        tagged = _tag(tagger, wanted, wanted.sentences)
        notes["tags"] = tagged.scores, tagged.codes
        count, most = len(tagged), self._settings.max_sentences
        if count > most:
            raise ProblemError(
                HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
                f'"text" has {count} sentences, at most {most} go into one request; send it in parts.',
            )
        notes["sentences"] = count
        notes["model"] = tagger.version
        return tagged

    def _parts(self, tagger: Tagger, wanted: ClassifyRequest, sentences: list[str]) -> Iterator[TaggedSentences]:
        """Yield the tags of given sentences as they go out."""
        for place in range(0, len(sentences), _AT_ONCE):
            tagged = _tag(tagger, wanted, sentences[place : place + _AT_ONCE])
            self._metrics.count(tagged.scores, tagged.codes)
            yield tagged


def _tag(tagger: Tagger, wanted: ClassifyRequest, sentences: list[str] | None) -> TaggedSentences:
    """Return the tags of sentences, or of those of the document that was sent."""
    tagged = tagger.tag_document(wanted.text or "") if sentences is None else tagger.tag_sentences(sentences)
    return retagged(tagged, tagger.model, wanted.thresholds) if wanted.thresholds else tagged


def _lines(tagger: Tagger, tagged: TaggedSentences, *, explain: bool) -> bytes:
    """Return each tagged sentence as a line of JSON."""
    if not explain:
        return tagged.to_lines()
    rows = ({**each.to_dict(), "explanation": tagger.explain(each.sentence.text)} for each in tagged)
    return b"".join(to_json(row) + b"\n" for row in rows)
