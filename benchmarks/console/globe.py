"""How quickly a picture of many tracks goes to the globe, and whether its page still answers.

On the server's side: from a picture that changed to the bytes that a page is sent. In the browser:
a real page of a real node, whose data are answered with those bytes, while they go on changing; how
long it takes from pressing a key to the event being handled, and until it is seen.
"""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable
from contextlib import closing
from typing import Any

import numpy as np
from playwright.sync_api import Page, Route, sync_playwright
from tests.support.processes import Node
from tests.support.trio import OFFICERS

from benchmarks.console.raid import Raid
from benchmarks.page import markdown
from trilogue.analysis.tracking.ways import way
from trilogue.console.globe.flights import put_flights
from trilogue.console.globe.reel import Made, Reel
from trilogue.console.globe.voice import Voice
from trilogue.console.words import Words
from trilogue.interop.czml import document
from trilogue.node.service import wall_clock
from trilogue.node.serving import keep_what_is_loaded
from trilogue.node.sessions import make_link
from trilogue.node.settings import Settings
from trilogue.store.database import open_database

__all__ = ["tables"]

TRACKS, PLOTS = 200, 50_000
ROUNDS = 40
FRESH = 250
"""Plots that one update brings."""
PRESSES = 60
ESTIMATES = 5
FLAGS = ["--no-sandbox", "--use-angle=swiftshader", "--enable-unsafe-swiftshader"]
HEARD = """() => {
  window.heard = [];
  const slider = document.querySelector("[data-time]");
  let pressed = 0;
  slider.addEventListener("keydown", (event) => { pressed = event.timeStamp; });
  slider.addEventListener("input", () => {
    const [begun, handled] = [pressed, performance.now() - pressed];
    requestAnimationFrame(() => setTimeout(() =>
      window.heard.push([handled, performance.now() - begun])));
  });
}"""


class Server:
    """What a node does once its picture changed, and what it sends."""

    def __init__(self, raid: Raid) -> None:
        self.raid = raid
        self.reel = Reel()
        self.voice = Voice(Words("en"), lambda _, key: key)

    def turn(self) -> None:
        """Bring the reel up to the picture."""
        with self.reel.turn() as turn:
            turn.put("document", (), lambda: Made((document("benchmark", ""),)))
            put_flights(turn, [self.raid.picture], (), self.voice)

    def update(self, moved: int, first: int) -> tuple[float, int]:
        """Let something change; return how long it took to the bytes, and how many they are."""
        self.raid.move(first, moved)
        self.raid.report(FRESH)
        tag, begun = self.reel.tag, time.process_time()
        self.turn()
        return time.process_time() - begun, len(self.reel.since(tag))


def tables(node: Node) -> str:
    """Run it; return the tables as Markdown."""
    keep_what_is_loaded()  # as a node's process does
    server = Server(Raid(TRACKS, PLOTS))
    way(server.raid.picture.best.picture.flights[0])  # compiled once on a machine, and kept
    begun = time.process_time()
    server.turn()
    whole = time.process_time() - begun
    size = len(server.reel.since(""))
    rows = [["all of it, the first time", f"{1e3 * whole:.0f}", "", "", f"{size / 1e3:,.0f}"]]
    for name, moved in (("1 track", 1), ("10 tracks", 10), (f"all {TRACKS} tracks", TRACKS)):
        found = [server.update(moved, k * moved) for k in range(ROUNDS)]
        took = [1e3 * one for one, _ in found]
        rows.append(
            [
                f"{name} and {FRESH} plots changed",
                f"{np.percentile(took, 50):.1f}",
                f"{np.percentile(took, 99):.1f}",
                f"{1e3 / np.mean(took):.1f}",
                f"{np.mean([one for _, one in found]) / 1e3:,.0f}",
            ]
        )
    begun = time.process_time()
    for _ in range(ROUNDS):
        server.turn()
    idle = (time.process_time() - begun) / ROUNDS
    rows.append(["nothing changed", f"{1e3 * idle:.1f}", "", f"{1 / idle:.1f}", "0"])
    first = markdown(
        f"Updates of a picture with {TRACKS} tracks and {PLOTS:,} plots, one thread",
        ("what changed", "CPU ms, p50", "p99", "updates/s", "kB"),
        rows,
    )
    begun = time.process_time()
    for _ in range(ESTIMATES):
        server.raid.estimate()
    each = (time.process_time() - begun) / ESTIMATES
    said = (
        f"Before all this, estimating one such track anew takes {1e3 * each:.0f} ms: "
        f"all {TRACKS} of them, {TRACKS * each:.0f} s."
    )
    return f"{first}\n\n{said}\n\n{_page(node, server)}"


def _page(node: Node, server: Server) -> str:
    chromium = shutil.which("chromium")
    if chromium is None:
        raise SystemExit("no chromium on PATH")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        context = browser.new_context(
            base_url=node.api_url, viewport={"width": 1280, "height": 900}
        )
        page = context.new_page()
        with closing(open_database(Settings.read(node.directory).store_location)) as db:
            code = make_link(db, OFFICERS[0], wall_clock())
        page.goto(f"/sign-in/{code}")
        page.locator("main").get_by_role("button").click()
        page.wait_for_url("**/desk")
        page.route("**/flights.czml*", _answers(server))
        begun = time.perf_counter()
        page.goto("/picture/flights")
        page.locator("#globe[data-shown]").wait_for(timeout=300_000)
        shown = time.perf_counter() - begun
        page.wait_for_timeout(3_000)
        page.evaluate(HEARD)
        rows = [
            ["at rest", *_pressed(page, lambda _: None)],
            ["10 tracks and 250 plots come twice a second", *_pressed(page, _news(page, server))],
        ]
        browser.close()
    table = markdown(
        "The page of it in Chromium without a graphics card: a key pressed on the time slider",
        ("while", "handled p50 ms", "p99 ms", "seen p50 ms", "p99 ms"),
        rows,
    )
    return f"{table}\n\nIt stands {shown:.1f} s after it was asked for."


def _answers(server: Server) -> Callable[[Route], None]:
    def answer(route: Route) -> None:
        query = route.request.url.partition("since=")[2].partition("&")[0]
        route.fulfill(
            body=server.reel.since(query),
            headers={"ETag": f'"{server.reel.tag}"', "Content-Type": "application/json"},
        )

    return answer


def _news(page: Page, server: Server) -> Callable[[int], None]:
    def come(k: int) -> None:
        if k % 5 == 0:  # a press each tenth of a second
            server.update(10, 10 * k)
            page.evaluate("() => document.dispatchEvent(new CustomEvent('news'))")

    return come


def _pressed(page: Page, between: Callable[[int], Any]) -> list[str]:
    page.locator("[data-time]").focus()
    page.evaluate("() => { window.heard = []; }")
    for k in range(PRESSES):
        between(k)
        page.keyboard.press("ArrowRight" if k % 20 < 10 else "ArrowLeft")
        page.wait_for_timeout(100)
    page.wait_for_timeout(2_000)
    heard = np.array(page.evaluate("() => window.heard"))
    if len(heard) < PRESSES // 2:
        raise AssertionError(f"{len(heard)} of {PRESSES} keys were heard")
    return [
        f"{np.percentile(heard[:, column], share):.0f}" for column in (0, 1) for share in (50, 99)
    ]
