"""A page without its furniture: what is news is kept, and what the page says of itself is read."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from seeds.furniture import Furniture, cut_end, judge
from seeds.page import read_page

ZWNJ = "\N{ZERO WIDTH NON-JOINER}"
BOM = "\N{ZERO WIDTH NO-BREAK SPACE}"
RLM = "\N{RIGHT-TO-LEFT MARK}"

HEADLINE = "آسیاب آبی کلات دوباره به گردش درآمد"
LEAD = "دهیار روستای کلات از بازگشایی آسیاب آبی پس از بیست سال خاموشی خبر داد."
BODY = "سنگ تازه این آسیاب را استادکاران همین روستا تراشیده و کار گذاشته بودند."
OTHER_NEWS = "بارش برف راه روستا را بست"
MORE_OTHER_NEWS = "مدرسه شبانه روزی سیج راه افتاد"

# What is furniture wherever it stands, and says nothing about the lines after it.
LINES = [
    "کد خبر: ۷۷۱۲۰",
    "كد خبر : ٧٧١٢٠",
    "شناسه خبر: ۷۷۱۲۰",
    "کد مطلب: 77120",
    "۱۲ آبان ۱۴۰۱",
    "شنبه ۱۲ آبان ماه ۱۴۰۱ - ساعت ۰۹:۴۱",
    "تاریخ انتشار: ۱۴۰۱/۰۸/۱۲ - ۰۹:۴۱",
    "1401/08/12",
    "۰۹:۴۱",
    "ساعت ۹:۴۱",
    "۱۲ آبان ۱۴۰۱ - کد خبر: ۷۷۱۲۰",
    "اشتراک گذاری:",
    f"اشتراک{ZWNJ}گذاری",
    "این خبر را به اشتراک بگذارید",
    "این مطلب را به اشتراک بگذارید",
    "نسخه چاپی",
    "چاپ",
    "ارسال به دوستان",
    "نسخه چاپی | ارسال به دوستان",
    "کپی لینک",
    "لینک کوتاه: https://kalat.example.ir/n/7",
    "منبع: کلات نیوز",
    "عکس: ر. کلاتی",
    "عکاس: ر. کلاتی",
    "تعداد بازدید: ۴۱۲",
    "زمان مطالعه: ۳ دقیقه",
    "سرویس اقتصادی",
    "کلات نیوز - سرویس اقتصادی",
    "نام:",
    "ایمیل:",
    "نظر:",
    "صفحه نخست » اقتصادی",
    "تمامی حقوق این پایگاه محفوظ است.",
    "#آسیاب #کلات",
    f"#آسیاب{ZWNJ}آبی",
    "@kalat_news",
    "@kalat_news @sij_news",
    "\N{SQUARED ID} kalat.example.ir/channel",
    "https://kalat.example.ir/n/7",
    "www.kalat.example.ir",
    "kalat.example.ir",
    "khabar@kalat.example.ir",
    "***",
    "------",
    "| | |",
    "۱",
    "\N{WHITE DOWN POINTING BACKHAND INDEX}" * 2,
    "\N{EYE} ۲۳۱۰   ۱۸:۴۲",
]
# What ends the news.
TAILS = [
    "برچسب ها",
    f"برچسب{ZWNJ}ها",
    "برچسبها",
    "برچسب ها: آسیاب ، کلات",
    "کلیدواژه ها: آسیاب",
    "ارسال نظر",
    "نظر شما",
    "نظرات",
    "نظرات کاربران (۰)",
    "دیدگاه ها",
    "دیدگاهتان را بنویسید",
    "captcha",
    "CAPTCHA",
    "• captcha",
    "اخبار مرتبط",
    "اخبار مرتبط:",
    "مطالب مرتبط",
    "پر بیننده ها",
    "آخرین اخبار",
    "نظرات حاوی توهین و ناسزا منتشر نخواهد شد.",
    "شما در حال پاسخ به نظر «» هستید.",
    "لطفا نظر خود را با حروف فارسی بنویسید.",
]
ENDS = [
    "انتهای پیام",
    "انتهای پیام/",
    "انتهاي پيام /",
    "انتهای پیام/۱۱۲",
    "انتهای پیام/ح.ک",
    "(انتهای پیام)",
    "پایان پیام",
    "پایان خبر.",
    "/انتهای پیام/",
]
BOXES = ["بیشتر بخوانید", "بیشتر بخوانید:", "همچنین بخوانید", "در همین رابطه", "مطالب پیشنهادی", "پیشنهاد سردبیر"]


def page(*lines: str) -> str:
    return "\n".join(lines)


def kept(document: str) -> list[str]:
    return [" ".join(paragraph.text.split()) for paragraph in read_page(document).paragraphs]


@pytest.mark.parametrize("line", LINES)
@pytest.mark.parametrize("gap", ["", "\n"], ids=["close", "apart"])
def test_a_line_of_furniture_is_gone_and_nothing_else(line, gap):
    lines = [HEADLINE, gap, LEAD, gap, line, gap, BODY]
    assert kept(page(*lines)) == [HEADLINE, LEAD, BODY]


@pytest.mark.parametrize("line", LINES)
def test_furniture_before_the_headline_is_gone(line):
    document = page(line, HEADLINE, LEAD, BODY)
    assert kept(document) == [HEADLINE, LEAD, BODY]
    assert read_page(document).title == HEADLINE


@pytest.mark.parametrize("line", [*TAILS, *ENDS])
def test_a_tail_ends_the_news(line):
    assert kept(page(HEADLINE, LEAD, BODY, "", line, OTHER_NEWS, "", MORE_OTHER_NEWS)) == [HEADLINE, LEAD, BODY]


@pytest.mark.parametrize("line", TAILS)
def test_a_tail_before_any_prose_does_not_end_the_page(line):
    assert kept(page(HEADLINE, line, OTHER_NEWS, "", LEAD, BODY)) == [HEADLINE, LEAD, BODY]
    assert kept(page(line, LEAD, BODY)) == [LEAD, BODY]


@pytest.mark.parametrize("line", ENDS)
def test_the_end_of_the_message_ends_even_a_page_of_headlines(line):
    assert kept(page(HEADLINE, line, OTHER_NEWS, "", MORE_OTHER_NEWS)) == [HEADLINE]


@pytest.mark.parametrize("line", BOXES)
def test_a_box_of_related_heads_amid_the_news_is_gone_and_the_news_goes_on(line):
    document = page(HEADLINE, LEAD, "", line, OTHER_NEWS, MORE_OTHER_NEWS, "", BODY)
    assert kept(document) == [HEADLINE, LEAD, BODY]


@pytest.mark.parametrize("line", BOXES)
def test_a_box_of_related_heads_at_the_end_is_gone(line):
    assert kept(page(HEADLINE, LEAD, BODY, line, OTHER_NEWS, MORE_OTHER_NEWS)) == [HEADLINE, LEAD, BODY]


@pytest.mark.parametrize(
    "end", [" انتهای پیام/", "انتهای پیام/", " انتهای پیام/ح.ک", " انتهای پیام / ۱۱۲", " (پایان خبر)"]
)
def test_the_end_of_the_message_behind_a_sentence_is_cut_and_ends_the_news(end):
    assert kept(page(HEADLINE, LEAD, BODY + end, OTHER_NEWS)) == [HEADLINE, LEAD, BODY]


def test_a_page_is_furniture_from_head_to_foot_and_its_news_between():
    document = page(
        "صفحه نخست » اقتصادی",
        f"{HEADLINE} | کلات نیوز",
        "کد خبر: ۷۷۱۲۰",
        "۱۲ آبان ۱۴۰۱ - ۰۹:۴۱",
        "",
        HEADLINE,
        "",
        LEAD,
        "بیشتر بخوانید:",
        OTHER_NEWS,
        "",
        f"{BODY} انتهای پیام/",
        "برچسب ها: آسیاب ، کلات",
        "اشتراک گذاری:",
        "اخبار مرتبط",
        MORE_OTHER_NEWS,
        "ارسال نظر",
        "نظراتی که حاوی توهین باشد منتشر نمی شود.",
        "نام:",
        "* نظر:",
        "captcha",
    )
    found = read_page(document)
    assert (found.title, found.date, found.code) == (HEADLINE, "1401-08-12", "77120")
    assert kept(document) == [HEADLINE, LEAD, BODY]


@pytest.mark.parametrize(
    "text",
    [
        "آخرین اخبار رسیده از بخش کوهستانی کلات حاکی است که آسیاب های دیگر نیز تا پایان پاییز آماده کار می شوند.",
        "نظرات کارشناسان درباره آب این چشمه یکسان نیست و هر کدام راهی برای گرداندن آسیاب پیش می نهد.",
        "برچسب تازه ای روی کیسه های آرد این آسیاب خورده است که روز آرد شدن گندم را نشان می دهد.",
        "عکس هایی که از آسیاب کهنه مانده نشان می دهد که سنگ آن دو بار شکسته و دوباره جوش خورده است.",
        "اخبار مرتبط با آسیاب را همه خوانده اند.",
    ],
)
def test_a_paragraph_that_begins_like_furniture_is_kept_with_what_follows(text):
    assert kept(page(HEADLINE, LEAD, text, BODY)) == [HEADLINE, LEAD, text, BODY]


@pytest.mark.parametrize(
    "headline",
    [
        "منبع آگاه: آسیاب فروخته نشده است",
        "گروه جهادی راهی روستای کلات شد",
        "دیدگاه کارگران درباره دستمزد تازه",
        "نظرات کشاورزان کلات شنیده شد",
        "برچسب قیمت نان الزامی شد",
        "پیام استاندار: آب کم است",
        "خانه کارگر: دستمزد کافی نیست",
    ],
)
def test_a_headline_that_begins_like_furniture_is_kept_with_what_follows(headline):
    assert kept(page(headline, "", LEAD, BODY)) == [headline, LEAD, BODY]
    assert kept(page(HEADLINE, LEAD, headline, BODY)) == [HEADLINE, LEAD, headline, BODY]


def test_prose_that_begins_like_a_comment_form_is_kept_with_what_follows():
    text = "نظراتی که کشاورزان در نشست دیروز گفتند به استاندار رسید و تا پایان ماه بررسی می شود."
    assert kept(page(HEADLINE, LEAD, text, BODY)) == [HEADLINE, LEAD, text, BODY]


@pytest.mark.parametrize(
    "text",
    [
        "نشانی kalat.example.ir نوبت آرد کردن گندم را نشان می دهد.",
        "همه با #آسیاب_کلات از سنگ تازه نوشتند و گفتند.",
        "آسیاب ساعت ۹:۴۱ روز ۱۲ آبان ۱۴۰۱ به گردش درآمد.",
        "دهیار در پاسخ به نظر شما چنین گفت و رفت.",
    ],
)
def test_what_is_furniture_alone_is_kept_inside_a_sentence(text):
    assert kept(page(HEADLINE, LEAD, text)) == [HEADLINE, LEAD, text]


def test_a_second_article_after_the_tail_of_the_first_is_read():
    second = "به گزارش کلات نیوز، راهداران از بامداد امروز سرگرم گشودن گردنه برف گیر روستا هستند."
    document = page(
        HEADLINE, LEAD, "انتهای پیام/", "برچسب ها: آسیاب", "", OTHER_NEWS, "", second, BODY, "نظر شما", OTHER_NEWS
    )
    assert kept(document) == [HEADLINE, LEAD, second, BODY]


@pytest.mark.parametrize(
    "lines",
    [
        (HEADLINE, HEADLINE, LEAD, BODY),
        (HEADLINE, LEAD, HEADLINE, BODY),
        (HEADLINE, "۱۲ آبان ۱۴۰۱", "", HEADLINE, "", LEAD, BODY),
        (f"{HEADLINE} | کلات نیوز", HEADLINE, LEAD, BODY),
        (HEADLINE, LEAD, HEADLINE.replace("ی", "\N{ARABIC LETTER YEH}"), BODY),
        (HEADLINE, LEAD, f"{RLM}{HEADLINE}{RLM}", BODY),
    ],
)
def test_a_headline_repeated_on_the_page_is_kept_once(lines):
    assert kept(page(*lines)) == [HEADLINE, LEAD, BODY]


def test_a_sentence_repeated_on_the_page_is_kept_twice():
    assert kept(page(HEADLINE, LEAD, BODY, LEAD)) == [HEADLINE, LEAD, BODY, LEAD]


@pytest.mark.parametrize(
    "first",
    [
        f"{HEADLINE} | کلات نیوز",
        f"{HEADLINE} | خبرگزاری کوهستان کلات",
        f"کلات نیوز | {HEADLINE}",
        f"{HEADLINE} \N{BROKEN BAR} کلات نیوز",
    ],
)
def test_the_name_of_the_site_before_or_after_a_bar_is_no_part_of_the_headline(first):
    assert kept(page(first, "", LEAD)) == [HEADLINE, LEAD]


def test_a_bar_between_two_long_parts_names_no_site():
    first = f"{HEADLINE} | نان خانه های روستا دوباره از آرد محلی پخته می شود"
    assert kept(page(first, LEAD)) == [first, LEAD]


def test_a_bar_below_the_first_line_names_no_site():
    lower = f"{OTHER_NEWS} | آسیاب"
    assert kept(page(HEADLINE, LEAD, lower, BODY)) == [HEADLINE, LEAD, lower, BODY]


@pytest.mark.parametrize("kicker", ["دهیار کلات خبر داد؛", "دهیار کلات:"])
def test_a_line_that_announces_the_headline_is_kept_and_is_no_title(kicker):
    document = page(kicker, HEADLINE, LEAD)
    assert kept(document) == [kicker, HEADLINE, LEAD]
    assert read_page(document).title == HEADLINE


@pytest.mark.parametrize("document", ["", " \n\n", BOM, page(*LINES), "<html></html>", "<!DOCTYPE html><p></p>"])
def test_a_page_without_news_has_no_paragraphs_and_no_title(document):
    found = read_page(document)
    assert (found.title, found.paragraphs) == (None, ())


def test_a_page_of_prose_has_no_title_no_date_and_no_code():
    found = read_page(page(LEAD, BODY))
    assert (found.title, found.date, found.code) == (None, None, None)


@pytest.mark.parametrize(
    ("line", "date"),
    [
        ("۱۲ آبان ۱۴۰۱", "1401-08-12"),
        ("٢٧ ارديبهشت ١٣٨٦", "1386-02-27"),
        ("شنبه 3 دی ماه 1399 ساعت 7:05", "1399-10-03"),
        ("۱ امرداد ۱۴۰۲", "1402-05-01"),
        ("۱۳۹۹/۱/۵", "1399-01-05"),
        ("تاریخ انتشار: ۱۴۰۰/۱۰/۰۴   ساعت: 08:30", "1400-10-04"),
        ("کد خبر: ۷۷۱۲۰ - ۱۲ آبان ۱۴۰۱", "1401-08-12"),
        ("۰۹:۴۱", None),
        ("آسیاب از ۱۲ آبان ۱۴۰۱ کار می کند و نان می دهد.", None),
    ],
)
def test_the_date_of_a_page_is_its_first_line_of_date(line, date):
    assert read_page(page(HEADLINE, line, LEAD, "۳۰ اسفند ۱۳۹۹" if date else "")).date == date


@pytest.mark.parametrize(
    ("line", "code"),
    [
        ("کد خبر: ۷۷۱۲۰", "77120"),
        ("كد خبر : ٧٧١٢٠", "77120"),
        ("شناسه: 77120", "77120"),
        ("شماره خبر ۷۷۱۲۰ - ۱۲ آبان ۱۴۰۱", "77120"),
        ("۷۷۱۲۰", None),
    ],
)
def test_the_code_of_a_page_is_its_first_line_of_code(line, code):
    assert read_page(page(HEADLINE, line, LEAD, "کد خبر: ۵" if code else "")).code == code


@pytest.mark.parametrize(
    ("line", "text"),
    [
        (f"• {BODY}", BODY),
        (f"- {BODY}", BODY),
        (f"– {BODY}", BODY),
        (f"۲- {BODY}", BODY),
        (f"۲) {BODY}", BODY),
        (f"12. {BODY}", BODY),
        (f"\N{LARGE BLUE DIAMOND} {BODY}", BODY),
        (f"\N{EXCLAMATION QUESTION MARK}\N{VARIATION SELECTOR-16} {BODY}", BODY),
        (f"\N{AMBULANCE}\N{VARIATION SELECTOR-16} {BODY} \N{AMBULANCE}", BODY),
        (f"{RLM}{BODY}{RLM}", BODY),
        (f"\t{BODY} \N{NO-BREAK SPACE}", BODY),
        ("۲۰ تن گندم در این آسیاب آرد شد.", "۲۰ تن گندم در این آسیاب آرد شد."),
        ("-۵ درجه سرما آسیاب را از کار انداخت.", "-۵ درجه سرما آسیاب را از کار انداخت."),
        ("۳.۵ تن گندم در این آسیاب آرد شد.", "۳.۵ تن گندم در این آسیاب آرد شد."),
    ],
)
def test_a_line_loses_its_bullet_its_symbols_and_its_marks_and_no_number(line, text):
    assert kept(page(HEADLINE, LEAD, line)) == [HEADLINE, LEAD, text]


@pytest.mark.parametrize("newline", ["\r\n", "\r"])
def test_a_page_reads_the_same_with_other_line_ends(newline):
    document = page(
        f"{HEADLINE} | کلات نیوز", "کد خبر: ۷۷۱۲۰", "", LEAD, "بیشتر بخوانید", OTHER_NEWS, "", BODY, "نظرات"
    )
    assert kept(document.replace("\n", newline)) == kept(document) == [HEADLINE, LEAD, BODY]


def test_a_byte_order_mark_is_no_part_of_the_title():
    found = read_page(f"{BOM}{HEADLINE}\n{LEAD}")
    assert found.title == HEADLINE
    assert found.paragraphs[0].starts[0] == 1


def test_the_news_of_an_html_page_knows_that_it_is_markup():
    assert read_page(f"<html><body><h1>{HEADLINE}</h1><p>{LEAD}</p></body></html>").markup
    assert not read_page(page(HEADLINE, LEAD)).markup


@pytest.mark.parametrize("text", ["دستمزد < ۵ میلیون تومان و > ۳ میلیون بود.", "آن <زن> دلاور رفت و <نان> آورد."])
def test_a_text_with_angle_brackets_is_no_markup(text):
    assert not read_page(text).markup
    assert kept(text) == [text]


@pytest.mark.parametrize(
    "hidden",
    ["<script>var a = '<p>نهان</p>';</script>", "<style>p{content:'نهان'}</style>", "<!-- <p>نهان</p> -->",
     "<noscript>نهان</noscript>", "<select><option>نهان</option></select>", "<textarea>نهان</textarea>"],
)  # fmt: skip
def test_what_html_does_not_show_is_gone(hidden):
    found = kept(f"<html><body><h1>{HEADLINE}</h1>{hidden}<p>{LEAD}</p>{hidden}<p>{BODY}{hidden}</p></body></html>")
    assert found == [HEADLINE, LEAD, BODY]


@pytest.mark.parametrize("line", [*TAILS, *ENDS])
def test_a_tail_ends_the_news_of_an_html_page(line):
    blocks = "".join(f"<p>{text}</p>" for text in (LEAD, BODY, line, OTHER_NEWS))
    assert kept(f"<html><body><article><h1>{HEADLINE}</h1>{blocks}</article></body></html>") == [HEADLINE, LEAD, BODY]


@pytest.mark.parametrize("line", LINES)
def test_a_lone_line_of_furniture_is_judged_as_no_more_than_a_line(line):
    assert judge(line).furniture is Furniture.LINE


@given(st.text())
@settings(deadline=None)
def test_any_line_is_judged_and_cut_from_its_end_alone(line):
    text, last = cut_end(line)
    assert line.startswith(text)
    assert last == (text != line)
    assert judge(line).furniture in {None, *Furniture}


@given(st.text(alphabet=f"آبپنم ۱۲3/-|.:؛،\n\r\t{ZWNJ}{RLM}{BOM}«»()#@") | st.text())
@settings(deadline=None)
def test_every_character_of_a_paragraph_knows_its_place(document):
    found = read_page(document)
    for paragraph in found.paragraphs:
        assert len(paragraph.text) == len(paragraph.starts) == len(paragraph.ends)
        if not found.markup:
            places = zip(paragraph.text, paragraph.starts, paragraph.ends, strict=True)
            assert all(document[start:end] == char or (char == " " and end >= start) for char, start, end in places)
