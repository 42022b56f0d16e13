import pytest
from axe_playwright_python.sync_playwright import Axe

from .browser import PHONE, served
from .test_browser import EXPORT, JOBS, RAIN, TEXT, save, tag, tags_of

HOSTILE = """<script>window.hacked = 1</script> صادرات پسته رشد کرد.
<img src=x onerror="window.hacked = 1"> کارگران بیمه شدند.
"><svg onload=window.hacked=1> {{ 7 * 7 }} درمانگاه باز شد. </textarea><script>window.hacked = 1</script>"""


# Colours that are on their way from one to another are not the colours of the page.
STILL = {"reduced_motion": "reduce"}


def serious_faults(page):
    found = Axe().run(page).response["violations"]
    return [(fault["id"], fault["nodes"][0]["html"]) for fault in found if fault["impact"] in ("serious", "critical")]


@pytest.mark.parametrize("language", ["fa", "en"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_no_serious_fault(visit, language, scheme):
    page = visit(f"/?lang={language}", color_scheme=scheme, **STILL)
    assert serious_faults(page) == []
    tag(page, f"کد خبر: ۱۲۳۴۵۶\n{TEXT}")
    assert serious_faults(page) == []
    page.locator(EXPORT).click()
    page.locator(f"{EXPORT} u").first.wait_for()
    page.locator("#contributions summary").click()
    save(page)
    assert serious_faults(page) == []


def test_axe_finds_no_serious_fault_on_a_phone(visit):
    page = visit("/", viewport=PHONE, **STILL)
    tag(page)
    page.locator(RAIN).click()
    assert serious_faults(page) == []


def focused(page):
    return page.evaluate("document.activeElement.id || document.activeElement.name || document.activeElement.value")


def tab_to(page, name, key="Tab"):
    for _ in range(40):
        page.keyboard.press(key)
        if focused(page) == name:
            return
    pytest.fail(f"the Tab key does not reach {name}")


def test_everything_is_done_by_keyboard_alone(visit):
    page = visit("/?lang=en")
    tab_to(page, "text")
    page.keyboard.insert_text("کارگران بیمه شدند. باران کوچه‌ها را شست. صادرات پسته رشد کرد.")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.locator("#filters").wait_for()
    tab_to(page, "s0-0")
    for key, expected in (
        ("ArrowDown", "s0-1"),
        ("ArrowRight", "s0-2"),
        ("ArrowDown", "s0-2"),
        ("Home", "s0-0"),
        ("End", "s0-2"),
        ("ArrowLeft", "s0-1"),
    ):
        page.keyboard.press(key)
        assert focused(page) == expected
    page.keyboard.press("Enter")
    page.locator("#inspector").wait_for()
    assert focused(page) == "theme"
    page.keyboard.press("Space")
    tab_to(page, "save")
    page.keyboard.press("Enter")
    page.locator("#s0-1 .corrected").wait_for()
    assert tags_of(page, "#s0-1") == ["Health", "Reviewed"]
    page.keyboard.press("Escape")
    assert focused(page) == "s0-1"
    assert not page.locator("#inspector").is_visible()


def test_the_panel_steps_to_the_next_sentence(visit):
    page = visit("/?lang=en")
    tag(page)
    page.locator(JOBS).click()
    page.get_by_role("button", name="Next sentence").click()
    assert page.locator(f"{EXPORT}.open").count() == 1
    page.get_by_role("button", name="Previous sentence").click()
    assert page.locator(f"{JOBS}.open").count() == 1


def test_the_arrow_to_the_left_goes_on_in_persian(visit):
    page = visit("/")
    tag(page)
    page.locator(JOBS).focus()
    page.keyboard.press("ArrowLeft")
    assert focused(page) == EXPORT[1:]


@pytest.mark.parametrize("language", ["fa", "en"])
def test_a_phone_shows_everything_without_scrolling_sideways(visit, language):
    page = visit(f"/?lang={language}", viewport={"width": 320, "height": 640})
    long_word = "http://example.test/" + "a" * 200
    tag(page, f"{TEXT} نشانی گزارش {long_word} است.")
    page.locator(EXPORT).click()
    page.locator(f"{EXPORT} u").first.wait_for()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    sheet, sentence = page.locator("#inspector").bounding_box(), page.locator(EXPORT).bounding_box()
    assert sentence["y"] < sheet["y"]


def test_without_javascript_a_plain_page_answers(visit, current):
    page = visit("/?lang=en", java_script_enabled=False)
    page.fill("#text", TEXT)
    page.locator("#form .primary").click()
    assert page.locator(".sentence .text").all_inner_texts() == [
        each.sentence.text for each in current.tag_document(TEXT)
    ]
    assert tags_of(page, EXPORT) == ["Export", "Statistic"]
    assert page.locator("#summary .count").last.inner_text() == "4"
    assert not page.locator("#filters").is_visible()
    page.locator("#language").click()
    assert tags_of(page, EXPORT) == ["صادرات", "آمار"]
    assert page.locator("#text").input_value() == TEXT
    page.locator("#statistics a").nth(1).click()
    assert page.url.endswith(EXPORT)


def test_without_javascript_a_file_is_read_too(visit):
    page = visit("/?lang=en", java_script_enabled=False)
    page.set_input_files(
        "#form [type=file]", {"name": "a.html", "mimeType": "text/html", "buffer": b"<p>\xd8\xa7.</p>"}
    )
    page.locator("#form .primary").click()
    assert page.locator("h3").inner_text() == "a.html"


@pytest.mark.parametrize("scripts", [True, False])
def test_markup_in_a_text_is_only_text(visit, scripts):
    page = visit("/?lang=en", java_script_enabled=scripts)
    page.fill("#text", HOSTILE)
    page.locator("#form .primary").click()
    page.locator(".sentence").first.wait_for()
    assert page.locator("#result script, #result img, #result svg:not(.bar)").count() == 0
    assert page.locator("main script").count() == 0
    assert not scripts or page.evaluate("window.hacked === undefined")
    # What looks like markup is read as a page, and only its text is shown.
    assert page.locator("#text").input_value() == HOSTILE


def test_markup_inside_a_sentence_is_shown_as_it_was_written(visit):
    page = visit("/?lang=en")
    text = "صادرات 5 < 7 & <b>پسته</b> رشد کرد <script>window.hacked=1</script>."
    tag(page, text)
    assert page.evaluate("window.hacked === undefined")
    assert page.locator(".sentence b, .sentence script").filter(has_text="پسته").count() == 0
    page.locator(".sentence").first.click()
    page.locator("u").first.wait_for()
    page.get_by_label("Note").fill("<img src=x onerror=window.hacked=1>")
    save(page)
    assert page.evaluate("window.hacked === undefined")


def test_the_page_works_where_no_other_machine_can_be_reached(visit, site):
    page = visit("/?lang=en")
    page.route(lambda url: not url.startswith(site), lambda route: route.abort())
    page.reload()
    tag(page)
    page.locator(JOBS).click()
    page.locator("u").first.wait_for()
    loaded = page.evaluate("performance.getEntriesByType('resource').map(each => each.name)")
    assert loaded
    assert all(name.startswith(site) for name in loaded)


def test_a_server_that_does_not_answer_is_told(visit):
    page = visit("/?lang=en")
    page.context.set_offline(True)
    page.locator("[name=sample]").click()
    page.get_by_text("The server does not answer").wait_for()
    page.context.set_offline(False)
    page.locator("[name=sample]").click()
    page.locator(".sentence").first.wait_for()
    assert page.locator("#problem").inner_text() == ""


KEY = "0123456789abcdef"


@pytest.fixture(scope="module")
def guarded(models_in_use, tmp_path_factory):
    """The address of a server that asks for a key."""
    with served(models_in_use, tmp_path_factory.mktemp("data"), BARCHASB_API_KEYS=f"editor:{KEY}") as address:
        yield address


def test_the_key_is_asked_for_once_and_kept_for_the_tab(visit, guarded):
    page = visit("/?lang=en", site=guarded)
    page.locator("[name=sample]").click()
    field = page.get_by_role("textbox", name="Access key")
    field.fill("wrong")
    page.get_by_role("button", name="Use it").click()
    page.get_by_text("was not accepted").wait_for()
    field.fill(KEY)
    page.get_by_role("button", name="Use it").click()
    page.locator("#filters").wait_for()
    page.reload()
    tag(page)
    page.locator(JOBS).click()
    page.locator("u").first.wait_for()
    save(page)
    assert not field.is_visible()
    assert page.evaluate("[localStorage.length, document.cookie]") == [0, ""]


def test_whoever_has_no_key_is_told(visit, guarded):
    page = visit("/?lang=en", site=guarded)
    page.locator("[name=sample]").click()
    page.get_by_role("button", name="Cancel").click()
    page.locator("#problem").get_by_text("was not accepted").wait_for()


def test_without_javascript_the_browser_asks_for_the_key(visit, guarded):
    credentials = {"username": "editor", "password": KEY}
    page = visit("/?lang=en", site=guarded, java_script_enabled=False, http_credentials=credentials)
    page.locator("[name=sample]").click()
    assert page.locator(".sentence").count() > 0
