"""Advice: whatever is wrong is named with a way out, and nothing is said of a node that is well."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from trilogue.encoding import instant
from trilogue.node.advice import KEYS_DAYS, LOW_DISK, advise
from trilogue.node.answers import ForceAnswer
from trilogue.node.condition import (
    Failed,
    Fork,
    KeysStatus,
    NeighbourStatus,
    Overdue,
    Status,
)
from trilogue.node.inputs import Place

AT = "2016-09-09T00:30:01.353Z"
LATER = "2017-09-09T00:00:00.000Z"
SOON = instant.plus(AT, (KEYS_DAYS - 1) * 86_400)

US = NeighbourStatus(participant="US", waiting=0, seen=22, keys_until=LATER, reachable=True)
WELL = Status(
    participant="KR",
    at=AT,
    arrangement="digest",
    force=ForceAnswer(in_force=True, code="in-force", who=(), reason="In force."),
    log_size=18,
    position=40,
    signed=AT,
    keys=KeysStatus(sequence=0, since="2016-01-01T00:00:00.000Z", until=LATER),
    neighbours=(US,),
    failed=(),
    forks=(),
    free_bytes=LOW_DISK,
    halted="",
)


def out_of_force(code: str, *who: str) -> ForceAnswer:
    return ForceAnswer(in_force=False, code=code, who=who, reason="Not in force.")


def us(**changes: Any) -> tuple[NeighbourStatus, ...]:
    return (msgspec.structs.replace(US, **changes),)


def test_of_a_node_that_is_well_nothing_is_said() -> None:
    assert advise(WELL, runs=True).advice == ()


WRONG: dict[str, tuple[dict[str, Any], str]] = {
    "a store that is older": ({"halted": "the store is an older copy"}, "Lost disk"),
    "a restored node": ({"halted": "the node was restored, and US …"}, "keep it up until"),
    "a full disk": ({"halted": "the vault cannot be written"}, "make room"),
    "a fork": ({"forks": (Fork(speaker="JP", size=7, noticed=AT),)}, "Forked peer"),
    "no arrangement": ({"arrangement": None, "force": out_of_force("not-adopted")}, "node join"),
    "not adopted here": ({"force": out_of_force("not-adopted", "KR")}, "arrangement adopt"),
    "suspended elsewhere": ({"force": out_of_force("suspended", "JP")}, "wait for JP"),
    "before its dates": ({"force": out_of_force("before-dates")}, "its dates"),
    "no keys": ({"keys": None}, "node init"),
    "keys that ran out": (
        {"keys": KeysStatus(sequence=0, since=AT, until=AT)},
        "ran out at 2016-09-09T00:30:01.353Z",
    ),
    "keys that run out": (
        {"keys": KeysStatus(sequence=0, since=AT, until=SOON)},
        "rotate-keys` before",
    ),
    "a stranger": ({"neighbours": us(keys_until=None)}, "with its card"),
    "a neighbour's keys": ({"neighbours": us(keys_until=SOON)}, "ask US to rotate"),
    "a neighbour that is away": (
        {"neighbours": us(reachable=False, waiting=3, problem="refused")},
        "3 statements wait for it",
    ),
    "a neighbour that stands still": (
        {"neighbours": us(waiting=3, oldest="2016-09-09T00:00:00.000Z")},
        "look at US's status",
    ),
    "a refusal": (
        {"failed": (Failed(neighbour="US", index=9, reason="step 8: no"),)},
        "US did not accept entry 9",
    ),
    "an overdue destruction": (
        {"overdue": (Overdue(grant=Place(speaker="KR", index=9), participant="JP", withdrawn=AT),)},
        "JP owes the destruction of what KR/9",
    ),
    "a disk that fills up": ({"free_bytes": LOW_DISK - 1}, "1023 MiB are left"),
}


@pytest.mark.parametrize("what", WRONG)
def test_what_is_wrong_is_named_with_a_way_out(what: str) -> None:
    changes, told = WRONG[what]
    (said,) = advise(msgspec.structs.replace(WELL, **changes), runs=True).advice
    assert told in said
    assert "To do: " in said
    assert said.endswith(".")


def test_lapsed_grants_are_only_for_a_node_that_does_not_run() -> None:
    lapsed = msgspec.structs.replace(WELL, lapsed=2)
    assert advise(lapsed, runs=True).advice == ()
    (said,) = advise(lapsed, runs=False).advice
    assert "bring the node up" in said


def test_the_gravest_comes_first_and_many_of_a_sort_are_cut() -> None:
    failed = tuple(Failed(neighbour="US", index=n, reason="no") for n in range(50))
    told = advise(
        msgspec.structs.replace(WELL, failed=failed, halted="the disk is full", free_bytes=0),
        runs=True,
    ).advice
    assert told[0].startswith("Nothing can be logged")
    assert len(told) == 7
