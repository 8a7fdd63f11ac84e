"""`Client`: the operations of a node as methods. It converts, sends and reads; nothing else.

Acts carry an idempotency key of their own unless one is given, so that an answer that was lost is
asked for again without doing the act twice. Take a key of your own to go on doing so after a
restart: the node remembers it for a day.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any, Literal, Self, TypeVar

import msgspec

from trilogue.client.connection import Connection, fresh_key
from trilogue.errors import InputError, UnavailableError
from trilogue.node.answers import (
    AccessEntry,
    ArrangementAnswer,
    FlightsAnswer,
    Granted,
    GrantEntry,
    HealthAnswer,
    IncidentEntry,
    Logged,
    Opened,
    Page,
    PendingEntry,
    PictureAnswer,
    ReportEntry,
    RequestEntry,
    RequestState,
    StandingEntry,
    StatementEntry,
    Waiting,
)
from trilogue.node.condition import Status
from trilogue.node.filed import Batch, Submitted
from trilogue.node.inputs import (
    AdoptionInput,
    BatchInput,
    FilingInput,
    FindingFilingInput,
    FlightFilingInput,
    GrantInput,
    IncidentInput,
    LeaveInput,
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
from trilogue.node.pattern_answers import FindingsAnswer, RecordAnswer

if TYPE_CHECKING:
    import ssl

__all__ = ["Client"]

T = TypeVar("T")
Lang = Literal["en", "ko", "ja"]
Reports = Literal["all", "own", "none"]


class Client:
    """A node, as one caller sees it.

    `url` is the node's `api` address, `token` what `trilogue node token issue` made; without one
    only `healthz` and `readyz` answer. Raises `InputError` when the token would travel in clear.
    Not safe for two threads: each takes a client of its own.
    """

    def __init__(
        self,
        url: str,
        token: str = "",
        *,
        seconds: float = 30.0,
        context: ssl.SSLContext | None = None,
    ) -> None:
        self._connection = Connection(url, token, seconds=seconds, context=context)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the connection."""
        self._connection.close()

    def through(self, page: Callable[..., Page[T]], *, after: int = 0, **query: Any) -> Iterator[T]:
        """Go through a whole list, page by page: `client.through(client.grants)`."""
        more = True
        while more:
            found = page(after=after, **query)
            yield from found.items
            after, more = found.next, found.more

    # The node and the arrangement.

    def status(self, *, lang: Lang = "en") -> Status:
        """Ask how the node is."""
        return self._get("/v1/status", Status, lang=lang)

    def metrics(self) -> str:
        """Read the node's metrics, as a monitor does."""
        return self._connection.call("GET", "/metrics").decode()

    def healthz(self) -> HealthAnswer:
        """Ask whether the node serves; the answer says what stands in its way."""
        return _read(self._connection.call("GET", "/healthz", also=503), HealthAnswer)

    def readyz(self) -> HealthAnswer:
        """Ask whether reports and grants can go out now."""
        return _read(self._connection.call("GET", "/readyz", also=503), HealthAnswer)

    def arrangement(self, *, lang: Lang = "en") -> ArrangementAnswer:
        """Ask for the arrangement under which the node works."""
        return self._get("/v1/arrangement", ArrangementAnswer, lang=lang)

    def adopt(self, digest: str | None = None, *, key: str | None = None) -> Logged:
        """Adopt the arrangement, by default the newest version that is there."""
        return self._act("/v1/arrangement/adoption", AdoptionInput(digest=digest), Logged, key)

    def suspend(self, given: StandInput, *, key: str | None = None) -> Logged:
        """Suspend the arrangement, or a running notice of withdrawal."""
        return self._act("/v1/arrangement/suspension", given, Logged, key)

    def resume(self, given: StandInput, *, key: str | None = None) -> Logged:
        """Resume what was suspended."""
        return self._act("/v1/arrangement/resumption", given, Logged, key)

    def leave(self, given: LeaveInput, *, key: str | None = None) -> Logged:
        """Give notice of withdrawal from the arrangement."""
        return self._act("/v1/arrangement/withdrawal", given, Logged, key)

    # Reports.

    def submit(self, given: ReportInput, *, key: str | None = None) -> Submitted:
        """Submit a report."""
        return self._act("/v1/reports", given, Submitted, key)

    def submit_batch(self, given: BatchInput, *, key: str | None = None) -> Batch:
        """Submit reports together."""
        return self._act("/v1/batches", given, Batch, key)

    def reports(self, *, after: int = 0, most: int = 100, lang: Lang = "en") -> Page[ReportEntry]:
        """List the reports that are known there."""
        return self._get("/v1/reports", Page[ReportEntry], after=after, most=most, lang=lang)

    def report(self, report: Place, *, lang: Lang = "en") -> ReportEntry:
        """Ask for one report and what is held of it."""
        return self._get(f"/v1/reports/{_path(report)}", ReportEntry, lang=lang)

    def open_portion(self, report: Place, given: OpeningInput, *, lang: Lang = "en") -> Opened:
        """Open one portion of a report. Each opening is registered: it has no key."""
        path = f"/v1/reports/{_path(report)}/openings"
        data = self._connection.call("POST", path, query={"lang": lang}, body=_written(given))
        return _read(data, Opened)

    def reclassify(self, given: ReclassifyInput, *, key: str | None = None) -> Logged:
        """Change the marking of one of the participant's portions."""
        return self._act("/v1/reclassifications", given, Logged, key)

    def accesses(self, *, after: int = 0, most: int = 100) -> Page[AccessEntry]:
        """List the access register."""
        return self._get("/v1/accesses", Page[AccessEntry], after=after, most=most)

    # Consent.

    def request(self, given: RequestInput, *, key: str | None = None) -> Logged:
        """Ask an originator for portions, or for what fits a description."""
        return self._act("/v1/requests", given, Logged, key)

    def requests(
        self, *, after: int = 0, most: int = 100, state: RequestState | None = None
    ) -> Page[RequestEntry]:
        """List requests, in one state or in any."""
        return self._get("/v1/requests", Page[RequestEntry], after=after, most=most, state=state)

    def grant(self, given: GrantInput, *, key: str | None = None) -> Granted | Waiting:
        """Grant portions of the participant's reports; `Waiting` is for a second officer."""
        return _granted(self._send("/v1/grants", given, key))

    def grants(self, *, after: int = 0, most: int = 100) -> Page[GrantEntry]:
        """List grants, and how each stands with its audience."""
        return self._get("/v1/grants", Page[GrantEntry], after=after, most=most)

    def pending(self, *, after: int = 0, most: int = 100) -> Page[PendingEntry]:
        """List the grants that wait for a second officer."""
        return self._get("/v1/pending", Page[PendingEntry], after=after, most=most)

    def approve(self, pending: int, *, key: str | None = None) -> Granted | Waiting:
        """Agree to a grant that waits, as the second officer."""
        return _granted(self._send(f"/v1/pending/{pending}/approvals", None, key))

    def drop_pending(self, pending: int, *, key: str | None = None) -> None:
        """Give up a grant that waits."""
        self._connection.call("DELETE", f"/v1/pending/{pending}", key=key or fresh_key())

    def refuse(self, given: RefusalInput, *, key: str | None = None) -> Logged:
        """Refuse a request."""
        return self._act("/v1/refusals", given, Logged, key)

    def withdraw(self, given: WithdrawalInput, *, key: str | None = None) -> Logged:
        """Withdraw a grant or a standing consent."""
        return self._act("/v1/withdrawals", given, Logged, key)

    def stand(self, given: StandingInput, *, key: str | None = None) -> Logged:
        """Lay down a standing consent."""
        return self._act("/v1/standing", given, Logged, key)

    def standing(self, *, after: int = 0, most: int = 100) -> Page[StandingEntry]:
        """List the standing consents."""
        return self._get("/v1/standing", Page[StandingEntry], after=after, most=most)

    # Incidents and statements.

    def report_incident(self, given: IncidentInput, *, key: str | None = None) -> Logged:
        """Report loss or compromise."""
        return self._act("/v1/incidents", given, Logged, key)

    def incidents(self, *, after: int = 0, most: int = 100) -> Page[IncidentEntry]:
        """List incidents and findings."""
        return self._get("/v1/incidents", Page[IncidentEntry], after=after, most=most)

    def statements(
        self, *, after: int = 0, most: int = 100, kind: str | None = None
    ) -> Page[StatementEntry]:
        """List statements, own and heard, of one kind or of all."""
        return self._get("/v1/statements", Page[StatementEntry], after=after, most=most, kind=kind)

    def stream(self, *, after: int | None = None) -> Iterator[StatementEntry]:
        """Yield statements as they come to count, for as long as the node runs.

        Raises `UnavailableError` when it breaks; go on with the last `position` as `after`.
        """
        for data in self._connection.events("/v1/stream", {"after": after}):
            yield _read(data, StatementEntry)

    # The picture.

    def picture(self, *, purpose: str = "analysis", own_only: bool = False) -> PictureAnswer:
        """Ask what the participant sees now, or would see of its own readings alone."""
        readings = "own" if own_only else "all"
        return self._get("/v1/picture/events", PictureAnswer, purpose=purpose, readings=readings)

    def file_estimate(self, given: FilingInput, *, key: str | None = None) -> Submitted:
        """File an estimate as a derived report."""
        return self._act("/v1/picture/filings", given, Submitted, key)

    def flights(self, *, purpose: str = "analysis", own_only: bool = False) -> FlightsAnswer:
        """See the missile flights in what may be read now, one picture for each coalition."""
        readings = "own" if own_only else "all"
        return self._get("/v1/picture/flights", FlightsAnswer, purpose=purpose, readings=readings)

    def file_flight(self, given: FlightFilingInput, *, key: str | None = None) -> Submitted:
        """File a flight as a derived report: its track, and its launch where it shows."""
        return self._act("/v1/picture/flights/filings", given, Submitted, key)

    # Patterns.

    def launch_record(
        self, *, purpose: str = "analysis", reports: Reports = "all", lang: Lang = "en"
    ) -> RecordAnswer:
        """See the launch record: public rows, and beside them what may be read now."""
        query = {"purpose": purpose, "reports": reports, "lang": lang}
        return self._get("/v1/patterns/record", RecordAnswer, **query)

    def findings(
        self, *, purpose: str = "analysis", reports: Reports = "all", lang: Lang = "en"
    ) -> FindingsAnswer:
        """Ask what is found in the record, and which findings were filed. It can take seconds."""
        query = {"purpose": purpose, "reports": reports, "lang": lang}
        return self._get("/v1/patterns/findings", FindingsAnswer, **query)

    def file_finding(self, given: FindingFilingInput, *, key: str | None = None) -> Submitted:
        """File a finding as a derived report."""
        return self._act("/v1/patterns/findings/filings", given, Submitted, key)

    # How it is sent.

    def _get(self, path: str, gives: type[T], **query: Any) -> T:
        return _read(self._connection.call("GET", path, query=query), gives)

    def _act(self, path: str, given: msgspec.Struct, gives: type[T], key: str | None) -> T:
        return _read(self._send(path, given, key), gives)

    def _send(self, path: str, given: msgspec.Struct | None, key: str | None) -> bytes:
        body = None if given is None else _written(given)
        return self._connection.call("POST", path, body=body, key=key or fresh_key())


def _path(place: Place) -> str:
    return f"{place.speaker}/{place.index}"


def _written(given: msgspec.Struct) -> bytes:
    try:
        # Sorted, as the node would spell it: then it need not look for a key that stands twice.
        return msgspec.json.encode(given, order="sorted")
    except UnicodeEncodeError as error:
        raise InputError(f"text that is not Unicode: {error}") from error


def _read(data: bytes, gives: type[T]) -> T:
    try:
        return msgspec.json.decode(data, type=gives)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise UnavailableError(
            f"the node's answer is no {gives}: {error}", hint="is this client as new as the node?"
        ) from error


def _granted(data: bytes) -> Granted | Waiting:
    """Tell a grant from one that waits: the one has a place in the log, the other a number."""
    if "statement" in _read(data, dict):
        return _read(data, Granted)
    return _read(data, Waiting)
