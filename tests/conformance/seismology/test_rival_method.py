"""Against a method that shares nothing with ours but the readings.

Equal differential times: wherever the source is, two stations' arrival times differ as their travel
times do, whatever the origin time (H.-W. Zhou, J. Geophys. Res. 99, 15439–15455, 1994; Y. Font,
H. Kao, S. Lallemand, C.-S. Liu and L.-Y. Chiao, Geophys. J. Int. 158, 655–675, 2004). The place is
where most pairs agree, found by trying every place of a grid. Travel times are TauP's own, over
geodesic distances, without our table, our flattening, our covariance or our sound arrivals.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import pytest
from obspy.geodetics import gps2dist_azimuth
from obspy.taup import TauPyModel
from tests.support.real_arrivals import EVENTS, PARTICIPANTS, real_arrivals

from trilogue.analysis.geodesy import inverse
from trilogue.analysis.seismology import locate
from trilogue.analysis.seismology.events import known_tests

AGREEMENT_KM = 6.0
"""The rival weighs all pairs alike, so clusters of stations pull it: kilometres are expected."""
PAIR_SD_S = 0.7


@lru_cache(maxsize=1)
def curve() -> tuple[np.ndarray, np.ndarray]:
    degrees = np.arange(2.0, 13.0, 0.05)
    model = TauPyModel("ak135")
    times = [
        min(ray.time for ray in model.get_travel_times(0.5, x, phase_list=["p", "P", "Pn", "Pg"]))
        for x in degrees
    ]
    return degrees, np.array(times)


def likelihood(event: str, latitudes: np.ndarray, longitudes: np.ndarray) -> np.ndarray:
    rows = [row for row in real_arrivals(event) if row.participant]
    observed = np.array([row.time for row in rows]) - rows[0].time
    travel = np.empty((len(latitudes), len(longitudes), len(rows)))
    for i, latitude in enumerate(latitudes):
        for j, longitude in enumerate(longitudes):
            km = [
                gps2dist_azimuth(latitude, longitude, row.latitude, row.longitude)[0] / 1000.0
                for row in rows
            ]
            travel[i, j] = np.interp(np.array(km) / 111.195, *curve())
    a, b = np.triu_indices(len(rows), 1)
    misfit = (observed[a] - observed[b]) - (travel[..., a] - travel[..., b])
    return np.exp(-(misfit**2) / (2.0 * PAIR_SD_S**2)).sum(axis=-1)


def rival(event: str) -> tuple[float, float]:
    """Return the place where most pairs agree: a grid of 20 km, then one of 2 km about its best."""
    latitude, longitude = 41.5, 128.5
    for reach, step in ((2.0, 0.2), (0.25, 0.02)):
        line = np.arange(-reach, reach + step / 2, step)
        latitudes, longitudes = latitude + line, longitude + 1.33 * line
        agreed = likelihood(event, latitudes, longitudes)
        i, j = np.unravel_index(np.argmax(agreed), agreed.shape)
        latitude, longitude = float(latitudes[i]), float(longitudes[j])
    return latitude, longitude


@pytest.mark.parametrize("event", EVENTS)
def test_a_rival_method_finds_the_same_place(event: str) -> None:
    place, test = rival(event), known_tests()[event]
    ours = locate([row for row in real_arrivals(event) if row.participant in PARTICIPANTS])
    apart = float(inverse(*place, ours.latitude, ours.longitude)[0]) / 1000.0
    assert apart < AGREEMENT_KM
    assert ours.contains(*place)
    theirs_off = float(inverse(*place, test.latitude, test.longitude)[0]) / 1000.0
    ours_off = float(inverse(ours.latitude, ours.longitude, test.latitude, test.longitude)[0])
    assert ours_off / 1000.0 <= theirs_off + 1.0
