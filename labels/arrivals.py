"""Labelled sentences that join a folder of others: the one way in, whether a file or corrections bring them.

Each is completed, checked by the strict reader among those that are there, and written with where it comes from.
"""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from functools import cached_property
from hashlib import sha256
from pathlib import Path
from typing import Any

from labels import folder, provenance
from labels.dataset import PLACE_KEYS, TEXT_KEYS, DatasetError, Reader, Row
from labels.drafts import group_of, identity, in_order, is_altered
from labels.duplicates import near_duplicates
from labels.provenance import Origin
from labels.scheme import LabelledSentence, Place
from seeds import catalogue
from seeds.errors import BarchasbError
from seeds.sentences import read_sentences
from seeds.text import words

TextOf = Callable[[str], str | None]
"""Returns the text of a document of the catalogue by its name, None where it is absent."""


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


class _Completion:
    """Makes rows of what is said of sentences; those of a document of the catalogue get a place instead of a text."""

    def __init__(self, known: Sequence[LabelledSentence], text_of: TextOf) -> None:
        self._text_of = text_of
        self._groups = {each.place.document: each.group for each in known if each.place}

    @cached_property
    def _places(self) -> dict[tuple[str, ...], Place]:
        """Where the sentences of the documents that are present stand, by their words."""
        found: dict[tuple[str, ...], Place] = {}
        for name in catalogue.sources():
            document = self._text_of(name) or ""
            for each in read_sentences(document):
                digest = sha256(document[each.start : each.end].encode()).hexdigest()
                found.setdefault(tuple(words(each.text)), Place(name, each.start, each.end, digest))
        return found

    def complete(self, row: Row, said: Mapping[str, Any]) -> dict[str, Any]:
        """Return what is said in the keys of a labelled sentence, not yet checked by the strict reader."""
        value = dict(said)
        text = value.get("text")
        placed = isinstance(value.get("document"), str) and value["document"] in catalogue.sources()
        # Somebody may have pasted the sentence, so that nothing tells where it stands.
        if not placed and isinstance(text, str) and (place := self._places.get(tuple(words(text)))):
            value |= {**asdict(place), "group": group_of(catalogue.sources()[place.document].sha256)}
            placed = True
        if placed:
            text = self._at_place(row, value)
            value["group"] = self._groups.get(value["document"]) or value.get("group")
        if isinstance(text, str) and text:
            value["id"] = value.get("id") or identity(text)
            if is_altered(str(value["id"]), text):
                row.fault("the text is not the one that was suggested; put it back, or empty the id if it is meant")
        value["group"] = value.get("group") or value.get("id")
        if isinstance(value.get("themes"), list):
            value["themes"] = in_order(value["themes"])
        complete = {key: value.get(key) for key in (PLACE_KEYS if placed else TEXT_KEYS)}
        try:
            json.dumps(complete, ensure_ascii=False).encode()
        except UnicodeEncodeError:
            row.fault("has half a character (a lone surrogate), which UTF-8 cannot hold; write it anew")
        return complete

    def _at_place(self, row: Row, value: dict[str, Any]) -> str:
        """Return the text at a place, empty where the row is at fault.

        The text itself must not be redistributed, so the place is all that is kept, and must be right.
        """
        name, start, end = value["document"], value.get("start"), value.get("end")
        try:
            document = self._text_of(name)
        except BarchasbError as error:
            row.fault(str(error))
            return ""
        if document is None:
            row.fault(f"{name} is absent, so nobody can check the place; get it with: make seeds FROM=DIR")
            return ""
        if type(start) is not int or type(end) is not int:
            row.fault(f"expected start and end of the sentence in {name}, whose text is not redistributed")
            return ""
        found = document[start:end]
        if isinstance(given := value.get("text"), str):
            if words(given) != words(found):
                row.fault(f"the text is not the one at {name}[{start}:{end}]; put it back as it was suggested")
            value["sha256"] = value.get("sha256") or sha256(found.encode()).hexdigest()
        return found


def _near(known: Sequence[LabelledSentence], arrived: Sequence[LabelledSentence]) -> Iterator[tuple[str, str, bool]]:
    """Yield id, message and whether the labels are the same for each that is nearly one that is there or came before.

    Of several that are nearly the same the first stays.
    """
    ids = {sentence.id for sentence in arrived}
    left: set[str] = set()
    for first, second in near_duplicates([*known, *arrived]):
        if second.id in ids - left and first.id not in left:
            left.add(second.id)
            same = (first.themes, first.type) == (second.themes, second.type)
            what = "a near-duplicate of" if same else "labelled otherwise than its near-duplicate"
            yield second.id, f"{what} {first.id} («{first.text:.60}»); leave one of them out", same


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
    completion = _Completion(known, text_of)
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
