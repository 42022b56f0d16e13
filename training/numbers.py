"""What a number in a sentence is: a year, a date, an ordinal and a count are different things.

A run is a number as it is read: «۳ هزار و ۴۰۰», «دو میلیون». Its shape and its neighbours become
features of their own, because digits alone are a poor sign of a statistic: the years, dates, ages and
law articles of real news are not counts.
"""

import re
from collections.abc import Collection, Iterator, Sequence

from training.names import is_name

_ONES = "یک دو سه چهار پنج شش هفت هشت نه".split()
_TENS = (
    "ده یازده دوازده سیزده چهارده پانزده شانزده هفده هجده هیجده نوزده بیست سی چهل پنجاه شصت هفتاد هشتاد نود"
).split()
_HUNDREDS = "صد یکصد دویست سیصد چهارصد پانصد ششصد هفتصد هشتصد نهصد".split()
_CARDINALS = frozenset((*_ONES, *_TENS, *_HUNDREDS))
_POWERS = "هزار میلیون میلیارد بیلیون تریلیون".split()
# «یکهزار», «دومیلیون»: written together, as pages without non-joiners have them.
_SCALES = frozenset(_POWERS) | {number + power for number in _CARDINALS for power in _POWERS}
_FRACTIONS = frozenset("نیم نیمی نصف ثلث ربع".split()) | {
    top + bottom for top in _ONES for bottom in "دوم سوم چهارم پنجم ششم هفتم هشتم نهم دهم".split()
}
_ORDINALS = (
    frozenset(number + end for number in (*_CARDINALS, *_POWERS) for end in ("م", "مین", "ام", "امین"))
    | frozenset("اول اولین نخست نخستین سوم سومین آخرین".split())
)  # fmt: skip
MONTHS = frozenset(
    "فروردین اردیبهشت خرداد تیر مرداد امرداد شهریور مهر آبان آذر دی بهمن اسفند "
    "محرم صفر ربیعالاول ربیعالثانی جمادیالاول جمادیالثانی رجب شعبان رمضان شوال ذیالقعده ذیالحجه "
    "ژانویه فوریه مارس آوریل مه ژوین ژوییه اوت سپتامبر اکتبر نوامبر دسامبر".split()
)
IN_WORDS = _CARDINALS | _SCALES | _FRACTIONS | _ORDINALS
"""Every word but numbers in digits that has a `shape`."""
AND = "و"
"""What connects the parts of a number in words."""

START, END = "^", "$"
"""What stands beside a number at an edge of the sentence."""

_DATE = re.compile(r"\d{1,4}/\d{1,2}/\d{1,4}")
_TIME = re.compile(r"\d{1,2}:\d{2}(?::\d{2})?")
# Jalali and Gregorian years as news writes them in full.
_YEAR = re.compile(r"1[2-4]\d\d|1[89]\d\d|20\d\d")


def is_number(word: str) -> bool:
    """Whether a word of the normal form is part of a number; ordinals and the numbers of list items are not."""
    in_digits = word[0].isdigit() and not word.endswith(")")
    return in_digits or word in _CARDINALS or word in _SCALES or word in _FRACTIONS


def shape(word: str) -> str | None:
    """Return the class of one word of the normal form, or None if it is no number.

    One of `item` (of a list), `date`, `time`, `year`, `decimal`, `d1` … `d4` (digits, four standing for
    four and more), `ordinal`, `fraction`, `scale`, `one` («یک», often an article) and `word` (in words).
    """
    if word[0].isdigit():
        if word.endswith(")"):
            return "item"
        if _DATE.fullmatch(word):
            return "date"
        if _TIME.fullmatch(word):
            return "time"
        if _YEAR.fullmatch(word):
            return "year"
        return f"d{min(len(word), 4)}" if word.isdigit() else "decimal"
    if word in _ORDINALS:
        return "ordinal"
    if word in _FRACTIONS:
        return "fraction"
    if word in _SCALES:
        return "scale"
    if word in _CARDINALS:
        return "one" if word == "یک" else "word"
    return None


def runs(words: Sequence[str]) -> Iterator[tuple[int, int]]:
    """Yield the bounds `(start, end)` of every number, «و» inside it included."""
    start = 0
    while start < len(words):
        if not is_number(words[start]):
            start += 1
            continue
        end = start + 1
        while end < len(words):
            if is_number(words[end]):
                end += 1
            elif words[end] == AND and end + 1 < len(words) and is_number(words[end + 1]):
                end += 2
            else:
                break
        yield start, end
        start = end


def neighbour(word: str) -> str:
    """Return what a word is to the number beside it: itself, or that it is a name."""
    return "#name" if is_name(word) else word


def kind_of(shapes: Collection[str], *, before_month: bool) -> str:
    """Return the kind of a number: the scale it has, the day of a month, or else all of its shapes."""
    if "scale" in shapes:
        return "scale"
    if before_month and len(shapes) == 1:
        return "day"
    return "+".join(sorted(shapes))


def run_features(words: Sequence[str], start: int, end: int) -> list[str]:
    """Return the features of the number at `words[start:end]`: its kind with the words around it.

    They look at one word before the number and two after it.
    """
    shapes = {found for word in words[start:end] if (found := shape(word))}
    before = neighbour(words[start - 1]) if start else START
    after = neighbour(words[end]) if end < len(words) else END
    beyond = neighbour(words[end + 1]) if end + 1 < len(words) else END
    kind = kind_of(shapes, before_month=after in MONTHS)
    return [
        f"#{kind}",
        f"#<{before}",
        f"#>{after}",
        f"{kind}<{before}",
        f"{kind}>{after}",
        f"#>{after} {beyond}",
    ]
