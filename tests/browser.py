"""A real browser on the page of a real server, for the tests and for the pictures in docs/."""

import os
import shutil
from contextlib import contextmanager

from playwright.sync_api import sync_playwright

from service.bench.processes import free_port

DESKTOP = {"width": 1280, "height": 860}
PHONE = {"width": 390, "height": 844}


def chromium():
    """Return the path of Debian's Chromium, None where it is missing."""
    return shutil.which("chromium")


@contextmanager
def launched():
    with sync_playwright() as playwright:
        # The sandbox of the browser does not work for root, as whom CI runs.
        browser = playwright.chromium.launch(executable_path=chromium(), args=["--no-sandbox"])
        try:
            yield browser
        finally:
            browser.close()


@contextmanager
def served(models, data, **environment):
    """Serve on a free port of this machine; yield the address."""
    from .test_server import start  # noqa: PLC0415  # it imports conftest.py, which imports this file

    port = free_port()
    process = start(models, port, "--quiet", BARCHASB_DATA=os.fspath(data), **environment)
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.communicate(timeout=30)
