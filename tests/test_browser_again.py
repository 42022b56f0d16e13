"""What was said of a text is there when it is tagged again: shown, counted, taken back."""

import json

import pytest

from .browser import served
from .test_browser import DOCTRINE, EXPORT, JOBS, RAIN, TEXT, downloaded, save, stored, tag, tags_of

KEYS = {"mina": "0123456789abcdef", "omid": "fedcba9876543210"}


def correct(page, sentence, note=""):
    page.locator(sentence).click()
    page.get_by_role("checkbox", name="Health").last.check()
    page.get_by_label("Note").fill(note)
    save(page)


def again(page):
    page.reload()
    tag(page)
    page.locator(".corrected").first.wait_for()


def total(page):
    return page.locator("#summary tr[data-name=total] .count").inner_text()


@pytest.fixture
def page(visit):
    opened = visit("/?lang=en")
    tag(opened)
    return opened


def test_corrections_are_shown_when_the_text_is_tagged_again(page):
    correct(page, RAIN, "باران <b>بسیار</b>")
    page.locator(DOCTRINE).click()
    page.get_by_label("not a sentence").check()
    save(page)
    again(page)
    assert tags_of(page, RAIN) == ["Health", "Reviewed"]
    assert tags_of(page, DOCTRINE) == ["Not a sentence", "Reviewed"]
    assert page.locator(".corrected").count() == 2
    assert total(page) == "3"
    page.locator(RAIN).click()
    assert page.get_by_label("Note").input_value() == "باران <b>بسیار</b>"
    assert page.get_by_role("checkbox", name="Health").last.is_checked()
    page.get_by_role("button", name="Close").click()
    rows = json.loads(downloaded(page, "Download JSON"))
    rain = rows["sentences"][2]
    assert (rain["themes"], rain["review"]["labels"]["themes"]) == ([], ["health"])


def test_a_correction_that_is_shown_again_is_undone(page, site):
    correct(page, RAIN)
    again(page)
    page.locator(RAIN).click()
    page.locator("#inspector").get_by_role("button", name="Undo").click()
    page.get_by_text("taken back").wait_for()
    assert tags_of(page, RAIN) == []
    assert stored(site) == []


def test_the_same_text_in_a_file_shows_them_too_and_another_text_does_not(page):
    correct(page, RAIN)
    page.set_input_files("#form [type=file]", {"name": "خبر.txt", "mimeType": "text/plain", "buffer": TEXT.encode()})
    page.locator("article h3").wait_for()
    page.locator(f"{RAIN} .corrected").wait_for()
    with page.expect_response(lambda answer: "/corrections?" in answer.url):
        tag(page, f"{TEXT} پایان.")
    page.locator("#filters").wait_for()
    assert page.locator(".corrected").count() == 0


def test_without_keys_a_second_opinion_never_takes_the_first_away(page, site):
    correct(page, RAIN)
    again(page)
    page.locator(RAIN).click()
    page.get_by_role("checkbox", name="Export").last.check()
    save(page)
    first, second = stored(site)
    assert (first["labels"]["themes"], second["labels"]["themes"]) == (["health"], ["health", "export"])
    assert [each["state"] for each in (first, second)] == ["open", "open"]
    page.locator("#inspector").get_by_role("button", name="Undo").click()
    page.locator(f"{RAIN} .export").wait_for(state="detached")
    assert tags_of(page, RAIN) == ["Health", "Reviewed"]
    assert [each["id"] for each in stored(site)] == [first["id"]]


def test_what_a_reviewer_decided_is_shown_so_and_cannot_be_undone(page, site, site_store):
    for sentence in (JOBS, RAIN, EXPORT):
        correct(page, sentence)
    with site_store.writing() as corrections:
        accepted, edited, rejected = corrections.everyones()
        corrections.decide(accepted.number, accepted.labels, "sara", accepted=True)
        corrections.decide(edited.number, None, "sara", accepted=True)
        corrections.decide(rejected.number, rejected.labels, "sara", accepted=False)
    again(page)
    assert "Health" in tags_of(page, JOBS)
    assert tags_of(page, RAIN) == ["Not a sentence", "Reviewed"]
    assert page.locator(f"{EXPORT} .corrected").count() == 0
    page.locator(JOBS).click()
    assert not page.locator("#inspector").get_by_role("button", name="Undo").is_visible()
    # Who thinks otherwise now says so, and the reviewer sees a conflict.
    page.get_by_role("checkbox", name="Ideology").last.check()
    save(page)
    assert len(stored(site)) == 4


def test_a_store_that_cannot_be_asked_is_told_and_the_page_works(visit):
    page = visit("/?lang=en")
    page.route("**/corrections?*", lambda route: route.fulfill(status=503))
    tag(page)
    page.locator("#toast").get_by_text("The server is busy").wait_for()
    page.locator(JOBS).click()
    page.locator("u").first.wait_for()


@pytest.fixture
def team(models_in_use, tmp_path):
    """The address of a server that asks for the key of one of two people."""
    keys = ",".join(f"{name}:{key}" for name, key in KEYS.items())
    with served(models_in_use, tmp_path / "data", BARCHASB_API_KEYS=keys) as address:
        yield address


def test_the_corrections_of_another_key_are_not_shown(visit, team):
    def opened(name):
        page = visit("/?lang=en", site=team)
        page.evaluate("key => sessionStorage.setItem('barchasb-key', key)", KEYS[name])
        with page.expect_response(lambda answer: "/corrections?" in answer.url) as asked:
            tag(page)
        page.locator("#filters").wait_for()
        return page, asked.value.json()["corrections"]

    mina, _ = opened("mina")
    correct(mina, RAIN, "فقط برای مینا")
    omid, answered = opened("omid")
    assert answered == []
    assert omid.locator(".corrected").count() == 0
    correct(omid, RAIN)
    again(mina)
    assert tags_of(mina, RAIN) == ["Health", "Reviewed"]
    mina.locator(RAIN).click()
    mina.get_by_role("checkbox", name="Export").last.check()
    # With a key both are of one person, and the second takes the place of the first.
    with mina.expect_response(lambda answer: answer.request.method == "DELETE" and answer.status == 204):
        save(mina)
