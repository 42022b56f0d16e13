"""What on a news page is no part of the news: site names, dates, codes, tags, share links, comment forms.

A line is judged in the normal form, so that «برچسب ها», «برچسب‌ها» and «برچسبها» are one head.
"""

import re
from dataclasses import dataclass
from enum import Enum, auto

from seeds.text import words


class Furniture(Enum):
    """What a line of furniture says about the lines after it."""

    LINE = auto()
    """Only this line is furniture."""
    BOX = auto()
    """Headlines of other news follow, until prose goes on."""
    TAIL = auto()
    """The news is over; before there was any, as BOX."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a line is: its furniture, if it is any, and the metadata it carries."""

    furniture: Furniture | None = None
    date: str | None = None
    code: str | None = None


_CONTENT = Verdict()


def _heads(text: str) -> tuple[tuple[str, ...], ...]:
    """Return the words of each head of a list that is divided by bars."""
    return tuple(tuple(words(head)) for head in text.split("|"))


# Heads as they begin a line, in the normal form. Short ones count only where the line has few words, or
# «آخرین اخبار از منطقه حاکی است …» would be lost.
_TAIL_HEADS = _heads(
    """
    انتهای پیام | پایان پیام | انتهای خبر | پایان خبر | برچسب‌ها | برچسب‌های خبر | برچسب | تگ‌ها | کلیدواژه |
    کلیدواژه‌ها | کلید واژه | کلمات کلیدی | هشتگ‌ها | ارسال نظر | ارسال نظرات | ارسال دیدگاه | نظر شما | نظرات |
    نظر بدهید | دیدگاه | دیدگاه‌ها | دیدگاه شما | ثبت نظر | ثبت دیدگاه | نظرات کاربران | نظرات بینندگان |
    دیدگاهتان را بنویسید | اخبار مرتبط | خبرهای مرتبط | مطالب مرتبط | اخبار مشابه | مطالب مشابه | پر بیننده‌ها |
    پربیننده‌ها | پربیننده‌ترین | پر بازدیدها | پربازدیدها | پربازدیدترین | پربازدیدترین اخبار | آخرین اخبار |
    تازه‌ترین اخبار | آخرین خبرها | captcha
    """
)
# Sentences of comment forms: however long, they are furniture.
_TAIL_STARTS = _heads(
    """
    شما در حال پاسخ | نظرات حاوی | نظراتی که | دیدگاه‌های حاوی | از اینکه دیدگاه خود | نشانی ایمیل شما منتشر |
    لطفا نظر خود را | لطفا از نوشتن | نظر خود را
    """
)
_LINE_STARTS = _heads(
    """
    این خبر را به اشتراک | این مطلب را به اشتراک | تمامی حقوق | کلیه حقوق | تمام حقوق این سایت
    """
)
_BOX_HEADS = _heads(
    """
    بیشتر بخوانید | بیشتر بخوان | همچنین بخوانید | در همین رابطه | در همین زمینه | مطالب پیشنهادی |
    پیشنهاد سردبیر | بخوانید | خبر مرتبط
    """
)
_LINE_HEADS = _heads(
    """
    نسخه چاپی | اشتراک گذاری | به اشتراک بگذارید | خبرهای داغ | نام | ایمیل | نظر | پیام | وب سایت | ارسال |
    ارسال به دوستان | چاپ | پرینت | ذخیره | کپی لینک | کپی شد | لینک کوتاه | لینک خبر | لینک مطلب | کد qr | عکس
    | عکاس | تصویر | منبع | سرویس | گروه | حوزه | گفت‌وگو از | گفتگو از | گزارش از | به قلم | نویسنده | مترجم |
    دبیر | تعداد بازدید | بازدید | زمان مطالعه | اندازه متن | اندازه قلم | فیلم | گالری | خانه | صفحه اصلی |
    صفحه نخست | درباره ما | تماس با ما | عضویت | ورود | جستجو | جست‌وجو | آرشیو | پیوندها | سرخط خبرها |
    ما را دنبال کنید | به کانال ما | کانال ما | عضو شوید | دنبال کنید
    """
)
_SHORT = 6
"""A line of at most this many words can be a head; the longest heads of the given pages have five."""

_LONGEST = 300
"""A line with more characters is no furniture; the longest of the given pages has 110."""

_MONTHS = {
    month: number
    for number, names in enumerate(
        ("فروردین", "اردیبهشت", "خرداد", "تیر", "مرداد امرداد", "شهریور", "مهر", "آبان", "آذر", "دی", "بهمن", "اسفند"),
        1,
    )
    for month in names.split()
}
_DATE_WORDS = frozenset(
    "شنبه یکشنبه دوشنبه سهشنبه چهارشنبه پنجشنبه پنج سه چهار یک دو جمعه ساعت تاریخ انتشار درج زمان خبر مطلب "
    "کد شناسه شماره بروزرسانی روزرسانی به آخرین ماه سال ق ظ صبح عصر ظهر".split()
)
_CODE = re.compile(r"\b(?:(?:کد|شماره) (?:خبر|مطلب|یادداشت|گزارش)|شناسه)\D*(\d+)")
_LONG_DATE = re.compile(rf"\b(\d{{1,2}}) ({'|'.join(_MONTHS)}) (?:ماه )?(1[34]\d\d)\b")
_SHORT_DATE = re.compile(r"\b(1[34]\d\d)/(\d{1,2})/(\d{1,2})\b")
_ADDRESS = re.compile(
    r"(?:https?://|www\.|@|\N{SQUARED ID})\S*|\S+@\S+\.\S+|[\w-]+(?:\.[\w-]+)*\.(?:ir|com|org|net)\b\S*", re.IGNORECASE
)
_HASHTAG = re.compile(r"#\w[\w\N{ZERO WIDTH NON-JOINER}]*")
# «دیدبرگ - سرویس اقتصادی»: the site and its desk.
_DESK = re.compile(r"(?:^|[-|/:])\s*(?:سرو[یي]س|گروه)\s")
_INLINE_END = re.compile(r"[/\s(]*(?:انتهای|پایان|انتهاي|پايان)\s+(?:پیام|خبر|پيام)\s*[/.)]?[/\w.]*\s*$")


def _begins(line: tuple[str, ...], heads: tuple[tuple[str, ...], ...]) -> bool:
    return any(line[: len(head)] == head for head in heads)


def _date(text: str) -> str | None:
    if match := _LONG_DATE.search(text):
        return f"{match[3]}-{_MONTHS[match[2]]:02}-{int(match[1]):02}"
    if match := _SHORT_DATE.search(text):
        return f"{match[1]}-{int(match[2]):02}-{int(match[3]):02}"
    return None


def judge(line: str) -> Verdict:
    """Return what a line of a page is; a verdict without furniture means that it is part of the news."""
    if len(line) > _LONGEST:
        return _CONTENT
    rest = _HASHTAG.sub(" ", _ADDRESS.sub(" ", line))
    line_words = tuple(words(rest))
    if not line_words:
        return Verdict(Furniture.LINE)
    text = " ".join(line_words)
    code = match[1] if (match := _CODE.search(text)) else None
    if any(word[0].isdigit() for word in line_words) and (
        (code and len(line_words) <= 2 * _SHORT)
        or all(word[0].isdigit() or word in _MONTHS or word in _DATE_WORDS for word in line_words)
    ):
        return Verdict(Furniture.LINE, _date(text), code)
    if not any(len(word) > 1 and word[0].isalpha() for word in line_words):
        return Verdict(Furniture.LINE)
    if _begins(line_words, _TAIL_STARTS):
        return Verdict(Furniture.TAIL)
    if _begins(line_words, _LINE_STARTS):
        return Verdict(Furniture.LINE)
    head = len(line_words) <= _SHORT and not line.rstrip().endswith((".", "؟", "!"))
    if (head or ":" in line[:20]) and _begins(line_words, _TAIL_HEADS):
        return Verdict(Furniture.TAIL)
    if head and _begins(line_words, _BOX_HEADS):
        return Verdict(Furniture.BOX)
    if head and _is_label(line, line_words):
        return Verdict(Furniture.LINE)
    return _CONTENT


def _is_label(line: str, line_words: tuple[str, ...]) -> bool:
    """Whether a short line is a label of the site: a head alone, before a colon, or in a row of links."""
    if _DESK.search(line):
        return True
    for head in _LINE_HEADS:
        if line_words[: len(head)] == head:
            after = line_words[len(head) :]
            if not after or ":" in line or re.search(r"[/|>›»]", line):
                return True
    return False


_END_LENGTH = 60
"""«انتهای پیام» and the reporter's code behind it have fewer characters."""


def cut_end(line: str) -> tuple[str, bool]:
    """Return a line without «انتهای پیام» at its end, and whether it had it."""
    tail = max(0, len(line) - _END_LENGTH)
    match = _INLINE_END.search(line[tail:])
    return (line[: tail + match.start()], True) if match else (line, False)
