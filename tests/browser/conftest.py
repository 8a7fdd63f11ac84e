"""A browser, and a window on the page that a module wrote: what it asks for is taken down."""

import os
import shutil

import pytest
from playwright.sync_api import Error, sync_playwright


@pytest.fixture(scope="module")
def browser():
    chromium = shutil.which("chromium")
    if chromium is None:
        if os.environ.get("CI"):
            pytest.fail("no chromium on PATH: .ci/run installs it, and the page must be seen")
        pytest.skip("no chromium on PATH (Debian: apt-get install chromium)")
    with sync_playwright() as playwright:
        try:
            opened = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        except Error as error:
            pytest.fail(f"chromium does not start: {error}")
        yield opened
        opened.close()


@pytest.fixture
def show(browser, written):
    """Return a function that opens the page in a window; check in the end that it asked nothing."""
    contexts, asked, said = [], [], []

    def opened(width, scheme="light"):
        context = browser.new_context(
            viewport={"width": width, "height": 900}, color_scheme=scheme, offline=True
        )
        contexts.append(context)
        page = context.new_page()
        page.on("request", lambda request: asked.append(request.url))
        page.on("console", lambda message: said.append(message.text))
        page.on("pageerror", lambda error: said.append(str(error)))
        page.goto(written.as_uri(), wait_until="load")
        return page

    yield opened
    for context in contexts:
        context.close()
    assert set(asked) - {"data:,"} == {written.as_uri()}
    assert said == []
