"""Consent from end to end, over three processes: adopted, granted, refused, withdrawn, registered.

KR report, grant ──> US receipt, relay ──> JP receipt ──> US relay ──> KR's store
"""

from __future__ import annotations

import msgspec
import pytest
from tests.support.processes import ADMINISTRATOR, GUARD, Node, Nodes
from tests.support.trio import OFFICERS, marking

from trilogue.consent.acts import Description
from trilogue.errors import ConsentError, NotFoundError, NotInForceError, RefusedError
from trilogue.node.answers import StatementEntry, Waiting
from trilogue.node.inputs import Place, RefusalInput, RequestInput
from trilogue.node.problem import SameOfficerError

pytestmark = pytest.mark.processes

ASKED = RequestInput(
    originator="KR",
    purpose="analysis",
    because="our stations heard it, too",
    description=Description(subject="nuclear-test", payload_type=None, period=None),
)


def test_nothing_moves_before_the_third_adoption(strangers: Nodes) -> None:
    nodes = strangers
    nodes.start()
    for who, missing in (("US", "Japan"), ("JP", "Republic of Korea")):
        _adopt(nodes, who)
        nodes.until(
            lambda who=who: nodes["KR"].statements("adoption", by=who),
            f"{who}'s adoption does not reach KR",
        )
        with pytest.raises(NotInForceError, match=missing):
            nodes["KR"].submit()
        with nodes["KR"].client() as client:
            assert missing in client.readyz().reasons[0]
    assert not nodes["KR"].statements("report")

    _adopt(nodes, "KR")
    nodes.until(
        lambda: all(node.status().force.in_force for node in nodes),
        "the arrangement does not come into force",
    )
    what = nodes["KR"].submit()
    nodes["KR"].grant(what)
    nodes.settle()
    assert nodes["JP"].read(what) == "seen"


def test_a_report_reaches_both_and_their_receipts_reach_its_originator(running: Nodes) -> None:
    nodes = running
    what = nodes["KR"].submit("first", "second")
    grant = nodes["KR"].grant(what)
    nodes.settle()
    for who in ("US", "JP"):
        assert [nodes[who].read(what, which) for which in (0, 1)] == ["first", "second"]
    receipts = {one.statement.speaker: one for one in _citing(nodes["KR"], "receipt", grant)}
    assert set(receipts) == {"US", "JP"}
    for receipt in receipts.values():
        assert {item["portion"] for item in receipt.body["items"]} == set(what.portions)
    # JP's receipt cannot come by itself: no pact stands between JP and KR.
    (relay,) = _citing(nodes["KR"], "relay", receipts["JP"].statement)
    assert relay.statement.speaker == "US"


def test_a_request_is_refused_with_its_reason_and_another_is_granted(running: Nodes) -> None:
    nodes = running
    with nodes["JP"].client() as jp:
        with pytest.raises(RefusedError, match="no pact") as refused:
            jp.request(msgspec.structs.replace(ASKED, direct=True))
        assert refused.value.rules == ("no-pact",)
        first, second = jp.request(ASKED).statement, jp.request(ASKED).statement
    nodes.settle()
    reason = "the source is at risk"
    with nodes["KR"].client() as kr:
        kr.refuse(RefusalInput(request=first, reason=reason))
    what = nodes["KR"].submit()
    nodes["KR"].grant(what, answers=second)
    nodes.settle()
    (refusal,) = _citing(nodes["JP"], "refusal", first)
    assert (refusal.statement.speaker, refusal.body["reason"]) == ("KR", reason)
    (grant,) = _citing(nodes["JP"], "grant", second)
    assert what.place in grant.cites
    assert nodes["JP"].read(what) == "seen"


def test_what_is_above_the_ceiling_is_refused_by_its_rule_and_the_refusal_logged(
    running: Nodes,
) -> None:
    nodes = running
    size = nodes["KR"].status().log_size
    with pytest.raises(RefusedError, match="ceiling") as refused:
        nodes["KR"].submit(marking=marking("TOP SECRET"))
    logged = nodes["KR"].statements()[-1]
    assert logged.statement == Place(speaker="KR", index=refused.value.index or -1)
    assert (logged.kind, tuple(logged.body["rules"])) == ("refusal", refused.value.rules)
    assert nodes["KR"].status().log_size == size + 1


def test_above_confidential_a_grant_waits_for_a_second_officer(nodes: Nodes) -> None:
    first, second = OFFICERS
    nodes.start()
    what = nodes["KR"].submit(marking=marking("SECRET"))
    waits = nodes["KR"].try_grant(what)
    assert isinstance(waits, Waiting)
    assert waits.officer == first
    assert not _citing(nodes["KR"], "grant", what.place)
    with nodes["KR"].client(first) as same, pytest.raises(SameOfficerError):
        same.approve(waits.id)
    with nodes["KR"].client(second) as other:
        other.approve(waits.id)
    nodes.settle()
    (grant,) = _citing(nodes["JP"], "grant", what.place)
    assert [one["officer"] for one in grant.body["approvals"]] == [first, second]
    assert nodes["JP"].read(what) == "seen"


def test_a_withdrawal_destroys_at_both_and_both_certify_it(running: Nodes) -> None:
    nodes = running
    what, kept = nodes["KR"].submit("seen"), nodes["KR"].submit("kept")
    grant = nodes["KR"].grant(what)
    nodes["KR"].grant(kept)
    nodes.settle()
    withdrawal = nodes["KR"].withdraw(grant)
    nodes.settle()
    for who in ("US", "JP"):
        with pytest.raises((ConsentError, NotFoundError)):
            nodes[who].read(what)
        assert nodes[who].read(kept) == "kept"
    certified = _citing(nodes["KR"], "destruction", withdrawal)
    assert {one.statement.speaker for one in certified} == {"US", "JP"}
    for one in certified:
        assert grant in one.cites
        assert set(one.body["portions"]) == set(what.portions)
    assert nodes["KR"].read(what) == "seen"


@pytest.mark.threat("T03")
def test_who_opens_a_portion_stands_in_the_access_register(running: Nodes) -> None:
    nodes = running
    what = nodes["KR"].submit("seen")
    nodes["KR"].grant(what)
    nodes.settle()
    nodes["JP"].read(what)
    with pytest.raises(ConsentError, match="warning"):
        nodes["JP"].read(what, purpose="warning")
    with nodes["JP"].client(GUARD) as jp:
        (access,) = (one for one in jp.accesses().items if one.report == what.place)
    assert (access.officer, access.purpose, access.why) == (
        OFFICERS[0],
        "analysis",
        "the morning report",
    )
    assert access.portion == what.portions[0]


def _citing(node: Node, kind: str, place: Place) -> list[StatementEntry]:
    """Return what counts at a node, of one kind, that cites a place."""
    return [one for one in node.statements(kind) if place in one.cites]


def _adopt(nodes: Nodes, who: str) -> None:
    with nodes[who].client(ADMINISTRATOR) as client:
        client.adopt()
