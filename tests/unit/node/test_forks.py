"""A log that forked is heard no more, until somebody who knows how it came about settles it."""

from __future__ import annotations

import shutil

import pytest
from tests.support.trio import TEMPLATE, Trio

from trilogue.errors import NotFoundError
from trilogue.node.engine import Engine
from trilogue.protocol.bodies import IncidentBody

pytestmark = pytest.mark.sqlite  # a log forks here by a copy of its file


@pytest.fixture
def forked(trio: Trio) -> Trio:
    """A trio in which a copy of KR's node said something else than KR did, and US heard both."""
    trio["KR"].close()
    shutil.copytree(trio.base / "KR", trio.base / "rogue")
    trio.engines["KR"] = Engine(trio.base / "KR", "KR", TEMPLATE, trio.clock.of("KR"))
    known = trio["US"].books.seen("KR")
    assert known is not None
    trio.grant(trio.file("KR", "this"))
    trio.settle()
    rogue = Engine(trio.base / "rogue", "KR", TEMPLATE, trio.clock.of("KR"))
    honest = trio.engines["KR"]
    trio.engines["KR"] = rogue
    trio.grant(trio.file("KR", "that"))
    rogue.sending._peer_saw["US", "KR"] = known[0]
    trio.carry("KR", "US")
    rogue.close()
    trio.engines["KR"] = honest
    return trio


def _settle(trio: Trio) -> None:
    governing = trio["US"].governing
    trio["US"].act(lambda: governing.settle_fork("KR", "a copy was started by mistake"))


def test_what_is_said_meanwhile_waits_and_counts_when_the_fork_is_settled(forked: Trio) -> None:
    what = forked.file("KR", "later")
    forked.grant(what)
    assert not forked.settle()
    assert forked.waiting()
    assert not forked.failed()
    _settle(forked)
    forked.settle()
    assert not forked.waiting()
    assert forked.read("JP", what)


def test_the_finding_stands_in_the_log_and_cites_the_incident(forked: Trio) -> None:
    _settle(forked)
    accused, finding = (one for one in forked.own("US", "incident"))
    body = finding.says(IncidentBody)
    assert body.findings_of is not None
    assert body.findings_of.index == accused.index
    assert (body.peer, body.step) == ("KR", 3)


def test_the_evidence_stays_and_the_same_two_checkpoints_are_no_other_fork(forked: Trio) -> None:
    before = forked["US"].db.q.fork_of(speaker="KR")
    _settle(forked)
    assert forked["US"].db.q.fork_of(speaker="KR") is None
    assert forked["US"].db.q.was_settled(
        **{key: before[key] for key in ("speaker", "size", "second")}
    )
    rogue = Engine(forked.base / "rogue", "KR", TEMPLATE, forked.clock.of("KR"))
    honest, forked.engines["KR"] = forked.engines["KR"], rogue
    rogue.sending._peer_saw["US", "KR"] = before["size"] - 2
    forked.carry("KR", "US")
    rogue.close()
    forked.engines["KR"] = honest
    assert forked.failures[-1][2].step == 3
    assert not list(forked["US"].db.q.forks())


def test_what_did_not_fork_cannot_be_settled(trio: Trio) -> None:
    with pytest.raises(NotFoundError, match="no fork of KR's log is open"):
        _settle(trio)
