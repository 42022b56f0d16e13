"""What becomes of corrections: a reviewer accepts, rejects or edits them.

Two people who disagree on a sentence are a conflict: neither is accepted, and nothing of the sentence is written,
until a reviewer has rejected one of them.
"""

from collections.abc import Iterable, Sequence

from seeds.errors import BarchasbError
from service.corrections.correction import Labelling, State, StoredCorrection
from service.corrections.store import Corrections


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
    found = corrections.everyones(State.OPEN)
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
