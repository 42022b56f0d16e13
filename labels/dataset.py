"""The one reader of labelled sentences, strict: every fault of every line is reported in one pass."""

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Any

from labels.scheme import LabelledSentence, Place, Theme, Type
from seeds import catalogue
from seeds.errors import BarchasbError
from seeds.files import FileError, read_text
from seeds.text import words

FOLDER = Path(__file__).parent
"""The labelled sentences of the project: every `*.jsonl` of this folder."""

_LABEL_KEYS = ("themes", "type", "group", "register")
TEXT_KEYS = ("id", "text", *_LABEL_KEYS)
"""The keys of a labelled sentence, in order."""
PLACE_KEYS = ("id", "document", "start", "end", "sha256", *_LABEL_KEYS)
"""The keys of a sentence labelled by its place in a document, in order."""
EVALUATION_KEYS = ("text", "themes", "type")
"""The keys that a file to evaluate on needs; it may have others."""


class DatasetError(BarchasbError):
    """Labelled sentences that break the rules; the message has a line for each fault."""

    def __init__(self, faults: Sequence[str]) -> None:
        super().__init__("\n".join(faults))
        self.faults = tuple(faults)

    def __reduce__(self) -> tuple[type["DatasetError"], tuple[tuple[str, ...]]]:
        """Come whole out of another process."""
        return type(self), (self.faults,)


@dataclass
class Dataset:
    """Labelled sentences, and how many there would be more if every document were present."""

    sentences: list[LabelledSentence] = field(default_factory=list)
    absent: int = 0


class Row:
    """One line being read; collects its faults, to which `where` stands before.

    What it reads of an object is empty, or a stand-in, where it finds fault. `repeated` says that all that is
    wrong is that a row before had the same sentence with the same labels.
    """

    def __init__(self, where: str, faults: list[str]) -> None:
        self.where = where
        self.faults = faults
        self.good = True
        self.repeated = False

    def fault(self, message: str) -> None:
        """Add a fault."""
        self.good = False
        self.faults.append(f"{self.where}: {message}")

    def parse(self, line: str) -> dict[str, Any]:
        """Return the line's object, empty if it is none."""
        try:
            value = json.loads(line, object_pairs_hook=self._unique)
        except json.JSONDecodeError as error:
            self.fault(f"expected a JSON object, got {error.msg} at column {error.colno}")
            return {}
        except (ValueError, RecursionError) as error:  # a number of thousands of digits, thousands of brackets
            self.fault(f"expected a JSON object, got what cannot be read ({error})")
            return {}
        if not isinstance(value, dict):
            self.fault(f"expected a JSON object, got {type(value).__name__}")
            return {}
        return value

    def _unique(self, pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        keys = [key for key, _ in pairs]
        for key in sorted({key for key in keys if keys.count(key) > 1}):
            self.fault(f'expected every key once, got "{key}" {keys.count(key)} times')
        return dict(pairs)

    def string(self, value: dict[str, Any], key: str) -> str:
        """Return a string that is not empty."""
        got = value.get(key)
        if not isinstance(got, str) or not got.strip():
            self.fault(f"expected {key} to be a string that is not empty, got {got!r}")
            return ""
        return got

    def text(self, value: dict[str, Any]) -> str:
        """Return the text, which has a word."""
        text = self.string(value, "text")
        if text and not words(text):
            self.fault(f"expected text with at least one word, got {text!r}")
        return text

    def themes(self, value: dict[str, Any], *, ordered: bool = True) -> tuple[Theme, ...]:
        """Return the themes in the scheme's order, in which they must stand if `ordered` is set."""
        got = value.get("themes")
        names = [str(theme) for theme in Theme]
        if not isinstance(got, list):
            self.fault(f"expected themes to be a list, got {got!r}")
            return ()
        for unknown in [name for name in got if name not in names]:
            self.fault(f"expected themes of {', '.join(names)}, got {json.dumps(unknown)}")
            return ()
        if len(set(got)) < len(got) or (ordered and got != sorted(got, key=names.index)):
            order = f" in the order {', '.join(names)}" if ordered else ""
            self.fault(f"expected every theme once{order}, got {', '.join(got)}")
        return tuple(theme for theme in Theme if theme in got)

    def type(self, value: dict[str, Any]) -> Type:
        """Return the type."""
        got = value.get("type")
        if got not in [str(kind) for kind in Type]:
            self.fault(f"expected type to be {' or '.join(Type)}, got {got!r}")
            return Type.RHETORIC
        return Type(got)


def lines_of(text: str, path: Path, faults: list[str]) -> Iterator[tuple[Row, dict[str, Any]]]:
    """Yield the object of each line of JSONL; of a line that holds none, `faults` gets to know."""
    # Only a line feed ends a line of JSONL; str.splitlines would split at more.
    for number, line in enumerate(text.removesuffix("\n").split("\n"), 1):
        row = Row(f"{path}:{number}", faults)
        if value := row.parse(line):
            yield row, value


def _lines(path: Path, faults: list[str]) -> Iterator[tuple[Row, dict[str, Any]]]:
    try:
        text = read_text(path)
    except FileError as error:
        faults.append(str(error))
        return
    yield from lines_of(text, path, faults)


class Reader:
    """Reads rows and remembers what only shows across rows: ids and texts.

    `faults` are those of the files; `dataset` has the sound rows.
    """

    def __init__(self, text_of: Callable[[str], str | None]) -> None:
        self.faults: list[str] = []
        self.dataset = Dataset()
        self._text_of = text_of
        self._ids: dict[str, str] = {}
        self._texts: dict[tuple[str, ...], tuple[str, LabelledSentence]] = {}

    def read(self, path: Path) -> None:
        """Read a file."""
        for row, value in _lines(path, self.faults):
            self.add(row, value)

    def add(self, row: Row, value: dict[str, Any]) -> LabelledSentence | None:
        """Return the sentence of a row, None where the row, which then says why, is at fault.

        The text is empty where the document of a place is absent.
        """
        keys = tuple(value)
        if keys not in (TEXT_KEYS, PLACE_KEYS):
            expected = PLACE_KEYS if "document" in value else TEXT_KEYS
            row.fault(f"expected the keys {', '.join(expected)} in this order, got {', '.join(keys)}")
            return None
        sentence = self._sentence(row, value)
        if row.good and sentence.text:
            self._remember(row, sentence)
            self.dataset.sentences.append(sentence)
        elif row.good:
            self.dataset.absent += 1
        if sentence.id in self._ids:
            row.fault(f'expected an id of its own, got "{sentence.id}" of {self._ids[sentence.id]} again')
        elif sentence.id:
            self._ids[sentence.id] = row.where
        return sentence if row.good else None

    def _sentence(self, row: Row, value: dict[str, Any]) -> LabelledSentence:
        place = self._place(row, value) if "document" in value else None
        return LabelledSentence(
            id=row.string(value, "id"),
            text=self._place_text(row, place) if place else row.text(value),
            themes=row.themes(value),
            type=row.type(value),
            group=row.string(value, "group"),
            register=row.string(value, "register"),
            place=place,
        )

    def _place(self, row: Row, value: dict[str, Any]) -> Place:
        start, end = value["start"], value["end"]
        if type(start) is not int or type(end) is not int or not 0 <= start < end:
            row.fault(f"expected whole numbers 0 <= start < end, got start {start!r} and end {end!r}")
        return Place(row.string(value, "document"), start, end, row.string(value, "sha256"))

    def _place_text(self, row: Row, place: Place) -> str:
        """Return the text at `place`, empty where the document is absent or the row is at fault."""
        if not row.good:
            return ""
        try:
            document = self._text_of(place.document)
        except BarchasbError as error:
            row.fault(f"expected a document of the catalogue, got {error}")
            return ""
        if document is None:
            return ""
        text = document[place.start : place.end]
        if (digest := sha256(text.encode()).hexdigest()) != place.sha256:
            row.fault(
                f"expected sha256 {place.sha256[:12]}… at {place.document}[{place.start}:{place.end}], "
                f"got {digest[:12]}…"
            )
        return text

    def _remember(self, row: Row, sentence: LabelledSentence) -> None:
        key = tuple(words(sentence.text))
        if key not in self._texts:
            self._texts[key] = (row.where, sentence)
            return
        where, first = self._texts[key]
        row.repeated = sentence.agrees(first)
        if row.repeated:
            row.fault(f"expected a sentence of its own, got a duplicate of {where}")
        else:
            row.fault(f"expected one labelling of a sentence, got one that contradicts {where}")


def read(
    paths: Iterable[Path] | None = None,
    text_of: Callable[[str], str | None] = catalogue.text_of,
) -> Dataset:
    """Return the labelled sentences of `paths` (by default, of every JSONL file in `FOLDER`).

    `text_of` returns the text of a document by its name, None where it is absent.

    Raises DatasetError with every fault of every file: malformed, duplicate, empty or contradictory rows.
    """
    reader = Reader(text_of)
    files = sorted(FOLDER.glob("*.jsonl")) if paths is None else list(paths)
    for path in files:
        reader.read(path)
    if not reader.faults and not files:
        reader.faults.append(f"{FOLDER}: expected *.jsonl files, got none")
    if reader.faults:
        raise DatasetError(reader.faults)
    return reader.dataset


def read_evaluation(path: Path) -> list[LabelledSentence]:
    """Return the sentences of a file to evaluate on; see `EVALUATION_KEYS`.

    Raises DatasetError with every fault of the file.
    """
    faults: list[str] = []
    sentences: list[LabelledSentence] = []
    for row, value in _lines(path, faults):
        if missing := [key for key in EVALUATION_KEYS if key not in value]:
            row.fault(f"expected the keys {', '.join(EVALUATION_KEYS)}, got none of the name {', '.join(missing)}")
            continue
        sentence = LabelledSentence(
            row.where,
            row.text(value),
            row.themes(value, ordered=False),
            row.type(value),
            row.where,
            str(value.get("register", "")),
        )
        if row.good:
            sentences.append(sentence)
    if faults:
        raise DatasetError(faults)
    return sentences
