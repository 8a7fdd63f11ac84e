"""The audit of where everybody stands: nothing is shared before all adopted, or while suspended."""

from __future__ import annotations

from pathlib import Path

from tests.support.lies import DIGEST, Shared, report_body, unadopted, unheeded
from tests.support.oversight import (
    HOUR,
    audited,
    refuted,
    say,
    texts,
    unsettled,
)
from tests.support.trio import Trio

from trilogue.protocol.bodies import (
    AdoptionBody,
    StandBody,
)

# The arrangement.


def test_nothing_is_shared_before_all_adopted(trio: Trio, tmp_path: Path):
    """The hub adopts last, and shared before."""
    trio = unadopted(tmp_path / "new", trio)
    trio.act("KR", lambda e: e.governing.adopt())
    trio.act("JP", lambda e: e.governing.adopt())
    trio.settle()
    trio.clock.advance(3 * HOUR)
    say(trio["KR"], "report", report_body(), to=(), for_=())
    trio.clock.advance(3 * HOUR)
    trio.act("US", lambda e: e.governing.adopt())
    trio.settle()
    report = audited(trio)
    assert refuted(report) == {"force"}
    assert "KR 2 a report in the hour" in texts(report, "force")[0]
    trio.close()


def test_nothing_is_shared_before_one_adopted_oneself(trio: Trio, tmp_path: Path):
    """Its own log shows the order to the entry, so the hour does not matter."""
    trio = unadopted(tmp_path / "new", trio)
    say(trio["KR"], "report", report_body(), to=(), for_=())
    for engine in trio:
        engine.act(engine.governing.adopt)
    trio.settle()
    assert texts(audited(trio), "force") == ["KR 1 a report while KR was none"]
    trio.close()


def test_nothing_is_shared_while_suspended(shared: Shared):
    """One's own suspension binds at once, another's when it could be heard."""
    trio, _, _ = shared
    trio.act("JP", lambda e: e.governing.suspend("arrangement", "for a day"))
    say(trio["JP"], "report", report_body(), to=(), for_=())
    trio.settle()
    report = audited(trio)
    assert texts(report, "force") == ["JP 4 a report while JP was suspended"]
    trio.clock.advance(3 * HOUR)
    say(trio["US"], "report", report_body(), to=(), for_=())
    (other,) = (text for text in texts(audited(trio), "force") if text.startswith("US"))
    assert other.endswith("Not in force: suspended by Japan.")


def test_an_hour_in_part_is_left_open(trio: Trio):
    """The arrangement came into force and was used within one hour."""
    trio.grant(trio.file("KR"))
    trio.settle()
    report = audited(trio)
    assert report.holds
    assert [one.partition(" said")[0] for one in unsettled(report, "force")] == [
        "KR 2 to 3",
        "US 5",
    ]


def test_a_relay_of_what_protects_passes_while_suspended(shared: Shared):
    trio, _, grant = shared
    trio.act("US", lambda e: e.governing.suspend("arrangement", "for a day"))
    trio.settle()
    trio.clock.advance(3 * HOUR)
    trio.withdraw(grant)
    trio.settle()
    assert audited(trio).holds


def test_an_act_that_cannot_follow(shared: Shared):
    trio, _, _ = shared
    body = StandBody(of="arrangement", reason="again")
    unheeded(trio["JP"], lambda: say(trio["JP"], "resumption", body))
    report = audited(trio)
    assert refuted(report) == {"acts"}
    assert "resumption of arrangement cannot follow" in texts(report, "acts")[0]


def test_an_adoption_of_other_bytes(trio: Trio):
    """What all adopted is not what the auditor holds."""
    other = AdoptionBody(digest=DIGEST, supersedes=None)
    for engine in trio:
        unheeded(engine, lambda engine=engine: say(engine, "adoption", other))
    report = audited(trio)
    assert "adoptions" in refuted(report)
    assert f"the version {DIGEST} governs now" in texts(report, "adoptions")[0]


def test_an_adoption_of_no_digest(trio: Trio):
    unheeded(
        trio["KR"], lambda: say(trio["KR"], "adoption", AdoptionBody(digest="x", supersedes=None))
    )
    assert "acts" in refuted(audited(trio))
