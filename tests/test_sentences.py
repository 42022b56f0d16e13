"""Sentences with their places: a sentence is where it says it is, and ends where a reader ends it."""

import json
import re
import textwrap
import time
from collections.abc import Callable
from html import unescape
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import seeds
from seeds.markup import is_html
from seeds.page import read_page
from seeds.sentences import Sentence, read_sentences

SAMPLES = Path(seeds.__path__[0], "samples")
PAGES = sorted(path for path in SAMPLES.iterdir() if path.suffix in {".txt", ".html"})
TEXTS = [path for path in PAGES if path.suffix == ".txt"]

ZWNJ = "\N{ZERO WIDTH NON-JOINER}"
BOM = "\N{ZERO WIDTH NO-BREAK SPACE}"

HEADLINE = "آسیاب آبی کلات دوباره به گردش درآمد"
OTHER_HEADLINES = [
    "راه روستای سیج پیش از برف هموار شد",
    "چشمه بالای ده پس از سال ها جوشید",
    "نان محلی به بازار شهر راه پیدا کرد",
]
LONG = [
    (
        "دهیار کلات گفت که سنگ تازه آسیاب را استادکاران همین روستا تراشیده اند و از فردا گندم کشاورزان بخش کوهستانی را "
        "آرد می کند و نان خانه ها دوباره از همین آرد پخته می شود."
    ),
    "وی افزود که در این کار ۱۴ جوان بومی مزد گرفته اند و چهار نفر از آنان بیمه شده اند.",
    "کشاورزان می گویند راه روستا هنوز خاکی است و در زمستان هیچ کامیونی به آسیاب نمی رسد و بار گندم روی زمین می ماند.",
    "آنان از اداره راه خواسته اند که پیش از نخستین برف گردنه را هموار کند و برای راننده ها سرپناهی بسازد.",
]
PARAGRAPHS = [" ".join(LONG[:2]), " ".join(LONG[2:])]


def read(path: Path) -> str:
    return path.read_bytes().decode("utf-8")


def squeezed(text: str) -> str:
    return " ".join(text.split())


def texts(document: str) -> list[str]:
    """Return the sentences of a document, line ends inside them as spaces."""
    return [squeezed(sentence.text) for sentence in read_sentences(document)]


def shown(source: str) -> str:
    """Return what a browser shows of a slice of HTML."""
    return squeezed(unescape(re.sub(r"<!--.*?-->|<[^>]*>", "", source, flags=re.DOTALL)))


def assert_in_place(document: str, sentences: list[Sentence]) -> None:
    assert [document[sentence.start : sentence.end] for sentence in sentences] == [one.text for one in sentences]
    assert all(before.end <= after.start for before, after in pairwise(sentences))
    assert all(sentence.start < sentence.end for sentence in sentences)


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.name)
def test_a_sample_gives_the_title_the_date_the_code_and_the_sentences_that_are_written_beside_it(path):
    expected = json.loads(path.with_name(f"{path.stem}.expected.json").read_text("utf-8"))
    document = read(path)
    found = read_page(document)
    assert (found.title, found.date, found.code) == (expected["title"], expected["date"], expected["code"])
    assert [sentence.text for sentence in read_sentences(document)] == expected["sentences"]


def test_every_expectation_has_its_sample():
    assert len(PAGES) == 10
    assert sorted(path.name for path in SAMPLES.glob("*.json")) == [f"{path.stem}.expected.json" for path in PAGES]


@pytest.mark.parametrize("path", TEXTS, ids=lambda path: path.name)
def test_a_sentence_of_a_text_is_the_slice_of_its_document(path):
    document = read(path)
    assert_in_place(document, read_sentences(document))


@pytest.mark.parametrize("path", [path for path in PAGES if path not in TEXTS], ids=lambda path: path.name)
def test_a_sentence_of_an_html_page_is_the_slice_of_its_document_without_markup(path):
    document = read(path)
    sentences = read_sentences(document)
    assert [shown(document[sentence.start : sentence.end]) for sentence in sentences] == [one.text for one in sentences]
    assert all(before.end <= after.start for before, after in pairwise(sentences))


@pytest.mark.parametrize("path", TEXTS, ids=lambda path: path.name)
@pytest.mark.parametrize("newline", ["\r\n", "\r"], ids=["crlf", "cr"])
def test_a_sample_gives_the_same_sentences_with_other_line_ends(path, newline):
    document = read(path).replace("\n", newline)
    assert texts(document) == texts(read(path))
    assert_in_place(document, read_sentences(document))


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.name)
def test_a_sample_gives_the_same_sentences_one_place_later_behind_a_byte_order_mark(path):
    before = read_sentences(read(path))
    assert read_sentences(BOM + read(path)) == [Sentence(one.text, one.start + 1, one.end + 1) for one in before]


# A text that stands in one paragraph, its sentences divided by a bar that is not in the document.
@pytest.mark.parametrize(
    "text",
    [
        "آسیاب می چرخد. |نان پخته می شود.",
        "چرا آسیاب ایستاد؟ |چون آب نبود!",
        "مگر سنگ شکست؟! |نه، سنگ سالم است.",
        "آسیاب کهنه ماند… |سپس چرخید.",
        "آسیاب کهنه ماند... |سپس چرخید.",
        "آسیاب به کار افتاد.|وی افزود که همه خشنودند.",
        "آسیاب به کار افتاد!|وی افزود که همه خشنودند.",
        "او گفت: «ما می مانیم .» |سپس رفت.",
        "او گفت: «ما می مانیم.» |سپس رفت.",
        'او گفت: "ما می مانیم." |سپس رفت.',
        "او گفت: «ما می مانیم. |باز می گردیم.» |سپس رفت.",
        "او پرسید: «کجا می روید؟» |پاسخی نیامد.",
        "آسیاب کهنه بود (سنگ آن شکست.) |سپس نو شد.",
        "او گفت «ما می مانیم» و رفت.",
        "گندم، جو و... در این آسیاب آرد می شود. |نان خوب است.",
        "گندم، جو و ... در این آسیاب آرد می شود. |نان خوب است.",
        "گندم، جو و… در این آسیاب آرد می شود. |نان خوب است.",
        "در قوانین ج.ا.ا آرد گران نیست. |نان هم هست.",
        "در قوانین ج.ا.ا. آرد گران نیست. |نان هم هست.",
        "آقای م. ر. از آسیاب آمد. |نان خرید.",
        "آقای م.ر. از آسیاب آمد. |نان خرید.",
        "کتاب آسیاب (ص. ۲۱۸) را خواندیم. |خوب بود.",
        "در سال ۱۳۴۷ ه.ش آسیاب ساخته شد. |کهنه است.",
        "دکتر ع. کلاتی آسیاب را دید. |پسندید.",
        "نرخ آرد ۳.۵ و نان 12.7 درصد شد. |گران است.",
        "نرخ آرد ۳٫۵ درصد و ۱۴/۵ درصد شد. |گران است.",
        "بهای آرد ۱.۲۵۰.۰۰۰ تومان شد. |گران است.",
        "نشانی kalat.example.ir/asiab.html را ببینید. |خوب است.",
        "نشانی https://kalat.example.ir/a.b?c=d!e را ببینید. |خوب است.",
        "نامه را به khabar@kalat.example.ir بفرستید. |خوب است.",
        "به سنگی که می چرخد نگاه کن ... تا نگویی که در این ده مرد نیست",
        "چه خوش گفت: «چراغ آسیاب ما روشن / که نان سفره از این سنگ می آید». |همین.",
        "آسیاب می چرخد؛ نان پخته می شود: همه سیرند.",
    ],
)
def test_a_sentence_ends_where_a_reader_ends_it(text):
    expected = [part.strip() for part in text.split("|")]
    assert texts(text.replace("|", "")) == expected
    assert texts(f"{HEADLINE}\n\n{text.replace('|', '')}\n") == [HEADLINE, *expected]


def test_two_halves_of_a_verse_on_two_lines_are_two_sentences():
    verse = ["به سنگ کهنه این آسیاب گوش بده", "که قصه گوی هزاران بهار این آب است"]
    assert texts("\n".join([HEADLINE, "", PARAGRAPHS[0], "", *verse])) == [HEADLINE, *LONG[:2], *verse]


@pytest.mark.parametrize("text", ["!", "...", "«»", "؟!", "- - -"])
def test_what_has_no_letter_and_no_digit_is_no_sentence(text):
    assert texts(f"{LONG[1]} {text}\n{text}\n{LONG[2]}") in ([LONG[1], LONG[2]], [f"{LONG[1]} {text}", LONG[2]])


@pytest.mark.parametrize("width", [60, 66, 72, 80, 90, 100])
@pytest.mark.parametrize("gap", ["\n", "\n\n"], ids=["line", "blank line"])
def test_a_hard_wrapped_page_gives_the_sentences_of_the_page_without_wraps(width, gap):
    document = "\n\n".join(
        [HEADLINE, *(textwrap.fill(paragraph, width).replace("\n", gap) for paragraph in PARAGRAPHS)]
    )
    assert texts(document) == [HEADLINE, *LONG]
    assert_in_place(document, read_sentences(document))


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("آسیاب از فردا گندم آرد می", "کند و نان می دهد."),
        ("آسیاب از فردا گندم آرد نمی", "کند و نان نمی دهد."),
        ("آسیاب از فردا گندم آرد م\N{ARABIC LETTER YEH}", "کند و نان می دهد."),
        ("آسیاب و نانوایی روستا", "ها به کار افتادند."),
        ("سنگ تازه از سنگ کهنه بزرگ", "تر است و بهتر."),
        ("استادکاران سنگ را تراشیده", "اند و رفته اند."),
        ("دهیار سنگ کهنه", "را فروخت و رفت."),
        ("دهیار گفت که", "آسیاب می چرخد و می ماند."),
        ("گندم، جو و", "ارزن در آسیاب آرد می شود."),
        ("گندم،", "جو و ارزن در آسیاب آرد می شود."),
    ],
)
def test_a_line_end_amid_a_phrase_is_mended_on_any_page(before, after):
    document = "\n".join([HEADLINE, "", PARAGRAPHS[0], "", before, after, LONG[2]])
    assert texts(document) == [HEADLINE, *LONG[:2], f"{before} {after}", LONG[2]]
    assert_in_place(document, read_sentences(document))


def test_a_verb_on_the_other_side_of_a_blank_line_is_mended():
    document = f"{HEADLINE}\n\nآسیاب از فردا گندم آرد می\n\nکند و نان می دهد."
    assert texts(document) == [HEADLINE, "آسیاب از فردا گندم آرد می کند و نان می دهد."]


@pytest.mark.parametrize("gap", ["\n", "\n\n"], ids=["line", "blank line"])
@pytest.mark.parametrize("prose", [PARAGRAPHS, LONG, LONG[:1]], ids=["paragraphs", "sentences", "one sentence"])
def test_headlines_of_a_page_that_is_not_wrapped_are_not_merged(gap, prose):
    lines = [HEADLINE, *OTHER_HEADLINES, *prose]
    assert texts(gap.join(lines)) == [HEADLINE, *OTHER_HEADLINES, *texts(gap.join(prose))]


@pytest.mark.parametrize("gap", ["\n", "\n\n"], ids=["line", "blank line"])
@pytest.mark.parametrize("prose", [[], ["آسیاب کلات پس از بیست سال به کار افتاد."]], ids=["none", "short"])
def test_headlines_of_about_one_length_are_not_merged(gap, prose):
    lines = [HEADLINE, *OTHER_HEADLINES, *prose]
    assert texts(gap.join(lines)) == lines


def test_items_of_a_list_are_not_merged():
    items = ["گندم: ۲۰ تن از کشتزارهای بالای ده", "جو: ۱۲ تن از کشتزارهای پایین ده", "ارزن: ۷ تن از کشتزارهای سیج"]
    assert texts("\n".join([HEADLINE, "", *(f"- {item}" for item in items)])) == [HEADLINE, *items]


def test_a_second_article_after_the_tail_of_the_first_is_read_in_place():
    second = "به گزارش کلات نیوز، راهداران از بامداد امروز سرگرم گشودن گردنه برف گیر روستا هستند."
    document = "\n".join([HEADLINE, *LONG[:2], "انتهای پیام/", "اخبار مرتبط", OTHER_HEADLINES[0], "", second, LONG[3]])
    assert texts(document) == [HEADLINE, *LONG[:2], second, LONG[3]]
    assert_in_place(document, read_sentences(document))


def test_a_reference_in_html_is_one_character_that_knows_its_place():
    document = f"<html><body><h1>{HEADLINE}</h1><p>آسیاب R&amp;D می&zwnj;چرخد &#171;نو&raquo; است.</p></body></html>"
    *_, last = read_sentences(document)
    assert last.text == f"آسیاب R&D می{ZWNJ}چرخد «نو» است."
    assert document[last.start : last.end] == "آسیاب R&amp;D می&zwnj;چرخد &#171;نو&raquo; است."


@given(st.text())
@settings(deadline=None, max_examples=200)
def test_any_text_can_be_read(document):
    sentences = read_sentences(document)
    if not is_html(document):
        assert_in_place(document, sentences)


PHRASES = st.sampled_from(
    [
        *LONG,
        HEADLINE,
        *OTHER_HEADLINES,
        "آسیاب",
        "می",
        "کند",
        "ها",
        "و...",
        "ج.ا.ا.",
        "۳.۵",
        "۱۲-",
        "-",
        "•",
        "«",
        "»",
        ".",
        "؟",
        "!",
        "…",
        " ... ",
        "،",
        "؛",
        ":",
        "|",
        "/",
        ZWNJ,
        BOM,
        "\N{RIGHT-TO-LEFT MARK}",
        "\N{AMBULANCE}",
        "کد خبر: ۷۷۱۲۰",
        "۱۲ آبان ۱۴۰۱",
        "انتهای پیام/",
        "بیشتر بخوانید",
        "نظرات",
        "#کلات",
        "kalat.example.ir",
        "به گزارش کلات نیوز",
        "(",
        ")",
        "\N{ARABIC FATHA}",
        "\N{NO-BREAK SPACE}",
    ]
)
BREAKS = st.sampled_from(
    ["", " ", " ", "\n", "\n\n", "\r\n", "\r", "\t", "\x0b", "\x0c", "\x1c", "\x85", "\N{LINE SEPARATOR}"]
)


@given(st.lists(st.tuples(PHRASES, BREAKS), max_size=30).map(lambda parts: "".join(map("".join, parts))))
@settings(deadline=None, max_examples=300)
def test_every_sentence_of_any_page_of_text_is_in_its_place_and_after_the_one_before(document):
    assert not is_html(document)
    sentences = read_sentences(document)
    assert_in_place(document, sentences)
    assert all(any(map(str.isalnum, sentence.text)) for sentence in sentences)
    assert all(sentence.text == sentence.text.strip() for sentence in sentences)


INLINE = st.sampled_from(
    [
        *LONG,
        "آسیاب",
        "می&zwnj;چرخد.",
        "<b>سنگ</b>",
        "<a href='/x?a=1&amp;b=2'>نان</a>",
        "&laquo;",
        "&raquo;",
        "&nbsp;",
        "&amp;",
        "R&amp;D",
        "&#1570;رد",
        "&#x622;رد",
        "&hellip;",
        ". ",
        "؟",
        "!",
        "<!-- نهان. -->",
        "<span class=x>۱۲.۵</span>",
        "\n",
        "<i></i>",
    ]
)
BLOCKS = st.tuples(st.sampled_from(["p", "div", "h2", "li", "td"]), st.lists(INLINE, max_size=6).map(" ".join)).map(
    lambda block: f"<{block[0]}>{block[1]}</{block[0]}>"
)


@given(st.lists(BLOCKS | st.sampled_from(["<br>", "<hr/>", "\n", "<img src=x>"]), max_size=8).map("".join))
@settings(deadline=None, max_examples=100)
def test_every_sentence_of_any_html_page_is_in_its_place_and_after_the_one_before(body):
    document = f"<html><head><title>{HEADLINE}</title></head><body><h1>{HEADLINE}</h1>{body}</body></html>"
    sentences = read_sentences(document)
    assert [shown(document[one.start : one.end]) for one in sentences] == [one.text for one in sentences]
    assert all(before.end <= after.start for before, after in pairwise(sentences))


TANGLE = st.sampled_from(
    [
        "<p>",
        "</p>",
        "<p",
        "<",
        ">",
        "</",
        "<!--",
        "-->",
        "--!>",
        "<!",
        "<!-",
        "<![CDATA[",
        "]]>",
        "<![if x]>",
        "<![endif]>",
        "<!DOCTYPE html>",
        "<!doctype",
        "<?xml version='1.0'?>",
        "<?",
        "<html>",
        "</html>",
        "<head>",
        "<body>",
        "<title>",
        "</title>",
        "<h1>",
        "</h1>",
        "<script>",
        "</script>",
        "<style>",
        "</style>",
        "<textarea>",
        "<noscript>",
        "<svg>",
        "<br/>",
        "<table><td>",
        "<a href='",
        '"',
        "=",
        "&",
        "&amp",
        "&amp;",
        "&#",
        "&#x",
        "&#0;",
        "&#1114112;",
        "&#55296;",
        "&#xZZ;",
        "&nosuch;",
        "\0",
        "\r\n",
        "\n",
        " ",
        "آسیاب",
        LONG[1],
        "\N{ZERO WIDTH NO-BREAK SPACE}",
        "\x85",
        "\N{LINE SEPARATOR}",
        "\x01",
        "\N{AMBULANCE}",
    ]
)


@given(st.lists(TANGLE | st.text(max_size=5), max_size=25).map("".join))
@settings(deadline=None, max_examples=300)
def test_any_tangle_of_markup_can_be_read(document):
    for sentence in [*read_sentences(document), *read_sentences(f"<html>{document}")]:
        assert sentence.text
        assert 0 <= sentence.start < sentence.end <= len(document) + len("<html>")


def seconds(document: str, times: int) -> float:
    """Return the least processor time that reading a document takes."""

    def once() -> float:
        start = time.process_time()
        read_sentences(document)
        return time.process_time() - start

    return min(once() for _ in range(times))


def lines_of_prose(count: int) -> str:
    return "\n".join(f"خط {number}: آسیاب کلات امروز هم گندم کشاورزان کوهستان را آرد کرد." for number in range(count))


def wrapped_lines(count: int) -> str:
    return "\n".join(["آسیاب کلات امروز هم گندم کشاورزان کوهستان را آرد می"] * count)


def paragraphs_of_html(count: int) -> str:
    return (
        f"<html><body><h1>{HEADLINE}</h1><p>" + lines_of_prose(count).replace("\n", "</p>\n<p>") + "</p></body></html>"
    )


def headlines_below_a_box(count: int) -> str:
    return "\n".join([HEADLINE, PARAGRAPHS[0], *["بیشتر بخوانید", *OTHER_HEADLINES] * (count // 4)])


@pytest.mark.parametrize(
    ("make", "count"),
    [(lines_of_prose, 1000), (wrapped_lines, 500), (headlines_below_a_box, 400), (paragraphs_of_html, 200)],
)
def test_a_page_with_twenty_times_as_many_lines_takes_less_than_forty_times_as_long(make: Callable[[int], str], count):
    read_sentences(make(10))
    assert seconds(make(20 * count), 1) < 40 * seconds(make(count), 3)


@pytest.mark.parametrize(
    ("before", "repeated", "count"),
    [
        pytest.param("آسیاب", ".", 1000, id="full stops"),
        pytest.param("آسیاب", " ", 1000, id="spaces"),
        pytest.param("آسیاب", "»", 1000, id="quotation marks"),
        pytest.param("آسیاب", "-", 1000, id="dashes"),
        pytest.param("آسیاب", " ...", 1000, id="ellipses"),
        pytest.param("آسیاب", "آ.", 1000, id="abbreviations"),
        pytest.param("آسیاب", "۱.", 1000, id="numbers"),
        pytest.param("آسیاب", "<p ", 2000, id="open tags"),
        pytest.param("آسیاب", "<", 2000, id="angle brackets"),
        pytest.param("آسیاب", "<!--", 1000, id="open comments"),
    ],
)
def test_a_run_of_one_sign_that_is_eight_times_as_long_takes_less_than_thirty_times_as_long(before, repeated, count):
    short, long = (f"{before}{repeated * times}نان" for times in (count, 8 * count))
    read_sentences(short)
    # Below a hundredth of a second a ratio measures the clock.
    assert seconds(long, 1) < 30 * max(seconds(short, 3), 0.01)
