"""Signing in through a provider at the console: the cookie that goes along, and the session."""

from __future__ import annotations

from urllib.parse import parse_qsl, urlsplit

import httpx
import msgspec
import pytest
from tests.support.office import Office
from tests.support.provider import ISSUER, SETTINGS, FakeProvider
from tests.support.trio import Trio
from tests.support.visitor import look

from trilogue.console.page import _handed
from trilogue.console.words import LANGUAGES
from trilogue.errors import NotFoundError
from trilogue.node import sessions, tokens
from trilogue.node.handing import Answered, Asked
from trilogue.node.performing import perform
from trilogue.node.problem import UnknownCallerError
from trilogue.node.tokens import Role


@pytest.fixture
def provider(office: Office) -> FakeProvider:
    """A provider that KR's node asks."""
    made = FakeProvider(office.engine.now)
    eight = msgspec.structs.replace(SETTINGS, hours=8.0)
    office.service.sign_on = made.sign_on(eight)
    return made


class Browser:
    """A browser that keeps cookies as it is told, and sends none that may not go along."""

    def __init__(self, office: Office, lang: str = "en") -> None:
        self.office = office
        self.lang = lang
        self.kept: dict[str, str] = {}
        self.lax: dict[str, str] = {}

    def ask(self, path: str, *, from_elsewhere: bool = False) -> httpx.Response:
        sent = self.lax if from_elsewhere else {**self.kept, **self.lax}
        headers = {"Accept-Language": self.lang}
        if sent:
            headers["Cookie"] = "; ".join(f"{name}={value}" for name, value in sent.items())
        answer = self.office.browser.get(path, headers=headers, follow_redirects=False)
        for cookie in answer.headers.get_list("set-cookie"):
            name, _, value = cookie.partition(";")[0].partition("=")
            (self.lax if "samesite=lax" in cookie.lower() else self.kept)[name] = value
        self.office.browser.cookies.clear()
        return answer

    def begin(self, to: str = "/reports") -> httpx.Response:
        return self.ask(f"/sign-on?to={to}")

    def come_back(self, provider: FakeProvider, sent: httpx.Response) -> httpx.Response:
        query = httpx.QueryParams(provider.authorize(sent.headers["location"]))
        return self.ask(f"/sign-on/return?{query}", from_elsewhere=True)

    def sign_in(self, provider: FakeProvider) -> httpx.Response:
        return self.come_back(provider, self.begin())


def test_without_a_provider_the_page_asks_for_a_token_alone(office: Office) -> None:
    assert "/sign-on" not in office.browser.get("/sign-in").text
    for path in ("/sign-on", "/sign-on/return?code=x&state=y"):
        answer = office.browser.get(path)
        assert answer.status_code == 404
        assert "through a provider" in look(answer).text


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_page_says_where_one_is_sent(office: Office, provider: FakeProvider, lang: str) -> None:
    seen = look(Browser(office, lang).ask("/sign-in?to=/reports?before=7"))
    assert "/sign-on?to=%2Freports%3Fbefore%3D7" in seen.links()
    assert "login.example" in seen.text


@pytest.mark.threat("T30")
def test_the_cookie_of_an_attempt_is_for_ten_minutes_and_for_its_pages_alone(
    office: Office, provider: FakeProvider
) -> None:
    answer = Browser(office).begin()
    assert answer.status_code == 303
    cookie = answer.headers["set-cookie"]
    assert cookie.startswith("trilogue-sign-on=")
    for said in ("HttpOnly", "SameSite=lax", "Path=/sign-on", "Max-Age=600"):
        assert said.lower() in cookie.lower()
    asked = dict(parse_qsl(urlsplit(answer.headers["location"]).query))
    assert asked["state"] not in cookie
    assert asked["nonce"] not in cookie


def test_whom_the_provider_names_is_led_on_with_a_session_of_this_nodes_own(
    office: Office, provider: FakeProvider
) -> None:
    browser = Browser(office)
    back = browser.sign_in(provider)
    assert back.status_code == 303, back.text
    assert "samesite=strict" in back.headers["set-cookie"].lower()
    # What the redirect asks for is still another site's request: the session does not go along.
    done = browser.ask(back.headers["location"], from_elsewhere=True)
    assert 'http-equiv="refresh" content="0; url=/reports"' in done.text
    assert "/reports" in look(done).links()
    seen = look(browser.ask("/reports"))
    assert seen.status == 200
    assert "kim-ju" in seen.text


@pytest.mark.threat("T30")
@pytest.mark.parametrize(
    "to", ["https://evil.example", "//evil.example", "/\\evil.example", "/%09/evil.example", "é"]
)
def test_nobody_is_led_elsewhere(office: Office, provider: FakeProvider, to: str) -> None:
    browser = Browser(office)
    back = browser.come_back(provider, browser.begin(to))
    assert back.headers["location"] == "/sign-on/done?to=%2F"
    seen = browser.ask(f"/sign-on/done?to={to}")
    assert 'content="0; url=/"' in seen.text


@pytest.mark.threat("T30")
def test_somebody_elses_answer_signs_nobody_in(office: Office, provider: FakeProvider) -> None:
    """Login CSRF: a link with the attacker's own code, which the victim follows."""
    attacker, victim = Browser(office), Browser(office)
    query = httpx.QueryParams(provider.authorize(attacker.begin().headers["location"]))
    answer = victim.ask(f"/sign-on/return?{query}", from_elsewhere=True)
    assert answer.status_code == 401
    assert "set-cookie" not in answer.headers
    assert "ten minutes" in look(answer).text
    victim.begin()
    answer = victim.ask(f"/sign-on/return?{query}", from_elsewhere=True)
    assert answer.status_code == 401
    assert "another attempt" in look(answer).text


@pytest.mark.threat("T30")
def test_an_attempt_is_used_up_here_even_where_the_provider_takes_its_code_again(
    office: Office, provider: FakeProvider
) -> None:
    browser = Browser(office)
    sent = browser.begin()
    assert browser.come_back(provider, sent).status_code == 303
    again = browser.come_back(provider, sent)
    assert again.status_code == 401
    assert "used already" in look(again).text
    assert "set-cookie" not in again.headers


def test_a_refusal_is_a_page_that_says_the_step_and_the_way_out(
    office: Office, provider: FakeProvider, caplog: pytest.LogCaptureFixture
) -> None:
    provider.claims["groups"] = ["chess-club"]
    answer = Browser(office).sign_in(provider)
    assert answer.status_code == 401
    assert "gives kim-ju no role here" in look(answer).text
    assert "set-cookie" not in answer.headers
    assert "an ID token failed step 9" in caplog.text
    assert "kim-ju" not in caplog.text


def test_where_people_come_by_tls_as_the_settings_say_cookies_are_secure(
    office: Office, provider: FakeProvider
) -> None:
    browser = Browser(office)
    office.service.sign_on.back = "https://console.kr.example/sign-on/return"
    sent = browser.begin()
    assert "; secure" in sent.headers["set-cookie"].lower()
    assert "; secure" in browser.come_back(provider, sent).headers["set-cookie"].lower()


def test_a_provider_that_is_away_is_a_page_that_says_so(
    office: Office, provider: FakeProvider
) -> None:
    provider.answers["openid-configuration"] = (400, b"")
    answer = Browser(office).begin()
    assert answer.status_code == 503
    assert "login.example" in look(answer).text


def session(office: Office, browser: Browser) -> sessions.Session | None:
    engine = office.engine
    return sessions.find(engine.db, browser.kept["trilogue-session"], engine.now())


def test_roles_are_those_of_the_latest_sign_in_in_every_session(
    office: Office, provider: FakeProvider
) -> None:
    one, two = Browser(office), Browser(office)
    one.sign_in(provider)
    assert session(office, one).roles == {Role.ANALYST}
    provider.claims["groups"] = ["kr-admin"]
    two.sign_in(provider)
    assert session(office, one).roles == session(office, two).roles == {Role.ADMINISTRATOR}
    assert one.ask("/reports").status_code == 403
    assert one.ask("/people").status_code == 200


@pytest.mark.threat("T30")
def test_a_session_ends_when_it_must_however_busy(
    office: Office, trio: Trio, provider: FakeProvider
) -> None:
    browser, passed = Browser(office), 0
    browser.sign_in(provider)
    while passed < 8 * 3600:
        assert browser.ask("/reports").status_code == 200
        trio.clock.advance(840)
        passed += 840
    assert browser.ask("/reports").status_code == 303


@pytest.mark.threat("T30")
def test_one_revocation_ends_every_session_and_shuts_out(
    office: Office, provider: FakeProvider
) -> None:
    db, browser = office.engine.db, Browser(office)
    tokens.issue(db, "kim-ju", [Role.AUDITOR])
    browser.sign_in(provider)
    assert tokens.revoke(db, "kim-ju") == 2
    assert browser.ask("/reports").status_code == 303
    assert "was shut out here" in look(Browser(office).sign_in(provider)).text
    assert tokens.forget(db, "kim-ju") == 1
    assert Browser(office).sign_in(provider).status_code == 303
    with pytest.raises(NotFoundError):
        tokens.forget(db, "nobody")


def test_signing_out_everywhere_ends_sessions_of_tokens_and_of_the_provider(
    office: Office, provider: FakeProvider
) -> None:
    engine, browser = office.engine, Browser(office)
    token = tokens.issue(engine.db, "kim-ju", [Role.AUDITOR])
    secret = sessions.sign_in(engine.db, token, engine.now())
    browser.sign_in(provider)
    sessions.sign_out_everywhere(engine.db, "kim-ju")
    assert browser.ask("/reports").status_code == 303
    assert sessions.find(engine.db, secret, engine.now()) is None


@pytest.mark.threat("T30")
def test_a_name_belongs_to_whom_the_provider_gave_it_first(
    office: Office, provider: FakeProvider
) -> None:
    assert Browser(office).sign_in(provider).status_code == 303
    provider.person["sub"] = "another"
    answer = Browser(office).sign_in(provider)
    assert answer.status_code == 401
    assert "kim-ju is somebody else who signed in before" in look(answer).text
    provider.person = {**provider.person, "sub": "7f3a", "preferred_username": "lee-min"}
    assert "under the name of kim-ju" in look(Browser(office).sign_in(provider)).text
    tokens.forget(office.engine.db, "kim-ju")
    assert Browser(office).sign_in(provider).status_code == 303


@pytest.mark.threat("T30")
def test_whoever_signs_in_elsewhere_has_no_token_and_no_link(
    office: Office, provider: FakeProvider
) -> None:
    db, browser = office.engine.db, Browser(office)
    browser.sign_in(provider)
    (row,) = [one for one in tokens.issued(db) if one.provider is not None]
    assert (row.name, row.roles, row.provider) == ("kim-ju", (Role.ANALYST,), ISSUER)
    with pytest.raises(NotFoundError):
        sessions.make_link(db, "kim-ju", office.engine.now())
    (held,) = db._connection.execute("SELECT token FROM identity").fetchall()
    for shown in (
        held["token"].hex(),
        held["token"].decode("latin-1"),
        browser.kept["trilogue-session"],
    ):
        with pytest.raises(UnknownCallerError):
            tokens.check(db, shown)


def test_the_page_of_people_says_who_signs_in_elsewhere(
    office: Office, provider: FakeProvider
) -> None:
    provider.claims["groups"] = ["kr-admin"]
    browser = Browser(office)
    browser.sign_in(provider)
    assert ISSUER in look(browser.ask("/people")).text


class Sequencer:
    """The process that acts, as a worker hands requests over to it."""

    def __init__(self, office: Office) -> None:
        self.office = office
        self.asked: list[Asked] = []

    async def hand(self, asked: Asked, seconds: float = 0.0) -> Answered:
        self.asked.append(asked)
        self.office.service.handing = None
        try:
            return await perform(self.office.app, asked)
        finally:
            self.office.service.handing = self

    async def draw(self, asked: Asked) -> None:
        raise AssertionError(asked)

    async def close(self) -> None:
        pass


def test_a_worker_hands_both_halves_over_and_a_code_only_once(
    office: Office, provider: FakeProvider
) -> None:
    sequencer = office.service.handing = Sequencer(office)
    browser = Browser(office)
    back = browser.sign_in(provider)
    assert back.status_code == 303, back.text
    assert [asked.target.partition("?")[0] for asked in sequencer.asked] == [
        "/sign-on",
        "/sign-on/return",
    ]
    # A code serves once: nobody shows it a second time because an answer was lost.
    assert not any(asked.again for asked in sequencer.asked)
    assert browser.ask("/reports").status_code == 200


@pytest.mark.parametrize("secure", [True, False])
def test_the_cookie_that_another_process_made_stays_as_it_is_but_for_tls(secure: bool) -> None:
    made = "trilogue-sign-on=x; HttpOnly; Max-Age=600; Path=/sign-on; SameSite=lax"
    answer = _handed(Answered(status=303, headers=(("set-cookie", made),), body=b""), secure=secure)
    assert answer.headers["set-cookie"] == (f"{made}; Secure" if secure else made)
