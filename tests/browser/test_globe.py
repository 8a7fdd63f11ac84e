"""The globe in a browser, over three nodes: a launch as each may see it, in time and in words."""

from __future__ import annotations

import io
import sys
from collections.abc import Iterator

import numpy as np
import pytest
from axe_playwright_python.sync_playwright import Axe
from PIL import Image
from tests.support.processes import Nodes

from trilogue.cli.demo.launch import LaunchMaterial, launch_material
from trilogue.node.inputs import StandingInput

pytestmark = [pytest.mark.processes, pytest.mark.slow]

FLIGHTS = "/picture/flights"
SHARED = {"KR": ("US",), "US": ("JP", "KR"), "JP": ("KR", "US")}
"""Who lets whom have its plots: what KR's radars see stays with KR and the hub."""
SEES = {"KR": 7, "US": 7, "JP": 3}
"""Choices of coalition at each node; JP has nothing of KR's."""
SAYS = {
    "ko": ("비행 18:18:", "중간", "재생", "일시 정지"),
    "en": ("Flight 18:18:", "midcourse", "Play", "Pause"),
    "ja": ("飛翔 18:18:", "中間", "再生", "一時停止"),
}
NO_WEBGL = """
    const get = HTMLCanvasElement.prototype.getContext;
    HTMLCanvasElement.prototype.getContext = function (kind, ...rest) {
      return kind.startsWith("webgl") ? null : get.call(this, kind, ...rest);
    };
"""


@pytest.fixture(scope="module")
def material() -> LaunchMaterial:
    return launch_material()


@pytest.fixture(scope="module")
def nodes(tmp_path_factory: pytest.TempPathFactory, material: LaunchMaterial) -> Iterator[Nodes]:
    """Three nodes, to which the launch of 29 November 2017 came up to a minute after burnout."""
    made = Nodes.copy(tmp_path_factory.mktemp("globe") / "nodes")
    made.start()
    for who, audience in SHARED.items():
        with made[who].client() as client:
            client.stand(StandingInput(rule=material.standing(audience, client.status().at)))
    for stretch in material.stretches[:2]:
        file(made, material, stretch)
    for node in made:
        with node.client() as client:
            client.flights()  # what is compiled the first time takes longer than a browser waits
    yield made
    made.end()
    for node in made:
        sys.stdout.write(f"--- {node.name}\n{node.stderr[-4000:]}\n")
        assert "a page failed" not in node.stderr


def file(nodes: Nodes, material: LaunchMaterial, stretch) -> None:
    for who in SHARED:
        with nodes[who].client() as client:
            client.submit(material.report(who, stretch))
    nodes.settle()


def drawn(page) -> np.ndarray:
    """Return what the globe shows, as pixels."""
    data = page.locator("#globe [data-view]").screenshot()
    return np.asarray(Image.open(io.BytesIO(data)).convert("RGB")).astype(int)


def near(pixels: np.ndarray, colour: tuple[int, int, int]) -> int:
    return int((np.abs(pixels - np.array(colour)).max(axis=-1) < 40).sum())


def globe(page):
    """Wait until the globe shows what the node gave."""
    page.locator("#globe[data-shown]").wait_for(timeout=120_000)
    page.wait_for_timeout(2_000)  # the surface comes tile by tile
    return page.locator("#globe")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(("who", "lang"), [("KR", "ko"), ("US", "en"), ("JP", "ja")])
def test_the_launch_plays_at_each_node_as_it_may_see_it(
    nodes: Nodes, visit, who: str, lang: str, scheme: str
) -> None:
    page = visit(who, lang, scheme)
    page.goto(FLIGHTS)
    box = globe(page)
    flight, phase, play, pause = SAYS[lang]

    assert box.get_by_role("radio").count() == SEES[who]
    objects = box.locator("#globe-object option").all_inner_texts()
    assert len([one for one in objects if one.startswith(flight)]) == 3  # and its two ends
    assert any("kr-ground" in one for one in objects) is (who != "JP")
    table = page.locator("#picture").text_content()
    assert ("kr-ground" in table) is (who != "JP")

    seen = drawn(page)
    assert near(seen, (143, 191, 255)) > 50  # free flight
    assert len(np.unique(seen.reshape(-1, 3), axis=0)) > 1_000  # sea and land

    # By keyboard: an object, then time.
    box.locator("#globe-object").focus()
    page.keyboard.press("ArrowDown")
    told = box.locator("[data-told]")
    assert told.locator("h3").inner_text().startswith(flight)
    assert phase in told.inner_text()
    assert "±" in told.inner_text()
    assert "±" in box.locator(".deviation").inner_text()

    slider, at = box.locator("[data-time]"), box.locator("[data-at]")
    slider.focus()
    page.keyboard.press("Home")
    begins = at.inner_text()
    assert "18:17:50 UTC" < begins < "18:18:10 UTC"  # lift-off, as it is estimated
    page.keyboard.press("ArrowRight")
    assert slider.input_value() == "1"
    assert slider.get_attribute("aria-valuetext") == at.inner_text() != begins

    box.get_by_role("button", name=play, exact=True).focus()
    page.keyboard.press("Space")
    box.get_by_role("button", name=pause, exact=True).wait_for()
    _until(page, "() => Number(document.querySelector('[data-time]').value) > 60")
    page.keyboard.press("Space")
    stopped = slider.input_value()
    page.wait_for_timeout(500)
    assert slider.input_value() == stopped
    assert int(box.get_attribute("data-plots")) > 0

    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()


def _until(page, script: str) -> None:
    """Wait until a function of the page is true; a wait by text would need `eval`."""
    for _ in range(300):
        if page.evaluate(script):
            return
        page.wait_for_timeout(100)
    raise AssertionError(script)


def test_a_coalition_is_chosen_by_keyboard_and_sees_less(nodes: Nodes, visit) -> None:
    page = visit("US")
    page.goto(FLIGHTS)
    box = globe(page)
    box.get_by_role("radio", name="all,").focus()
    page.keyboard.press("ArrowDown")
    assert box.get_by_role("radio", name="Republic of Korea", exact=True).is_checked()
    names = "() => [...document.querySelectorAll('#globe-object option')].map(o => o.value)"
    _until(page, f"() => !({names})().some((name) => name.includes('/US/'))")
    assert any("/KR/sensor/" in one for one in page.evaluate(names))


def test_news_come_to_the_globe_and_leave_time_and_camera(
    nodes: Nodes, visit, material: LaunchMaterial
) -> None:
    page = visit("JP", "en")
    page.goto(FLIGHTS)
    box = globe(page)
    box.locator("#globe-object").select_option(index=1)
    before = drawn(page)
    box.locator("[data-view]").focus()
    for _ in range(3):
        page.keyboard.press("ArrowLeft")
    box.locator("[data-time]").focus()
    page.keyboard.press("Home")
    for _ in range(5):
        page.keyboard.press("ArrowRight")
    page.wait_for_timeout(1_000)
    turned, time = drawn(page), box.locator("[data-at]").inner_text()
    assert np.abs(turned - before).mean() > 3.0
    told = box.locator("[data-told]").inner_text()

    file(nodes, material, material.stretches[2])
    _until(
        page,
        f"() => document.querySelector('[data-told]').innerText.trim() !== {told.strip()!r}",
    )
    page.wait_for_timeout(2_000)
    assert box.locator("[data-at]").inner_text() == time
    assert box.locator("#globe-object").input_value() != ""
    assert np.abs(drawn(page) - turned).mean() < 3.0


def test_without_webgl_or_script_the_page_is_its_tables(nodes: Nodes, visit) -> None:
    for page in (visit("US", before=(NO_WEBGL,)), visit("US", script=False)):
        page.goto(FLIGHTS)
        assert not page.locator("#globe").is_visible()
        assert page.locator("#picture table").first.is_visible()


def test_nothing_moves_when_the_globe_arrives(nodes: Nodes, visit) -> None:
    page = visit("US")
    page.goto(FLIGHTS)
    globe(page)
    moved = page.evaluate(
        """() => new Promise((done) => {
            new PerformanceObserver((list) =>
              done(list.getEntries().reduce((sum, one) => sum + one.value, 0))
            ).observe({ type: "layout-shift", buffered: true });
            setTimeout(() => done(0), 1000);
        })"""
    )
    assert moved < 0.02


def test_on_a_phone_nothing_is_wider_than_its_window(nodes: Nodes, visit) -> None:
    page = visit("JP", "ja", width=360)
    for path in ("/picture", FLIGHTS):
        page.goto(path)
        globe(page)
        wide = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
        assert wide <= 0, f"{path} is {wide} pixels too wide"
