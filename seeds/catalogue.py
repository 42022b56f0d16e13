"""The source documents: known by name and digest, kept out of the project, read where they are present."""

import json
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from pathlib import Path

from seeds.errors import BarchasbError
from seeds.files import FileError, decode, replacing

CATALOGUE = Path(__file__).with_name("catalogue.json")
DOCUMENTS = Path(__file__).with_name("documents")
"""Where `fetch` puts the documents; git ignores it."""


class CatalogueError(BarchasbError):
    """A document that the catalogue does not know, or that is not the one it knows."""


@dataclass(frozen=True, slots=True)
class Source:
    """A document as published: `date` is a Jalali day, None where the page has none; `bytes` is its size."""

    name: str
    sha256: str
    publisher: str
    date: str | None
    bytes: int


@cache
def sources() -> dict[str, Source]:
    """Return every source document by name."""
    entries = json.loads(CATALOGUE.read_text("utf-8"))
    return {entry["name"]: Source(**entry) for entry in entries}


def name_of(digest: str) -> str | None:
    """Return the name of the document that has a digest (sha256), None where the catalogue has none."""
    return next((name for name, source in sources().items() if source.sha256 == digest), None)


def _verified(source: Source, path: Path) -> bytes:
    data = path.read_bytes()
    digest = sha256(data).hexdigest()
    if digest != source.sha256:
        raise CatalogueError(
            f"{path}: expected sha256 {source.sha256[:12]}… ({source.bytes} bytes), "
            f"got {digest[:12]}… ({len(data)} bytes); get the file as it was published"
        )
    return data


def text_of(name: str, folder: Path = DOCUMENTS) -> str | None:
    """Return the text of a document, None where it is absent.

    Raises CatalogueError for a name the catalogue does not have and for a file with another digest.
    """
    source = sources().get(name)
    if source is None:
        raise CatalogueError(f'"{name}", which is not one of {", ".join(sources())}')
    path = folder / name
    return decode(_verified(source, path), str(path)) if path.exists() else None


def fetch(origin: Path, folder: Path = DOCUMENTS) -> list[Path]:
    """Copy every source document from `origin` to `folder` and return the copies.

    Every digest is checked before anything is copied.

    Raises FileError for a missing file and CatalogueError for one with another digest, each naming all of them.
    """
    if missing := [name for name in sources() if not (origin / name).is_file()]:
        raise FileError(f"{origin}: expected {', '.join(missing)}; give the folder that has them: make seeds FROM=DIR")
    verified: dict[str, bytes] = {}
    faults = []
    for name, source in sources().items():
        try:
            verified[name] = _verified(source, origin / name)
        except CatalogueError as error:
            faults.append(str(error))
    if faults:
        raise CatalogueError("\n".join(faults))
    for name, data in verified.items():
        with replacing(folder / name) as file:
            file.write(data)
    return [folder / name for name in verified]
