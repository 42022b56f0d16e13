"""Labelled sentences that join a folder of others: the one way in, whether a file or corrections bring them.

Each is completed, checked by the strict reader among those that are there, and written with where it comes from.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from labels import folder, provenance
from labels.completion import Completion, TextOf
from labels.dataset import DatasetError, Reader, Row
from labels.duplicates import likeness, near_duplicates
from labels.provenance import Origin
from labels.scheme import LabelledSentence
from seeds import catalogue


@dataclass(frozen=True, slots=True)
class Arrival:
    """A sentence on its way in; `where` says in messages which one it is.

    `said` is what came under the keys of a labelled sentence, yet unchecked; a place may come with its text.
    """

    where: str
    said: Mapping[str, Any]
    origin: Origin


@dataclass
class Checked:
    """What may be written, and why the rest may not.

    `rows` have the keys of a labelled sentence in order, `origins` has where each comes from. `known` has what is told
    of each sentence that is there already, or nearly so, with the same labels, and `faults` all else that is wrong.
    """

    rows: list[dict[str, Any]] = field(default_factory=list)
    origins: list[dict[str, Any]] = field(default_factory=list)
    known: list[list[str]] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)


def _near(known: Sequence[LabelledSentence], arrived: Sequence[LabelledSentence]) -> Iterator[tuple[str, str, bool]]:
    """Yield id, message and whether the labels are the same for each that is nearly one that is there or came before.

    Of several that are nearly the same the first stays.
    """
    ids = {sentence.id for sentence in arrived}
    left: set[str] = set()
    for first, second in near_duplicates([*known, *arrived]):
        if second.id in ids - left and first.id not in left:
            left.add(second.id)
            message = f"{likeness(second, first)} («{first.text:.60}»); leave one of them out"
            yield second.id, message, second.agrees(first)


def check(arrivals: Iterable[Arrival], among: Iterable[Path], text_of: TextOf = catalogue.text_of) -> Checked:
    """Return what of some arrivals may join the sentences of files; each arrival is checked among those before it too.

    Raises DatasetError where the files themselves are faulty.
    """
    reader = Reader(text_of)
    for path in among:
        reader.read(path)
    if reader.faults:
        raise DatasetError(reader.faults)
    known = list(reader.dataset.sentences)
    completion = Completion(known, text_of)
    checked = Checked()
    sound: dict[str, tuple[Row, LabelledSentence, dict[str, Any], Origin]] = {}
    for arrival in arrivals:
        row = Row(arrival.where, [])
        value = completion.complete(row, arrival.said)
        sentence = reader.add(row, value) if row.good else None
        if sentence:
            sound[sentence.id] = row, sentence, value, arrival.origin
        elif row.repeated:
            checked.known.append(row.faults)
        else:
            checked.faults += row.faults
    for identifier, message, same in _near(known, [sentence for _, sentence, _, _ in sound.values()]):
        row, *_ = sound.pop(identifier)
        row.fault(message)
        if same:
            checked.known.append(row.faults)
        else:
            checked.faults += row.faults
    for identifier, (_, _, value, origin) in sound.items():
        checked.rows.append(value)
        checked.origins.append(origin.to_dict(identifier))
    return checked


def put(path: Path, checked: Checked, *, behind: bool) -> None:
    """Write checked sentences and where they come from, `behind` those of the file or else in their place.

    Each file is written whole or not at all.
    """
    origins = provenance.path_of(path)
    ids = {row["id"] for row in checked.rows}
    kept = [row for row in folder.read_rows(origins) if row.get("id") not in ids] if behind else []
    # First where they come from: to do it again mends what a stop between the two has left.
    folder.write_rows(origins, [*kept, *checked.origins])
    folder.write_rows(path, checked.rows, path.read_bytes() if behind and path.exists() else b"")
