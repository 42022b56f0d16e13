"""The TF-IDF views of a sentence: what is counted in it.

Every view sees the sentence as the words of the normal form (`seeds.text.words`). The word and character
views look at one word at a time and count each distinct word of a sentence once, so their weights add up word
by word, and the «و» and «از» of a long sentence do not; the number view looks at numbers with their neighbours.
"""

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType

from training.names import is_name
from training.numbers import run_features, runs, shape

# Chosen on grouped cross-validation; see EXPERIMENTS.md.
SHORTEST, LONGEST = 3, 6
"""Characters of an n-gram."""
# Longer «words» are no words but addresses or noise; their n-grams would cost much and say nothing.
_LONGEST_WORD = 40


def word_feature(word: str) -> str:
    """Return what the word view counts of one word: itself, the shape of a number in digits, or that it is a name."""
    if word[0].isdigit():
        return f"#{shape(word)}"
    return "#name" if is_name(word) else word


def spelled(word: str) -> str:
    """Return what the character view sees of one word: nothing of a number in digits or a name."""
    return "" if word[0].isdigit() or is_name(word) else word[:_LONGEST_WORD]


def char_features(word: str) -> list[str]:
    """Return the character n-grams of one word with its boundaries, the shortest first."""
    padded = f" {spelled(word)} "
    return [
        padded[start : start + length]
        for length in range(SHORTEST, LONGEST + 1)
        for start in range(len(padded) - length + 1)
    ]


def number_features(words: Sequence[str]) -> list[str]:
    """Return the features of every number of a sentence with its neighbours."""
    return [feature for start, end in runs(words) for feature in run_features(words, start, end)]


def word_features(words: Sequence[str]) -> list[str]:
    """Return the feature of every distinct word of a sentence."""
    return [word_feature(word) for word in dict.fromkeys(words)]


def gram_features(words: Sequence[str]) -> list[str]:
    """Return the n-grams of every distinct word of a sentence."""
    return [feature for word in dict.fromkeys(words) for feature in char_features(word)]


VIEWS: Mapping[str, Callable[[Sequence[str]], list[str]]] = MappingProxyType(
    {"word": word_features, "char": gram_features, "number": number_features}
)
"""The views by name: each turns the words of a sentence into the features to count."""
THEME_VIEWS = ("word", "char")
"""What themes are judged by; with the number view they get worse on real news, see EXPERIMENTS.md."""
TYPE_VIEWS = ("word", "char", "number")
"""What the type is judged by."""
