"""What each label means, in the codebook's own words."""

import re
from pathlib import Path

from labels.scheme import Theme, Type
from seeds.errors import BarchasbError

_PATH = Path(__file__).parent / "CODEBOOK.md"
_SECTION = re.compile(r"^### (\w+)\n\n((?:.+\n)+)", re.MULTILINE)


class CodebookError(BarchasbError):
    """A codebook that does not say what a label means."""


def definitions(path: Path = _PATH) -> dict[Theme | Type, str]:
    """Return the first paragraph that the codebook has on each label, without its markup.

    Raises CodebookError for a label without one.
    """
    found = {name: " ".join(text.split()).replace("*", "") for name, text in _SECTION.findall(path.read_text("utf-8"))}
    labels = (*Theme, *Type)
    if missing := [label for label in labels if label not in found]:
        raise CodebookError(f"{path}: has no section ### {missing[0]}; write what the label means")
    return {label: found[label] for label in labels}
