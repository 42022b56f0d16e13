"""Accepted corrections become labelled sentences in a folder that training reads."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from labels import folder, provenance
from labels.arrivals import Arrival, check, put
from labels.completion import TextOf
from labels.drafts import group_of
from labels.provenance import Origin
from seeds import catalogue
from service.corrections.correction import Correction, Labelling, State, StoredCorrection
from service.corrections.review import ReviewError, conflicts

FILE = "corrections.jsonl"
"""The file of a labels folder that accepted corrections are written to."""
NO_SENTENCES = "no-sentences.jsonl"
"""The file beside their provenance that lists, for whoever mends the splitter, what people say is no sentence."""
_REGISTER = "correction"
_PREFIX = "correction-"


@dataclass
class Written:
    """What has come of writing.

    Counts of the rows written, of the sentences that have these labels already, and of what is no sentence; and what
    was left out, and why.
    """

    path: Path
    sentences: int = 0
    known: int = 0
    no_sentences: int = 0
    left_out: list[str] = field(default_factory=list)


def write(found: Sequence[StoredCorrection], target: Path, text_of: TextOf = catalogue.text_of) -> Written:
    """Write accepted corrections to a labels folder, in place of those written before.

    One sentence is one row, however many people agree on it; the provenance has all of them. A sentence of a document
    of the catalogue is written by its place, without its text. What is in conflict, or contradicts a labelled sentence
    that is read together with this folder, is left out and told.

    Raises DatasetError where the labels beside are faulty, and ReviewError where the file has rows of another origin.
    """
    path = target / FILE
    _require_ours(path, found)
    disputed = {stored.number for standing in conflicts(found) for stored in standing}
    written = Written(path)
    accepted: dict[str, list[StoredCorrection]] = {}
    for stored in found:
        if stored.number in disputed:
            written.left_out.append(
                f"{stored.correction.id}: in conflict; settle it first: barchasb corrections conflicts"
            )
        elif stored.state is State.ACCEPTED:
            accepted.setdefault(stored.correction.normal(), []).append(stored)
    arrivals: list[Arrival] = []
    no_sentences: list[dict[str, Any]] = []
    for agreed in accepted.values():
        # Those who agree say the same: which labels, or that there is no sentence.
        if labels := agreed[0].labels:
            arrivals.append(_arrival(agreed, labels))
        else:
            no_sentences += map(_recorded, agreed)
    checked = check(arrivals, folder.beside(path, target.glob("*.jsonl")), text_of)
    put(path, checked, behind=False)
    folder.write_rows(provenance.path_of(target / NO_SENTENCES), no_sentences)
    written.sentences, written.known, written.no_sentences = len(checked.rows), len(checked.known), len(no_sentences)
    written.left_out += checked.faults
    return written


def _require_ours(path: Path, found: Iterable[StoredCorrection]) -> None:
    known = {_PREFIX + stored.correction.id for stored in found}
    foreign = [row.get("id") for row in folder.read_rows(path) if row.get("id") not in known]
    if foreign:
        raise ReviewError(
            f"{path}: has {len(foreign)} sentences that are no corrections of this store, {foreign[0]} for one; "
            "move them to another file of the folder, or write to another folder"
        )


def _document(correction: Correction) -> str | None:
    """Return the name of the document of the catalogue that a correction was made in, None for any other text."""
    return catalogue.name_of(correction.document) if correction.document else None


def _arrival(agreed: Sequence[StoredCorrection], labels: Labelling) -> Arrival:
    """Return the labelled sentence that people agree on, as the first of them saw it."""
    # One who saw it in a document of the catalogue knows its place there, and its text must not be written.
    stored = next((each for each in agreed if _document(each.correction)), agreed[0])
    correction = stored.correction
    said = {
        "id": _PREFIX + correction.id,
        "text": correction.text,
        "document": _document(correction),
        "start": correction.start,
        "end": correction.end,
        "group": group_of(correction.document) if correction.document else None,
        "register": _REGISTER,
        **labels.to_dict(),
    }
    reviews = [each.review.time for each in agreed if each.review]
    source = {
        "corrections": [{key: value for key, value in each.to_dict().items() if key != "text"} for each in agreed]
    }
    return Arrival(correction.id, said, Origin(tuple(dict.fromkeys(each.who for each in agreed)), max(reviews), source))


def _recorded(stored: StoredCorrection) -> dict[str, Any]:
    """Return what is no sentence as JSON has it, without the text of a document of the catalogue."""
    return {key: value for key, value in stored.to_dict().items() if key != "text" or not _document(stored.correction)}
