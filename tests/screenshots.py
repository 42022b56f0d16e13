"""The pictures of the page in docs/: python -m tests.screenshots FOLDER."""

import sys
import tempfile
from pathlib import Path

from .browser import DESKTOP, PHONE, launched, served
from .conftest import ROOT

# Name, language, colours, window, the sentence that is opened.
_PICTURES = (
    ("persian", "fa", "light", DESKTOP, None),
    ("words", "fa", "light", DESKTOP, "#s0-4"),
    ("english", "en", "light", DESKTOP, "#s0-2"),
    ("dark", "fa", "dark", DESKTOP, "#s0-2"),
    ("phone", "fa", "light", PHONE, None),
    ("phone-sentence", "fa", "dark", PHONE, "#s0-2"),
)


def main(folder):
    folder.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as data, served(ROOT / "models", data) as address, launched() as browser:
        for name, language, scheme, window, sentence in _PICTURES:
            page = browser.new_page(viewport=window, color_scheme=scheme, reduced_motion="reduce")
            page.goto(f"{address}/?lang={language}")
            page.locator("[name=sample]").click()
            page.locator("#filters").wait_for()
            if sentence:
                page.locator(sentence).click()
                page.locator(f"{sentence} u").first.wait_for()
            elif window == PHONE:
                page.locator("#filters").scroll_into_view_if_needed()
            page.screenshot(path=folder / f"{name}.png")
            page.close()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
