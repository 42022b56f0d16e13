import csv
import hashlib
import io
import json
import time
import urllib.request

import pytest

from .browser import DESKTOP

TEXT = """کارگاه قالی‌بافی تیران ۱۲۰ بافنده را بیمه کرد.
صادرات زعفران به هفت کشور رسید و ۳۵ درصد رشد کرد. باران دیشب کوچه‌ها را شست.

روحیه جهادی تنها راه عبور از تنگناهاست."""
JOBS, EXPORT, RAIN, DOCTRINE = "#s0-0", "#s0-1", "#s0-2", "#s0-3"


def tag(page, text=TEXT):
    if not page.locator("#text").is_visible():
        page.locator("#input summary").click()
    page.fill("#text", text)
    page.locator("#form .primary").click()
    page.locator("#result:not([aria-busy]) .sentence").first.wait_for()


def stored(site, document=TEXT):
    digest = hashlib.sha256(document.encode()).hexdigest()
    with urllib.request.urlopen(f"{site}/corrections?document={digest}") as response:  # noqa: S310
        return json.load(response)["corrections"]


def tags_of(page, sentence):
    return page.locator(f"{sentence} .tag").all_inner_texts()


def save(page):
    # The toast of a correction before must not be taken for that of this one.
    page.locator("#toast").evaluate("toast => toast.replaceChildren()")
    page.locator("#save").click()
    page.locator("#toast button").wait_for()


@pytest.fixture
def page(visit):
    opened = visit("/?lang=en")
    tag(opened)
    return opened


def test_a_pasted_text_is_tagged_where_it_stands(page, current):
    expected = current.tag_document(TEXT)
    assert page.locator(".sentence .text").all_inner_texts() == [each.sentence.text for each in expected]
    shown = page.locator(".sentence").evaluate_all("all => all.map(each => [each.dataset.themes, each.dataset.type])")
    assert shown == [[" ".join(each.tag.themes), each.tag.type] for each in expected]
    assert page.locator(".paragraph").count() == 3


def test_a_tag_has_its_word_and_a_statistic_its_numbers(page):
    assert tags_of(page, EXPORT) == ["Export", "Statistic"]
    assert page.locator(f"{EXPORT} b").all_inner_texts() == ["هفت", "۳۵ درصد"]
    assert tags_of(page, RAIN) == []


def test_the_summary_counts_and_lists_the_statistics(page):
    row = page.locator("#summary tr[data-name=total]")
    statistics = page.locator("[data-type=statistic].sentence").count()
    assert row.locator(".count").inner_text() == "4"
    assert row.locator(".share").inner_text() == f"{statistics / 4:.0%}"
    assert page.locator("#statistics li").count() == statistics
    page.locator("#statistics a").nth(1).click()
    assert page.locator(EXPORT).evaluate("sentence => sentence === document.activeElement")


def test_the_end_of_reading_is_said_to_screen_readers(page):
    page.locator("#status").get_by_text("4 sentences").wait_for(state="attached")


def test_scores_and_words_come_when_a_sentence_is_opened(page, current):
    page.locator(EXPORT).click()
    page.locator(f"{EXPORT} u.push").first.wait_for()
    score = current.tag_document(TEXT)[1].to_dict()["scores"]["export"]
    assert page.locator("output[data-score=export]").inner_text() == f"{score:.2f}"
    assert "صادرات" in page.locator(f"{EXPORT} u.push").all_inner_texts()
    page.locator(".why[value=health]").click()
    page.locator(f"{EXPORT} u.pull").first.wait_for()
    page.get_by_role("button", name="Close").click()
    assert page.locator("u:visible").count() == 0


def test_the_words_add_up_to_the_score_before_calibration(page, current):
    page.locator(EXPORT).click()
    page.locator("#contributions summary").click()
    shown = page.locator("#contributions tbody td").evaluate_all("all => all.map(each => Number(each.dataset.number))")
    *words, base, total = shown
    expected = current.model.decision_function([current.tag_document(TEXT)[1].sentence.text])[0][2]
    assert total == pytest.approx(expected)
    assert sum(words) + base == pytest.approx(expected)


def test_filters_show_what_passes_them_and_say_how_many(page):
    page.get_by_role("checkbox", name="Export").check()
    assert page.locator(".sentence:visible").count() == page.locator(".sentence[data-themes~=export]").count()
    page.get_by_role("radio", name="Rhetoric").first.check()
    page.get_by_text("No sentence passes").wait_for()
    page.get_by_role("checkbox", name="Export").uncheck()
    assert page.locator(".sentence:visible").count() == page.locator(".sentence[data-type=rhetoric]").count()
    assert "of 4 sentences" in page.locator("#shown").inner_text()


def test_a_correction_is_stored_and_shown_and_undone(page, site):
    page.locator(RAIN).click()
    before = len(stored(site))
    page.get_by_role("checkbox", name="Health").last.check()
    page.get_by_role("radio", name="Statistic").last.check()
    page.get_by_label("Note").fill("باران <b>بسیار</b>")
    save(page)
    assert tags_of(page, RAIN) == ["Health", "Statistic", "Reviewed"]
    *_, last = stored(site)
    assert last["labels"] == {"themes": ["health"], "type": "statistic"}
    assert last["tags"] == {"themes": [], "type": "rhetoric"}
    assert last["note"] == "باران <b>بسیار</b>"
    assert TEXT[last["start"] : last["end"]] == last["text"] == "باران دیشب کوچه‌ها را شست."
    assert page.locator("#statistics a[href='#s0-2']").count() == 1
    page.locator("#toast button").click()
    page.get_by_text("taken back").wait_for()
    assert tags_of(page, RAIN) == []
    assert page.locator("#statistics a[href='#s0-2']").count() == 0
    assert len(stored(site)) == before


def test_what_is_no_sentence_leaves_the_counts(page, site):
    page.locator(DOCTRINE).click()
    page.get_by_label("not a sentence").check()
    save(page)
    assert tags_of(page, DOCTRINE) == ["Not a sentence", "Reviewed"]
    assert page.locator("#summary tr[data-name=total] .count").inner_text() == "3"
    assert stored(site)[-1]["labels"] is None


def test_right_tags_are_confirmed_and_a_second_thought_replaces_the_first(page, site):
    page.locator(JOBS).click()
    assert page.locator("#save").inner_text() == "This is right"
    before = len(stored(site))
    save(page)
    page.get_by_role("checkbox", name="Ideology").last.check()
    assert page.locator("#save").inner_text() == "Save correction"
    with page.expect_response(lambda answer: answer.request.method == "DELETE"):
        page.locator("#save").click()
    page.locator(f"{JOBS} .ideology").wait_for()
    (only,) = stored(site)[before:]
    assert "ideology" in only["labels"]["themes"]
    page.locator("#inspector").get_by_role("button", name="Undo").click()
    page.locator(f"{JOBS} .corrected").wait_for(state="detached")
    assert len(stored(site)) == before


def test_a_correction_that_does_not_arrive_is_told_and_sent_again_with_its_id(page, visit):
    sent = []

    def lose_the_answer(route):
        sent.append(route.request.post_data_json["id"])
        if len(sent) == 1:
            route.fulfill(status=503)
        else:
            route.continue_()

    page.route("**/corrections", lose_the_answer)
    page.locator(JOBS).click()
    page.locator("#save").click()
    page.get_by_text("The server is busy").wait_for()
    assert tags_of(page, JOBS) == tags_of(page, f"{JOBS}:not(:has(.corrected))")
    save(page)
    assert sent[0] == sent[1]


def downloaded(page, button):
    with page.expect_download() as download:
        page.get_by_role("button", name=button).click()
    return download.value.path().read_bytes()


def test_a_csv_file_opens_in_a_spreadsheet(visit, current):
    page = visit("/?lang=en")
    formula = '=HYPERLINK("evil") صادرات، "پسته" به ۱۰ کشور.'
    tag(page, formula)
    data = downloaded(page, "Download CSV")
    assert data.startswith(b"\xef\xbb\xbf")
    (row,) = csv.DictReader(io.StringIO(data.decode("utf-8-sig"), newline=""))
    (expected,) = current.tag_document(formula)
    assert row["text"].lstrip("'") == expected.sentence.text
    assert not row["text"].startswith("=")
    assert row["themes"] == " ".join(expected.tag.themes)
    assert float(row["export"]) == expected.to_dict()["scores"]["export"]


def test_a_json_file_has_the_tags_of_the_api_and_only_what_the_filters_show(page, current):
    everything = json.loads(downloaded(page, "Download JSON"))
    keys = ("text", "start", "end", "themes", "type", "scores")
    assert everything["model"] == current.version
    assert [{key: row[key] for key in keys} for row in everything["sentences"]] == [
        each.to_dict() for each in current.tag_document(TEXT)
    ]
    page.get_by_role("radio", name="Statistic").first.check()
    some = json.loads(downloaded(page, "Download JSON"))["sentences"]
    assert {row["type"] for row in some} == {"statistic"}


@pytest.mark.parametrize(("form", "beginning"), [("CSV", "document,text,start"), ("JSON", '{\n "model"')])
def test_sentences_are_copied(page, form, beginning):
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.get_by_role("button", name=f"Copy {form}").click()
    page.get_by_text("4 sentences copied").wait_for()
    assert page.evaluate("navigator.clipboard.readText()").startswith(beginning)


def test_the_switch_changes_the_words_and_the_direction_and_keeps_the_work(page):
    page.locator(JOBS).click()
    page.get_by_role("checkbox", name="Employment").first.check()
    page.locator("#language").click()
    assert page.evaluate("[document.documentElement.lang, document.documentElement.dir]") == ["fa", "rtl"]
    assert "اشتغال" in tags_of(page, JOBS)
    assert page.locator("#summary tr[data-name=total] .count").inner_text() == "۴"
    assert page.get_by_role("checkbox", name="اشتغال").first.is_checked()
    assert page.locator("#inspector").is_visible()
    page.reload()
    assert page.evaluate("document.documentElement.lang") == "fa"


def test_files_are_dropped_anywhere_and_read_under_their_names(page, tmp_path):
    page.evaluate(
        """files => {
          const dropped = new DataTransfer();
          for (const [name, text] of files) dropped.items.add(new File([text], name));
          const options = { dataTransfer: dropped, bubbles: true, cancelable: true };
          document.body.dispatchEvent(new DragEvent("drop", options));
        }""",
        [["یک.txt", "صادرات پسته رشد کرد."], ["two.html", "<html><body><p>کارگران بیمه شدند.</p></body></html>"]],
    )
    page.locator("article").nth(1).wait_for()
    page.locator("#s1-0").wait_for()
    assert page.locator("article h3").all_inner_texts() == ["یک.txt", "two.html"]
    assert page.locator(".sentence .text").all_inner_texts() == ["صادرات پسته رشد کرد.", "کارگران بیمه شدند."]


def test_a_chosen_file_is_read_at_once_and_a_bad_one_is_told(visit):
    page = visit("/?lang=en")
    page.set_input_files("#form [type=file]", {"name": "خبر.txt", "mimeType": "text/plain", "buffer": TEXT.encode()})
    page.locator(".sentence").first.wait_for()
    bad = {"name": "<img src=x>.txt", "mimeType": "text/plain", "buffer": b"\xff\xfe\x00"}
    page.set_input_files("#form [type=file]", bad)
    page.get_by_text("This file is not UTF-8 text").wait_for()
    assert page.locator("#problem bdi").inner_text() == "<img src=x>.txt"
    assert page.locator(".sentence").count() == 4


def test_what_is_left_out_can_be_looked_at(visit):
    page = visit("/?lang=en")
    tag(page, f"کد خبر: ۱۲۳۴۵۶\n{TEXT}\nانتهای پیام/")
    page.get_by_text("Left out").first.click()
    assert page.get_by_text("۱۲۳۴۵۶").is_visible()


def test_five_thousand_sentences_do_not_freeze_the_page(visit):
    page = visit("/?lang=en")
    kinds = ("{} کارگر بیمه شدند.", "صادرات {} تن پسته به عراق رونق گرفت.", "باران کوچه‌های شهر را شست و رفت.")
    text = "\n".join(kinds[number % 3].format(number) for number in range(5000))
    page.evaluate(
        """() => {
          window.longest = 0;
          let last = performance.now();
          setInterval(() => {
            const now = performance.now();
            window.longest = Math.max(window.longest, now - last);
            last = now;
          }, 10);
        }"""
    )
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.evaluate("text => navigator.clipboard.writeText(text)", text)
    page.locator("#text").focus()
    begun = time.monotonic()
    page.keyboard.press("Control+V")
    page.locator("#form .primary").click()
    page.locator("#filters").wait_for(timeout=60_000)
    assert time.monotonic() - begun < 60
    assert page.locator(".sentence").count() == 5000
    page.locator("#s0-0").click()
    page.locator("u").first.wait_for()
    page.get_by_role("radio", name="Rhetoric").first.check()
    # A busy machine with two cores; a freeze would be many seconds.
    assert page.evaluate("window.longest") < 5000


def test_a_second_text_takes_the_place_of_the_first(page):
    tag(page, "درمانگاه تازه گشایش یافت.")
    page.get_by_text("درمانگاه تازه گشایش یافت.").first.wait_for()
    assert page.locator(".sentence").count() == 1


def test_an_empty_text_is_told(visit):
    page = visit("/?lang=en", viewport=DESKTOP)
    page.locator("#form .primary").click()
    page.get_by_text("There is no text").wait_for()
