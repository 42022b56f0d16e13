"""The work of `barchasb import`: sentences that a person has labelled join the others, all of them or none."""

from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from itertools import chain
from pathlib import Path

from labels import dataset, folder
from labels.arrivals import Arrival, check, put
from labels.completion import TextOf
from labels.drafts import REGISTER
from labels.forms import FORMS, form_of
from labels.provenance import Origin
from seeds import catalogue
from seeds.files import read_text

_BYTE_ORDER_MARK = "\N{ZERO WIDTH NO-BREAK SPACE}"


@dataclass(frozen=True, slots=True)
class Added:
    """What an import did: how many sentences it added to which file, and how many nobody has labelled yet."""

    sentences: int
    unlabelled: int
    to: Path


def add(
    path: Path,
    *,
    by: str,
    to: Path | None = None,
    form: str | None = None,
    register: str = REGISTER,
    text_of: TextOf = catalogue.text_of,
) -> Added:
    """Add the labelled sentences of a file to those of `to` (by default `imported.jsonl` of the project's own).

    Rows that nobody has labelled are counted and left. A sentence of a document of the catalogue is kept by its place,
    without its text. Who added what from where goes to the provenance beside `to`.

    Raises DatasetError with every fault of every row, and nothing is written: what the strict reader refuses, a
    sentence that is there already or nearly so, a text that is not the one that was suggested, a wrong place.
    """
    to = to or dataset.FOLDER / "imported.jsonl"
    text = read_text(path)
    body = text.removeprefix(_BYTE_ORDER_MARK)
    form = form or form_of(path, body)
    faults: list[str] = []
    found = list(FORMS[form].read(body, path, faults))
    labelled = [each for each in found if not each.unlabelled]
    origin = Origin(
        (by,),
        f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}",
        {"file": path.name, "sha256": sha256(text.encode()).hexdigest(), "form": form},
    )
    arrivals = [
        Arrival(each.where, {**each.row, "register": each.row.get("register") or register}, origin) for each in labelled
    ]
    checked = check(arrivals, [*folder.beside(to), *([to] if to.exists() else [])], text_of)
    if faults := [*faults, *checked.faults, *chain.from_iterable(checked.known)]:
        raise dataset.DatasetError(faults)
    if checked.rows:
        put(to, checked, behind=True)
    return Added(len(checked.rows), len(found) - len(labelled), to)
