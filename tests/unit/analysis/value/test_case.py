"""One case: what each coalition is said to have known, held against the flight as it was."""

from dataclasses import replace
from itertools import permutations

import numpy as np
import pytest
from obspy.geodetics import gps2dist_azimuth

from trilogue.analysis.scenario.observe import Flight, observe
from trilogue.analysis.tracking.flight_estimate import estimate_flight
from trilogue.analysis.value.campaign import Moment, TrackRule, coalitions
from trilogue.analysis.value.case import LAUNCHED, first_track, fly, run_case


def test_every_coalition_answers_at_every_moment_in_one_order(small, rows) -> None:
    names = ["+".join(c) for c in coalitions(small.participants)]
    assert names == ["KR", "US", "JP", "KR+US", "KR+JP", "US+JP", "KR+US+JP"]
    moments = [one.name for one in small.moments]
    assert moments == ["60 s", "300 s", "burnout + 60 s"]
    assert [(r.missile_class, r.coalition, r.moment) for r in rows] == [
        (m.wanted.name, c, at) for m in small.missiles for c in names for at in moments
    ]


def test_a_case_flown_again_is_the_same_and_another_seed_is_not(small, rows) -> None:
    case = small.cases()[0]
    again = run_case(case)
    assert list(again) == rows[: len(again)]
    other = run_case(replace(case, seed=1))
    assert [r.range_m for r in other] != [r.range_m for r in again]


def test_what_is_asked_beside_changes_no_answer(small, rows) -> None:
    case = small.cases()[0]
    asked = {r.coalition: r for r in run_case(replace(case, moments=(Moment(300.0),)))}
    for row in rows[: len(asked) * len(small.moments)]:
        if row.moment == "300 s":
            assert row == asked[row.coalition]


def test_errors_are_those_another_program_measures(small, rows) -> None:
    """ObsPy measures the distance between impact and estimate over the ellipsoid."""
    case = small.cases()[0]
    run = fly(case)
    for row in (r for r in rows[:21] if r.moment == "300 s"):
        plots = run.plots.owned_by(row.coalition.split("+")).until(LAUNCHED + 300.0)
        point = estimate_flight(plots).impact
        metres = gps2dist_azimuth(point.latitude, point.longitude, *run.trajectory.impact)[0]
        assert row.impact_error_m == pytest.approx(metres, rel=1e-4)
        assert row.plots == len(plots)


def test_while_the_engine_burns_no_impact_has_a_bound(rows) -> None:
    assert {r.phase for r in rows} >= {"boost", "midcourse"}
    for row in rows:
        if row.phase == "boost":
            assert row.impact_bound_m is None
        elif row.plots:
            assert row.impact_bound_m is not None


def test_more_sensors_never_make_the_bound_worse(rows) -> None:
    by = {(r.missile_class, r.moment, frozenset(r.coalition.split("+"))): r for r in rows}
    compared = 0
    for (kind, moment, few), row in by.items():
        for (kind_2, moment_2, many), more in by.items():
            if (kind, moment) != (kind_2, moment_2) or not few < many:
                continue
            if row.impact_bound_m is not None:
                compared += 1
                # The fall is not straight in drag: its moments are good to some thousandths.
                assert more.impact_bound_m <= row.impact_bound_m * 1.002
    assert compared > 30


def test_a_coalition_uses_its_own_plots_and_no_others(small) -> None:
    """Others' sensors may be taken away, and nothing that the coalition is told changes."""
    case = replace(small.cases()[0], moments=(Moment(300.0),))
    own = tuple(sensor for sensor in case.sensors if sensor.owner == "JP")
    alone = run_case(replace(case, sensors=own))
    among = [row for row in run_case(case) if row.coalition == "JP"]
    assert list(alone) == among


def test_a_track_needs_its_plots_and_its_certainty(small) -> None:
    plots = fly(small.cases()[0]).plots.owned_by(["US"])
    usual = first_track(plots, TrackRule())
    assert usual is not None
    index = int(np.flatnonzero(plots.time == usual + LAUNCHED)[0])
    assert index >= 2
    # Told from the plots up to then alone: what came later had no say.
    head = plots.until(usual + LAUNCHED)
    assert first_track(head, TrackRule()) == usual
    assert first_track(plots.until(usual + LAUNCHED - 1e-3), TrackRule()) is None
    stricter = first_track(plots, TrackRule(position_sd_m=500.0))
    more = first_track(plots, TrackRule(plots=40))
    assert usual < stricter
    assert more == plots.time[39] - LAUNCHED
    assert first_track(plots, TrackRule(position_sd_m=1e-3)) is None


def test_plots_are_those_of_the_simulator_without_clutter(small) -> None:
    case = small.cases()[0]
    run = fly(case)
    seen = observe(case.sensors, [Flight("flight", run.trajectory, LAUNCHED)], seed=0)
    assert (seen.origin < 0).any(), "the sensors have clutter, which a campaign leaves out"
    assert len(run.plots)
    assert np.all(run.plots.time <= LAUNCHED + 300.0)


@pytest.mark.parametrize("order", list(permutations(["KR", "US", "JP"]))[1:3])
def test_the_order_of_sensors_is_not_a_matter(small, rows, order) -> None:
    case = small.cases()[0]
    turned = tuple(sorted(case.sensors, key=lambda s: order.index(s.owner)))
    again = run_case(replace(case, sensors=turned, moments=(Moment(300.0),)))
    usual = [r for r in rows[:21] if r.moment == "300 s"]
    assert [r.coalition for r in again] == [r.coalition for r in usual]
    for one, other in zip(again, usual, strict=True):
        assert one.plots == other.plots
        assert one.impact_semi_major_m == pytest.approx(other.impact_semi_major_m, rel=1e-3)
