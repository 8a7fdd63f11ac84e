"""Summaries of rows made by hand, where every number can be told beforehand."""

from dataclasses import replace

import pytest

from trilogue.analysis.value.added import added
from trilogue.analysis.value.row import Row
from trilogue.analysis.value.summary import ALL, summarise

ROW = Row(
    site="hodo", latitude_deg=39.4, longitude_deg=127.5, missile_class="Scud",
    shape="minimum-energy", azimuth_deg=90.0, seed=0, apogee_m=1e5, range_m=5e5, burnout_s=80.0,
    flight_time_s=400.0, coalition="KR", first_plot_s=50.0, first_track_s=55.0, moment="120 s",
    time_s=120.0, phase="midcourse", plots=9, estimate_failed=False, estimated_phase="midcourse",
    launch_error_m=3e3, launch_semi_major_m=4e3, launch_semi_minor_m=2e3, launch_inside=True,
    impact_error_m=6e3, impact_semi_major_m=8e3, impact_semi_minor_m=1e3, impact_inside=True,
    impact_bound_m=5e3,
)  # fmt: skip
NOTHING = {
    "launch_error_m": None, "launch_semi_major_m": None, "launch_semi_minor_m": None,
    "launch_inside": None, "impact_error_m": None, "impact_semi_major_m": None,
    "impact_semi_minor_m": None, "impact_inside": None,
}  # fmt: skip


def one(rows):
    (group,) = summarise(rows)
    return group


def test_an_impact_not_known_is_wider_than_any_that_is() -> None:
    rows = [replace(ROW, seed=k, impact_semi_major_m=1e3 * k) for k in (1, 2)]
    unknown = [replace(ROW, seed=9, **NOTHING)]
    assert one([*rows, *unknown]).impact_semi_major_m == 2e3
    assert one([*rows, *unknown * 2]).impact_semi_major_m is None
    assert (one(rows + unknown).impact_known, one(rows + unknown).impact_asked) == (2, 3)


def test_error_and_bound_are_over_the_same_flights() -> None:
    rows = [
        replace(ROW, impact_error_m=3e3, impact_bound_m=1e3),
        replace(ROW, impact_error_m=4e3, impact_bound_m=7e3),
        replace(ROW, **NOTHING, impact_bound_m=900e3),
    ]
    assert one(rows).impact_error_rms_m == pytest.approx(12.5e6**0.5)
    assert one(rows).impact_bound_rms_m == pytest.approx(5e3)


def test_an_impact_named_during_boost_counts_as_premature_alone() -> None:
    group = one([replace(ROW, phase="boost", impact_bound_m=None, impact_error_m=900e3)])
    assert group.premature == 1
    assert (group.impact_asked, group.impact_known, group.impact_error_rms_m) == (0, 0, None)


def test_who_has_landed_is_asked_nothing() -> None:
    group = one([ROW, replace(ROW, phase="landed", **NOTHING, impact_bound_m=None)])
    assert (group.flights, group.impact_asked, group.seen) == (2, 1, 1)
    assert group.launch_semi_major_m == 4e3


def test_half_of_the_flights_without_a_track_have_no_median() -> None:
    assert one([ROW, replace(ROW, first_track_s=None)]).first_track_s is None
    assert one([ROW, ROW, replace(ROW, first_track_s=None)]).first_track_s == 55.0


def test_broken_estimates_are_counted() -> None:
    assert one([ROW, replace(ROW, estimate_failed=True, **NOTHING)]).failed == 1


def test_pooled_groups_hold_all_classes() -> None:
    (group,) = summarise([ROW, replace(ROW, missile_class="ICBM")], pooled=True)
    assert (group.missile_class, group.shape, group.flights) == (ALL, ALL, 2)


def test_what_is_added_compares_each_flight_with_itself() -> None:
    together = {"coalition": "KR+US", "first_track_s": 45.0, "launch_error_m": 1e3}
    rows = [
        ROW,
        replace(ROW, **together, impact_error_m=3e3, impact_semi_major_m=2e3),
        # In the second flight KR alone knows no impact and has no track.
        replace(ROW, seed=1, **NOTHING, first_track_s=None),
        replace(ROW, seed=1, **together),
    ]
    us = next(a for a in added(rows, ("KR", "US"), "120 s") if a.participant == "US")
    assert (us.to, us.flights, us.newly_tracked, us.tracked_earlier_s) == ("KR", 2, 1, 10.0)
    assert us.launch_error_rms_m == (3e3, 1e3)
    assert us.midcourse_error_rms_m == (6e3, 3e3)
    assert us.midcourse_axis_ratio == pytest.approx(0.25)
    assert (us.midcourse_pairs, us.midcourse_newly_known) == (1, 1)
    assert (us.terminal_pairs, us.terminal_axis_ratio, us.terminal_error_rms_m) == (0, None, None)
