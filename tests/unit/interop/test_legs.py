"""The way of a flight as every drawing and format shows it."""

from itertools import pairwise

import numpy as np
from tests.support.pictured import seen

from trilogue.analysis.geodesy import inverse
from trilogue.analysis.geodesy.frames import to_geodetic
from trilogue.analysis.geodesy.outline import LARGEST_M, ellipse_outline, sector_outline
from trilogue.analysis.tracking.legs import legs


def test_legs_are_one_way_from_launch_to_impact() -> None:
    (flight,) = seen().whole.flights
    way = legs(flight)
    assert [(leg.phase, leg.known) for leg in way] == [
        ("boost", "before"),
        ("boost", "seen"),
        ("midcourse", "seen"),
        ("midcourse", "ahead"),
        ("terminal", "ahead"),
    ]
    for before, after in pairwise(way):
        assert before.time[-1] == after.time[0]
        assert np.array_equal(before.position[-1], after.position[0])
        assert np.all(np.diff(before.time) > 0.0)
    lat, lon, height = to_geodetic(way[-1].position[-1])
    assert inverse(lat, lon, flight.impact.latitude, flight.impact.longitude)[0] < 1.0
    assert abs(height) < 1.0
    assert way[-1].time[-1] == flight.impact.time.value


def test_the_way_ahead_passes_through_the_apogee() -> None:
    (flight,) = seen().whole.flights
    heights = np.concatenate([to_geodetic(leg.position)[2] for leg in legs(flight)])
    assert abs(heights.max() - flight.apogee_m.value) < 300.0 + 3.0 * flight.apogee_m.sd


def test_the_way_ahead_holds_the_truth_within_its_spread() -> None:
    found = seen()
    (flight,) = found.whole.flights
    out = []
    for leg in legs(flight):
        if leg.known != "ahead" or leg.phase != "midcourse":
            continue
        for time, position, (level, vertical) in zip(leg.time, leg.position, leg.sd_m, strict=True):
            truth = found.run.truth(time)[:3]
            out.append(np.linalg.norm(position - truth) / np.hypot(level, vertical))
    assert max(out) < 4.0


def test_uncertainty_grows_on_the_way_ahead() -> None:
    (flight,) = seen().whole.flights
    ahead = [leg for leg in legs(flight) if leg.known == "ahead"]
    assert ahead[-1].sd_m[-1].min() > 5.0 * ahead[0].sd_m[0].max()


def test_before_cutoff_nothing_lies_ahead() -> None:
    (flight,) = seen(after_burnout_s=-10.0).whole.flights
    assert flight.impact is None
    assert {leg.known for leg in legs(flight)} == {"before", "seen"}


def test_an_outline_reaches_as_far_as_its_axes_say() -> None:
    ring = ellipse_outline(41.0, 129.0, 80_000.0, 20_000.0, 30.0, points=360)
    distance, azimuth, _ = inverse(41.0, 129.0, ring[:, 0], ring[:, 1])
    assert abs(distance.max() - 80_000.0) < 1.0
    assert abs(distance.min() - 20_000.0) < 1.0
    assert abs(azimuth[distance.argmax()] % 180.0 - 30.0) < 0.01


def test_an_outline_is_never_laid_round_the_far_side() -> None:
    ring = ellipse_outline(41.0, 129.0, 4e7, 2e7, 30.0)
    assert np.allclose(inverse(41.0, 129.0, ring[:, 0], ring[:, 1])[0], LARGEST_M)


def test_a_sector_begins_and_ends_at_its_sensor() -> None:
    sector = sector_outline(36.0, 127.0, 10.0, 45.0, 1e6)
    assert tuple(sector[0]) == tuple(sector[-1]) == (36.0, 127.0)
    distance, azimuth, _ = inverse(36.0, 127.0, sector[1:-1, 0], sector[1:-1, 1])
    assert np.allclose(distance, 1e6)
    assert np.all(np.minimum(azimuth, 360.0 - azimuth) <= 55.0 + 1e-6)
    circle = sector_outline(36.0, 127.0, 10.0, 180.0, 1e6)
    assert np.allclose(inverse(36.0, 127.0, circle[:, 0], circle[:, 1])[0], 1e6)
