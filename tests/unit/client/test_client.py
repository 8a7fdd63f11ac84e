"""The client: every operation as a method, every error as the class it was."""

from __future__ import annotations

import http.server
import inspect
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from tests.support.direct_service import DirectHealth, DirectService
from tests.support.http import serving
from tests.support.trio import OFFICERS, Filed, Trio, marking, portion

from trilogue.api.openapi import operations
from trilogue.client import Client
from trilogue.consent.acts import Description, StandingRule
from trilogue.errors import (
    ConsentError,
    InputError,
    NotFoundError,
    NotInForceError,
    RefusedError,
    UnavailableError,
)
from trilogue.node.answers import Granted, Waiting
from trilogue.node.inputs import (
    BatchInput,
    GrantInput,
    IncidentInput,
    LeaveInput,
    MarkingInput,
    OpeningInput,
    Place,
    ReclassifyInput,
    RefusalInput,
    ReportInput,
    RequestInput,
    StandingInput,
    StandInput,
    WithdrawalInput,
)
from trilogue.node.problem import KeyReusedError, RoleError, SameOfficerError, UnknownCallerError
from trilogue.node.tokens import Role, issue

REPORT = ReportInput(portions=(portion(),))


class Served:
    """A participant's API over HTTP, and a client for each of its two release officers."""

    def __init__(self, trio: Trio, who: str, service: DirectService, url: str) -> None:
        self.trio, self.service, self.url = trio, service, url
        tokens = [issue(trio[who].db, officer, list(Role)) for officer in OFFICERS]
        self.first, self.second = (Client(url, token) for token in tokens)

    def submitted(self, level: str = "CONFIDENTIAL") -> Filed:
        done = self.first.submit(ReportInput(portions=(portion(marking=marking(level)),)))
        return Filed("KR", done.report.index, tuple(one.portion for one in done.portions))

    def granting(self, what: Filed) -> GrantInput:
        return GrantInput(portions=what.sources(), audience=("JP", "US"), purposes=("analysis",))


@pytest.fixture
def served(trio: Trio) -> Iterator[Served]:
    """The API of KR."""
    service = DirectService(trio["KR"])
    with serving(service) as url:
        made = Served(trio, "KR", service, url)
        yield made
        made.first.close()
        made.second.close()
    service.close()


def test_every_operation_is_a_method_and_every_method_an_operation() -> None:
    methods = {name for name, _ in inspect.getmembers(Client, inspect.isfunction)}
    public = {name for name in methods if not name.startswith("_")}
    assert public == {operation.name for _, _, operation in operations()} | {"close", "through"}


def test_a_client_says_what_the_node_is_and_under_what(served: Served) -> None:
    assert served.first.status(lang="ja").participant == "KR"
    assert served.first.arrangement().hub == "US"
    with Client(served.url) as nobody:
        assert nobody.healthz().ready
        assert nobody.readyz().ready
        served.service.healthy = DirectHealth(ready=False, reasons=("full",))
        assert nobody.healthz().reasons == ("full",)
        assert not nobody.readyz().ready


def test_a_client_submits_lists_and_opens(served: Served) -> None:
    what = served.submitted()
    assert served.first.report(what.place).portions[0].portion == what.portions[0]
    opening = OpeningInput(portion=what.portions[0], purpose="analysis", why="x")
    assert served.first.open_portion(what.place, opening).payload["text"] == "seen"
    assert [one.officer for one in served.first.accesses().items] == [OFFICERS[0]]
    given = ReclassifyInput(
        portion=what.sources()[0],
        marking=MarkingInput(level="UNCLASSIFIED", releasable_to=("JP", "US")),
        reason="published",
    )
    assert served.first.reclassify(given).kind == "reclassification"


def test_a_client_submits_a_batch(served: Served) -> None:
    given = BatchInput(reports=(ReportInput(portions=(portion(),)),) * 2)
    done = served.first.submit_batch(given)
    places = [one.submitted.report for one in done.reports if one.submitted is not None]
    assert [served.first.report(place).report for place in places] == places
    assert len(places) == 2


def test_a_client_goes_through_a_list_page_by_page(served: Served) -> None:
    indices = [served.submitted().index for _ in range(5)]
    found = served.first.through(served.first.reports, most=2, lang="ko")
    assert [entry.report.index for entry in found] == indices
    assert len(list(served.first.through(served.first.statements, most=3))) == 12


def test_a_client_asks_and_refuses(served: Served) -> None:
    given = RequestInput(
        originator="JP",
        purpose="analysis",
        because="x",
        description=Description(subject="nuclear-test", payload_type=None, period=None),
    )
    assert served.first.request(given).kind == "request"
    (own,) = served.first.requests(state="open").items
    with pytest.raises(ConsentError, match="does not ask KR"):
        served.first.refuse(RefusalInput(request=own.request, reason="x"))
    with pytest.raises(RefusedError) as caught:
        served.first.request(RequestInput(**{**_fields(given), "direct": True}))
    assert caught.value.rules == ("no-pact",)
    assert caught.value.index == own.request.index + 1


def test_a_client_grants_with_one_officer_or_two(served: Served) -> None:
    granted = served.first.grant(served.granting(served.submitted()))
    assert isinstance(granted, Granted)
    secret = served.granting(served.submitted("SECRET"))
    waiting = served.first.grant(secret)
    assert isinstance(waiting, Waiting)
    (pending,) = served.second.pending().items
    assert (pending.id, pending.grant) == (waiting.id, secret)
    with pytest.raises(SameOfficerError):
        served.first.approve(waiting.id)
    both = served.second.approve(waiting.id)
    assert isinstance(both, Granted)
    assert both.officers == tuple(sorted(OFFICERS))
    withdrawal = WithdrawalInput(grant=both.statement, reason="x")
    assert served.first.withdraw(withdrawal).kind == "withdrawal"
    assert len(served.first.grants().items) == 2
    again = served.first.grant(secret)
    assert isinstance(again, Waiting)
    assert served.first.drop_pending(again.id) is None
    with pytest.raises(NotFoundError):
        served.first.drop_pending(again.id)


def test_a_client_lays_down_a_standing_consent(served: Served) -> None:
    rule = StandingRule(
        subjects=("missile-launch",),
        payload_types=("launch",),
        levels=("CONFIDENTIAL",),
        grid_e5=1000,
        per_hour=60,
        audience=("JP", "US"),
        purposes=("warning",),
        derive_for=(),
        lasts_seconds=3600,
        not_before="2016-01-01T00:00:00.000Z",
        expires=None,
    )
    assert served.first.stand(StandingInput(rule=rule)).kind == "standing"
    assert served.first.standing().items[0].rule == rule


def test_a_client_reports_an_incident(served: Served) -> None:
    given = IncidentInput(nature="loss", certainty="possible", text="a copy is missing")
    done = served.first.report_incident(given)
    assert [one.incident for one in served.first.incidents().items] == [done.statement]


def test_a_client_suspends_resumes_leaves_and_adopts(served: Served) -> None:
    client = served.first
    assert client.suspend(StandInput(reason="x")).kind == "suspension"
    with pytest.raises(NotInForceError, match="suspended"):
        client.submit(REPORT)
    client.resume(StandInput(reason="x"))
    client.leave(LeaveInput(reason="x"))
    assert client.adopt().kind == "adoption"
    with pytest.raises(InputError, match="adopted already"):
        client.adopt(client.arrangement().digest)


def test_who_may_not_is_told_so(served: Served) -> None:
    with Client(served.url, "nobody") as nobody, pytest.raises(UnknownCallerError):
        nobody.status()
    token = issue(served.trio["KR"].db, "an-auditor", [Role.AUDITOR])
    with Client(served.url, token) as auditor, pytest.raises(RoleError, match="auditor"):
        auditor.reports()


def test_a_key_makes_a_repeat_of_a_request(served: Served) -> None:
    done = served.first.submit(REPORT, key="k1")
    assert served.first.submit(REPORT, key="k1") == done
    assert served.first.submit(REPORT) != done
    with pytest.raises(KeyReusedError):
        served.first.submit(ReportInput(portions=(portion("other"),)), key="k1")


# What may break on the way.


class Unsteady(http.server.BaseHTTPRequestHandler):
    """Drops the first requests on the floor, and then answers as it was told."""

    drops = 1
    status, media_type, body = 200, "application/json", b"{}"
    requests: list[tuple[str, str | None]]

    def handle_any(self) -> None:
        length = int(self.headers.get("Content-Length", 0))
        self.rfile.read(length)
        self.requests.append((self.path, self.headers.get("Idempotency-Key")))
        if len(self.requests) <= self.drops:
            self.close_connection = True
            return
        self.send_response(self.status)
        self.send_header("Content-Type", self.media_type)
        self.send_header("Content-Length", str(len(self.body)))
        self.end_headers()
        self.wfile.write(self.body)

    do_GET = do_POST = do_DELETE = handle_any  # noqa: N815 - the server's own names

    def log_message(self, *_: object) -> None:
        pass


@contextmanager
def unsteady(**fields: Any) -> Iterator[tuple[Client, list[tuple[str, str | None]]]]:
    handler = type("Told", (Unsteady,), {**fields, "requests": []})
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        with Client(f"http://127.0.0.1:{server.server_port}", "token", seconds=5) as client:
            yield client, handler.requests
        server.shutdown()
        thread.join()


def test_an_answer_that_was_lost_is_asked_for_again_under_the_same_key() -> None:
    body = b'{"statement":{"speaker":"KR","index":1},"kind":"adoption","issued":"x","leaf":"x"}'
    body = body.replace(b'"issued":"x"', b'"issued":"2016-09-09T00:30:01.353Z"')
    with unsteady(body=body) as (client, requests):
        assert client.adopt().statement == Place(speaker="KR", index=1)
    (first, second) = requests
    assert first == second
    assert first[1] is not None
    assert len(first[1]) == 32


def test_a_question_that_was_lost_is_asked_again_and_an_opening_is_not() -> None:
    with unsteady(body=b'{"ready":true,"reasons":[]}') as (client, requests):
        assert client.healthz().ready
        assert len(requests) == 2
    given = OpeningInput(portion="x", purpose="x", why="x")
    with unsteady() as (client, requests):
        with pytest.raises(UnavailableError, match="no answer"):
            client.open_portion(Place(speaker="KR", index=1), given)
        assert len(requests) == 1


def test_a_node_that_does_not_come_back_is_unavailable() -> None:
    with unsteady(drops=9) as (client, requests):
        with pytest.raises(UnavailableError, match="no answer from the node at http://127"):
            client.adopt()
        assert len(requests) == 2


def test_a_node_that_is_not_there_is_unavailable() -> None:
    with Client("http://127.0.0.1:9", "token") as client:
        with pytest.raises(UnavailableError, match="is it running"):
            client.status()
        with pytest.raises(UnavailableError, match="is it running"):
            next(client.stream())


@pytest.mark.parametrize(
    ("status", "media_type", "body", "kind", "text"),
    [
        (503, "text/plain", b"Service Unavailable", UnavailableError, "Service Unavailable"),
        (502, "text/html", b"\xff\xfe", UnavailableError, "\ufffd"),
        (418, "application/problem+json", b"{", InputError, "{"),
        (200, "application/json", b"<html>", UnavailableError, "as new as the node"),
        (200, "application/json", b"{}", UnavailableError, "missing required field"),
    ],
)
def test_what_is_no_answer_of_a_node_is_told_as_it_came(
    status: int, media_type: str, body: bytes, kind: type[Exception], text: str
) -> None:
    told = {"status": status, "media_type": media_type, "body": body, "drops": 0}
    with unsteady(**told) as (client, _), pytest.raises(kind) as caught:
        client.status()
    assert text in str(caught.value)


@pytest.mark.parametrize(
    "url",
    [
        "http://example.org:7201",
        "http://10.0.0.1",
        "127.0.0.1:7201",
        "ftp://127.0.0.1",
        "http://127.0.0.1/v1",
        "https://",
        "https://user:secret@example.org",
    ],
)
def test_a_token_goes_to_the_address_of_a_node_and_never_in_clear(url: str) -> None:
    with pytest.raises(InputError):
        Client(url, "token")


@pytest.mark.parametrize("url", ["http://localhost:1", "http://[::1]:1", "https://example.org"])
def test_loopback_and_tls_are_addresses_of_a_node(url: str) -> None:
    Client(url, "token")


def test_text_that_is_not_unicode_is_not_sent() -> None:
    given = StandInput(reason="\udcff")
    with Client("http://127.0.0.1:9") as client, pytest.raises(InputError, match="Unicode"):
        client.suspend(given)


def test_the_client_brings_no_server_no_store_and_no_keys_along() -> None:
    heavy = {"litestar", "uvicorn", "aiohttp", "sqlite3", "aiosql", "cryptography", "numpy"}
    code = f"import sys, trilogue.client; print(*sorted({heavy!r} & set(sys.modules)))"
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == ""


def _fields(given: RequestInput) -> dict[str, Any]:
    return {name: getattr(given, name) for name in given.__struct_fields__}
