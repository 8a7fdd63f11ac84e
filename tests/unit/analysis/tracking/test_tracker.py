"""The tracker: as many flights as flew, each of its own plots, whatever else the sensors saw."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import numpy as np
import pytest

from trilogue.analysis.scenario.play import Played, play
from trilogue.analysis.scenario.scenario import load
from trilogue.analysis.tracking.estimate import Picture
from trilogue.analysis.tracking.plots import PlotTable, joined
from trilogue.analysis.tracking.tracker import Tracker, track

OWNERS = ("KR", "JP", "US")


def seen(played: Played, owners: tuple[str, ...] = OWNERS) -> tuple[PlotTable, np.ndarray]:
    """Return what some participants' sensors saw, and what each plot shows."""
    plots = played.observed.plots
    own = np.array([sensor.owner in owners for sensor in plots.sensors])[plots.sensor]
    return plots.where(own), played.observed.origin[own]


def judge(picture: Picture, origin: np.ndarray) -> list[tuple[int, float, float]]:
    """Return for each flight which one it is, and the shares of its plots that are its own."""
    total = Counter(origin.tolist())
    out = []
    for flight in picture.flights:
        which, count = Counter(origin[flight.plots].tolist()).most_common(1)[0]
        out.append((which, count / len(flight.plots), count / total[which]))
    return sorted(out)


@pytest.mark.parametrize(
    ("name", "owners", "flights"),
    [
        ("single", OWNERS, 1),
        ("salvo", OWNERS, 5),
        ("salvo", ("US",), 5),
        ("salvo", ("JP",), 5),
        ("mixed", OWNERS, 4),
        ("outage", OWNERS, 1),
        ("lofted-icbm", OWNERS, 1),
        ("lofted-icbm", ("JP",), 1),
    ],
)
def test_there_are_as_many_flights_as_flew_and_each_has_its_own_plots(
    name: str, owners: tuple[str, ...], flights: int
) -> None:
    plots, origin = seen(play(load(name), 0), owners)
    found = judge(track(plots), origin)
    assert [which for which, _, _ in found] == list(range(flights))
    assert min(pure for _, pure, _ in found) > 0.995
    assert min(whole for _, _, whole in found) > 0.98


def test_a_flight_stands_out_of_ten_false_plots_a_scan() -> None:
    played = play(load("clutter"), 0)
    plots, origin = seen(played)
    until = played.flights[0].launched + 150.0
    picture = track(plots, until=until)
    found = judge(picture, origin[plots.time <= until])
    assert [which for which, _, _ in found] == [0]
    assert found[0][1] > 0.995
    assert found[0][2] > 0.98
    assert len(picture.unused) > 10 * len(picture.flights[0].plots)


def test_clutter_alone_is_no_flight() -> None:
    plots, origin = seen(play(load("clutter"), 1))
    alone = plots.where(origin < 0)
    picture = track(alone.until(float(alone.time[0]) + 100.0))
    assert picture.flights == ()
    assert len(picture.unused) == len(picture.plots)


@pytest.mark.parametrize("seed", [0, 1])
def test_a_radar_that_is_off_is_named_and_makes_no_second_flight(seed: int) -> None:
    played = play(load("biased-radar"), seed)
    plots, _ = seen(played)
    picture = track(plots)
    assert len(picture.flights) == 1
    flight = picture.flights[0]
    assert any("kr-ship is off by" in remark for remark in flight.remarks)
    assert not any("is off by" in r and "kr-ship" not in r for r in flight.remarks)
    bias = next(one for one in flight.biases if one.sensor == "kr-ship")
    azimuth, _, distance, _ = played.biases["kr-ship"]
    assert abs(bias.azimuth_rad.value - azimuth) < 4.0 * bias.azimuth_rad.sd
    assert abs(bias.range_m.value - distance) < 4.0 * bias.range_m.sd


def test_biases_within_what_sensors_state_raise_no_remark_and_are_told_honestly() -> None:
    deviations = []
    for seed in range(4):
        played = play(load("single"), seed)
        flight = track(seen(played)[0]).flights[0]
        assert not any("is off by" in remark for remark in flight.remarks)
        for one in flight.biases:
            for value, true in zip(
                (one.azimuth_rad, one.elevation_rad, one.range_m, one.clock_s),
                played.biases[one.sensor],
                strict=True,
            ):
                if value.sd > 0.0 and one.sensor.startswith(("kr", "jp")):
                    deviations.append((value.value - true) / value.sd)
    # Sixty-four numbers, correlated: their mean square is near one.
    assert 0.5 < np.mean(np.square(deviations)) < 1.7


def test_the_tracker_forgets_nothing_when_a_new_sensor_appears() -> None:
    plots, _ = seen(play(load("single"), 2))
    plots = plots.until(float(plots.time[0]) + 90.0)
    parts = [plots.owned_by((owner,)) for owner in OWNERS]
    parts = [
        PlotTable.of(
            [s for s in p.sensors if s.owner == owner],
            p.time,
            p.sensor - min(k for k, s in enumerate(p.sensors) if s.owner == owner),
            p.values,
            p.sd,
        )
        for owner, p in zip(OWNERS, parts, strict=True)
    ]
    tracker = Tracker()
    for part in parts:
        tracker.add(part)
    at_once = track(joined(parts))
    piece_by_piece = tracker.picture()
    assert len(at_once.flights) == len(piece_by_piece.flights) == 1
    one, other = at_once.flights[0], piece_by_piece.flights[0]
    assert one.now.state.tobytes() == other.now.state.tobytes()
    assert one.impact == other.impact


def test_nothing_is_no_picture() -> None:
    with pytest.raises(ValueError, match="no plots"):
        Tracker().picture()


def test_two_sensors_of_one_name_that_differ_are_refused() -> None:
    plots, _ = seen(play(load("single"), 0))
    moved = [replace(sensor, latitude=sensor.latitude + 1.0) for sensor in plots.sensors]
    other = PlotTable.of(moved, plots.time, plots.sensor, plots.values, plots.sd)
    tracker = Tracker()
    tracker.add(plots)
    with pytest.raises(ValueError, match="two sensors of"):
        tracker.add(other)
