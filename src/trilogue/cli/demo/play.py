"""The play: each scene does one thing for real and says, in one line, what was logged where.

A scene that does not do what it says raises; the demo then ends with exit code 1 and the line that
failed. Nothing is printed that was not read back from a node.
"""

from __future__ import annotations

import socket
import ssl
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Any, TypeVar

from trilogue.cli.demo.material import Material
from trilogue.cli.demo.record import Step
from trilogue.cli.demo.show import Show
from trilogue.cli.demo.stage import Stage
from trilogue.consent.acts import StandingRule
from trilogue.errors import (
    ConsentError,
    NotFoundError,
    NotInForceError,
    RefusedError,
    TrilogueError,
    UnavailableError,
)
from trilogue.marking import portion_mark
from trilogue.node.answers import Granted, Logged, PortionEntry, RequestEntry
from trilogue.node.filed import Submitted
from trilogue.node.inputs import (
    GrantInput,
    OpeningInput,
    Place,
    RefusalInput,
    ReportInput,
    SourceInput,
    StandingInput,
    WithdrawalInput,
)

__all__ = ["Play", "StageError"]

T = TypeVar("T")
PATIENCE_SECONDS = 30.0


class StageError(TrilogueError):
    """A scene did not do what it says."""


class Play:
    """Three participants and what they do."""

    def __init__(self, stage: Stage, material: Material, show: Show) -> None:
        self.stage = stage
        self.material = material
        self.show = show
        self.steps: list[Step] = []
        self.reports: dict[str, Submitted] = {}
        self.grant: Granted | None = None

    # Adoption.

    def adopt(self) -> None:
        """All adopt the same bytes; before the last one does, nothing moves."""
        first, second, last = self.stage.players
        for name in (first, second):
            done = self.stage[name].client("administrator").adopt()
            self._step(name, "adopts the arrangement", done)
        try:
            self.stage[first].client().submit(self.material.report(first))
        except NotInForceError as error:
            self._refused(first, "submits its readings too early", str(error.message))
        else:
            raise StageError("a report was taken before the arrangement was in force")
        done = self.stage[last].client("administrator").adopt()
        self._step(last, "adopts the arrangement: it is in force", done)
        for player in self.stage.players.values():
            self.until(lambda p=player: p.client().status().force.in_force)  # type: ignore[misc]

    # Each for itself.

    def standing(self) -> None:
        """JP and US let their readings of tests go at once; KR leaves it to a person."""
        for name in ("JP", "US"):
            client = self.stage[name].client()
            others = tuple(p for p in self.stage.players if p != name)
            rule = self.material.standing(name, others, client.status().at)
            self.stand(name, rule, f"readings of tests to {_and(others)}")

    def submit(self) -> None:
        """Everybody submits the readings of its own network as a portion-marked report."""
        for name in self.stage.players:
            self.reports[name] = self.report(name, self.material.report(name))

    def stand(self, name: str, rule: StandingRule, what: str) -> None:
        """One participant gives a standing consent."""
        done = self.stage[name].client().stand(StandingInput(rule=rule))
        self._step(name, f"gives a standing consent for {what}", done)

    def report(self, name: str, report: ReportInput, text: str = "") -> Submitted:
        """One participant submits a report; what is said by default is how it is marked."""
        done = self.stage[name].client().submit(report)
        scale = self.stage.arrangement.scale
        marks = ", ".join(
            f"{p.payload_type} {portion_mark(p.marking, scale)}" for p in done.portions
        )
        self._say(name, text or f"submits a report: {marks}", "report", done.report)
        for grant in done.grants:
            self._say(name, "its standing consent releases it at once", "grant", grant)
        return done

    # Consent.

    def ask_and_grant(self) -> None:
        """JP asks for KR's readings; an officer of KR grants one portion, for six hours."""
        request = (
            self.stage["JP"]
            .client()
            .request(
                self.material.wish(
                    "KR", "seismic-arrivals", "the azimuthal gap to the west is 200°"
                )
            )
        )
        self._step("JP", "asks KR, through US, for readings it cannot know to exist", request)
        officer = self.stage["KR"].client()
        self.until(lambda: _open_request(self._all("KR", "requests"), request.statement))
        report = self.reports["KR"]
        readings = next(p for p in report.portions if p.payload_type == "seismic-arrivals")
        done = officer.grant(
            GrantInput(
                portions=(SourceInput(report=report.report, portion=readings.portion),),
                audience=("JP", "US"),
                purposes=("analysis",),
                lasts_seconds=6 * 3600,
                answers=request.statement,
            )
        )
        if not isinstance(done, Granted):
            raise StageError("the grant waits for a second officer, which the rules do not ask")
        self.grant = done
        self._step(
            "KR",
            f"{', '.join(done.officers)} grants 1 of {len(report.portions)} portions to JP and US"
            f" for analysis until {done.extent.expires}, no derived products",
            done,
        )
        for name in ("US", "JP"):
            self.until(lambda n=name: self._holds(n, "KR"))  # type: ignore[misc]
        self._receipts()

    def refuse(self) -> None:
        """JP asks for KR's assessment, and is refused with the reason."""
        request = (
            self.stage["JP"]
            .client()
            .request(self.material.wish("KR", "assessment", "to compare with our own"))
        )
        self._step("JP", "asks KR for its assessment", request)
        officer = self.stage["KR"].client()
        self.until(lambda: _open_request(self._all("KR", "requests"), request.statement))
        done = officer.refuse(
            RefusalInput(
                request=request.statement,
                reason="분석이 아직 끝나지 않음 (the analysis is not finished)",
                language="ko",
            )
        )
        self._step("KR", "refuses: 분석이 아직 끝나지 않음 (the analysis is not finished)", done)
        self.until(lambda: self._heard("JP", done.statement))

    def no_direct_path(self) -> None:
        """KR tries to reach JP directly: its node refuses, and JP's port does not know it."""
        try:
            self.stage["KR"].client().request(self.material.direct("JP"))
        except RefusedError as error:
            self._refused("KR", "tries to ask JP directly", error.message, error)
        else:
            raise StageError("a statement was addressed across a missing pact")
        host, port = self.stage["JP"].settings.listen_address
        pem = max((self.stage["KR"].directory / "keys").glob("[0-9]*/tls.pem"))
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
        context.load_cert_chain(pem)
        try:
            with (
                socket.create_connection((host, port), timeout=5) as raw,
                context.wrap_socket(raw) as channel,
            ):
                channel.sendall(b"GET /seen HTTP/1.1\r\nHost: jp\r\n\r\n")
                answered = channel.recv(1)
        except OSError as error:
            self._refused("JP", "is called directly with KR's own certificate", _tls_reason(error))
        else:
            if answered:
                raise StageError("JP's port answered KR")
            self._refused(
                "JP",
                "is called directly with KR's own certificate",
                "its port pins US alone and ends the handshake",
            )

    def rules(self) -> None:
        """A report outside the scope and one above the ceiling are refused by rule."""
        for name, what, report in (
            ("KR", "submits an earthquake near Gyeongju", self.material.earthquake()),
            ("US", "submits a TOP SECRET portion", self.material.above_ceiling()),
        ):
            try:
                self.stage[name].client().submit(report)
            except RefusedError as error:
                self._refused(name, what, error.message, error)
            else:
                raise StageError(f"{name} {what}, and it was taken")

    def withdraw(self) -> None:
        """KR withdraws its grant; JP and US destroy what they hold and say so."""
        if self.grant is None:
            raise StageError("there is nothing to withdraw")
        done = (
            self.stage["KR"]
            .client()
            .withdraw(WithdrawalInput(grant=self.grant.statement, reason="a source asked for it"))
        )
        self._step("KR", "withdraws the grant: a source asked for it", done)
        readings = self.reports["KR"].portions[0].portion
        for name in ("US", "JP"):
            self.until(lambda n=name: not self._holds(n, "KR"))  # type: ignore[misc]
            destruction = self.until(lambda n=name: self._said("KR", n, "destruction"))  # type: ignore[misc]
            self._say(name, "certifies that keys and content are gone", "destruction", destruction)
            try:
                self.stage[name].client().open_portion(
                    self.reports["KR"].report,
                    OpeningInput(portion=readings, purpose="analysis", why="after the end"),
                )
            except (NotFoundError, ConsentError):
                continue
            raise StageError(f"{name} still opens what was withdrawn")

    # What is read back.

    def _receipts(self) -> None:
        for name in ("US", "JP"):
            receipt = self.until(lambda n=name: self._said("KR", n, "receipt"))  # type: ignore[misc]
            self._say(name, "opened it; KR has the receipt", "receipt", receipt)

    def _holds(self, name: str, originator: str) -> list[PortionEntry]:
        """Return what a node may read of another's reports now."""
        return [
            portion
            for entry in self._all(name, "reports")
            if entry.report.speaker == originator
            for portion in entry.portions
            if portion.state == "live"
        ]

    def _heard(self, name: str, place: Place) -> bool:
        return any(s.statement == place for s in self._all(name, "statements"))

    def _said(self, at: str, speaker: str, kind: str) -> Place | None:
        """Return the newest statement of a kind by a speaker that counts at a node."""
        found = [
            entry.statement
            for entry in self._all(at, "statements")
            if entry.statement.speaker == speaker and entry.kind == kind
        ]
        return found[-1] if found else None

    def _all(self, name: str, what: str) -> list[Any]:
        client = self.stage[name].client()
        return list(client.through(getattr(client, what)))

    def _now(self) -> str:
        return self.stage[next(iter(self.stage.players))].client().status().at

    def until(self, condition: Callable[[], T | None]) -> T:
        """Wait until a condition holds; return what it found."""
        until = time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < until:
            with suppress(UnavailableError):
                found = condition()
                if found:
                    return found
            time.sleep(0.05)
        raise StageError("what was said did not arrive in time", hint="look at the nodes' logs")

    # What is said.

    def _step(self, who: str, text: str, done: Logged) -> None:
        self._say(who, text, done.kind, done.statement)

    def _say(self, who: str, text: str, kind: str, place: Place) -> None:
        where = f"{place.speaker}/{place.index}"
        self.steps.append(Step(self._now(), who, text, kind, where, "done"))
        self.show.step(self.steps[-1])

    def _refused(self, who: str, text: str, reason: str, error: RefusedError | None = None) -> None:
        where = f"{who}/{error.index}" if error is not None and error.index is not None else ""
        rules = error.rules if error is not None else ()
        reason = reason.removeprefix(f"refused by {', '.join(rules)}: ")
        kind = "refusal" if where else ""
        self.steps.append(Step(self._now(), who, text, kind, where, "refused", rules, reason))
        self.show.step(self.steps[-1])


def _open_request(requests: list[RequestEntry], place: Place) -> bool:
    return any(entry.request == place and entry.state == "open" for entry in requests)


def _and(names: tuple[str, ...]) -> str:
    return " and ".join(names)


def _tls_reason(error: OSError) -> str:
    if isinstance(error, ssl.SSLError) and error.reason:
        return error.reason.lower().replace("_", " ")
    return "the connection was closed in the handshake"
