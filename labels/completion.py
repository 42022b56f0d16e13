"""What is said of a sentence made a row of labels: its id, its group, and a place where its text must not be kept."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from functools import cached_property
from hashlib import sha256
from typing import Any

from labels.dataset import PLACE_KEYS, TEXT_KEYS, Row
from labels.drafts import group_of, identity, in_order, is_altered
from labels.scheme import LabelledSentence, Place
from seeds import catalogue
from seeds.errors import BarchasbError
from seeds.sentences import read_sentences
from seeds.text import words

TextOf = Callable[[str], str | None]
"""Returns the text of a document of the catalogue by its name, None where it is absent."""


class Completion:
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
