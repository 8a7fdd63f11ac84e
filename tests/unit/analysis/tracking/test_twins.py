"""Two tracks of one object are one flight; two objects that no sensor sees both of stay two."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import numpy as np
import pytest
from scipy.stats import norm

from trilogue.analysis.scenario.observe import Flight, observe
from trilogue.analysis.scenario.scenario import load
from trilogue.analysis.tracking.association import Association
from trilogue.analysis.tracking.looks import would_see
from trilogue.analysis.tracking.plots import PlotTable, canonical
from trilogue.analysis.tracking.settings import EstimateSettings
from trilogue.analysis.tracking.tracker import Tracker, track
from trilogue.analysis.tracking.twins import without_twins

SALVO = load("salvo")
SENSORS = [replace(s, clutter_per_scan=5.0 * s.clutter_per_scan) for s in SALVO.sensors]
SETTINGS = EstimateSettings()


@cache
def flight(number: int) -> Flight:
    """Return one of the salvo's five."""
    one = SALVO.flights[number]
    return Flight(one.name, one.fly(), SALVO.begin + one.launch_s)


def seen(one: Flight, seed: int, until_s: float) -> PlotTable:
    """Return the plots of a flight alone, from sensors that say that they have clutter."""
    quiet = [replace(s, clutter_per_scan=0.0) for s in SENSORS]
    plots = observe(quiet, [one], seed=seed, until=one.launched + until_s).plots
    return canonical(replace(plots, sensors=tuple(SENSORS)))[0]


def with_a_false_plot_beside_the_first(plots: PlotTable) -> PlotTable:
    """Return the table with one more row: the first one's, turned by some tens of kilometres."""
    beside = plots.values[0] + np.array([-7e-4, 5e-5, 0.0, 0.0])
    return PlotTable.of(
        plots.sensors,
        np.append(plots.time, plots.time[0]),
        np.append(plots.sensor, plots.sensor[0]),
        np.vstack([plots.values, beside]),
        np.vstack([plots.sd, plots.sd[0]]),
    )


@pytest.mark.parametrize("seed", [0, 3, 14, 41])
def test_a_false_plot_beside_the_first_makes_no_second_flight(seed: int) -> None:
    plots = with_a_false_plot_beside_the_first(seen(flight(1), seed, 75.0))
    split = Association(SETTINGS, plots).flights
    assert len(split) > 1  # else this shows nothing
    (whole,) = track(plots).flights
    assert len(whole.plots) > 0.8 * len(plots)
    assert max(len(part) for part in split) < len(whole.plots)


def test_twins_are_one_in_whatever_order_their_plots_come() -> None:
    plots = with_a_false_plot_beside_the_first(seen(flight(1), 3, 75.0))
    batch = np.random.default_rng(0).integers(0, 4, len(plots))
    tracker = Tracker()
    for number in range(4):
        tracker.add(plots.where(batch == number))
        tracker.picture()
    (late,), (in_order,) = tracker.picture().flights, track(plots).flights
    np.testing.assert_array_equal(late.plots, in_order.plots)
    np.testing.assert_array_equal(late.now.state, in_order.now.state)
    np.testing.assert_array_equal(late.now.covariance, in_order.now.covariance)


def test_two_missiles_side_by_side_stay_two_though_no_sensor_sees_both() -> None:
    one = flight(0)
    other = replace(flight(1), launched=one.launched)
    # Three kilometres apart at lift-off, and on courses three degrees apart.
    plots, second = (seen(each, 1, 100.0) for each in (one, other))
    first = np.array([s.id in ("us-east", "kr-ground", "jp-west") for s in plots.sensors])
    mine, others = first[plots.sensor], ~first[second.sensor]
    both = PlotTable.of(
        plots.sensors,
        np.append(plots.time[mine], second.time[others]),
        np.append(plots.sensor[mine], second.sensor[others]),
        np.vstack([plots.values[mine], second.values[others]]),
        np.vstack([plots.sd[mine], second.sd[others]]),
    )
    parts = Association(SETTINGS, both).flights
    assert len(without_twins(parts, both, SETTINGS)[0]) == 2
    shares = sorted(float(first[both.sensor[part]].mean()) for part in parts)
    assert shares[0] < 0.1
    assert shares[1] > 0.9


def test_a_track_takes_the_first_plot_of_a_radar_that_its_object_rises_over() -> None:
    """Infrared alone has it a few kilometres low, where the radar would not see it."""
    plots = seen(flight(2), 221, 85.0)
    assert [len(part) for part in Association(SETTINGS, plots).flights] == [len(plots)]


def test_at_the_edge_of_a_field_a_sensor_would_see_half_of_what_may_be_there() -> None:
    radar = next(s for s in SENSORS if s.id == "kr-ground")
    far = 400e3
    low = np.radians(radar.field.elevation_min_deg)
    over = np.radians([0.0, 1.0, -1.0, 10.0, -10.0])
    east = np.stack([np.cos(low + over), np.zeros(5), np.sin(low + over)], axis=1)
    positions = radar.position + far * east @ radar.axes
    covariances = np.repeat((far * np.radians(1.0)) ** 2 * np.eye(3)[None], 5, axis=0)
    # A standard deviation is a degree in elevation here.
    np.testing.assert_allclose(
        would_see(radar, positions, covariances), norm.cdf(np.degrees(over)), atol=1e-9
    )
    beyond = radar.position + (radar.field.range_max_m + 1.0) * np.array([[0.6, 0.0, 0.8]]) @ (
        radar.axes
    )
    assert would_see(radar, beyond, np.full((1, 3, 3), 1e-12))[0] < 0.2
