"""The exchange under faults: whatever is lost, late, repeated or lied about, what must hold holds.

Three engines with real stores and keys act at random, while the wire between them drops, repeats,
reorders and delays, nodes restart at any point, clocks are off, and the hub lies. After every step
`tests.support.overseer` looks at all three disks. In the end the faults stop, and everything that
was said must have arrived everywhere it was meant for, once.

    pytest --hypothesis-profile=thorough tests/properties/test_exchange_machine.py
"""

from __future__ import annotations

import shutil
import tempfile
from collections import Counter
from contextlib import suppress
from pathlib import Path
from random import Random

import pytest
from hypothesis import note, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from tests.strategies import participants
from tests.support import stores
from tests.support.overseer import Overseer
from tests.support.trio import OFFICERS, PARTICIPANTS, TEMPLATE, Filed, Trio, marking, portion
from tests.support.wire import LIES, Wire

from trilogue.consent.acts import GrantBody, RefusalBody, StandingRule, WithdrawalBody
from trilogue.encoding import instant
from trilogue.errors import FormatError, LocalError
from trilogue.node.inputs import (
    IncidentInput,
    Place,
    ReclassifyInput,
    RefusalInput,
    ReportInput,
    StandingInput,
)
from trilogue.protocol.bodies import ReceiptBody
from trilogue.protocol.statement import Statement
from trilogue.reports.cite import Cite
from trilogue.store.projection import rebuild

THOROUGH = settings.default is not None and settings.default.max_examples > 100
EXAMPLES, STEPS = (400, 60) if THOROUGH else (15, 25)

picks = st.integers(0, 1000)
legs = st.sampled_from([(p, q) for p in PARTICIPANTS for q in TEMPLATE.neighbours(p)])
windows = st.sampled_from([None, None, 30, 600, 7200])
FATES = ("arrive", "arrive", "lose", "answer", "twice", "crash")
DAY = 86_400


class Exchange(RuleBasedStateMachine):
    """Three nodes, the wire between them, and a hub that may lie."""

    lies = True

    def __init__(self) -> None:
        super().__init__()
        self.base = Path(tempfile.mkdtemp(prefix="exchange-"))
        self.trio = Trio.copy(self.base)
        self.overseer = Overseer(self.trio)
        self.wire = Wire(self.trio, self.overseer)
        self.filed: list[Filed] = []
        self.grants: list[Cite] = []
        self.requests: list[Cite] = []
        self.standing: list[Cite] = []

    @initialize()
    def begin(self) -> None:
        """Let something stand at every node, so that short runs are about something."""
        for who in PARTICIPANTS:
            self.filed.append(self.trio.file(who, f"{who} saw it", "and more"))
        self.grants.append(self.trio.grant(self.filed[0], derive_for=("JP",)))
        self.trio.settle()

    # Acts.

    @rule(who=participants, level=st.sampled_from(["CONFIDENTIAL", "SECRET"]), more=st.booleans())
    def submit(self, who, level, more):
        given = ReportInput(
            portions=tuple(
                portion(f"{len(self.filed)} {n}", marking=marking(level)) for n in range(1 + more)
            )
        )
        with suppress(LocalError):
            self.filed.append(self.trio.submit(who, given))

    @rule(
        pick=picks,
        which=st.sampled_from([(), (0,)]),
        all_=st.booleans(),
        lasts=windows,
        later=st.sampled_from([0, 0, 90]),
        derive=st.booleans(),
    )
    def grant(self, pick, which, all_, lasts, later, derive):
        filed = self.filed[pick % len(self.filed)]
        engine = self.trio[filed.speaker]
        audience = [p for p in PARTICIPANTS if p != filed.speaker]
        if not all_:
            audience = ["US"] if filed.speaker != "US" else audience[:1]
        with suppress(LocalError):
            engine.require_force()
            self.grants.append(
                self.trio.grant(
                    filed,
                    which,
                    audience,
                    lasts_seconds=lasts,
                    not_before=instant.plus(engine.now(), later),
                    derive_for=("JP", "KR", "US") if derive else (),
                )
            )

    @rule(pick=picks, who=st.sampled_from(["US", "JP"]))
    def derive(self, pick, who):
        held = [h for h in self.trio[who].holdings.all() if not h.own]
        own = [one for one in self.filed if one.speaker == who]
        if held and own:
            chosen = held[pick % len(held)]
            source = Filed(*chosen.report, (chosen.portion,))
            made = portion(
                "fused",
                marking=marking("SECRET"),
                derived_from=(*source.sources(0), *own[0].sources(0)),
            )
            with suppress(LocalError):
                self.filed.append(self.trio.submit(who, ReportInput(portions=(made,))))

    @rule(pick=picks, some=st.booleans())
    def withdraw(self, pick, some):
        cite = self.grants[pick % len(self.grants)]
        with suppress(LocalError):
            self.trio.withdraw(cite, *(["JP"] if some else []))

    @rule(who=participants, pick=picks, named=st.booleans())
    def request(self, who, pick, named):
        filed = self.filed[pick % len(self.filed)]
        with suppress(LocalError):
            self.trio[who].require_force()
            self.requests.append(self.trio.request(who, filed.speaker, filed if named else None))

    @precondition(lambda self: self.requests)
    @rule(pick=picks, who=participants)
    def refuse(self, pick, who):
        cite = self.requests[pick % len(self.requests)]
        given = RefusalInput(request=Place(speaker=cite.speaker, index=cite.index), reason="no")
        with suppress(LocalError):
            self.trio.act(who, lambda engine: engine.desk.refuse(given, OFFICERS[:1]))

    @rule(lasts=windows)
    def stand(self, lasts):
        rule_ = StandingRule(
            subjects=("nuclear-test",),
            payload_types=("assessment",),
            levels=("CONFIDENTIAL",),
            grid_e5=0,
            per_hour=2,
            audience=("JP", "US"),
            purposes=("warning",),
            derive_for=(),
            lasts_seconds=lasts,
            not_before=self.trio["KR"].now(),
            expires=None,
        )
        with suppress(LocalError):
            self.trio["KR"].require_force()
            self.grants.append(
                self.trio.act(
                    "KR", lambda e: e.desk.stand(StandingInput(rule=rule_), OFFICERS)
                ).cite
            )

    @rule(pick=picks, level=st.sampled_from(["CONFIDENTIAL", "SECRET", "TOP SECRET"]))
    def reclassify(self, pick, level):
        filed = self.filed[pick % len(self.filed)]
        given = ReclassifyInput(
            portion=filed.sources(0)[0], marking=marking(level), reason="review"
        )
        with suppress(LocalError):
            self.trio.act(filed.speaker, lambda engine: engine.desk.reclassify(given))

    @rule(who=participants, resume=st.booleans())
    def suspend(self, who, resume):
        with suppress(LocalError):
            if resume:
                self.trio.act(who, lambda e: e.governing.resume("arrangement", "done"))
            else:
                self.trio.act(who, lambda e: e.governing.suspend("arrangement", "review"))

    @rule(who=participants, pick=picks)
    def incident(self, who, pick):
        cite = self.grants[pick % len(self.grants)]
        given = IncidentInput(
            nature="loss",
            certainty="possible",
            concerns=(Place(speaker=cite.speaker, index=cite.index),),
            text="a laptop is missing",
        )
        with suppress(LocalError):
            self.trio.act(who, lambda engine: engine.desk.report_incident(given))

    @rule(who=participants)
    def rotate(self, who):
        if len(self.trio[who].keystore.sequences()) < 3:
            self.trio[who].rotate()

    @rule(who=participants)
    def sweep(self, who):
        self.trio.act(who, lambda engine: engine.sweep())

    @rule(who=participants, pick=picks)
    def read(self, who, pick):
        filed = self.filed[pick % len(self.filed)]
        with suppress(LocalError):
            self.trio.read(who, filed)

    # Time and machines.

    @rule(seconds=st.sampled_from([1, 20, 60, 700, 8000]))
    def wait(self, seconds):
        self.trio.clock.advance(seconds)

    @rule(who=participants, seconds=st.sampled_from([-7200, -100, -20, 0, 20, 100, 7200]))
    def misset(self, who, seconds):
        self.trio.clock.skew[who] = float(seconds)

    @rule(who=participants)
    def restart(self, who):
        self.trio.restart(who)

    # The wire.

    @rule(leg=legs)
    def send(self, leg):
        if len(self.wire.flights) < 8:
            self.wire.send(*leg)

    @rule(leg=legs)
    def carry(self, leg):
        """A delivery and its answer without any fault."""
        for flight in self.wire.send(*leg):
            self.wire.arrive(flight)
            self.wire.answer(flight)
            self.wire.drop(flight)

    @rule()
    def settle(self):
        self.trio.settle()

    @precondition(lambda self: self.wire.flights)
    @rule(
        pick=picks, what=st.sampled_from(["arrive", "arrive", "lose", "answer", "twice", "crash"])
    )
    def fly(self, pick, what):
        flight = self.wire.flights[pick % len(self.wire.flights)]
        match what:
            case "lose":
                self.wire.drop(flight)
            case "twice":
                self.wire.arrive(flight)
                self.wire.arrive(flight)
            case "answer" if flight.ack is not None:
                self.wire.answer(flight)
                self.wire.drop(flight)
            case "crash":
                # The recipient dies between taking in and answering.
                self.wire.arrive(flight)
                self.wire.drop(flight)
                self.trio.restart(flight.outgoing.peer)
            case _:
                self.wire.arrive(flight)

    # The hub lies.

    @precondition(lambda self: self.lies)
    @rule(
        peer=st.sampled_from(["KR", "JP"]),
        pick=picks,
        how=st.sampled_from(sorted(LIES)),
        seed=st.integers(0, 2**32),
    )
    def lie(self, peer, pick, how, seed):
        """The hub changes what it sends now or, when nothing waits, what it once sent."""
        past = [one for one in self.wire.past if one.sender.me == "US"]
        for flight in self.wire.send("US", peer) or past[pick % max(1, len(past)) :][:1]:
            self.wire.tell(flight, how, Random(seed))

    @precondition(lambda self: self.wire.past)
    @rule(pick=picks)
    def replay(self, pick):
        self.wire.replay(self.wire.past[pick % len(self.wire.past)])

    @precondition(lambda self: self.lies)
    @rule(pick=picks, recipient=st.sampled_from(["KR", "JP"]))
    def leak(self, pick, recipient):
        heard = [s for s in self.trio.statements("US") if s.speaker not in ("US", recipient)]
        chosen = heard[pick % len(heard)]
        cite = self.trio["US"].books.cite(chosen.speaker, chosen.index)
        self.wire.leak(cite, recipient)
        self.carry(("US", recipient))

    @precondition(lambda self: self.lies)
    @rule(peer=st.sampled_from(["KR", "JP"]))
    def remark(self, peer):
        for flight in self.wire.send(peer, "US"):
            self.wire.remark(flight)

    @rule(pick=picks)
    def try_without_a_channel(self, pick):
        """KR hands JP a delivery itself, under its own name."""
        outgoing = self.trio["KR"].sending.outgoing("US")
        japan = self.trio["JP"]
        if outgoing is not None:
            with pytest.raises(FormatError):
                japan.act(lambda: japan.receiving.receive(outgoing.data))

    # What must hold.

    @invariant()
    def holds(self) -> None:
        self.overseer.check()

    def teardown(self) -> None:
        try:
            self._stop_faults()
            self._check_the_end()
        finally:
            self.trio.close()
            stores.drop(self.base)
            shutil.rmtree(self.base)

    def _stop_faults(self) -> None:
        """Set the clocks right, let everybody resume, and carry until nothing moves."""
        clock = self.trio.clock
        clock.skew = dict.fromkeys(PARTICIPANTS, 0.0)
        clock.advance(DAY)
        for who in PARTICIPANTS:
            with suppress(LocalError):
                self.trio.act(who, lambda e: e.governing.resume("arrangement", "done"))
        self.trio.settle()
        for who in PARTICIPANTS:
            self.trio.act(who, lambda engine: engine.sweep())
        self.trio.settle()

    def _check_the_end(self) -> None:
        self.overseer.recheck()
        trio, wire = self.trio, self.wire
        note(f"lies: {sorted(wire.bad)}, grants: {len(self.grants)}")
        assert trio.waiting() == 0, "something still waits"
        for engine in trio:
            given_up = {row["idx"]: row["reason"] for row in engine.db.q.failed_outbox()}
            allowed = wire.bad if engine.me == "US" else set()
            assert set(given_up) <= allowed, f"{engine.me} gave up {given_up}"
            assert not any(rebuild(engine.db).values()), f"{engine.me}: projections differ"
        self._check_arrival()
        self._check_receipts()

    def _check_arrival(self) -> None:
        """Everything that was said counts with everybody whom it concerns."""
        refused = {
            s.says(RefusalBody).answers
            for s in self.trio.own("US", "refusal")
            if s.body["act"] == "relay"
        }
        for who in PARTICIPANTS:
            for statement in self.trio.own(who):
                cite = self.trio[who].books.cite(who, statement.index)
                for reader in statement.for_:
                    if cite in refused | self.wire.lied or self._is_lie(statement):
                        continue
                    assert self.trio[reader].books.statement(cite) is not None, (
                        f"{who} {statement.index}, a {statement.kind}, never reached {reader}"
                    )

    def _is_lie(self, statement: Statement) -> bool:
        return statement.speaker == "US" and statement.index in self.wire.bad

    def _check_receipts(self) -> None:
        """A grant that counts was opened and receipted once, or refused, or withdrawn."""
        for who in PARTICIPANTS:
            receipts = Counter(
                (item.grant, item.portion)
                for statement in self.trio.own(who, "receipt")
                for item in statement.says(ReceiptBody).items
            )
            assert set(receipts.values()) <= {1}, f"{who} certified the same twice"
            refused = {s.says(RefusalBody).answers for s in self.trio.own(who, "refusal")}
            withdrawn = {
                s.says(WithdrawalBody).grant
                for s in self.trio.statements(who, "withdrawal")
                if who in s.says(WithdrawalBody).audience
            }
            for statement in self.trio.statements(who, "grant"):
                if who not in statement.for_:
                    continue
                cite = self.trio[who].books.cite(statement.speaker, statement.index)
                for item in statement.says(GrantBody).items:
                    for digest in item.portions:
                        answered = (cite, digest) in receipts or cite in refused | withdrawn
                        assert answered, f"{who} never answered {cite.short}"


class HonestExchange(Exchange):
    """The same without lies: then nobody is ever accused, and nothing is given up."""

    lies = False


@pytest.mark.threat("T06")
@pytest.mark.parametrize("machine", [Exchange, HonestExchange])
def test_exchange(machine):
    run_state_machine_as_test(
        machine, settings=settings(max_examples=EXAMPLES, stateful_step_count=STEPS)
    )
