"""One normal form: a word is the same token however a page writes it."""

import json
import re
import sys
import unicodedata
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import labels
from seeds.text import join_affixes, normalize, pieces, words

ZWNJ = "\N{ZERO WIDTH NON-JOINER}"
TATWEEL = "\N{ARABIC TATWEEL}"
VOWELS = (
    "\N{ARABIC FATHA}\N{ARABIC KASRA}\N{ARABIC DAMMA}\N{ARABIC SHADDA}\N{ARABIC SUKUN}\N{ARABIC FATHATAN}"
    "\N{ARABIC LETTER SUPERSCRIPT ALEF}"
)
BIDI = (
    "\N{RIGHT-TO-LEFT MARK}\N{LEFT-TO-RIGHT MARK}\N{RIGHT-TO-LEFT EMBEDDING}\N{POP DIRECTIONAL FORMATTING}"
    "\N{RIGHT-TO-LEFT ISOLATE}\N{POP DIRECTIONAL ISOLATE}\N{ARABIC LETTER MARK}"
)
OTHER_SILENT = "\N{ZERO WIDTH NO-BREAK SPACE}\N{ZERO WIDTH JOINER}\N{SOFT HYPHEN}"
SILENT = TATWEEL + VOWELS + BIDI + OTHER_SILENT + ZWNJ

PERSIAN_DIGITS = "".join(unicodedata.lookup(f"EXTENDED ARABIC-INDIC DIGIT {name}") for name in (
    "ZERO", "ONE", "TWO", "THREE", "FOUR", "FIVE", "SIX", "SEVEN", "EIGHT", "NINE",
))  # fmt: skip
ARABIC_DIGITS = "".join(chr(0x0660 + value) for value in range(10))
LETTERS = "آابپتثجچحخدذرزژسشصضطظعغفقکگلمنوهیء"

LABELS = sorted(Path(labels.__path__[0]).glob("*.jsonl"))
LETTERS_OF_WORDS = st.text(alphabet=LETTERS, min_size=1, max_size=8)


def presentation_forms() -> dict[str, list[str]]:
    """Return the isolated, initial, medial and final forms of every letter that has them."""
    forms: dict[str, list[str]] = {}
    for code in (*range(0xFB50, 0xFE00), *range(0xFE70, 0xFF00)):
        kind, *letters = unicodedata.decomposition(chr(code)).split() or [""]
        if kind in {"<isolated>", "<initial>", "<medial>", "<final>"} and len(letters) == 1:
            forms.setdefault(chr(int(letters[0], 16)), []).append(chr(code))
    return forms


FORMS = presentation_forms()


def swap(old: str, new: str) -> Callable[[str], str]:
    table = str.maketrans(old, new)
    return lambda text: text.translate(table)


def written_with_presentation_forms(text: str) -> str:
    return "".join(FORMS[char][index % len(FORMS[char])] if char in FORMS else char for index, char in enumerate(text))


def after_every_letter(mark: str) -> Callable[[str], str]:
    return lambda text: "".join(char + mark if char.isalpha() else char for char in text)


VARIANTS = {
    "arabic yeh and kaf": swap("یک", "\N{ARABIC LETTER YEH}\N{ARABIC LETTER KAF}"),
    "alef maksura, teh marbuta, hamza on alef and waw": swap(
        "یهاو",
        "\N{ARABIC LETTER ALEF MAKSURA}\N{ARABIC LETTER TEH MARBUTA}\N{ARABIC LETTER ALEF WITH HAMZA ABOVE}"
        "\N{ARABIC LETTER WAW WITH HAMZA ABOVE}",
    ),
    "arabic digits": swap(PERSIAN_DIGITS, ARABIC_DIGITS),
    "latin digits": swap(PERSIAN_DIGITS, "0123456789"),
    "composed": lambda text: unicodedata.normalize("NFC", text),
    "decomposed": lambda text: unicodedata.normalize("NFD", text),
    "compatibility decomposed": lambda text: unicodedata.normalize("NFKD", text),
    "presentation forms": written_with_presentation_forms,
    "vowel marks and tatweel": after_every_letter(f"\N{ARABIC FATHA}{TATWEEL}"),
    "bidi marks": "\N{RIGHT-TO-LEFT MARK}".join,
    "no non-joiner": swap(ZWNJ, "\N{RIGHT-TO-LEFT MARK}"),
}


@pytest.fixture(scope="module")
def labelled_words() -> list[tuple[str, list[str]]]:
    """Every labelled sentence that has its text, with its words."""
    records = [json.loads(line) for path in LABELS for line in path.read_text("utf-8").splitlines()]
    return [(record["text"], words(record["text"])) for record in records if "text" in record]


@pytest.mark.parametrize(
    ("apart", "joined"),
    [
        ("آسیاب می چرخد", "آسیاب می|چرخد"),
        ("آرد گران نمی شود", "آرد گران نمی|شود"),
        ("کتاب ها رسید", "کتاب|ها رسید"),
        ("کتاب های کهنه", "کتاب|های کهنه"),
        ("ارزش هایی تازه", "ارزش|هایی تازه"),
        ("کتاب هایشان را برد", "کتاب|هایشان را برد"),
        ("راهی بزرگ تر", "راهی بزرگ|تر"),
        ("آن بزرگ ترین سنگ", "آن بزرگ|ترین سنگ"),
        ("آسیابان ها رفته اند", "آسیابان|ها رفته|اند"),
        ("نان را پخته ایم", "نان را پخته|ایم"),
        ("در خانه ای دور", "در خانه|ای دور"),
        ("خانه ی کدخدا", "خانه|ی کدخدا"),
        ("برنامه های تازه نمی رسد", "برنامه|های تازه نمی|رسد"),
    ],
)
def test_a_non_joiner_a_space_and_nothing_between_a_word_and_its_affix_give_the_same_words(apart, joined):
    with_non_joiner = words(joined.replace("|", ZWNJ))
    assert words(apart) == with_non_joiner
    assert words(joined.replace("|", "")) == with_non_joiner
    assert len(with_non_joiner) == len(joined.split())


@pytest.mark.parametrize("text", ["من ام", "کتاب ای", "نان اند", "تخم ات"])
def test_an_ending_joins_only_after_a_silent_heh(text):
    assert words(text) == text.split()


@pytest.mark.parametrize(("text", "expected"), [("می ۲۰", ["می", "20"]), ("آن می", ["آن", "می"])])
def test_a_prefix_without_a_word_after_it_stays_a_word(text, expected):
    assert words(text) == expected


@pytest.mark.parametrize("text", ["۵ ها", "۲۰ تر", "% ها"])
def test_a_suffix_does_not_join_a_number(text):
    assert len(words(text)) == 2


def test_an_affix_at_the_beginning_stays_a_word():
    assert join_affixes(["ها", "رفت"]) == ["ها", "رفت"]


@pytest.mark.parametrize(
    ("arabic", "persian"),
    [
        ("\N{ARABIC LETTER YEH}", "ی"),
        ("\N{ARABIC LETTER ALEF MAKSURA}", "ی"),
        ("\N{ARABIC LETTER YEH WITH HAMZA ABOVE}", "ی"),
        ("\N{ARABIC LETTER KAF}", "ک"),
        ("\N{ARABIC LETTER TEH MARBUTA}", "ه"),
        ("\N{ARABIC LETTER HEH WITH YEH ABOVE}", "ه"),
        ("\N{ARABIC LETTER HEH GOAL}", "ه"),
        ("\N{ARABIC LETTER HEH DOACHASHMEE}", "ه"),
        ("\N{ARABIC LETTER ALEF WITH HAMZA ABOVE}", "ا"),
        ("\N{ARABIC LETTER ALEF WITH HAMZA BELOW}", "ا"),
        ("\N{ARABIC LETTER WAW WITH HAMZA ABOVE}", "و"),
    ],
)
@pytest.mark.parametrize("form", ["NFC", "NFD", "NFKC", "NFKD"])
def test_an_arabic_letter_is_its_persian_one_in_every_unicode_form(arabic, persian, form):
    assert words(unicodedata.normalize(form, f"س{arabic}ب {arabic}")) == [f"س{persian}ب", persian]


@pytest.mark.parametrize("form", ["NFC", "NFD", "NFKC", "NFKD"])
def test_alef_madda_is_a_letter_of_its_own_in_every_unicode_form(form):
    assert words(unicodedata.normalize(form, "آرد")) == ["آرد"]
    assert words("آرد") != words("ارد")


def test_a_lam_alef_ligature_is_two_letters():
    assert words("ک\N{ARABIC LIGATURE LAM WITH ALEF FINAL FORM}ت") == ["کلات"]


@pytest.mark.parametrize("digits", [PERSIAN_DIGITS, ARABIC_DIGITS, "0123456789"])
def test_three_digit_scripts_give_one_number(digits):
    text = "در ۱۳۹۸ نرخ ۴۷٫۵ و ۶۰/۲ درصد شد".translate(str.maketrans(PERSIAN_DIGITS, digits))
    assert words(text) == ["در", "1398", "نرخ", "47.5", "و", "60/2", "درصد", "شد"]


@pytest.mark.parametrize(
    "number",
    ["12,345,678", "۱۲,۳۴۵,۶۷۸", "۱۲٬۳۴۵٬۶۷۸", "١٢٬٣٤٥٬٦٧٨", "۱۲،۳۴۵،۶۷۸", "12\N{ARABIC THOUSANDS SEPARATOR}345,678"],
)
def test_thousands_separators_are_no_part_of_a_number(number):
    assert words(f"بهای {number} تومان") == ["بهای", "12345678", "تومان"]


@pytest.mark.parametrize(
    ("text", "expected"), [("۱۲،۳۴", ["12", "34"]), ("۱،۲۳۴۵", ["1", "2345"]), ("الف،۱۲۳", ["الف", "123"])]
)
def test_a_comma_that_separates_no_thousands_separates_words(text, expected):
    assert words(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [("۳.۵", "3.5"), ("۳٫۵", "3.5"), ("۱۴/۵", "14/5"), ("1399/11/20", "1399/11/20"), ("۱۳:۴۰", "13:40")],
)
def test_a_number_keeps_its_points_slashes_and_colons(text, expected):
    assert words(text) == [expected]


@pytest.mark.parametrize("text", ["۵%", "۵٪", "%۵", "۵ ٪"])
def test_every_percent_sign_is_one_word(text):
    assert sorted(words(text)) == ["%", "5"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [("13)", "13)"), ("۱۳)", "13)"), ("۷-", "7)"), ("-7", "7)"), ("–۷", "7)"), ("۲)-", "2)")],
)
def test_the_number_of_an_item_in_a_list_is_no_count(text, expected):
    assert words(f"{text} آسیاب تازه") == [expected, "آسیاب", "تازه"]


@pytest.mark.parametrize("text", ["13", "(13)", "-123", "123)", "13-14"])
def test_a_number_that_numbers_no_item_is_a_count(text):
    assert [word for word in words(text) if not word.isdecimal()] == []
    assert words(text) != []


@pytest.mark.parametrize(
    ("text", "expected"), [("گندم/جو", ["گندم", "جو"]), ("(کلات)", ["کلات"]), ("COVID-19", ["covid", "19"])]
)
def test_punctuation_separates_words_and_latin_is_in_lower_case(text, expected):
    assert words(text) == expected


@pytest.mark.parametrize("text", ["", " ", "...", "«»", ZWNJ, TATWEEL, "\N{ARABIC FATHA}", "__", "- ، ؛"])
def test_a_text_without_letters_and_digits_has_no_words(text):
    assert words(text) == []


@pytest.mark.parametrize(
    "name",
    [
        "ARABIC TATWEEL WITH FATHATAN ABOVE",
        "ARABIC FATHA MEDIAL FORM",
        "ARABIC SHADDA MEDIAL FORM",
        "ARABIC SUKUN MEDIAL FORM",
        "ARABIC LIGATURE SHADDA WITH FATHA MEDIAL FORM",
    ],
)
def test_a_vowel_mark_on_a_tatweel_of_one_code_point_is_silent(name):
    assert words(f"آس{unicodedata.lookup(name)}یاب") == ["آسیاب"]


@given(st.text())
def test_the_normal_form_of_a_normal_form_is_itself(text):
    once = normalize(text)
    assert normalize(once) == once


def test_the_normal_form_of_every_arabic_code_point_is_its_own_normal_form():
    arabic = (*range(0x0600, 0x0780), *range(0x08A0, 0x0900), *range(0xFB50, 0xFE00), *range(0xFE70, 0xFF00))
    once = {code: normalize(f"ا{chr(code)}ب") for code in arabic}
    assert [hex(code) for code, text in once.items() if normalize(text) != text] == []


@given(
    st.text(alphabet=LETTERS + SILENT + PERSIAN_DIGITS + ",،.-)% " + "\N{ARABIC MADDAH ABOVE}\N{ARABIC HAMZA ABOVE}")
)
def test_the_normal_form_of_persian_is_idempotent(text):
    once = normalize(text)
    assert normalize(once) == once
    assert not set(once) & set(SILENT)


@given(st.text())
def test_no_word_is_empty_or_holds_white_space(text):
    assert [word for word in words(text) if not word or re.search(r"\s", word)] == []


@given(st.text())
def test_normalizing_first_does_not_change_the_words(text):
    assert words(normalize(text)) == words(text)


@given(st.text())
def test_pieces_of_a_word_are_that_word(text):
    assert [word for word in words(text) if pieces(word) != [word]] == []


@given(
    st.lists(LETTERS_OF_WORDS | st.integers(0, 10**6).map(str), min_size=1, max_size=8).map(" ".join),
    st.lists(st.tuples(st.integers(0, sys.maxsize), st.sampled_from(SILENT)), max_size=12),
)
def test_silent_characters_may_stand_anywhere(text, insertions):
    marked = list(text)
    for place, char in insertions:
        marked.insert(place % (len(marked) + 1), char)
    assert words("".join(marked)) == words(text)


@given(st.lists(LETTERS_OF_WORDS, min_size=2, max_size=4))
def test_a_non_joiner_anywhere_in_a_word_changes_nothing(parts):
    assert words(ZWNJ.join(parts)) == words("".join(parts))


@settings(deadline=None)
@given(
    st.lists(LETTERS_OF_WORDS | st.integers(0, 10**6).map(str), max_size=8).map(" ".join), st.sampled_from([*VARIANTS])
)
def test_however_persian_is_written_its_words_are_the_same(text, variant):
    assert words(VARIANTS[variant](text)) == words(text)


def test_there_are_labelled_sentences_to_try(labelled_words):
    assert len(labelled_words) > 1000
    assert all(tokens for _, tokens in labelled_words)


@pytest.mark.parametrize("variant", VARIANTS)
def test_every_labelled_sentence_has_the_same_words_however_it_is_written(labelled_words, variant):
    rewrite = VARIANTS[variant]
    assert [text for text, tokens in labelled_words if words(rewrite(text)) != tokens][:3] == []
