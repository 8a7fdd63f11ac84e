from __future__ import annotations

import numpy as np
import pytest
from tests.support.synthetic_arrivals import AROUND, ring

from trilogue.analysis.geodesy import inverse
from trilogue.analysis.seismology.network import Network
from trilogue.analysis.seismology.search import starts


@pytest.mark.parametrize("place", [(41.3, 129.08), (-33.0, -70.0), (64.0, -18.0)])
def test_the_start_is_near_although_a_third_of_the_picks_is_false(
    place: tuple[float, float],
) -> None:
    errors = [0.0, 8.0, 0.0, 0.0, 12.0, 0.0, 0.0, -6.0]
    rows = ring(*place, AROUND, errors=errors)
    network = Network.of(rows, 500.0)
    times = np.array([row.time for row in rows]) - rows[0].time
    best = starts(network, times)[0]
    assert float(inverse(*best, *place)[0]) < 40_000.0
