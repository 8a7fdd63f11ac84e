"""A browser, and windows: on the page that a module wrote, and on the consoles of three nodes.

What each asks for is taken down.
"""

import os
import shutil
import sys
from collections.abc import Iterator
from contextlib import closing

import pytest
from playwright.sync_api import Error, sync_playwright
from tests.support.processes import Nodes
from tests.support.trio import OFFICERS

from trilogue.node.service import wall_clock
from trilogue.node.sessions import make_link
from trilogue.node.settings import Settings
from trilogue.store.database import open_database

DRAWN_BY_THE_PROCESSOR = ("--use-angle=swiftshader", "--enable-unsafe-swiftshader")
"""WebGL where there is no graphics card."""


@pytest.fixture(scope="module")
def browser():
    chromium = shutil.which("chromium")
    if chromium is None:
        if os.environ.get("CI"):
            pytest.fail("no chromium on PATH: .ci/run installs it, and the page must be seen")
        pytest.skip("no chromium on PATH (Debian: apt-get install chromium)")
    with sync_playwright() as playwright:
        try:
            opened = playwright.chromium.launch(
                executable_path=chromium, args=["--no-sandbox", *DRAWN_BY_THE_PROCESSOR]
            )
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


@pytest.fixture(scope="module")
def nodes(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Nodes]:
    """Three nodes that run under an adopted arrangement."""
    made = Nodes.copy(tmp_path_factory.mktemp("console") / "nodes")
    made.start()
    yield made
    made.end()
    for node in made:
        sys.stdout.write(f"--- {node.name}\n{node.stderr[-4000:]}\n")
        assert "a page failed" not in node.stderr


@pytest.fixture
def visit(browser, nodes):
    """Return a function that signs somebody in at a node and returns the page.

    In the end every request must have been to the node itself.
    """
    contexts, asked, said = [], [], []

    def signed_in(who, lang="en", scheme="light", width=1280, *, script=True, before=()):
        node = nodes[who]
        context = browser.new_context(
            base_url=node.api_url,
            viewport={"width": width, "height": 900},
            color_scheme=scheme,
            locale=lang,
            java_script_enabled=script,
        )
        contexts.append(context)
        context.set_default_timeout(90_000)  # the first picture of a node loads its numerics
        for one in before:
            context.add_init_script(one)
        page = context.new_page()
        page.on("request", lambda request: asked.append((node.api_url, request.url)))
        page.on("console", lambda message: said.append(message.text))
        page.on("pageerror", lambda error: said.append(str(error)))
        with closing(open_database(Settings.read(node.directory).store_location)) as db:
            code = make_link(db, OFFICERS[0], wall_clock())
        page.goto(f"/sign-in/{code}")
        page.locator("main").get_by_role("button").click()
        page.wait_for_url("**/desk")
        return page

    signed_in.said = said  # for whoever expects a browser to complain
    yield signed_in
    for context in contexts:
        context.close()
    assert asked
    assert [url for own, url in asked if not url.startswith(f"{own}/")] == []
    assert said == []
