"""The one normal form of Persian text.

Real pages write one word in many ways: with a zero-width non-joiner, without it, or with a space;
with Arabic or Persian letters; composed or decomposed; with vowel marks, tatweel and bidi marks; in
three digit scripts. All of them end as the same tokens here.

The normal form is made token by token, so that whatever is computed from a token can be remembered
per token; only the affixes that stand alone («می شود», «کتاب ها») need their neighbour.
"""

import re
import unicodedata
from collections.abc import Iterable

# Letters that Persian pages write in more than one way. NFKC has already folded presentation forms.
# Hamza seats lose their hamza because «مسئول», «مسؤول» and «مسوول» are one word; alef madda stays.
_LETTERS = {
    "\N{ARABIC LETTER YEH}": "\N{ARABIC LETTER FARSI YEH}",
    "\N{ARABIC LETTER ALEF MAKSURA}": "\N{ARABIC LETTER FARSI YEH}",
    "\N{ARABIC LETTER YEH WITH HAMZA ABOVE}": "\N{ARABIC LETTER FARSI YEH}",
    "\N{ARABIC LETTER YEH BARREE}": "\N{ARABIC LETTER FARSI YEH}",
    "\N{ARABIC LETTER KAF}": "\N{ARABIC LETTER KEHEH}",
    "\N{ARABIC LETTER SWASH KAF}": "\N{ARABIC LETTER KEHEH}",
    "\N{ARABIC LETTER ALEF WITH HAMZA ABOVE}": "\N{ARABIC LETTER ALEF}",
    "\N{ARABIC LETTER ALEF WITH HAMZA BELOW}": "\N{ARABIC LETTER ALEF}",
    "\N{ARABIC LETTER ALEF WASLA}": "\N{ARABIC LETTER ALEF}",
    "\N{ARABIC LETTER WAW WITH HAMZA ABOVE}": "\N{ARABIC LETTER WAW}",
    "\N{ARABIC LETTER TEH MARBUTA}": "\N{ARABIC LETTER HEH}",
    "\N{ARABIC LETTER AE}": "\N{ARABIC LETTER HEH}",
    "\N{ARABIC LETTER HEH WITH YEH ABOVE}": "\N{ARABIC LETTER HEH}",
    "\N{ARABIC LETTER HEH GOAL WITH HAMZA ABOVE}": "\N{ARABIC LETTER HEH}",
    "\N{ARABIC LETTER HEH GOAL}": "\N{ARABIC LETTER HEH}",
    "\N{ARABIC LETTER HEH DOACHASHMEE}": "\N{ARABIC LETTER HEH}",
    "\N{ARABIC LETTER TEH MARBUTA GOAL}": "\N{ARABIC LETTER HEH}",
    "\N{ARABIC PERCENT SIGN}": "%",
    "\N{ARABIC DECIMAL SEPARATOR}": ".",
    "\N{ARABIC THOUSANDS SEPARATOR}": ",",
}
_TATWEEL = "\N{ARABIC TATWEEL}"

# Categories that carry no reading: marks (vowels, hamza above), format characters (the zero-width
# non-joiner, bidi marks, the byte order mark, soft hyphens) and what is left of the control ones.
_SILENT = frozenset({"Mn", "Me", "Cf", "Cc", "Cs"})


class _Fillers(dict[int, str | None]):
    """A translation table that drops what may stand between a letter and its mark."""

    def __missing__(self, code: int) -> str | None:
        char = chr(code)
        filler = char == _TATWEEL or unicodedata.category(char) == "Cf"
        self[code] = value = None if filler else char
        return value


class _Letters(dict[int, str | None]):
    """A translation table that decides about a code point when it is first met."""

    def __missing__(self, code: int) -> str | None:
        char = chr(code)
        if char in _LETTERS:
            value: str | None = _LETTERS[char]
        elif char.isspace():
            value = char
        elif char == _TATWEEL or unicodedata.category(char) in _SILENT:
            value = None
        elif (digit := unicodedata.decimal(char, None)) is not None:
            value = str(digit)
        else:
            value = char.casefold()
        self[code] = value
        return value


_FILLERS = _Fillers()
_LETTER = _Letters()

_NON_JOINER = "\N{ZERO WIDTH NON-JOINER}"
# Three of four words of news are letters of the normal form, with a non-joiner perhaps.
_PLAIN = re.compile("[آابپتثجچحخدذرزژسشصضطظعغفقکگلمنوهی]*")

# Affixes that pages write apart, in the normal form.
PREFIXES = frozenset({"می", "نمی"})
"""These join the word after them."""
SUFFIXES = frozenset("ها های هایی هایم هایت هایش هایمان هایتان هایشان تر ترین تری".split())
"""Plurals and comparatives: these join whatever word stands before them."""
HEH_SUFFIXES = frozenset("ام ای ات اش ایم اید اند ی".split())
"""These join only after a silent heh («کرده اند», «خانه ای», «برنامه ی»); elsewhere they are words."""
HEH = "\N{ARABIC LETTER HEH}"

AFFIXES = PREFIXES | SUFFIXES | HEH_SUFFIXES
"""Every affix that may stand alone, in the normal form."""

_THOUSANDS = re.compile(r"(?<=\d)[,\N{ARABIC COMMA}](?=\d{3}(?!\d))")
_PIECE = re.compile(r"\d+(?:[./:]\d+)*|[^\W\d_]+|%")
# «13)», «-7», «2-»: the number of an item in a list.
_ITEM = re.compile(r"(?:(\d{1,2})[)\-]+|[-\N{EN DASH}](\d{1,2}))$")


def normalize(text: str) -> str:
    """Return the normal form of a token or a text; white space is kept.

    NFKC, then one letter for each sound, ASCII digits, lower case, and nothing silent: vowel marks,
    tatweel, format characters (the zero-width non-joiner among them) and control characters go.
    """
    if _PLAIN.fullmatch(plain := text.replace(_NON_JOINER, "")):
        return plain
    folded = unicodedata.normalize("NFKC", text.translate(_FILLERS)).translate(_LETTER)
    # What the first pass removed can bring together what composes, hence the second.
    return _THOUSANDS.sub("", unicodedata.normalize("NFKC", folded).translate(_LETTER))


def pieces(token: str) -> list[str]:
    """Split a token of the normal form into words, numbers and percent signs; the rest is dropped.

    A number keeps its inner points, slashes and colons: `3.5`, `1399/11/20` and `13:40` are one piece.
    The number of an item in a list (`13)`, `-7`, `2-`) becomes `13)`, so that it is not taken for a count.
    """
    if match := _ITEM.match(token):
        return [f"{match[1] or match[2]})"]
    return _PIECE.findall(token)


def pieces_of(token: str) -> list[str]:
    """Return the `pieces` of the normal form of a token as pages write it."""
    if _PLAIN.fullmatch(plain := token.replace(_NON_JOINER, "")):
        return [plain] if plain else []
    return pieces(normalize(token))


def join_affixes(words: Iterable[str]) -> list[str]:
    """Write affixes that stand alone onto their word: `می`, `شود` becomes `میشود`.

    `words` are pieces in the normal form; see `AFFIXES`.
    """
    joined: list[str] = []
    prefix = ""
    for word in words:
        if prefix:
            if word[0].isalpha():
                joined.append(prefix + word)
                prefix = ""
                continue
            joined.append(prefix)
            prefix = ""
        if word in PREFIXES:
            prefix = word
        elif joined and (
            (word in SUFFIXES and joined[-1][-1].isalpha()) or (word in HEH_SUFFIXES and joined[-1].endswith(HEH))
        ):
            joined[-1] += word
        else:
            joined.append(word)
    if prefix:
        joined.append(prefix)
    return joined


def words(text: str) -> list[str]:
    """Return the words, numbers and percent signs of a text in the normal form, affixes joined."""
    return join_affixes(piece for token in text.split() for piece in pieces_of(token))
