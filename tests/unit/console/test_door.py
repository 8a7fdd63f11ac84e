"""The door: who gets in, what opens for whom, and which forms count."""

from __future__ import annotations

import pytest
from tests.support.office import Office
from tests.support.trio import Trio
from tests.support.visitor import Seen, Visitor

from trilogue.console.access import NAVIGATION
from trilogue.console.live import LIVE
from trilogue.console.page import _handed
from trilogue.console.pages import PAGES
from trilogue.errors import NotFoundError, UnavailableError
from trilogue.node import sessions, tokens
from trilogue.node.handing import Answered, Asked
from trilogue.node.tokens import Role

PLACES = {"{speaker:str}": "KR", "{index:int}": "999", "{number:int}": "999"}
PEOPLE = [role for role in Role if role is not Role.MONITOR]


def guarded() -> dict[str, tuple[str, str, frozenset[Role]]]:
    found = {}
    for route in PAGES:
        if route.opt["roles"] is None:
            continue
        (path,) = route.paths
        for name, value in PLACES.items():
            path = path.replace(name, value)
        (method,) = route.http_methods - {"OPTIONS", "HEAD"}
        found[route.name] = method, path, frozenset(route.opt["roles"])
    return found


ALL = guarded()


@pytest.mark.threat("T28")
@pytest.mark.parametrize("name", ALL)
def test_a_page_opens_to_its_roles_alone(office: Office, name: str) -> None:
    method, path, roles = ALL[name]
    for role in PEOPLE:
        visitor = Visitor(office, role)
        if name == "page_sign_out":
            continue
        answer = visitor.ask(path) if method == "GET" else visitor.post(path)
        assert (answer.status_code == 403) == (role not in roles), (role, answer.text)


@pytest.mark.parametrize("name", ALL)
def test_nobody_who_has_not_signed_in_sees_a_page(office: Office, name: str) -> None:
    method, path, _ = ALL[name]
    answer = office.browser.request(method, path, follow_redirects=False)
    assert answer.status_code == 303
    assert answer.headers["location"].startswith("/sign-in?to=")
    assert not answer.content


def test_signing_in_leads_on_to_what_was_asked_for_and_nowhere_else(office: Office) -> None:
    token = office.tokens[Role.ANALYST]
    for to, leads in (
        ("/reports/KR/2", "/reports/KR/2"),
        ("//elsewhere.example", "/"),
        ("/\\elsewhere.example", "/"),
        ("/\t/elsewhere.example", "/"),
        ("https://elsewhere.example", "/"),
    ):
        answer = office.browser.post(
            "/sign-in", data={"token": token, "to": to}, follow_redirects=False
        )
        assert answer.headers["location"] == leads


@pytest.mark.threat("T28")
def test_the_cookie_is_for_this_node_and_for_no_script(office: Office) -> None:
    answer = office.browser.post(
        "/sign-in", data={"token": office.tokens[Role.ANALYST]}, follow_redirects=False
    )
    cookie = answer.headers["set-cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=strict" in cookie
    assert "path=/" in cookie
    assert "domain" not in cookie


@pytest.mark.parametrize("secure", [True, False])
def test_a_cookie_that_another_process_made_is_secure_where_people_come_by_tls(
    secure: bool,
) -> None:
    made = (("set-cookie", "trilogue-session=secret; HttpOnly; Path=/; SameSite=strict"),)
    answer = _handed(Answered(status=303, headers=made, body=b""), secure=secure)
    assert answer.headers["set-cookie"].endswith("; Secure") == secure


class Elsewhere:
    """The process that acts, when it is another: answers, or is away."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.away = False

    async def hand(self, asked: Asked, seconds: float = 1.0) -> Answered:
        if self.away:
            raise UnavailableError("the sequencer is away")
        self.asked.append(asked.target)
        return Answered(status=200, headers=(("content-type", "text/html"),), body=b"elsewhere")


def test_a_session_that_was_last_used_elsewhere_is_written_by_the_process_that_acts(
    office: Office, trio: Trio
) -> None:
    visitor, elsewhere = Visitor(office, Role.ANALYST), Elsewhere()
    office.service.handing = elsewhere
    assert visitor.ask("/reports").text != "elsewhere"  # nothing is to be written yet
    trio.clock.advance(61)
    assert visitor.ask("/reports", **{LIVE: "true"}).text != "elsewhere"
    assert visitor.ask("/reports").text == "elsewhere"
    assert elsewhere.asked == ["/reports"]
    elsewhere.away = True
    assert "No report is known here yet" in visitor.ask("/reports").text
    assert visitor.send("/sign-out", {"form": "x"}).status_code == 401
    form = Seen(visitor.ask("/reports")).values("form")[0]
    assert visitor.send("/sign-out", {"form": form}).status_code == 503


def test_an_unknown_token_is_refused_and_not_shown_again(office: Office) -> None:
    answer = office.browser.post("/sign-in", data={"token": "not-a-token"}, follow_redirects=False)
    assert answer.status_code == 401
    assert "not-a-token" not in answer.text
    assert "set-cookie" not in answer.headers


@pytest.mark.threat("T28")
def test_a_form_of_another_site_or_another_session_changes_nothing(office: Office) -> None:
    visitor, other = Visitor(office, Role.ADMINISTRATOR), Visitor(office, Role.RELEASE_OFFICER)
    (own, *_) = visitor.open("/arrangement").values("form")
    (foreign, *_) = other.open("/arrangement").values("form")
    size = office.log_size()
    fields = {"do": "suspend", "reason": "no reason at all"}
    for form, headers in (
        ("", {}),
        (foreign, {}),
        (own, {"Origin": "https://elsewhere.example"}),
        (own, {"Origin": "null"}),
        (own, {"Sec-Fetch-Site": "cross-site"}),
        (own, {"Sec-Fetch-Site": "same-site"}),
    ):
        answer = visitor.send("/arrangement", {"form": form, **fields}, **headers)
        assert answer.status_code == 401, (form, headers)
    assert office.log_size() == size
    assert visitor.send("/arrangement", {"form": own, **fields}).status_code == 303
    assert office.log_size() == size + 1


@pytest.mark.threat("T28")
def test_a_session_ends_when_it_is_left_alone(office: Office, trio: Trio) -> None:
    visitor = Visitor(office, Role.ANALYST)
    for _ in range(3):  # used every ten minutes, it goes on
        trio.clock.advance(600)
        visitor.open("/reports")
    trio.clock.advance(sessions.IDLE_SECONDS + 61)
    assert visitor.ask("/reports").status_code == 303


def test_a_session_ends_after_twelve_hours_however_busy(office: Office, trio: Trio) -> None:
    visitor, passed = Visitor(office, Role.ANALYST), 0
    while passed < sessions.LONGEST_SECONDS:
        assert visitor.ask("/reports").status_code == 200
        trio.clock.advance(840)
        passed += 840
    assert visitor.ask("/reports").status_code == 303


@pytest.mark.threat("T28")
def test_a_revoked_token_ends_its_sessions(office: Office) -> None:
    visitor = Visitor(office, Role.ANALYST)
    tokens.revoke(office.engine.db, "the-analyst")
    assert visitor.ask("/reports").status_code == 303


def test_signing_out_ends_this_session_and_everywhere_ends_all(office: Office) -> None:
    one, two, three = (Visitor(office, Role.ANALYST) for _ in range(3))
    other = Visitor(office, Role.AUDITOR)
    assert one.post("/sign-out").status_code == 303
    assert one.ask("/reports").status_code == 303
    assert two.ask("/reports").status_code == 200
    assert two.post("/sign-out", everywhere="yes").status_code == 303
    assert three.ask("/reports").status_code == 303
    assert other.ask("/arrangement").status_code == 200


@pytest.mark.threat("T28")
def test_a_link_signs_in_once_by_a_click_and_for_ten_minutes(office: Office, trio: Trio) -> None:
    engine = office.engine
    code = sessions.make_link(engine.db, "the-analyst", engine.now())
    assert Seen(office.browser.get(f"/sign-in/{code}")).status == 200  # a look uses nothing up
    answer = office.browser.post(f"/sign-in/{code}", follow_redirects=False)
    assert answer.status_code == 303
    office.browser.cookies.clear()
    assert office.browser.post(f"/sign-in/{code}", follow_redirects=False).status_code == 401
    late = sessions.make_link(engine.db, "the-analyst", engine.now())
    trio.clock.advance(sessions.LINK_SECONDS + 1)
    assert office.browser.post(f"/sign-in/{late}", follow_redirects=False).status_code == 401


def test_a_link_stands_for_the_token_with_most_roles_and_never_for_a_monitor(
    office: Office,
) -> None:
    db, now = office.engine.db, office.engine.now()
    tokens.issue(db, "kim", [Role.MONITOR])
    with pytest.raises(NotFoundError, match="no token with pages"):
        sessions.make_link(db, "kim", now)
    tokens.issue(db, "kim", [Role.AUDITOR])
    tokens.issue(db, "kim", [Role.ANALYST, Role.WATCH_OFFICER])
    secret = sessions.follow_link(db, sessions.make_link(db, "kim", now), now)
    found = sessions.find(db, secret, now)
    assert found is not None
    assert found.roles == {Role.ANALYST, Role.WATCH_OFFICER}


def test_everybody_begins_with_a_page_that_opens(office: Office) -> None:
    for role in PEOPLE:
        visitor = Visitor(office, role)
        answer = visitor.ask("/")
        assert answer.status_code == 303
        first = visitor.open(answer.headers["location"])
        shown = {path for path, _, roles in NAVIGATION if role in roles}
        assert shown <= first.links()
        assert not (first.links() & ({path for path, _, _ in NAVIGATION} - shown))


def test_a_monitor_has_no_pages(office: Office) -> None:
    answer = office.browser.post(
        "/sign-in", data={"token": office.tokens[Role.MONITOR]}, follow_redirects=False
    )
    assert answer.status_code == 401
