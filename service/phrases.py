"""The words of the page, in Persian and English; template and script take them from one file."""

from pathlib import Path

import orjson
from markupsafe import Markup

PHRASES: dict[str, dict[str, str]] = orjson.loads((Path(__file__).parent / "phrases.json").read_bytes())
LANGUAGES = tuple(PHRASES)
"""The first one is that of a reader who has not chosen."""

_PERSIAN_DIGITS = str.maketrans("0123456789.%", "۰۱۲۳۴۵۶۷۸۹٫٪")


class Phrases:
    """The phrases of one language, marked so that the script can put another language in their place."""

    def __init__(self, language: str) -> None:
        self.language = language
        self.direction = "rtl" if language == "fa" else "ltr"
        self.other = next(name for name in LANGUAGES if name != language)
        self._phrases = PHRASES[language]
        # A tag is said thousands of times on one page.
        self._said: dict[str, Markup] = {}

    def plain(self, key: str) -> str:
        """Return a phrase as it is."""
        return self._phrases[key]

    def say(self, key: str) -> Markup:
        """Return a phrase in an element that names it."""
        if key not in self._said:
            self._said[key] = Markup('<span data-phrase="{}">{}</span>').format(key, self._phrases[key])
        return self._said[key]

    def attribute(self, name: str, key: str, **values: str) -> Markup:
        """Return an attribute that holds a phrase, with other phrases in the places that have the names of `values`."""
        said = self._phrases[key].format_map({place: self._phrases[value] for place, value in values.items()})
        return Markup('{0}="{1}" data-phrase-{0}="{2}" data-values-{0}="{3}"').format(
            name, said, key, orjson.dumps(values).decode()
        )

    def number(self, value: float, form: str = "d") -> Markup:
        """Return a number in the digits of the language, in an element that holds its value."""
        shown = format(value, form)
        if self.language == "fa":
            shown = shown.translate(_PERSIAN_DIGITS)
        return Markup('<span data-number="{}" data-form="{}">{}</span>').format(value, form, shown)
