"""How long after a statement a page that is open shows it: a real browser, at two of the nodes."""

from __future__ import annotations

import shutil
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

from playwright.sync_api import Browser, Page, sync_playwright
from tests.support.processes import Node, Nodes
from tests.support.trio import OFFICERS

from benchmarks.exchange.nodes import report as said_of
from trilogue.node.founding import token_file

__all__ = ["updates"]

ROUNDS = 30
APART_SECONDS = 0.5
WATCH = """() => {
  window.shown = {};
  new MutationObserver(() => {
    for (const row of document.querySelectorAll("#list tr[id]"))
      window.shown[row.id] ??= performance.timeOrigin + performance.now();
  }).observe(document.body, { childList: true, subtree: true, attributes: true });
}"""


def updates(nodes: Nodes) -> list[tuple[str, list[float]]]:
    """Return milliseconds from when KR's node had signed for a report until a page showed it."""
    with ExitStack() as stack:
        browser = stack.enter_context(chromium())
        pages = {who: _open(browser, nodes[who]) for who in ("KR", "JP")}
        said: dict[str, float] = {}
        client = stack.enter_context(nodes["KR"].client())
        for number in range(ROUNDS):
            report = client.submit(said_of(number)).report
            said[f"report-{report.speaker}-{report.index}"] = 1e3 * time.time()
            time.sleep(APART_SECONDS)
        time.sleep(APART_SECONDS)
        found = []
        for who, page in pages.items():
            shown: dict[str, float] = page.evaluate("window.shown")
            found.append((who, [shown[row] - at for row, at in said.items()]))
        return found


@contextmanager
def chromium() -> Iterator[Browser]:
    """Start a browser."""
    found = shutil.which("chromium")
    if found is None:
        raise SystemExit("no chromium on PATH (Debian: apt-get install chromium)")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=["--no-sandbox"])
        try:
            yield browser
        finally:
            browser.close()


def _open(browser: Browser, node: Node) -> Page:
    page = browser.new_context(base_url=node.api_url).new_page()
    page.goto("/sign-in")
    token = token_file(node.directory, OFFICERS[0]).read_text("ascii").strip()
    page.locator("input[name=token]").fill(token)
    page.locator("main button").click()
    page.goto("/reports")
    page.evaluate(WATCH)
    return page
