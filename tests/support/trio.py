"""Three engines in memory of one another: real stores, real keys, deliveries carried by hand.

A `Trio` is KR, US and JP under one adopted arrangement. `prepared` makes one once per process
and closes it; every test works on a copy, so that key generation is paid for once.

    trio = Trio.copy(tmp_path)
    filed = trio.file("KR")
    grant = trio.grant(filed)
    trio.settle()
"""

from __future__ import annotations

import atexit
import shutil
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

from tests.support import stores

from trilogue.arrangement.arrangement import Arrangement
from trilogue.arrangement.files import draw_up, shipped
from trilogue.arrangement.parse import parse_arrangement
from trilogue.consent.acts import Description
from trilogue.encoding import canonical, instant
from trilogue.node.authoring import Authored
from trilogue.node.engine import Engine, raise_refused
from trilogue.node.governing import roots_in
from trilogue.node.inputs import (
    GrantInput,
    MarkingInput,
    Place,
    PlaceInput,
    PortionInput,
    ReportInput,
    RequestInput,
    SourceInput,
    WithdrawalInput,
)
from trilogue.node.sending import Outgoing
from trilogue.protocol.delivery import Ack, Outcome
from trilogue.protocol.statement import Composed, Statement, parse_statement
from trilogue.reports.cite import Cite

START = "2016-09-09T00:30:01.353Z"
"""When every trio begins: the fifth nuclear test."""

PARTICIPANTS = ("KR", "US", "JP")
OFFICERS = ("officer-a", "officer-b")
SITE = PlaceInput(latitude=41.3, longitude=129.08)
TEMPLATE = parse_arrangement(shipped("tisa-2014"))

T = TypeVar("T")


class Clock:
    """One true time, and how far each node's own clock is off. A look takes `tick` seconds."""

    def __init__(self, now: str = START, tick: float = 0.001) -> None:
        self.now = now
        self.tick = tick
        self.skew = dict.fromkeys(PARTICIPANTS, 0.0)

    def of(self, participant: str) -> Callable[[], str]:
        """Return what a participant's engine takes for its clock."""

        def look() -> str:
            self.advance(self.tick)
            return instant.plus(self.now, self.skew[participant])

        return look

    def advance(self, seconds: float) -> None:
        """Let time pass."""
        self.now = instant.plus(self.now, seconds)


@dataclass(frozen=True)
class Filed:
    """A report that stands in its author's log, with the digests of its portions in order."""

    speaker: str
    index: int
    portions: tuple[str, ...]

    @property
    def place(self) -> Place:
        return Place(speaker=self.speaker, index=self.index)

    def sources(self, *which: int) -> tuple[SourceInput, ...]:
        """Return some portions (all by default) as acts name them."""
        chosen = which or range(len(self.portions))
        return tuple(SourceInput(report=self.place, portion=self.portions[i]) for i in chosen)


@dataclass
class Trio:
    """Three participants. `failures` gathers every outcome that was not acceptance."""

    base: Path
    clock: Clock
    engines: dict[str, Engine] = field(default_factory=dict)
    failures: list[tuple[str, str, Outcome]] = field(default_factory=list)

    @classmethod
    def copy(cls, base: Path) -> Trio:
        """Return a trio in which the arrangement is in force, in a directory of its own."""
        source, now = prepared(stores.kind())
        stores.copy(source, base)
        return cls.open(base, Clock(now))

    @classmethod
    def open(cls, base: Path, clock: Clock, template: Arrangement = TEMPLATE) -> Trio:
        """Open the three engines of a directory."""
        trio = cls(base, clock)
        for who in PARTICIPANTS:
            store = stores.location(base / who)
            trio.engines[who] = Engine(base / who, who, template, clock.of(who), store)
        return trio

    def __getitem__(self, who: str) -> Engine:
        return self.engines[who]

    def __iter__(self) -> Iterator[Engine]:
        return iter(self.engines.values())

    def close(self) -> None:
        """Close all stores."""
        for engine in self:
            engine.close()

    def restart(self, who: str) -> None:
        """Close a node and open it again: what it kept in memory only is gone."""
        self.engines[who].close()
        store = stores.location(self.base / who)
        self.engines[who] = Engine(self.base / who, who, TEMPLATE, self.clock.of(who), store)

    @property
    def arrangement(self) -> Arrangement:
        """The arrangement in force."""
        return self["US"].books.arrangement

    # Carrying.

    def carry(self, sender: str, receiver: str) -> bool:
        """Carry one delivery and its answer; return whether anything moved on."""
        outgoing = self[sender].sending.outgoing(receiver)
        if outgoing is None:
            return False
        ack = self.deliver(outgoing, sender)
        return self.acknowledge(sender, outgoing, ack)

    def deliver(self, outgoing: Outgoing, sender: str, data: bytes | None = None) -> Ack:
        """Hand a delivery (or other bytes in its place) to its recipient; return the answer."""
        receiver = self[outgoing.peer]
        ack = receiver.act(lambda: receiver.receiving.receive(data or outgoing.data))
        self.failures += [(sender, outgoing.peer, o) for o in ack.outcomes if o.step is not None]
        # The answer travels, too: it has a wire form.
        return canonical.decode(canonical.encode(ack), Ack)

    def acknowledge(self, sender: str, outgoing: Outgoing, ack: Ack) -> bool:
        """Bring an answer back to the sender; return whether another try is worth it."""
        engine = self[sender]
        return engine.act(lambda: engine.sending.acknowledge(outgoing, ack))

    def settle(self, rounds: int = 200) -> list[Outcome]:
        """Carry until nothing moves. Return the failures on the way that were final."""
        before, quiet = len(self.failures), 0
        for _ in range(rounds):
            moved = [self.carry(p, q) for p in PARTICIPANTS for q in TEMPLATE.neighbours(p)]
            # What waits behind a delivery that does not move has its turn in the next round.
            quiet = 0 if any(moved) else quiet + 1
            if quiet == 2:
                break
        else:
            raise AssertionError("the trio does not come to rest")
        return [outcome for _, _, outcome in self.failures[before:] if not outcome.again]

    def waiting(self) -> int:
        """How many outbox rows still wait, over all nodes."""
        return sum(row["waiting"] for engine in self for row in engine.db.q.count_waiting())

    def failed(self) -> list[tuple[str, str]]:
        """What was given up: (sender, reason)."""
        return [
            (engine.me, row["reason"]) for engine in self for row in engine.db.q.failed_outbox()
        ]

    # Acts.

    def act(self, who: str, act: Callable[[Engine], T]) -> T:
        """Run an act at one node."""
        engine = self[who]
        return engine.act(lambda: act(engine))

    def file(self, who: str, *texts: str, **fields: Any) -> Filed:
        """Submit a report of text portions; `fields` go to each `PortionInput`."""
        given = ReportInput(portions=tuple(portion(text, **fields) for text in texts or ("seen",)))
        return self.submit(who, given)

    def submit(self, who: str, given: ReportInput) -> Filed:
        """Submit a report."""
        return filed(raise_refused(self.act(who, lambda engine: engine.submit(given)))[0])

    def grant(
        self,
        what: Filed,
        which: Sequence[int] = (),
        audience: Sequence[str] | None = None,
        officers: Sequence[str] = OFFICERS,
        **fields: Any,
    ) -> Cite:
        """Grant portions of a report, by default to everybody else, for analysis."""
        given = GrantInput(
            portions=what.sources(*which),
            audience=tuple(audience or (p for p in PARTICIPANTS if p != what.speaker)),
            **{"purposes": ("analysis",), **fields},
        )
        done = self.act(what.speaker, lambda engine: engine.desk.grant(given, tuple(officers)))
        granted = raise_refused(done)
        assert isinstance(granted, Composed), granted
        return granted.cite

    def withdraw(self, grant: Cite, *audience: str) -> Cite:
        """Withdraw a grant, by default for everybody."""
        given = WithdrawalInput(
            grant=Place(speaker=grant.speaker, index=grant.index),
            reason="the source is at risk",
            audience=audience,
        )
        return self.act(grant.speaker, lambda engine: engine.desk.withdraw(given)).cite

    def request(self, who: str, originator: str, what: Filed | None = None) -> Cite:
        """Ask for a report's portions or, without one, for whatever there is on nuclear tests."""
        described = Description(subject="nuclear-test", payload_type=None, period=None)
        given = RequestInput(
            originator=originator,
            purpose="analysis",
            because="our stations heard it, too",
            portions=() if what is None else what.sources(),
            description=described if what is None else None,
        )
        return raise_refused(self.act(who, lambda engine: engine.desk.request(given))).cite

    def read(self, who: str, what: Filed, which: int = 0, purpose: str = "analysis") -> bytes:
        """Open a portion as an officer would; raise what the node raises."""
        (source,) = what.sources(which)
        return self.act(
            who,
            lambda engine: engine.reading.read(
                source, officer="officer-a", purpose=purpose, why="the morning report"
            ),
        ).plaintext

    # What stands where.

    def statements(self, who: str, kind: str | None = None) -> list[Statement]:
        """Return what a node counts, own and heard, in the order in which it came to count."""
        rows = self[who].db.q.statements_after(after=0, most=1_000_000)
        found = [parse_statement(row["raw"]) for row in rows]
        return [one for one in found if kind in (None, one.kind)]

    def own(self, who: str, kind: str | None = None) -> list[Statement]:
        """Return what a node said."""
        return [one for one in self.statements(who, kind) if one.speaker == who]

    def held(self, who: str) -> set[str]:
        """Return the digests of the portions that a node can open."""
        return {holding.portion for holding in self[who].holdings.all()}

    def faults(self) -> list[Statement]:
        """Return every incident in which a node accuses a peer."""
        found = [one for who in PARTICIPANTS for one in self.own(who, "incident")]
        return [one for one in found if one.body["nature"] == "protocol"]


def portion(text: str = "seen", **fields: Any) -> PortionInput:
    """Return a portion of text about the test site, releasable to everybody."""
    given: dict[str, Any] = {
        "payload_type": "assessment",
        "payload": {
            "type": "assessment",
            "title": "event",
            "text": text,
            "language": "en",
            "confidence": "moderate",
        },
        "marking": marking(),
        "subject": "nuclear-test",
        "place": SITE,
        "language": "en",
    }
    return PortionInput(**{**given, **fields})


def marking(
    level: str = "CONFIDENTIAL", readers: Sequence[str] = PARTICIPANTS, **fields: Any
) -> MarkingInput:
    """Return a marking as people give it."""
    return MarkingInput(level=level, releasable_to=tuple(readers), **fields)


def filed(authored: Authored) -> Filed:
    """Return where a submitted report stands."""
    cite = authored.report
    return Filed(cite.speaker, cite.index, tuple(digest for digest, _ in authored.portions))


@cache
def prepared(kind: str) -> tuple[Path, str]:
    """Make a trio with keys, cards and an adopted arrangement; return where, and what time it is.

    The directories are closed and complete: copy them.
    """
    base = Path(tempfile.mkdtemp(prefix="trio-"))
    atexit.register(shutil.rmtree, base, ignore_errors=True)
    trio = Trio.open(base, Clock())
    introduce(trio)
    for engine in trio:
        engine.act(engine.governing.adopt)
    trio.settle()
    assert all(engine.books.force(engine.now()).in_force for engine in trio)
    assert not trio.waiting()
    now = trio.clock.now
    trio.close()
    return base, now


def introduce(trio: Trio, **changes: Any) -> dict[str, bytes]:
    """Make keys, draw the arrangement up from the cards, and give all of it to everybody."""
    for engine in trio:
        engine.initialise(OFFICERS)
    cards = {engine.me: engine.governing.card() for engine in trio}
    roots = {who: roots_in(card)[1] for who, card in cards.items()}
    files = draw_up(shipped("tisa-2014"), roots, publication_delay=0, **changes)
    for engine in trio:
        engine.act(lambda engine=engine: engine.governing.take_arrangement(files))
        for who, card in cards.items():
            if who != engine.me:
                engine.act(lambda engine=engine, card=card: engine.governing.take_card(card))
    return files


@contextmanager
def at_rest(trio: Trio) -> Iterator[Trio]:
    """Close a trio at the end of a block."""
    try:
        yield trio
    finally:
        trio.close()
