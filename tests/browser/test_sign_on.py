"""Signing in through a real provider, in a browser: there, back, and what must not work."""

from __future__ import annotations

import sys
from collections.abc import Iterator

import msgspec
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page
from tests.support.identity_provider import CLIENT, PASSWORD, SECRET, identity_provider
from tests.support.processes import Node, Nodes

from trilogue.node.oidc.settings import OidcSettings

pytestmark = [pytest.mark.processes, pytest.mark.slow]


@pytest.fixture(scope="module", params=["RS256", "EdDSA"])
def node(
    tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest
) -> Iterator[Node]:
    """KR's node, whose people sign in through a provider that signs so."""
    base = tmp_path_factory.mktemp("sign-on")
    nodes = Nodes.copy(base / "nodes")
    made = nodes["KR"]
    log = base / "provider.log"
    with identity_provider(f"{made.api_url}/sign-on/return", log, request.param) as issuer:
        secret = made.directory / "keys" / "oidc"
        secret.write_text(SECRET, encoding="ascii")
        secret.chmod(0o600)
        oidc = OidcSettings(
            issuer=issuer,
            client_id=CLIENT,
            client_secret="keys/oidc",
            address=made.api_url,
            name="preferred_username",
            roles="groups",
            scopes=("profile", "groups"),
            values={"kr-release": ("analyst", "release-officer"), "kr-analysts": ("analyst",)},
        )
        msgspec.structs.replace(made.settings, oidc=oidc).write()
        made.start()
        try:
            yield made
        finally:
            nodes.end()
            sys.stdout.write(f"{made.stderr[-4000:]}\n{log.read_text('utf-8')[-4000:]}\n")
        assert "a page failed" not in made.stderr


@pytest.fixture
def page(browser, node: Node) -> Iterator[Page]:
    """A browser without script, as any page of the console must do with."""
    context = browser.new_context(
        base_url=node.api_url, java_script_enabled=False, locale="en", viewport=None
    )
    yield context.new_page()
    context.close()


def sign_in(page: Page, name: str, to: str = "/sign-in") -> None:
    """Sign in at the provider, as it asks for it."""
    page.goto(to)
    page.get_by_role("link", name="Sign in with your own account").click()
    page.locator("input[name=login]").fill(name)
    page.locator("button[type=submit]").first.click()
    page.locator("input[name=password]").fill(PASSWORD)
    page.locator("button[type=submit]").first.click()


@pytest.mark.threat("T30")
def test_somebody_signs_in_there_and_works_here(node: Node, page: Page) -> None:
    seen: list[str] = []
    page.on("request", lambda request: seen.append(request.url))
    sign_in(page, "kim-ju", "/reports")
    page.wait_for_url("**/reports")
    assert page.get_by_text("kim-ju").is_visible()
    names = {cookie["name"]: cookie for cookie in page.context.cookies(node.api_url)}
    assert names["trilogue-session"]["sameSite"] == "Strict"
    assert names["trilogue-session"]["httpOnly"]
    # What came back serves once, with the same cookie and in the same browser.
    (back,) = [url for url in seen if "/sign-on/return?" in url]
    page.goto(back)
    assert page.get_by_role("alert").is_visible()
    page.goto("/desk")
    page.get_by_role("button", name="Sign out").click()
    page.wait_for_url("**/sign-in")
    page.goto("/desk")
    assert "/sign-in" in page.url


def test_somebody_without_a_group_of_ours_is_told_why(page: Page) -> None:
    sign_in(page, "park-so")
    page.get_by_role("alert").wait_for()
    assert "gives park-so no role here" in page.get_by_role("alert").inner_text()
    page.goto("/desk")
    assert "/sign-in" in page.url


@pytest.mark.threat("T30")
def test_an_answer_to_another_attempt_or_to_none_is_not_taken(page: Page) -> None:
    answer = "/sign-on/return?code=somebody-elses&state=another"
    page.goto(answer)
    assert "did not begin" in page.get_by_role("alert").inner_text()
    page.goto("/sign-on")
    page.wait_for_url("**/login")
    page.goto(answer)
    assert "another attempt" in page.get_by_role("alert").inner_text()


def test_whoever_cannot_see_or_point_signs_in_too(browser, node: Node) -> None:
    for lang in ("en", "ko", "ja"):
        context = browser.new_context(base_url=node.api_url, locale=lang)
        page = context.new_page()
        page.goto("/sign-in")
        found = Axe().run(page)
        assert found.violations_count == 0, found.generate_report()
        page.goto("/sign-on/done?to=/sign-in")
        page.wait_for_url("**/sign-in")
        context.close()
