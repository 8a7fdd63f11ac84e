"""Statements as a list and as a stream: nothing is skipped and nothing comes twice."""

from __future__ import annotations

import itertools
import threading
from collections.abc import Iterator

import httpx
import msgspec
import pytest
from tests.support.direct_service import DirectService
from tests.support.http import serving
from tests.support.office import Office
from tests.support.trio import Trio, portion

from trilogue.api import gate, news
from trilogue.client import Client
from trilogue.node.answers import StatementEntry
from trilogue.node.inputs import ReportInput
from trilogue.node.problem import UnknownCallerError
from trilogue.node.tokens import Role, issue, revoke

REPORT = ReportInput(portions=(portion(),))


@pytest.fixture
def service(trio: Trio) -> Iterator[DirectService]:
    made = DirectService(trio["KR"])
    yield made
    made.close()


@pytest.fixture
def token(trio: Trio) -> str:
    return issue(trio["KR"].db, "the-watch", list(Role))


def submit(trio: Trio, service: DirectService) -> None:
    service.direct(lambda: trio.file("KR"))


@pytest.mark.parametrize("most", [1, 2, 3, 1000])
def test_a_list_is_whole_whatever_its_pages(trio: Trio, office: Office, most: int) -> None:
    trio.grant(trio.file("KR"))
    trio.settle()
    seen, after, more = [], 0, True
    while more:
        page = office.get("auditor", f"/v1/statements?after={after}&most={most}")
        assert len(page["items"]) <= most
        seen += page["items"]
        after, more = page["next"], page["more"]
    assert [one["position"] for one in seen] == list(range(1, trio["KR"].db.q.last_position() + 1))
    assert {(one["statement"]["speaker"], one["kind"]) for one in seen} >= {
        ("KR", "grant"),
        ("US", "receipt"),
        ("JP", "receipt"),
    }


def test_a_list_goes_on_from_its_cursor_when_more_came(trio: Trio, office: Office) -> None:
    page = office.get("auditor", "/v1/statements")
    assert not page["more"]
    trio.file("KR")
    onward = office.get("auditor", f"/v1/statements?after={page['next']}")
    assert [one["position"] for one in onward["items"]] == [page["next"] + 1]


def test_a_list_can_be_of_one_kind(trio: Trio, office: Office) -> None:
    trio.grant(trio.file("KR"))
    trio.settle()
    page = office.get("auditor", "/v1/statements?kind=receipt&most=1")
    assert page["more"]
    assert page["items"][0]["kind"] == "receipt"
    assert page["items"][0]["cites"]


def test_a_stream_begins_where_it_is_told_and_follows(
    trio: Trio, service: DirectService, token: str
) -> None:
    submit(trio, service)
    with serving(service) as url, Client(url, token) as client:
        events = client.stream(after=0)
        first = [next(events) for _ in range(8)]
        assert [one.position for one in first] == list(range(1, 9))
        again = client.stream(after=first[4].position)
        assert [next(again).position for _ in range(3)] == [6, 7, 8]
        done = client.submit(REPORT)
        for stream in (events, again):
            entry = next(stream)
            assert (entry.position, entry.statement) == (9, done.report)
            stream.close()


def test_a_stream_without_a_cursor_begins_with_what_comes_next(
    trio: Trio, service: DirectService, token: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(news, "HEARTBEAT_SECONDS", 0.01)
    headers = {"Authorization": f"Bearer {token}"}
    with serving(service) as url, httpx.stream("GET", f"{url}/v1/stream", headers=headers) as got:
        lines = got.iter_lines()
        assert next(lines).startswith(":"), "the stream has begun, and there is nothing new"
        with Client(url, token) as client:
            for _ in range(3):
                client.submit(REPORT)
        ids = (line for line in lines if line.startswith("id"))
        assert [next(ids) for _ in range(3)] == ["id: 8", "id: 9", "id: 10"]


def test_a_stream_ends_for_a_token_that_was_revoked(
    trio: Trio, service: DirectService, token: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gate, "TRUSTED_SECONDS", 0.0)
    with serving(service) as url, Client(url, token) as client:
        events = client.stream(after=0)
        for _ in range(7):
            next(events)
        service.direct(lambda: revoke(trio["KR"].db, "the-watch"))
        submit(trio, service)
        service.tell()
        assert list(events) == []
        with pytest.raises(UnknownCallerError):
            next(client.stream())


def test_a_reader_that_reconnects_names_the_last_event_it_had(
    trio: Trio, service: DirectService, token: str
) -> None:
    headers = {"Authorization": f"Bearer {token}", "Last-Event-ID": "5"}
    with serving(service) as url, httpx.stream("GET", f"{url}/v1/stream", headers=headers) as got:
        assert got.headers["content-type"].startswith("text/event-stream")
        assert got.headers["cache-control"] == "no-store"
        lines = got.iter_lines()
        event = [next(lines) for _ in range(3)]
    assert sorted(line.partition(":")[0] for line in event) == ["data", "event", "id"]
    assert "id: 6" in event
    assert "event: statement" in event


def test_where_a_stream_begins_has_one_spelling(office: Office) -> None:
    answer = office.ask("auditor", "GET", "/v1/stream?after=x")
    assert answer.status_code == 400
    headers = {"Last-Event-ID": "017"}
    assert office.ask("auditor", "GET", "/v1/stream", headers=headers).status_code == 400


def test_a_stream_that_breaks_again_and_again_neither_skips_nor_repeats(
    trio: Trio, service: DirectService, token: str
) -> None:
    """A reader that resumes with the last id it had, while somebody goes on writing."""
    written: list[int] = []

    def write(url: str) -> None:
        with Client(url, token) as client:
            written.extend(client.submit(REPORT).report.index for _ in range(40))

    seen: list[tuple[int, int]] = []
    lengths = itertools.cycle([1, 3, 2, 5, 1, 4])
    with serving(service) as url:
        first = service.direct(trio["KR"].db.q.last_position)
        writer = threading.Thread(target=write, args=(url,))
        writer.start()
        last = str(first)
        while len(seen) < 40:
            headers = {"Authorization": f"Bearer {token}", "Last-Event-ID": last}
            with httpx.stream("GET", f"{url}/v1/stream", headers=headers) as got:
                events = _events(got.iter_lines())
                # Broken off anywhere, and once in the middle of an event that was not read whole.
                for position, index in itertools.islice(events, next(lengths)):
                    seen.append((position, index))
                    last = str(position)
                    if len(seen) == 40:
                        break
        writer.join()
    assert [position for position, _ in seen] == list(range(first + 1, first + 41))
    assert [index for _, index in seen] == written


def _events(lines: Iterator[str]) -> Iterator[tuple[int, int]]:
    """Read events: the id of each, and the place in the log of the statement in it."""
    position = -1
    for line in lines:
        if line.startswith("id: "):
            position = int(line.removeprefix("id: "))
        elif line.startswith("data: "):
            entry = msgspec.json.decode(line.removeprefix("data: "), type=StatementEntry)
            assert position in (entry.position, -1)
            yield entry.position, entry.statement.index
            position = -1
