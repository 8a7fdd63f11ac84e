"""Metrics: what is counted, what is shown, and that the guide lists each."""

from __future__ import annotations

import re
import runpy
from pathlib import Path

from prometheus_client.parser import text_string_to_metric_families as parse
from tests.support.trio import Trio

from trilogue.node.condition import Reached, Running, Status
from trilogue.node.metrics import METRICS, Metrics
from trilogue.node.watch import status
from trilogue.protocol.delivery import Ack, Outcome

ROOT = Path(__file__).parents[3]
GUIDE = (ROOT / "docs" / "guide" / "operations.md").read_text("utf-8")


def read(text: bytes) -> dict[tuple[str, ...], float]:
    """Return samples by name and label values."""
    return {
        (sample.name, *sample.labels.values()): sample.value
        for family in parse(text.decode())
        for sample in family.samples
    }


def look(trio: Trio, who: str, **reached: Reached) -> Status:
    return status(trio[who], "en", Running(queued=3, neighbours=reached))


def test_the_guide_lists_every_metric_as_it_is() -> None:
    tool = runpy.run_path(str(ROOT / "tools" / "write_metrics.py"))
    assert tool["table"]() in GUIDE, "run tools/write_metrics.py"


def test_what_the_guide_names_is_there(trio: Trio) -> None:
    names = {name for name, *_ in read(Metrics("KR").show(look(trio, "KR")))}
    exposed = {metric.shown for metric in METRICS} | names
    named = set(re.findall(r"`((?:trilogue|process)_[a-z_]+)`", GUIDE))
    assert named <= exposed, named - exposed


def test_a_gauge_says_what_the_status_says(trio: Trio) -> None:
    trio.grant(trio.file("KR"))
    found = read(
        Metrics("KR").show(
            look(trio, "KR", US=Reached(reachable=True, heard="2016-09-09T00:30:00.000Z"))
        )
    )
    kr = trio["KR"]
    assert found["trilogue_in_force",] == 1
    assert found["trilogue_halted",] == 0
    assert found["trilogue_queue_acts",] == 3
    assert found["trilogue_log_statements",] == kr.db.q.size_of(speaker="KR")
    assert found["trilogue_counted_statements",] == kr.db.q.last_position()
    assert (
        found["trilogue_outbox_statements", "US"]
        == trio["KR"].db.q.count_waiting().fetchone()["waiting"]
    )
    assert found["trilogue_outbox_oldest_seconds", "US"] > 0
    assert found["trilogue_cosignature_lag_statements", "US"] == kr.db.q.size_of(speaker="KR")
    assert found["trilogue_neighbour_reachable", "US"] == 1
    assert found["trilogue_neighbour_heard_timestamp_seconds", "US"] == 1473381000
    assert found["trilogue_keys_until_timestamp_seconds", "KR"] > 1473381000
    assert found["trilogue_disk_free_bytes",] > 0
    trio.settle()
    found = read(Metrics("KR").show(look(trio, "KR")))
    assert found["trilogue_outbox_statements", "US"] == 0
    assert found["trilogue_outbox_oldest_seconds", "US"] == 0


def test_the_outcomes_of_a_delivery_are_counted_by_peer_and_step() -> None:
    def outcome(step: int | None, again: bool = False) -> Outcome:
        return Outcome(speaker="KR", index=1, step=step, reason="", again=again)

    metrics = Metrics("US")
    outcomes = (outcome(None), outcome(None), outcome(6, again=True), outcome(8))
    metrics.answered("KR", Ack(v=1, recipient="US", outcomes=outcomes, seen=()))
    metrics.malformed("KR")
    found = read(metrics.text())
    assert found["trilogue_statements_accepted_total", "KR"] == 2
    assert found["trilogue_statements_deferred_total", "KR", "6"] == 1
    assert found["trilogue_statements_refused_total", "KR", "8"] == 1
    assert found["trilogue_deliveries_malformed_total", "KR"] == 1


def test_overdue_destructions_and_incidents_are_counted(trio: Trio) -> None:
    grant = trio.grant(trio.file("KR"))
    trio.settle()
    trio.withdraw(grant)
    assert look(trio, "KR").overdue == ()
    deadlines = trio.arrangement.text.deadlines
    trio.clock.advance(deadlines.destruction_seconds + deadlines.clock_skew_seconds + 1)
    late = look(trio, "KR")
    assert {one.participant for one in late.overdue} == {"US", "JP"}
    assert any("owes the destruction of what" in text for text in late.advice)
    assert read(Metrics("KR").show(late))["trilogue_overdue_destructions",] == 2
    trio.settle()
    assert look(trio, "KR").overdue == ()


def test_a_refusal_is_counted_from_zero(trio: Trio) -> None:
    found = read(Metrics("KR").show(look(trio, "KR")))
    steps = {name[2] for name in found if name[0] == "trilogue_statements_refused_total"}
    assert steps == {str(step) for step in range(10)}
    assert not any(name.endswith("_created") for name, *_ in found)
