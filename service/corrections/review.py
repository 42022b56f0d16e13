"""What becomes of corrections: a reviewer accepts, rejects or edits them; accepted ones become labelled sentences.

Two people who disagree on a sentence are a conflict: neither is accepted, and nothing of the sentence is written,
until a reviewer has rejected one of them.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from labels import dataset, folder
from labels.scheme import LabelledSentence
from seeds.errors import BarchasbError
from seeds.text import words
from service.corrections.correction import Labelling, State, StoredCorrection
from service.corrections.store import Corrections

FILE = "corrections.jsonl"
"""The file of a labels folder that accepted corrections are written to."""
NO_SENTENCES = "no-sentences.jsonl"
"""The file beside their provenance that lists, for whoever mends the splitter, what people say is no sentence."""
_REGISTER = "correction"
_PREFIX = "correction-"


class ReviewError(BarchasbError):
    """A decision that cannot be taken as things stand."""


def conflicts(found: Iterable[StoredCorrection]) -> list[list[StoredCorrection]]:
    """Return the standing corrections of each sentence on which they disagree."""
    sentences: dict[str, list[StoredCorrection]] = {}
    for stored in found:
        if stored.stands:
            sentences.setdefault(stored.correction.normal(), []).append(stored)
    return [standing for standing in sentences.values() if len({stored.labels for stored in standing}) > 1]


def accept(
    corrections: Corrections, chosen: Sequence[tuple[StoredCorrection, Labelling | None]], reviewer: str
) -> None:
    """Accept corrections, each with the labels that are to hold.

    Raises ReviewError for one that has been replaced, and where somebody else disagrees; the transaction is to be
    rolled back then.
    """
    for stored, labels in chosen:
        if stored.state is State.REPLACED:
            raise ReviewError(
                f"{stored.correction.id}: {stored.who} has corrected this sentence again; accept that one"
            )
        corrections.decide(stored.number, labels, reviewer, accepted=True)
    for stored, _ in chosen:
        for standing in conflicts(corrections.of_sentence(stored.correction)):
            others = ", ".join(
                f"{other.correction.id} ({other.who}: {described(other.labels)})"
                for other in standing
                if other.number != stored.number
            )
            raise ReviewError(
                f"{stored.correction.id}: others say otherwise of this sentence: {others}; reject who is wrong first"
            )


def accept_all(corrections: Corrections, reviewer: str) -> tuple[int, int]:
    """Accept every open correction that nobody disagrees with; return how many, and how many are left open."""
    disputed = {stored.number for standing in conflicts(corrections.corrected_twice()) for stored in standing}
    found = corrections.page(state=State.OPEN)
    chosen = [stored for stored in found if stored.number not in disputed]
    for stored in chosen:
        corrections.decide(stored.number, stored.labels, reviewer, accepted=True)
    return len(chosen), len(found) - len(chosen)


def reject(corrections: Corrections, chosen: Iterable[StoredCorrection], reviewer: str) -> None:
    """Reject corrections, accepted ones too."""
    for stored in chosen:
        corrections.decide(stored.number, stored.correction.labels, reviewer, accepted=False)


def described(labels: Labelling | None) -> str:
    """Return labels in words."""
    return str(labels) if labels else "no sentence"


@dataclass
class Written:
    """What has come of writing: rows written, sentences that have these labels already, and what was left out."""

    path: Path
    sentences: list[LabelledSentence] = field(default_factory=list)
    known: int = 0
    no_sentences: int = 0
    left_out: list[str] = field(default_factory=list)


def write(found: Sequence[StoredCorrection], target: Path) -> Written:
    """Write accepted corrections to a labels folder, in place of those written before.

    One sentence is one row, however many people agree on it; the provenance has all of them. What is in conflict, or
    contradicts a labelled sentence that is read together with this folder, is left out and told.

    Raises DatasetError where the labels beside are faulty, and ReviewError where the file has rows of another origin.
    """
    path = target / FILE
    _require_ours(path, found)
    others = [source for source in folder.sources() if source.resolve() != target.resolve()]
    beside = [file for file in folder.files([*others, *target.glob("*.jsonl")]) if file.resolve() != path.resolve()]
    labelled = {tuple(words(sentence.text)): sentence for sentence in dataset.read(beside).sentences}
    written = Written(path)
    disputed = {stored.number for standing in conflicts(found) for stored in standing}
    accepted: dict[str, list[StoredCorrection]] = {}
    for stored in found:
        if stored.number in disputed:
            written.left_out.append(
                f"{stored.correction.id}: in conflict; settle it first: barchasb corrections conflicts"
            )
        elif stored.state is State.ACCEPTED:
            accepted.setdefault(stored.correction.normal(), []).append(stored)
    provenance, no_sentences = [], []
    for agreed in accepted.values():
        first = agreed[0]
        labels = first.labels
        if labels is None:
            no_sentences += [stored.to_dict() for stored in agreed]
            continue
        other = labelled.get(tuple(words(first.correction.text)))
        if other is None:
            sentence = _sentence(first, labels)
            written.sentences.append(sentence)
            provenance.append({"id": sentence.id, "corrections": [stored.to_dict() for stored in agreed]})
        elif (other.themes, other.type) == (labels.themes, labels.type):
            written.known += 1
        else:
            written.left_out.append(
                f"{first.correction.id}: says {described(labels)} of a sentence that is labelled "
                f"{described(Labelling(other.themes, other.type))} as {other.id}; mend that label, or reject this"
            )
    folder.put(path, written.sentences, provenance, beside)
    folder.write_rows(target / folder.PROVENANCE / NO_SENTENCES, no_sentences)
    written.no_sentences = len(no_sentences)
    return written


def _require_ours(path: Path, found: Iterable[StoredCorrection]) -> None:
    if not path.exists():
        return
    known = {_PREFIX + stored.correction.id for stored in found}
    foreign = [sentence.id for sentence in dataset.read([path]).sentences if sentence.id not in known]
    if foreign:
        raise ReviewError(
            f"{path}: has {len(foreign)} sentences that are no corrections of this store, {foreign[0]} for one; "
            "move them to another file of the folder, or write to another folder"
        )


def _sentence(stored: StoredCorrection, labels: Labelling) -> LabelledSentence:
    correction = stored.correction
    identity = _PREFIX + correction.id
    return LabelledSentence(
        identity,
        correction.text,
        labels.themes,
        labels.type,
        # Sentences of one document stay on one side of any split.
        f"document-{correction.document}" if correction.document else identity,
        _REGISTER,
    )
