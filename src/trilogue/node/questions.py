"""Questions: what a node's people may ask of it. They write nothing.

API, console and command line ask the same ones. Lists are read by cursor: `after` is the position
behind which to begin, `most` how many to give. What reports are held stands in `catalogue`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TypeVar

from trilogue.arrangement import Lang, render
from trilogue.consent.acts import (
    Approval,
    GrantBody,
    RefusalBody,
    RequestBody,
    StandingBody,
)
from trilogue.encoding import base64, canonical
from trilogue.errors import NotFoundError
from trilogue.node.answers import (
    AccessEntry,
    ArrangementAnswer,
    CheckpointEntry,
    ForceAnswer,
    GrantedItem,
    GrantEntry,
    IncidentEntry,
    LevelName,
    Named,
    PactAnswer,
    Page,
    ParticipantAnswer,
    ParticipantState,
    PendingEntry,
    RefusalEntry,
    RequestEntry,
    StandingEntry,
    StatementEntry,
)
from trilogue.node.engine import Engine
from trilogue.node.inputs import GrantInput, Place, SourceInput
from trilogue.protocol.bodies import IncidentBody
from trilogue.protocol.statement import read_statement
from trilogue.reports.cite import Cite
from trilogue.store.database import Row

__all__ = [
    "accesses",
    "accesses_of",
    "arrangement",
    "checkpoints",
    "force",
    "grants",
    "incidents",
    "newest_grants",
    "newest_statements",
    "page",
    "pending",
    "place_of",
    "request",
    "requests",
    "standing",
    "statements",
    "trail",
]

T = TypeVar("T")


END = canonical.MAX_INTEGER
"""A cursor behind everything that will ever count."""


_SOON = 300
"""How many statements of a kind are looked through for those that cite another."""


def arrangement(engine: Engine, lang: Lang) -> ArrangementAnswer:
    """Give the arrangement under which the node works. Raises `NotInForceError` without one."""
    current, stands = engine.books.arrangement, engine.books.stands()
    text, scale = current.text, current.scale

    def named(kind: str, keys: Iterable[str]) -> tuple[Named, ...]:
        return tuple(Named(id=key, name=current.name(kind, key, lang)) for key in keys)

    return ArrangementAnswer(
        id=current.id,
        digest=current.digest_text,
        force=force(engine, lang),
        hub=current.hub,
        participants=tuple(
            ParticipantAnswer(
                id=one.id,
                name=current.name("participant", one.id, lang),
                ministry=current.name("ministry", one.id, lang),
                language=one.language,
                log=one.log,
                state=stands[one.id].state,
                since=stands[one.id].since,
                effective=stands[one.id].effective,
            )
            for one in text.participants
        ),
        pacts=tuple(
            PactAnswer(id=pact.id, name=current.name("pact", pact.id, lang), between=pact.between)
            for pact in text.pacts
        ),
        levels=tuple(
            LevelName(
                id=level.id,
                mark=level.mark,
                own={who: scale.own(level.id, who) for who in current.participants},
            )
            for level in scale.levels
        ),
        ceiling=current.ceiling,
        two_person_above=text.two_person_above,
        subjects=named("subject", current.subjects),
        purposes=named("purpose", current.purposes),
        payload_types=named("payload-type", (one.id for one in text.payload_types)),
        caveats=named("caveat", text.caveats),
        text=render(current, lang),
    )


def statements(engine: Engine, after: int, most: int, kind: str | None) -> Page[StatementEntry]:
    """List what counts here, own and heard, in the order in which it came to count."""
    if kind is None:
        rows = engine.db.q.statements_after(after=after, most=most + 1)
    else:
        rows = engine.db.q.statements_of_kind(kind=kind, after=after, most=most + 1)
    return page(rows, after, most, _statement)


def trail(
    engine: Engine, begins: Iterable[Place], most: int
) -> tuple[tuple[StatementEntry, ...], bool]:
    """Follow reports to their grants and withdrawals, and to what was said of these soon after.

    Oldest first, and whether there may be more. Which receipts cite a grant is kept in no index:
    they are looked for among the next statements of their kind.
    """
    found: dict[tuple[str, int], StatementEntry] = {}
    todo = [(one.speaker, one.index) for one in begins]
    while todo and len(found) < most:
        place = todo.pop(0)
        row = None if place in found else engine.db.q.statement_at(speaker=place[0], idx=place[1])
        if row is None:
            continue
        found[place] = _statement(row)
        cited = engine.db.q.citing(speaker=place[0], idx=place[1])
        todo += [(one["speaker"], one["idx"]) for one in cited]
    more = bool(todo)
    for kind, of in (("relay", "grant"), ("receipt", "grant"), ("destruction", "withdrawal")):
        begin = min((one.position for one in found.values() if one.kind == of), default=None)
        if begin is None:
            continue
        rows = list(engine.db.q.statements_of_kind(kind=kind, after=begin, most=_SOON))
        more |= len(rows) == _SOON
        for entry in map(_statement, rows):
            place = (entry.statement.speaker, entry.statement.index)
            if any((cite.speaker, cite.index) in found for cite in entry.cites):
                found[place] = entry
    kept = sorted(found.values(), key=lambda one: one.position)[:most]
    return tuple(kept), more or len(found) > most


def newest_statements(engine: Engine, before: int | None, most: int) -> Page[StatementEntry]:
    """List what counts here before a cursor, newest first; `next` leads on to what is older."""
    end = END if before is None else before
    rows = engine.db.q.statements_back(before=end, most=most + 1)
    return page(rows, end, most, _statement)


def checkpoints(engine: Engine, most: int) -> tuple[CheckpointEntry, ...]:
    """List the newest checkpoints of this log, newest first, and who cosigned each."""
    return tuple(
        CheckpointEntry(
            size=row["size"],
            root=base64.encode(row["root"]),
            issued=row["issued"],
            witnesses=tuple(
                sorted(one["witness"] for one in engine.db.q.cosignatures_at(size=row["size"]))
            ),
        )
        for row in engine.db.q.newest_checkpoints(most=most)
    )


def requests(engine: Engine, after: int, most: int, state: str | None) -> Page[RequestEntry]:
    """List who asks whom for what, in a state or in any."""
    rows = engine.db.q.requests_after(after=after, most=most + 1, state=state)
    return page(rows, after, most, lambda row: _request(engine, row))


def request(engine: Engine, at: Place) -> RequestEntry:
    """Show one request. Raises `NotFoundError`."""
    row = engine.db.q.request_at(speaker=at.speaker, idx=at.index)
    if row is None:
        raise NotFoundError(f"no request at {at.speaker}/{at.index} is known here")
    return _request(engine, row)


def _request(engine: Engine, row: Row) -> RequestEntry:
    body = read_statement(row["raw"]).says(RequestBody)
    answers = list(engine.db.q.citing(speaker=row["speaker"], idx=row["idx"]))
    return RequestEntry(
        position=row["position"],
        request=place_of(row),
        issued=row["issued"],
        originator=body.originator,
        portions=tuple(
            SourceInput(report=_place(one.report), portion=one.portion) for one in body.portions
        ),
        description=body.description,
        purpose=body.purpose,
        because=body.because,
        state=row["state"],
        answers=tuple(place_of(one) for one in answers if one["kind"] in ("grant", "refusal")),
        refusals=tuple(
            _refusal(engine, one)
            for one in answers
            if one["kind"] == "refusal" and one["speaker"] == body.originator
        ),
    )


def _refusal(engine: Engine, place: Row) -> RefusalEntry:
    row = engine.db.q.statement_at(speaker=place["speaker"], idx=place["idx"])
    body = read_statement(row["raw"]).says(RefusalBody)
    return RefusalEntry(
        refusal=place_of(row),
        issued=row["issued"],
        reason=body.reason,
        language=body.language,
        officers=_officers(body.approvals),
        by_hand=all(approval.passkey is not None for approval in body.approvals),
    )


def grants(engine: Engine, after: int, most: int) -> Page[GrantEntry]:
    """List every grant, own or heard, and how it stands with each of its audience."""
    rows = engine.db.q.statements_of_kind(kind="grant", after=after, most=most + 1)
    return page(rows, after, most, lambda row: _grant(engine, row))


def newest_grants(engine: Engine, most: int) -> tuple[GrantEntry, ...]:
    """List the newest grants, newest first."""
    rows = engine.db.q.statements_of_kind_back(kind="grant", before=END, most=most)
    return tuple(_grant(engine, row) for row in rows)


def _grant(engine: Engine, row: Row) -> GrantEntry:
    body = read_statement(row["raw"]).says(GrantBody)
    lives = engine.db.q.lives_of(what="grant", speaker=row["speaker"], idx=row["idx"])
    return GrantEntry(
        position=row["position"],
        grant=place_of(row),
        issued=row["issued"],
        items=tuple(
            GrantedItem(report=_place(item.report), portions=item.portions) for item in body.items
        ),
        extent=body.extent,
        answers=None if body.answers is None else _place(body.answers),
        under=None if body.under is None else _place(body.under),
        officers=_officers(body.approvals),
        states=tuple(
            ParticipantState(participant=life["participant"], state=life["state"]) for life in lives
        ),
    )


def standing(engine: Engine, after: int, most: int) -> Page[StandingEntry]:
    """List the standing consents, own and heard."""

    def entry(row: Row) -> StandingEntry:
        body = read_statement(row["raw"]).says(StandingBody)
        cite = engine.books.cite(row["speaker"], row["idx"])
        assert cite is not None
        return StandingEntry(
            position=row["position"],
            standing=place_of(row),
            issued=row["issued"],
            rule=body.rule,
            officers=_officers(body.approvals),
            ended_for=tuple(who for who in body.rule.audience if engine.books.ended(cite, who)),
        )

    rows = engine.db.q.statements_of_kind(kind="standing", after=after, most=most + 1)
    return page(rows, after, most, entry)


def incidents(engine: Engine, after: int, most: int) -> Page[IncidentEntry]:
    """List incidents and findings, own and heard."""

    def entry(row: Row) -> IncidentEntry:
        body = read_statement(row["raw"]).says(IncidentBody)
        return IncidentEntry(
            position=row["position"],
            incident=place_of(row),
            issued=row["issued"],
            nature=body.nature,
            certainty=body.certainty,
            concerns=tuple(map(_place, body.concerns)),
            findings_of=None if body.findings_of is None else _place(body.findings_of),
            peer=body.peer,
            step=body.step,
            text=body.text,
        )

    rows = engine.db.q.statements_of_kind(kind="incident", after=after, most=most + 1)
    return page(rows, after, most, entry)


def pending(engine: Engine, after: int, most: int) -> Page[PendingEntry]:
    """List the grants that wait for a second officer, oldest first."""

    def entry(row: Row) -> PendingEntry:
        return PendingEntry(
            id=row["id"],
            officer=row["officer"],
            since=row["since"],
            grant=canonical.decode(row["body"], GrantInput),
        )

    rows = engine.db.q.pending_after(after=after, most=most + 1)
    return page(rows, after, most, entry, cursor="id")


def accesses(engine: Engine, after: int, most: int) -> Page[AccessEntry]:
    """List the access register, oldest first."""
    rows = engine.db.q.access_after(after=after, most=most + 1)
    return page(rows, after, most, _access, cursor="id")


def accesses_of(engine: Engine, at: Place) -> tuple[AccessEntry, ...]:
    """List who opened anything of one report, oldest first."""
    rows = engine.db.q.access_of_report(speaker=at.speaker, idx=at.index)
    return tuple(map(_access, rows))


def _access(row: Row) -> AccessEntry:
    return AccessEntry(
        id=row["id"],
        at=row["at"],
        officer=row["officer"],
        purpose=row["purpose"],
        why=row["why"],
        report=Place(speaker=row["report_speaker"], index=row["report_idx"]),
        portion=row["portion"],
    )


def page(
    rows: Iterable[Row],
    after: int,
    most: int,
    entry: Callable[[Row], T],
    cursor: str = "position",
) -> Page[T]:
    """Make a page of rows that were read one further than `most`, to know whether more follow."""
    found = list(rows)
    shown = found[:most]
    return Page(
        items=tuple(map(entry, shown)),
        next=shown[-1][cursor] if shown else after,
        more=len(found) > most,
    )


def place_of(row: Row) -> Place:
    """Return the place in its speaker's log of a row that names one."""
    return Place(speaker=row["speaker"], index=row["idx"])


def _statement(row: Row) -> StatementEntry:
    statement = read_statement(row["raw"])
    return StatementEntry(
        position=row["position"],
        statement=place_of(row),
        kind=statement.kind,
        issued=statement.issued,
        arrangement=statement.arrangement,
        to=statement.to,
        for_=statement.for_,
        cites=tuple(map(_place, statement.cites)),
        leaf=base64.encode(row["leaf_hash"]),
        body=statement.body,
    )


def force(engine: Engine, lang: Lang) -> ForceAnswer:
    """Say whether the arrangement is in force now, and why."""
    found = engine.books.force(engine.now())
    return ForceAnswer(
        in_force=found.in_force,
        code=found.code,
        who=found.who,
        reason=found.words(engine.books.addressing(), lang),
    )


def _officers(approvals: tuple[Approval, ...]) -> tuple[str, ...]:
    return tuple(sorted({approval.officer for approval in approvals}))


def _place(cite: Cite) -> Place:
    return Place(speaker=cite.speaker, index=cite.index)
