"""One estimate per coalition, from its own arrivals and nothing else."""

from __future__ import annotations

import dataclasses
import json

import pytest
from tests.support.real_arrivals import PARTICIPANTS, real_arrivals
from tests.support.synthetic_arrivals import AROUND, arrival, ring

from trilogue.analysis.seismology import Arrival
from trilogue.encoding import instant
from trilogue.picture.locate import coalitions, locate_coalitions

KEYS = {
    "coalition", "latitude", "longitude", "origin_time", "origin_time_sd_s", "depth_m", "ellipse",
    "stations_used", "stations_left_out", "notes", "reason",
}  # fmt: skip


def owned(counts: dict[str, int]) -> list[Arrival]:
    """Return arrivals of one source: so many of each participant's."""
    owners = [name for name, count in counts.items() for _ in range(count)]
    rows = ring(41.3, 129.08, AROUND[: len(owners)])
    return [
        dataclasses.replace(row, participant=owner) for row, owner in zip(rows, owners, strict=True)
    ]


def test_each_alone_then_pairs_then_all() -> None:
    assert coalitions(("KR", "US", "JP")) == (
        ("KR",), ("US",), ("JP",), ("KR", "US"), ("KR", "JP"), ("US", "JP"), ("KR", "US", "JP"),
    )  # fmt: skip
    assert coalitions(("A", "B", "C", "D"))[-2:] == (("C", "D"), ("A", "B", "C", "D"))
    assert coalitions(()) == ()
    assert coalitions(("KR",)) == (("KR",),)


def test_a_participant_named_twice_is_refused() -> None:
    with pytest.raises(ValueError, match="named twice"):
        coalitions(("KR", "KR"))


def test_too_few_stations_say_so_instead_of_failing() -> None:
    estimates = locate_coalitions(owned({"KR": 3, "US": 4, "JP": 0}), ("KR", "US", "JP"))
    by = {one.coalition: one for one in estimates}
    assert by[("KR",)].location is None
    assert by[("KR",)].reason.startswith("3 usable arrivals, 4 needed")
    assert by[("JP",)].reason.startswith("0 usable arrivals")
    assert by[("US",)].location is not None
    assert by[("KR", "JP")].location is None
    assert by[("KR", "US", "JP")].location is not None


def test_without_a_location_the_fields_are_null_and_the_reason_is_said() -> None:
    (estimate,) = locate_coalitions(owned({"KR": 2}), ("KR",))
    found = estimate.to_json()
    assert set(found) == KEYS
    for name in ("latitude", "longitude", "origin_time", "ellipse", "depth_m"):
        assert found[name] is None
    assert found["stations_used"] == []
    assert "4 needed" in found["reason"]


def test_with_a_location_the_object_is_complete() -> None:
    (estimate,) = locate_coalitions(owned({"KR": 6}), ("KR",))
    found = estimate.to_json()
    assert set(found) == KEYS
    assert found["coalition"] == ["KR"]
    assert found["reason"] == ""
    assert instant.parse(found["origin_time"])
    assert set(found["ellipse"]) == {"semi_major_m", "semi_minor_m", "azimuth_deg", "probability"}
    assert set(found["stations_used"][0]) == {"network", "station", "residual_s", "weight"}
    assert json.loads(json.dumps(found)) == found


def test_rows_of_no_participant_are_set_aside_with_that_reason() -> None:
    rows = owned({"KR": 5, "": 1})
    (estimate,) = locate_coalitions(rows, ("KR",))
    left_out = estimate.to_json()["stations_left_out"]
    assert [one["reason"] for one in left_out] == [
        "its network belongs to none of the participants"
    ]
    (estimate,) = locate_coalitions(rows, ("KR",), with_unowned=True)
    assert estimate.location is not None
    assert len(estimate.location.used) == 6
    assert estimate.aside == ()


def test_what_a_coalition_is_not_given_cannot_change_a_bit() -> None:
    everything = real_arrivals("DPRK6")
    together = {one.coalition: one for one in locate_coalitions(everything, PARTICIPANTS)}
    for name in PARTICIPANTS:
        own = [row for row in everything if row.participant in (name, "")]
        (alone,) = locate_coalitions(own, (name,))
        assert repr(alone) == repr(together[(name,)])


def test_a_source_that_none_can_have_seen_is_said() -> None:
    corners = [(0.0, 0.0), (0.0, 120.0), (0.0, -120.0), (90.0, 0.0), (-90.0, 0.0)]
    rows = [
        arrival(f"S{i}", 1e9 + i, latitude=a, longitude=b, participant="KR")
        for i, (a, b) in enumerate(corners)
    ]
    (estimate,) = locate_coalitions(rows, ("KR",))
    assert estimate.location is None
    assert "100 degrees" in estimate.reason
