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


def _key(text: str) -> str:
    """Return the words of a text without spaces, so that «اشتراک گذاری» and «اشتراک‌گذاری» are one."""
    return "".join(words(text))


def _heads(text: str) -> tuple[str, ...]:
    """Return the key of each head of a list that is divided by bars."""
    return tuple(_key(head) for head in text.split("|"))


# Heads are a line of their own or stand before a colon, alone: «آخرین اخبار از منطقه حاکی است …» is news.
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
# Sentences of comment forms and share lines begin like these, however long they are.
_TAIL_STARTS = _heads(
    """
    شما در حال پاسخ | نظرات حاوی | نظراتی که حاوی | نظراتی که غیر |
    نظراتی که به غیر | نظراتی که پس از | نظراتی که شامل | دیدگاه‌های حاوی | از اینکه دیدگاه خود | نشانی ایمیل شما منتشر |
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
_CODE_WORDS = 12
"""A line with the news code has at most this many words; date and time often stand beside it."""

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
_DESK = re.compile(r"(?:[-|/]\s*گروه|(?:^|[-|/])\s*سرو[یي]س)\s+\S+\s*$")
_LINKS = re.compile(r"[|/>›»]")
_INLINE_END = re.compile(r"[/\s(]*(?:انتها[یي]|پا[یي]ان)\s+(?:پ[یي]ام|خبر)\s*(?:[/.)(]\s*[\w./ ]{0,20})?\s*$")


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
        (code and len(line_words) <= _CODE_WORDS)
        or all(word[0].isdigit() or word in _MONTHS or word in _DATE_WORDS for word in line_words)
    ):
        return Verdict(Furniture.LINE, _date(text), code)
    if not any(len(word) > 1 and word[0].isalpha() for word in line_words):
        return Verdict(Furniture.LINE)
    key = "".join(line_words)
    if key.startswith(_TAIL_STARTS):
        return Verdict(Furniture.TAIL)
    if key.startswith(_LINE_STARTS):
        return Verdict(Furniture.LINE)
    return Verdict(_labelled(rest, key))


def _labelled(line: str, key: str) -> Furniture | None:
    """Return the furniture that a label of the site makes of a line."""
    # «نظرات (۳)»: a number behind a head counts for nothing.
    heads = {key, key.rstrip("0123456789"), _key(line.partition(":")[0]) if ":" in line else key}
    for furniture, labels in (
        (Furniture.TAIL, _TAIL_HEADS),
        (Furniture.BOX, _BOX_HEADS),
        (Furniture.LINE, _LINE_HEADS),
    ):
        if not heads.isdisjoint(labels):
            return furniture
    links = [_key(link) for link in _LINKS.split(line)]
    if _DESK.search(line) or (len(links) > 1 and links[0] in _LINE_HEADS):
        return Furniture.LINE
    return None


_END_LENGTH = 60
"""«انتهای پیام» and the reporter's code behind it have fewer characters."""


def cut_end(line: str) -> tuple[str, bool]:
    """Return a line without «انتهای پیام» at its end, and whether it had it."""
    tail = max(0, len(line) - _END_LENGTH)
    match = _INLINE_END.search(line[tail:])
    return (line[: tail + match.start()], True) if match else (line, False)
