"""A store that came back from an older copy must not go on: it would fork its own log."""

from __future__ import annotations

import shutil

import pytest
from tests.support.trio import TEMPLATE, Trio

from trilogue.errors import UnavailableError
from trilogue.node.engine import Engine
from trilogue.node.inputs import IncidentInput
from trilogue.node.witnessing import Witnessing

LOSS = IncidentInput(nature="loss", certainty="possible", text="a copy is not accounted for")


def _witnessing(engine: Engine) -> Witnessing:
    return Witnessing(engine.db, engine.books, engine.sequencer, lambda: engine.keys, engine.now)


def _ask(log: Engine, witness: Engine) -> bool:
    """Have the witness cosign the log's checkpoint, as its service asks; return whether it did."""
    asking = _witnessing(log)
    for _ in range(2):  # first the witness may say how far it is
        question = asking.question(witness.me)
        if question is None:
            return False
        size, body = question
        answering = _witnessing(witness)
        answer = witness.act(lambda body=body, side=answering: side.answer(body.encode()))
        if log.act(
            lambda size=size, answer=answer: asking.heard(
                witness.me, size, answer.status, answer.body
            )
        ):
            return True
    return False


@pytest.mark.threat("T15")
@pytest.mark.sqlite
def test_a_node_stops_when_a_witness_has_seen_more_of_its_log(trio: Trio) -> None:
    _ask(trio["KR"], trio["US"])
    trio["KR"].close()
    older = trio.base / "older"
    shutil.copytree(trio.base / "KR", older)
    trio.engines["KR"] = Engine(trio.base / "KR", "KR", TEMPLATE, trio.clock.of("KR"))
    trio["KR"].act(lambda: trio["KR"].desk.report_incident(LOSS))
    assert _ask(trio["KR"], trio["US"])

    restored = Engine(older, "KR", TEMPLATE, trio.clock.of("KR"))
    _ask(restored, trio["US"])

    assert "US has seen" in restored.sequencer.halted
    with pytest.raises(UnavailableError, match="older copy"):
        restored.act(lambda: restored.desk.report_incident(LOSS))
    restored.close()


@pytest.mark.sqlite
def test_a_node_stops_when_it_went_on_otherwise_than_a_witness_has_heard(trio: Trio) -> None:
    trio["KR"].close()
    older = trio.base / "older"
    shutil.copytree(trio.base / "KR", older)
    trio.engines["KR"] = Engine(trio.base / "KR", "KR", TEMPLATE, trio.clock.of("KR"))
    trio.grant(trio.file("KR"))
    trio.settle()  # delivered, and never cosigned
    seen = trio["US"].books.seen("KR")
    assert seen is not None

    restored = Engine(older, "KR", TEMPLATE, trio.clock.of("KR"))
    while restored.db.q.size_of(speaker="KR") <= seen[0]:
        restored.act(lambda: restored.desk.report_incident(LOSS))
    assert not _ask(restored, trio["US"])
    assert "others than stand here" in restored.sequencer.stale
    with pytest.raises(UnavailableError, match="older copy"):
        restored.act(lambda: restored.desk.report_incident(LOSS))
    restored.close()


@pytest.mark.sqlite
def test_a_node_stops_when_a_witness_has_seen_another_log_of_the_same_size(trio: Trio) -> None:
    trio["KR"].close()
    older = trio.base / "older"
    shutil.copytree(trio.base / "KR", older)
    trio.engines["KR"] = Engine(trio.base / "KR", "KR", TEMPLATE, trio.clock.of("KR"))
    trio["KR"].act(lambda: trio["KR"].desk.report_incident(LOSS))
    assert _ask(trio["KR"], trio["US"])

    restored = Engine(older, "KR", TEMPLATE, trio.clock.of("KR"))
    restored.act(lambda: restored.desk.report_incident(LOSS))
    assert not _ask(restored, trio["US"])
    assert "others than stand here" in restored.sequencer.stale
    restored.close()
