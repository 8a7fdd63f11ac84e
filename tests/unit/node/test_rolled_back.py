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
    """Have the witness cosign the log's checkpoint; return whether it did."""
    asking = _witnessing(log)
    question = asking.question(witness.me)
    assert question is not None
    size, body = question
    answering = _witnessing(witness)
    answer = witness.act(lambda: answering.answer(body.encode()))
    return log.act(lambda: asking.heard(witness.me, size, answer.status, answer.body))


@pytest.mark.threat("T15")
@pytest.mark.sqlite
def test_a_node_stops_when_a_witness_has_seen_more_of_its_log(trio: Trio) -> None:
    _ask(trio["KR"], trio["US"])
    trio["KR"].close()
    older = trio.base / "older"
    shutil.copytree(trio.base / "KR", older)
    trio.engines["KR"] = Engine(trio.base / "KR", "KR", TEMPLATE, trio.clock.of("KR"))
    trio["KR"].act(lambda: trio["KR"].desk.report_incident(LOSS))
    while not _ask(trio["KR"], trio["US"]):
        pass

    restored = Engine(older, "KR", TEMPLATE, trio.clock.of("KR"))
    _ask(restored, trio["US"])

    assert "US has seen" in restored.sequencer.halted
    with pytest.raises(UnavailableError, match="older copy"):
        restored.act(lambda: restored.desk.report_incident(LOSS))
    restored.close()
