"""The work of `barchasb import`: sentences that a person has labelled join the others, all of them or none."""

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

from labels import dataset, provenance
from labels.dataset import PLACE_KEYS, TEXT_KEYS, DatasetError, Reader, Row
from labels.drafts import REGISTER, Returned, identity, in_order, is_altered
from labels.duplicates import near_duplicates
from labels.forms import FORMS, form_of
from labels.scheme import LabelledSentence
from seeds import catalogue
from seeds.errors import BarchasbError
from seeds.files import read_text, replacing
from seeds.text import words

_BYTE_ORDER_MARK = "\N{ZERO WIDTH NO-BREAK SPACE}"


@dataclass(frozen=True, slots=True)
class Added:
    """What an import did: how many sentences it added to which file, and how many nobody has labelled yet."""

    sentences: int
    unlabelled: int
    to: Path


class _Arrivals:
    """Makes labelled rows of what came back, and finds what is wrong with each."""

    def __init__(self, known: Sequence[LabelledSentence], text_of: Callable[[str], str | None], register: str) -> None:
        self.faults: list[str] = []
        self.register = register
        self._text_of = text_of
        self._groups = {each.place.document: each.group for each in known if each.place}

    def complete(self, returned: Returned) -> tuple[Row, dict[str, Any], str]:
        """Return a row in the keys of a labelled sentence, not yet checked by the strict reader, and its text."""
        row, value = Row(returned.where, self.faults), dict(returned.row)
        name = value.get("document")
        placed = isinstance(name, str) and name in catalogue.sources()
        if placed:
            value["text"] = self._read_at_place(row, value)
            value["group"] = self._groups.get(str(name)) or value.get("group")
        text = value.get("text")
        if isinstance(text, str) and text:
            value["id"] = value.get("id") or identity(text)
            if is_altered(str(value["id"]), text):
                row.fault("the text is not the one that was suggested; put it back, or empty the id if it is meant")
        value["group"] = value.get("group") or value.get("id")
        value["register"] = value.get("register") or self.register
        if isinstance(value.get("themes"), list):
            value["themes"] = in_order(value["themes"])
        complete = {key: value.get(key) for key in (PLACE_KEYS if placed else TEXT_KEYS)}
        try:
            json.dumps(complete, ensure_ascii=False).encode()
        except UnicodeEncodeError:
            row.fault("has half a character (a lone surrogate), which UTF-8 cannot hold; write it anew")
        return row, complete, text if isinstance(text, str) else ""

    def _read_at_place(self, row: Row, value: dict[str, Any]) -> str:
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
        given = value.get("text")
        if isinstance(given, str) and words(given) != words(found):
            row.fault(f"the text is not the one at {name}[{start}:{end}]; put it back as it was suggested")
        return found


def _duplicates(
    known: Sequence[LabelledSentence], arrived: Sequence[tuple[Row, LabelledSentence]]
) -> Iterator[tuple[Row, str]]:
    rows = {sentence.id: row for row, sentence in arrived}
    for pair in near_duplicates([*known, *(sentence for _, sentence in arrived)]):
        for ours, other in (pair, pair[::-1]):
            if ours.id in rows:
                same = (ours.themes, ours.type) == (other.themes, other.type)
                what = "a near-duplicate of" if same else "labelled otherwise than its near-duplicate"
                yield rows[ours.id], f"{what} {other.id} («{other.text:.60}»); leave one of them out"
                break


def _joined(
    found: Sequence[Returned], reader: Reader, text_of: Callable[[str], str | None], register: str
) -> tuple[list[dict[str, Any]], list[str]]:
    """Return the rows to add, and every fault."""
    known = list(reader.dataset.sentences)
    arrivals = _Arrivals(known, text_of, register)
    arrived: list[tuple[Row, LabelledSentence]] = []
    rows = []
    for returned in found:
        row, value, text = arrivals.complete(returned)
        if row.good and (sentence := reader.add(row, value)):
            arrived.append((row, replace(sentence, text=text)))
            rows.append(value)
    for row, fault in _duplicates(known, arrived):
        row.fault(fault)
    return rows, arrivals.faults


def _files(to: Path) -> list[Path]:
    files = sorted(dataset.FOLDER.glob("*.jsonl"))
    if to.exists() and to.resolve() not in [file.resolve() for file in files]:
        files.append(to)
    return files


def _write(rows: Sequence[dict[str, Any]], to: Path) -> None:
    old = to.read_bytes() if to.exists() else b""
    with replacing(to) as file:
        file.write(old + b"\n" if old and not old.endswith(b"\n") else old)
        file.writelines(f"{json.dumps(row, ensure_ascii=False)}\n".encode() for row in rows)


def add(
    path: Path,
    *,
    by: str,
    to: Path | None = None,
    form: str | None = None,
    register: str = REGISTER,
    text_of: Callable[[str], str | None] = catalogue.text_of,
) -> Added:
    """Add the labelled sentences of a file to those of `to` (by default `imported.jsonl` of the project's own).

    Rows that nobody has labelled are counted and left. A sentence of a document of the catalogue is kept by its place,
    without its text. Who added what from where goes to the provenance beside `to`.

    Raises DatasetError with every fault of every row, and nothing is written: what the strict reader refuses, a
    sentence that is there already or nearly so, a text that is not the one that was suggested, a wrong place.
    """
    to = to or dataset.FOLDER / "imported.jsonl"
    reader = Reader(text_of)
    for file in _files(to):
        reader.read(file)
    if reader.faults:
        raise DatasetError(reader.faults)
    text = read_text(path)
    body = text.removeprefix(_BYTE_ORDER_MARK)
    form = form or form_of(path, body)
    faults: list[str] = []
    found = list(FORMS[form].read(body, path, faults))
    labelled = [each for each in found if not each.unlabelled]
    rows, more = _joined(labelled, reader, text_of, register)
    if faults or more:
        raise DatasetError([*faults, *more])
    if rows:
        # First where they come from: the same import again mends an entry without its sentences.
        digest = sha256(text.encode()).hexdigest()
        when = datetime.now(UTC).isoformat(timespec="seconds")
        ids = tuple(str(row["id"]) for row in rows)
        entry = provenance.Import(when, by, path.name, digest, form, to.name, ids)
        others = [each for each in provenance.read(to.parent) if (each.to, each.ids) != (entry.to, entry.ids)]
        provenance.write(to.parent, [*others, entry])
        _write(rows, to)
    return Added(len(rows), len(found) - len(labelled), to)
