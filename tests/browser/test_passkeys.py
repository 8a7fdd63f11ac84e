"""Passkeys in a browser with an authenticator of its own, over three nodes."""

from __future__ import annotations

from contextlib import closing

import pytest
from axe_playwright_python.sync_playwright import Axe
from tests.support.processes import Nodes, command
from tests.support.trio import OFFICERS

from trilogue.consent.acts import Description, GrantBody
from trilogue.node.inputs import RequestInput
from trilogue.node.passkeys import listed
from trilogue.node.service import wall_clock
from trilogue.node.sessions import make_link
from trilogue.node.settings import Settings
from trilogue.store.database import open_database

pytestmark = pytest.mark.processes

OFFICER = OFFICERS[0]
EXPECTED = (
    "pubKeyCredParams is missing",  # RS256, which nobody here reads
    "net::ERR_CONNECTION_REFUSED",  # the page listens for news while its node is brought up again
)
TEXT = "The vehicle flew for 53 minutes on a lofted path."


def console(nodes: Nodes, who: str) -> str:
    """Return where a node's console is, by a host name."""
    url = nodes[who].settings.console_url
    assert url is not None
    assert url.startswith("http://localhost:")
    return url


class Person:
    """Somebody at one node's console, in a window of their own, with a key of their own."""

    def __init__(
        self,
        browser,
        url: str,
        *,
        script: bool = True,
        lang: str = "en",
        scheme: str = "light",
        width: int = 1280,
    ) -> None:
        self.context = browser.new_context(
            base_url=url,
            locale=lang,
            java_script_enabled=script,
            service_workers="block",
            color_scheme=scheme,
            viewport={"width": width, "height": 900},
        )
        self.page = self.context.new_page()
        self.said: list[str] = []
        self.asked: list[str] = []
        self.page.on("console", lambda message: self.said.append(message.text))
        self.page.on("pageerror", lambda error: self.said.append(str(error)))
        self.page.on("request", lambda request: self.asked.append(request.url))
        self.devtools = self.context.new_cdp_session(self.page)
        self.devtools.send("WebAuthn.enable")
        options = {
            "protocol": "ctap2",
            "transport": "internal",
            "hasResidentKey": True,
            "hasUserVerification": True,
            "isUserVerified": True,
            "automaticPresenceSimulation": True,
        }
        found = self.devtools.send("WebAuthn.addVirtualAuthenticator", {"options": options})
        self.authenticator = found["authenticatorId"]

    def verified(self, *, as_owner: bool) -> None:
        """Say whether the authenticator finds its owner before it."""
        given = {"authenticatorId": self.authenticator, "isUserVerified": as_owner}
        self.devtools.send("WebAuthn.setUserVerified", given)

    def enter(self, nodes: Nodes, who: str, officer: str = OFFICER) -> None:
        """Sign in by a link."""
        with closing(open_database(Settings.read(nodes[who].directory).store_location)) as db:
            code = make_link(db, officer, wall_clock())
        self.page.goto(f"/sign-in/{code}")
        self.page.locator("main").get_by_role("button").click()
        self.page.wait_for_url("**/desk")


@pytest.fixture
def person(browser, nodes: Nodes):
    """Return a function that signs somebody in; every request must have been to the node."""
    made: list[tuple[str, Person]] = []

    def signed_in(who: str, *, script: bool = True) -> Person:
        one = Person(browser, console(nodes, who), script=script)
        one.enter(nodes, who)
        made.append((console(nodes, who), one))
        return one

    yield signed_in
    for url, one in made:
        one.context.close()
        assert [asked for asked in one.asked if not asked.startswith(f"{url}/")] == []
        assert [text for text in one.said if not any(part in text for part in EXPECTED)] == []


def ask(nodes: Nodes, because: str) -> None:
    """Let JP ask KR for what there is on the nuclear test."""
    described = Description(subject="nuclear-test", payload_type=None, period=None)
    with nodes["JP"].client() as client:
        client.request(
            RequestInput(
                originator="KR", purpose="analysis", because=because, description=described
            )
        )
    nodes.settle()


def test_a_console_opened_by_its_bare_address_says_where_passkeys_work(
    nodes: Nodes, browser
) -> None:
    one = Person(browser, nodes["US"].api_url)
    one.enter(nodes, "US")
    one.page.goto("/passkeys")
    assert one.page.get_by_text(console(nodes, "US")).is_visible()
    one.context.close()


@pytest.mark.parametrize("lang", ["en", "ko", "ja"])
def test_whoever_cannot_see_or_point_can_use_the_pages_of_passkeys(
    nodes: Nodes, browser, lang: str
) -> None:
    for scheme, width in (("light", 1280), ("dark", 360)):
        one = Person(browser, console(nodes, "JP"), lang=lang, scheme=scheme, width=width)
        one.enter(nodes, "JP")
        one.page.goto("/passkeys")
        looked_at(one.page)
        one.page.locator("main").get_by_role("button").click()
        one.page.wait_for_url("**/passkeys/*")
        looked_at(one.page)
        one.context.close()


def looked_at(page) -> None:
    """Check a page as axe does, and that it fits its window."""
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()
    assert page.evaluate("document.documentElement.scrollWidth - window.innerWidth") <= 0


def test_an_officer_registers_a_passkey_grants_and_refuses_with_it(nodes: Nodes, person) -> None:
    what = nodes["KR"].submit(TEXT)
    kr = person("KR")
    page = kr.page

    # Registered: it waits, and the officer still grants as before.
    page.get_by_role("link", name="Passkeys").click()
    page.get_by_role("button", name="Register a passkey").click()
    page.wait_for_url("**/passkeys/*")
    page.get_by_role("button", name="Make the passkey").click()
    page.wait_for_url("**/passkeys")
    page.get_by_text("waits for an administrator").wait_for()
    shown = page.locator("#passkeys td.code").first.inner_text()
    page.goto(f"/reports/KR/{what.index}")
    page.get_by_role("button", name="Grant", exact=True).wait_for()

    # Published by the administrator, with the keys of the root.
    nodes["KR"].stop()
    command("node", "rotate-keys", nodes["KR"].directory, "--passkey", f"{OFFICER}={shown}")
    nodes["KR"].start()
    nodes.settle()
    page.goto("/passkeys")
    page.get_by_text("published", exact=True).wait_for()

    # Granted: what is signed is shown; a stranger's finger signs nothing.
    ask(nodes, "Our own stations heard it.")
    page.goto("/desk")
    page.locator("#asked a").last.click()
    page.get_by_role("button", name="Sign with your passkey").click()
    page.wait_for_url("**/signatures/*")
    looked_at(page)
    assert page.get_by_text(f"KR {what.index}").is_visible()
    assert page.get_by_text("when it is withdrawn").is_visible()
    kr.verified(as_owner=False)
    page.get_by_role("button", name="Sign with your passkey").click()
    page.get_by_text("The passkey did not answer").wait_for()
    kr.verified(as_owner=True)
    page.get_by_role("button", name="Sign with your passkey").click()
    page.wait_for_url("**/desk")
    nodes.settle()

    # Refused: the next one, with a reason that is signed, too; who asked reads it where it asked.
    ask(nodes, "And once more.")
    asker = person("JP").page
    asker.locator("#own a").last.click()
    asker.get_by_text("And once more.").wait_for()
    page.goto("/desk")
    page.locator("#asked a").last.click()
    page.get_by_label("Reason").fill("It was granted already.")
    page.get_by_role("button", name="Refuse with your passkey").click()
    page.wait_for_url("**/signatures/*")
    looked_at(page)
    assert page.get_by_text("It was granted already.").is_visible()
    page.get_by_role("button", name="Sign with your passkey").click()
    page.wait_for_url("**/desk")
    asker.get_by_text("It was granted already.").wait_for()
    assert asker.get_by_text(f"signed by {OFFICER} with a passkey").is_visible()
    looked_at(asker)

    # The recipient verified it and opens it.
    jp = person("JP").page
    jp.goto(f"/reports/KR/{what.index}")
    jp.get_by_text("Open", exact=True).first.click()
    jp.locator("#why1").fill("the morning report")
    jp.get_by_role("button", name="Open").click()
    assert jp.get_by_text(TEXT).is_visible()

    # Withdrawn.
    page.locator("#grants section").first.locator("summary").click()
    page.locator("#grants section").first.get_by_label("Reason").fill("A source is in danger.")
    page.locator("#grants section").first.get_by_role("button", name="Withdraw").click()
    nodes.settle()
    jp.get_by_text(TEXT).wait_for(state="detached")

    # Without script it is said what is missing, and nothing else grants in the officer's name.
    bare = person("KR", script=False).page
    bare.goto(f"/reports/KR/{what.index}")
    assert bare.get_by_text("A passkey needs script").is_visible()
    bare.get_by_label("United States").first.check()
    bare.get_by_label("analysis").check()
    bare.get_by_role("button", name="Sign with your passkey").click()
    bare.wait_for_url("**/signatures/*")
    assert bare.get_by_text("A passkey needs script").is_visible()
    assert bare.get_by_role("button", name="Sign with your passkey").is_disabled()

    with nodes.at_rest() as trio:
        (granted,) = trio.own("KR", "grant")
        for who in ("KR", "US", "JP"):
            (said,) = [one for one in trio.statements(who, "grant") if one.speaker == "KR"]
            (approval,) = said.says(GrantBody).approvals
            assert (approval.officer, approval.note) == (OFFICER, None)
        assert granted.issued
        assert trio.faults() == []
        (one,) = listed(trio["KR"].db, trio["KR"].books)
        assert (one.officer, one.state) == (OFFICER, "published")
