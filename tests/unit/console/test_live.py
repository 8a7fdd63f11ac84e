"""News: what an open page hears, and what it does when it fetched itself."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import quote

import httpx
import pytest
from tests.support.direct_service import DirectService
from tests.support.http import serving
from tests.support.office import Office
from tests.support.trio import Trio
from tests.support.visitor import Visitor

from trilogue.console import create_app
from trilogue.console.door import COOKIE
from trilogue.console.live import LIVE
from trilogue.node import sessions, tokens
from trilogue.node.tokens import Role

LIVELY = {LIVE: "true"}


@pytest.fixture
def service(trio: Trio) -> Iterator[DirectService]:
    """KR's node, over real HTTP in these tests: an endless answer needs a real connection."""
    made = DirectService(trio["KR"])
    yield made
    made.close()


@contextmanager
def hearing(service: DirectService, after: int, **headers: str) -> Iterator[Iterator[list[str]]]:
    """Sign somebody in and yield the events of a page that they have open."""
    engine = service.engine
    token = service.direct(lambda: tokens.issue(engine.db, "the-analyst", [Role.ANALYST]))
    secret = service.direct(lambda: sessions.sign_in(engine.db, token, engine.now()))
    sent = {"Cookie": f"{COOKIE}={secret}", **headers}
    with (
        serving(service, create_app) as url,
        httpx.stream("GET", f"{url}/live?after={after}", headers=sent) as answer,
    ):
        assert answer.status_code == 200
        assert answer.headers["cache-control"] == "no-store"
        lines = (line for line in answer.iter_lines() if not line.startswith(":"))
        yield (list(event) for some, event in itertools.groupby(lines, bool) if some)


def test_a_page_hears_that_something_counts_and_no_more_than_that(
    trio: Trio, service: DirectService
) -> None:
    newest = trio["KR"].db.q.last_position()
    with hearing(service, newest - 1) as events:
        assert next(events) == [f"id: {newest}", "event: news", f"data: {newest}"]
        service.direct(lambda: trio.file("KR"))
        service.tell()
        assert next(events) == [f"id: {newest + 1}", "event: news", f"data: {newest + 1}"]


def test_a_stream_goes_on_where_it_broke_off(trio: Trio, service: DirectService) -> None:
    newest = trio["KR"].db.q.last_position()
    with hearing(service, 0, **{"Last-Event-ID": str(newest)}) as events:
        service.direct(lambda: trio.file("KR"))
        service.tell()
        assert next(events)[0] == f"id: {newest + 1}"


@pytest.mark.threat("T28")
def test_a_stream_ends_with_its_session(trio: Trio, service: DirectService) -> None:
    with hearing(service, trio["KR"].db.q.last_position()) as events:
        service.direct(lambda: tokens.revoke(trio["KR"].db, "the-analyst"))
        service.tell()
        assert list(events) == [["event: over", "data:"]]


@pytest.mark.parametrize("after", ["x", "-1", "٣", "1" * 20])
def test_a_position_that_is_none_is_refused(office: Office, after: str) -> None:
    assert Visitor(office, Role.ANALYST).ask(f"/live?after={after}").status_code == 401


@pytest.mark.threat("T28")
def test_who_is_not_signed_in_hears_nothing(office: Office) -> None:
    assert office.browser.get("/live").status_code == 401


@pytest.mark.threat("T28")
def test_a_page_that_fetches_itself_keeps_no_session_alive(office: Office, trio: Trio) -> None:
    visitor = Visitor(office, Role.ANALYST)
    for _ in range(sessions.IDLE_SECONDS // 60):
        assert visitor.ask("/reports", **LIVELY).status_code == 200
        trio.clock.advance(61)
    answer = visitor.ask("/reports", **LIVELY)
    assert answer.headers["hx-redirect"] == "/sign-in?to=/reports"
    assert not answer.content


def test_an_opened_portion_is_left_when_it_may_no_longer_be_read(
    office: Office, trio: Trio
) -> None:
    visitor, what = Visitor(office, Role.ANALYST), trio.file("KR")
    path = f"/reports/KR/{what.place.index}"
    (portion, *_) = visitor.open(path).values("portion")
    watch = f"{path}/opened?portion="
    assert visitor.ask(watch + quote(portion, safe=""), **LIVELY).status_code == 204
    assert visitor.ask(watch + "another", **LIVELY).headers["hx-redirect"] == path
    assert visitor.ask(watch + "another").headers["location"] == path
