"""One participant suspends the arrangement: nothing is shared, and what protects still passes."""

from __future__ import annotations

import pytest
from tests.support.processes import ADMINISTRATOR, Nodes

from trilogue.errors import ConsentError, NotFoundError, NotInForceError
from trilogue.node.inputs import StandInput

pytestmark = pytest.mark.processes


def test_suspension_holds_releases_back_and_lets_withdrawals_pass(nodes: Nodes) -> None:
    nodes.start("KR", "US")
    nodes.start("JP")
    held, underway = nodes["KR"].submit("held"), nodes["KR"].submit("underway")
    grant = nodes["KR"].grant(held)
    nodes.settle()
    nodes["JP"].kill()
    nodes["KR"].grant(underway)
    nodes.until(lambda: nodes["KR"].waiting() == 0, "US does not take the grant in")

    with nodes["US"].client(ADMINISTRATOR) as us:
        us.suspend(StandInput(reason="a review of the channel"))
    nodes.start("JP")
    nodes.until(
        lambda: not any(node.status().force.in_force for node in nodes),
        "the suspension does not reach everybody",
    )
    with pytest.raises(NotInForceError, match="suspended"):
        nodes["KR"].submit()
    with pytest.raises(NotInForceError, match="suspended"):
        nodes["KR"].grant(held)

    nodes["KR"].withdraw(grant)
    nodes.until(
        lambda: nodes["KR"].statements("destruction", by="JP"), "the withdrawal does not pass"
    )
    with pytest.raises((ConsentError, NotFoundError)):
        nodes["JP"].read(held)
    with pytest.raises((ConsentError, NotFoundError)):
        nodes["JP"].read(underway)
    assert nodes["US"].waiting()

    with nodes["US"].client(ADMINISTRATOR) as us:
        us.resume(StandInput(reason="the review is over"))
    nodes.settle()
    assert nodes["JP"].read(underway) == "underway"
    late = nodes["KR"].submit("late")
    nodes["KR"].grant(late)
    nodes.settle()
    assert nodes["JP"].read(late) == "late"
    with nodes.at_rest() as trio:
        assert trio.held("JP") == {*underway.portions, *late.portions}
        assert not trio.faults()
