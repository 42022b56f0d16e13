"""What `make load` sends, and what must come back."""

import random
from dataclasses import dataclass, field
from pathlib import Path

import orjson

from labels import dataset
from service.tagger import Tagger
from training import store

_PAGES = Path(__file__).parent.parent / "seeds/samples"


@dataclass(frozen=True)
class Case:
    """A request and its right answer: the tags of each version, or the status of its refusal."""

    body: bytes
    tags: dict[str, list] = field(default_factory=dict)
    status: int = 200
    method: str = "POST"
    path: str = "/classify"
    kind: str = "application/json"
    raw: bool = False
    """Whether the body is all that is sent, head and all."""


def good_cases(models: Path, versions: list[str]) -> list[Case]:
    """Return requests with one and with 40 sentences, and documents, with what each version answers."""
    sentences = [sentence.text for sentence in dataset.read().sentences]
    random.Random(0).shuffle(sentences)
    pages = [path.read_text("utf-8") for path in sorted(_PAGES.glob("0*.txt"))]
    wanted = [
        *({"sentences": [text]} for text in sentences[:120]),
        *({"sentences": sentences[start : start + 40]} for start in range(0, 1200, 40)),
        *({"text": page} for page in pages),
    ]
    tags = [{} for _ in wanted]
    for version in versions:
        store.use(version, models)
        tagger = Tagger.load(models)
        for request, found in zip(wanted, tags, strict=True):
            if "text" in request:
                tagged = tagger.tag_document(request["text"])
            else:
                tagged = tagger.tag_sentences(request["sentences"])
            found[version] = [orjson.loads(orjson.dumps(each.to_dict())) for each in tagged]
    return [Case(orjson.dumps(request), found) for request, found in zip(wanted, tags, strict=True)]


def bad_cases() -> list[Case]:
    """Return requests that must be refused, each with its status."""
    return [
        Case(b"{", status=400),
        Case(b'{"sentences": ["\xff"]}', status=400),
        Case(b"[]", status=422),
        Case(b'{"sentences": []}', status=422),
        Case(b'{"sentences": ["\\u0000"]}', status=422),
        Case(b'{"sentences": [1]}', status=422),
        Case(b'{"text": "...", "sentences": ["a"]}', status=422),
        Case(b'{"unknown": 1}', status=422),
        Case(orjson.dumps({"sentences": ["a"] * 10_001}), status=413),
        Case(b'{"sentences": ["a"]}', status=415, kind="text/plain"),
        Case(b"", status=405, method="GET"),
        Case(b"", status=404, method="GET", path="/nothing"),
        Case(b"nonsense\r\n\r\n", status=400, raw=True),
        # A client that goes away in the middle of its request.
        Case(b"POST /classify HTTP/1.1\r\nHost: a\r\nContent-Length: 100\r\n\r\n{", status=0, raw=True),
    ]
