import io
import re
from pathlib import Path

import pytest

from service.phrases import PHRASES, Phrases
from service.reading import read

from .conftest import ROOT

PAGE_FILES = [
    path for folder in ("templates", "static") for path in sorted((ROOT / "service" / folder).glob("*.*"))
] + [ROOT / "service" / "page.py"]
TEXT = "کارگران بیمه شدند.\nصادرات پسته به ۱۲ کشور رسید."


def post(client, **form):
    return client.post("/", data=form, content_type="multipart/form-data")


def test_the_empty_page_is_persian_and_english_on_demand(client):
    assert '<html lang="fa" dir="rtl">' in client.get("/").text
    assert '<html lang="en" dir="ltr">' in client.get("/?lang=en").text
    assert '<html lang="fa"' in client.get("/?lang=de").text


def test_the_page_allows_nothing_but_its_own_files(client):
    for response in (client.get("/"), post(client, text=TEXT), post(client, text="")):
        policy = response.headers["Content-Security-Policy"]
        assert policy.startswith("default-src 'none'; script-src 'self'; style-src 'self'")
        assert "unsafe" not in policy
        assert not re.search(r"<style|\sstyle=|\son\w+=|https?://", response.text)


def test_a_form_is_answered_with_its_sentences_and_its_text(client):
    response = post(client, text=TEXT.replace("\n", "\r\n"), lang="en")
    assert response.status_code == 200
    assert response.text.count('class="sentence"') == 2
    assert f"\n{TEXT}</textarea>" in response.text


def test_the_places_count_in_the_text_with_plain_line_ends(client):
    (start, end), *_ = re.findall(r'id="s0-1" data-start="(\d+)" data-end="(\d+)"', post(client, text=TEXT).text)
    assert (int(start), int(end)) == (19, len(TEXT))


def test_a_file_is_read_before_the_field(client):
    answer = post(client, text="سلام دنیا.", file=(io.BytesIO(TEXT.encode()), "<b>.txt")).text
    assert answer.count('class="sentence"') == 2
    assert "<h3><bdi>&lt;b&gt;.txt</bdi></h3>" in answer


@pytest.mark.parametrize(
    ("form", "status", "phrase"),
    [
        ({"text": ""}, 422, "problem_empty"),
        ({"text": " ...\n"}, 422, "problem_empty"),
        ({}, 422, "problem_empty"),
        ({"text": "سلام\0دنیا"}, 422, "problem_nul"),
        ({"file": (io.BytesIO(b"\xff"), "a.txt")}, 422, "problem_file"),
        ({"text": "کار. " * 51}, 413, "problem_large"),
        ({"text": "a" * 300_000}, 413, "problem_large"),
    ],
    ids=["empty", "no letter", "no field", "NUL", "no text file", "too many sentences", "too large"],
)
def test_a_form_that_cannot_be_answered_says_why(client, form, status, phrase):
    response = post(client, **form)
    assert response.status_code == status
    assert response.mimetype == "text/html"
    assert f'role="alert"><span data-phrase="{phrase}">' in response.text


def test_without_a_model_the_page_stands_and_a_text_waits(app):
    app.extensions["state"].tagger = None
    client = app.test_client()
    assert client.get("/").status_code == 200
    assert post(client, text=TEXT).status_code == 503


def test_the_sample_is_read(client):
    answer = post(client, sample="1").text
    assert answer.count('class="sentence"') > 5
    assert "۱۴۰" in answer


@pytest.mark.parametrize("name", ["page.js", "base.css", "icon.svg"])
def test_a_file_of_the_page_is_there(client, name):
    with client.get(f"/static/{name}") as response:
        assert response.status_code == 200
        assert response.data


def test_a_file_outside_is_not_there(client):
    assert client.get("/static/../page.py").status_code == 404


def test_both_languages_have_the_same_phrases_with_the_same_places():
    persian, english = PHRASES["fa"], PHRASES["en"]
    assert list(persian) == list(english)
    for key, said in persian.items():
        assert said.strip()
        assert set(re.findall(r"\{\w+\}", said)) == set(re.findall(r"\{\w+\}", english[key])), key


def test_every_phrase_is_used():
    used = "".join(Path(path).read_text("utf-8") for path in PAGE_FILES)
    spare = [key for key in PHRASES["en"] if not re.search(rf"""["'`]{key}["'`]|{key}[:,]|class="[^"]*{key}""", used)]
    assert spare == []


def test_persian_digits_are_persian_and_english_ones_are_not():
    assert "۱۲٪" in Phrases("fa").number(0.12, ".0%")
    assert ">12%<" in Phrases("en").number(0.12, ".0%")


def test_a_reading_keeps_every_word_of_a_plain_text(tagger):
    text = f"کد خبر: ۱۲۳۴۵\n\n{TEXT}\n\nانتهای پیام/\nنظر شما"
    parts = read(tagger, text).parts
    written = "\n".join(
        part if isinstance(part, str) else " ".join(each.sentence.text for each in part) for part in parts
    )
    assert sorted(written.split()) == sorted(text.split())
