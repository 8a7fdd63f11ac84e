"""From what an act did to what is answered.

A `Refused` is raised as the `RefusedError` that it stands for.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from trilogue.consent.acts import GrantBody
from trilogue.encoding import base64
from trilogue.node.answers import (
    AsideEntry,
    CoalitionFlights,
    EventEntry,
    FlightEntry,
    Granted,
    Logged,
    RaidEntry,
    Waiting,
)
from trilogue.node.authoring import Authored, Refused
from trilogue.node.consenting import Deferred
from trilogue.node.engine import raise_refused
from trilogue.node.filed import Batch, BatchEntry, Denied, Submitted, SubmittedPortion
from trilogue.node.inputs import BatchInput, Place, ReportInput, SourceInput
from trilogue.protocol.statement import Composed, Statement
from trilogue.reports.cite import Cite

if TYPE_CHECKING:
    # Numerics are heavy: a node starts without them.
    from trilogue.picture.missiles import RaidPicture
    from trilogue.picture.seismic import SeismicPicture
    from trilogue.picture.sources import Readable

__all__ = ["batch", "event_entry", "granted", "logged", "raid_entry", "submitted"]


def logged(done: Composed | Refused) -> Logged:
    """Answer with a statement that was logged."""
    done = raise_refused(done)
    return Logged(
        statement=_place(done.statement),
        kind=done.statement.kind,
        issued=done.statement.issued,
        leaf=base64.encode(done.leaf_hash),
    )


def granted(done: Composed | Deferred | Refused) -> Granted | Waiting:
    """Answer with a grant, or with what it waits for."""
    if isinstance(done, Deferred):
        return Waiting(id=done.number, officer=done.officer, rules=done.rules, reason=done.reason)
    done = raise_refused(done)
    body = done.statement.says(GrantBody)
    return Granted(
        statement=_place(done.statement),
        kind=done.statement.kind,
        issued=done.statement.issued,
        leaf=base64.encode(done.leaf_hash),
        extent=body.extent,
        officers=tuple(sorted({approval.officer for approval in body.approvals})),
    )


def event_entry(picture: SeismicPicture) -> EventEntry:
    """Answer with one event, each coalition's estimate as the command line prints it."""
    from trilogue.picture.filing import sources_of

    sources = sources_of(picture, picture.best)
    return EventEntry(
        event=picture.event,
        first_arrival=picture.first_arrival,
        estimates=tuple(estimate.to_json() for estimate in picture.estimates),
        sources=tuple(map(_source, sources)),
    )


def raid_entry(raid: RaidPicture) -> RaidEntry:
    """Answer with one raid, each flight as the command line prints it."""
    from trilogue.picture.told import flight_json, moment

    return RaidEntry(
        first_seen=raid.first_seen,
        coalitions=tuple(
            CoalitionFlights(
                coalition=one.coalition,
                at=moment(one.picture.time) if one.picture.time else None,
                flights=tuple(
                    FlightEntry(flight=flight_json(flight), sources=tuple(map(_source, sources)))
                    for flight, sources in zip(one.picture.flights, one.lineage, strict=True)
                ),
                aside=tuple(
                    AsideEntry(source=_source(left.source), reason=left.reason)
                    for left in one.aside
                ),
                reason=one.reason,
            )
            for one in raid.coalitions
        ),
    )


def submitted(
    given: ReportInput, done: tuple[Authored, tuple[Composed, ...]] | Refused
) -> Submitted:
    """Answer with a new report, its portions in its author's order and under its labels."""
    return _submitted(given, *raise_refused(done))


def batch(
    given: BatchInput, done: tuple[tuple[Authored | Refused, ...], tuple[Composed, ...]]
) -> Batch:
    """Answer with what became of each report, under the grants that cover it."""
    results, grants = done
    covering: dict[Cite, list[Composed]] = {}
    for grant in grants:
        for item in grant.statement.says(GrantBody).items:
            covering.setdefault(item.report, []).append(grant)
    return Batch(
        reports=tuple(
            BatchEntry(
                submitted=None,
                denied=Denied(
                    refusal=_place(one.composed.statement), rules=one.rules, reason=one.reason
                ),
            )
            if isinstance(one, Refused)
            else BatchEntry(
                submitted=_submitted(report, one, tuple(covering.get(one.report, ()))), denied=None
            )
            for report, one in zip(given.reports, results, strict=True)
        )
    )


def _submitted(given: ReportInput, authored: Authored, grants: tuple[Composed, ...]) -> Submitted:
    return Submitted(
        report=Place(speaker=authored.report.speaker, index=authored.report.index),
        portions=tuple(
            SubmittedPortion(
                portion=digest,
                label=portion.label,
                payload_type=header.payload_type,
                subject=header.subject,
                marking=header.marking,
            )
            for portion, (digest, header) in zip(given.portions, authored.portions, strict=True)
        ),
        grants=tuple(_place(one.statement) for one in grants),
    )


def _source(one: Readable) -> SourceInput:
    return SourceInput(
        report=Place(speaker=one.report.speaker, index=one.report.index), portion=one.portion
    )


def _place(statement: Statement) -> Place:
    return Place(speaker=statement.speaker, index=statement.index)
