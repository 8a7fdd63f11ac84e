from __future__ import annotations

import numpy as np
import pytest
from tests.support.real_arrivals import real_arrivals
from tests.support.synthetic_arrivals import AROUND, ring

from trilogue.analysis.geodesy import Plane
from trilogue.analysis.seismology import TooFewArrivalsError
from trilogue.analysis.seismology.events import known_tests
from trilogue.analysis.seismology.relative import locate_from


def pair(errors: list[float]) -> tuple[list, list, tuple[float, float]]:
    """Two sources 1.2 km apart at the same stations, with the same error of the Earth model."""
    second = tuple(float(x) for x in Plane(41.3, 129.08).unproject(800.0, -900.0))
    reference = ring(41.3, 129.08, AROUND, errors=errors)
    stations = [
        (float(np.degrees(np.arctan2(e, n))), float(np.hypot(e, n)) / 1000.0)
        for e, n in (Plane(*second).project(row.latitude, row.longitude) for row in reference)
    ]
    return reference, ring(*second, stations, errors=errors), second


def test_the_errors_of_the_earth_model_fall_out() -> None:
    errors = [1.5, -0.8, 2.0, -1.1, 0.3, 1.9, -2.0, 0.7]
    reference, rows, second = pair(errors)
    found = locate_from(41.3, 129.08, reference, rows)
    assert found.east_m == pytest.approx(800.0, abs=60.0)
    assert found.north_m == pytest.approx(-900.0, abs=60.0)
    assert found.seconds == pytest.approx(0.0, abs=0.05)
    assert found.ellipse.contains(*second)
    assert found.ellipse.semi_major_m < 3_000.0


def test_a_pick_that_one_of_the_two_lacks_is_named() -> None:
    reference, rows, second = pair([0.0] * 8)
    import dataclasses

    rows[2] = dataclasses.replace(rows[2], time=rows[2].time + 3.0)
    found = locate_from(41.3, 129.08, reference, rows)
    assert [one.arrival.station for one in found.left_out] == ["S02"]
    assert found.ellipse.contains(*second)


def test_too_few_common_stations_are_counted() -> None:
    reference, rows, _ = pair([0.0] * 8)
    with pytest.raises(TooFewArrivalsError) as caught:
        locate_from(41.3, 129.08, reference[:3], rows)
    assert caught.value.count == 3


def test_2017_lies_from_2016_where_it_is_published_to_lie() -> None:
    """Yao et al. 2018: 318 m west and 189 m north, to a hundred metres."""
    first, second = known_tests()["DPRK5"], known_tests()["DPRK6"]
    found = locate_from(
        first.latitude, first.longitude, real_arrivals("DPRK5"), real_arrivals("DPRK6")
    )
    east, north = Plane(first.latitude, first.longitude).project(second.latitude, second.longitude)
    assert np.hypot(found.east_m - east, found.north_m - north) < 700.0
    assert found.ellipse.contains(second.latitude, second.longitude)
    assert found.ellipse.semi_major_m < 3_000.0
    assert found.seconds == pytest.approx(second.origin - first.origin, abs=0.3)
    assert [one.arrival.station for one in found.left_out] == ["JGF"]
