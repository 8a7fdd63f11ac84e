"""The tables of requests and grants: what may follow what, and nothing else."""

from __future__ import annotations

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trilogue.consent.lifecycle import GRANT, REQUEST, Table, advance, diagram
from trilogue.errors import InputError

EVENTS = ("request", "grant", "refusal", "withdrawal", "receipt", "destruction")
TABLES = [pytest.param(table, id=table[0]) for table in (REQUEST, GRANT)]


def states(table: Table) -> set[str]:
    """Return every state that stands in a table."""
    return {state for state, _ in table[1]} | set(table[1].values())


def run(table: Table, events: list[str]) -> str:
    """Return where a life stands after the events, those that lead nowhere left out."""
    state = "none"
    for event in events:
        state = table[1].get((state, event), state)
    return state


@pytest.mark.parametrize("table", TABLES)
def test_what_is_not_in_the_table_is_refused(table):
    for state, event in product(states(table), EVENTS):
        if (state, event) in table[1]:
            assert advance(table, state, event) == table[1][state, event]
        else:
            with pytest.raises(InputError, match=f"that is {state} cannot take a {event}"):
                advance(table, state, event)


@pytest.mark.parametrize("table", TABLES)
def test_every_state_is_reached_from_nothing(table):
    reached, grown = {"none"}, True
    while grown:
        following = {to for (state, _), to in table[1].items() if state in reached}
        grown = not following <= reached
        reached |= following
    assert reached == states(table)


@given(st.lists(st.sampled_from(EVENTS), max_size=8))
def test_after_its_withdrawal_no_event_makes_a_grant_live_again(events):
    assert run(GRANT, ["grant", "withdrawal", *events]) in ("withdrawn", "destroyed")


@given(st.permutations(["grant", "receipt", "withdrawal", "destruction"]))
def test_a_withdrawn_grant_ends_alike_in_whatever_order_its_acts_arrive(events):
    """Deliveries overtake one another: nobody may end with a grant that is live."""
    assert run(GRANT, events) in ("withdrawn", "destroyed")


def test_a_refused_request_may_still_be_granted():
    assert run(REQUEST, ["request", "refusal", "grant"]) == "granted"


def test_a_granted_request_is_not_refused_afterwards():
    with pytest.raises(InputError, match="a request that is granted cannot take a refusal"):
        advance(REQUEST, "granted", "refusal")


@pytest.mark.parametrize("table", TABLES)
def test_the_diagram_draws_every_row(table):
    drawn = diagram(table)
    for (state, event), following in table[1].items():
        source = "[*]" if state == "none" else state
        assert f"    {source} --> {following}: {event}\n" in drawn
    assert drawn.count("-->") == len(table[1])
