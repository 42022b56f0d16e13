"""Stems that name a theme outright: what a reader would search for."""

from collections.abc import Sequence
from types import MappingProxyType

from labels.scheme import Theme

KEYWORDS = MappingProxyType(
    {
        Theme.HEALTH: tuple("سلامت بهداشت درمان بیمار پزشک پرستار دارو واکسن کرونا".split()),
        Theme.EMPLOYMENT: tuple("اشتغال شغل بیکار کارگر استخدام دستمزد کارفرما".split()),
        Theme.EXPORT: tuple("صادرات صادرکننده صادراتی ارزآور".split()),
        Theme.IDEOLOGY: tuple("انقلابی جهادی دشمن شهدا شهادت ولایت استکبار مقاومتی ایثار".split()),
    }
)


def has_keyword(words: Sequence[str], theme: Theme) -> bool:
    """Whether a word of the normal form begins with a keyword of a theme."""
    return any(word.startswith(KEYWORDS[theme]) for word in words)
