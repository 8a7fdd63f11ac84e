"""A node that is away for a while: the others go on, and it catches up when it is back."""

from __future__ import annotations

import pytest
from tests.support.processes import Nodes

from trilogue.errors import ConsentError, NotFoundError

pytestmark = pytest.mark.processes

MANY = 20


def test_an_originator_goes_on_without_the_hub(nodes: Nodes) -> None:
    nodes.start("KR", "JP")
    reports = [nodes["KR"].submit(f"report {number}") for number in range(MANY)]
    for what in reports:
        nodes["KR"].grant(what)
    assert nodes["KR"].waiting() == MANY
    nodes.start("US")
    nodes.settle()
    for who in ("US", "JP"):
        assert [nodes[who].read(what) for what in reports] == [f"report {n}" for n in range(MANY)]
    assert len(nodes["KR"].statements("receipt", by="JP")) >= 1


def test_the_hub_passes_on_what_it_holds_without_the_originator(nodes: Nodes) -> None:
    nodes.start("KR", "US")
    what = nodes["KR"].submit()
    nodes["KR"].grant(what)
    nodes.until(lambda: nodes["KR"].waiting() == 0, "US does not take the grant in")
    nodes["KR"].kill()
    nodes.start("JP")
    nodes.until(lambda: nodes["JP"].statements("grant"), "the hub relays nothing")
    assert nodes["JP"].read(what) == "seen"
    nodes.until(lambda: nodes["US"].statements("receipt", by="JP"), "JP gives no receipt")
    assert nodes["US"].waiting()  # it waits at the hub for its originator
    nodes.start("KR")
    nodes.settle()
    assert nodes["KR"].statements("receipt", by="JP")


def test_consent_withdrawn_from_one_who_is_away_ends_at_its_return(nodes: Nodes) -> None:
    """What it held is destroyed; what was on its way to it is never opened. Both are certified."""
    nodes.start()
    held, underway = nodes["KR"].submit("held"), nodes["KR"].submit("underway")
    first = nodes["KR"].grant(held)
    nodes.settle()
    nodes["JP"].kill()
    second = nodes["KR"].grant(underway)
    nodes.until(lambda: nodes["KR"].waiting() == 0, "US does not take the grant in")
    for grant in (first, second):
        nodes["KR"].withdraw(grant)
    nodes.until(lambda: nodes["KR"].waiting() == 0, "US does not take the withdrawals in")
    nodes.start("JP")
    nodes.settle()
    for what in (held, underway):
        with pytest.raises((ConsentError, NotFoundError)):
            nodes["JP"].read(what)
    certified = nodes["KR"].statements("destruction", by="JP")
    assert [sum(grant in one.cites for one in certified) for grant in (first, second)] == [1, 1]
    with nodes.at_rest() as trio:
        assert trio.held("JP") == trio.held("US") == set()
        assert not trio.faults()
