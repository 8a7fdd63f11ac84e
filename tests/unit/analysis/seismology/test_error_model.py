from __future__ import annotations

import numpy as np
import pytest
from tests.support.synthetic_arrivals import arrival

from trilogue.analysis.geodesy import arc_degrees, unit_vector
from trilogue.analysis.seismology.error_model import (
    lateness_s,
    model_covariance,
    onset_sd_s,
    reading_variance,
)


def covariance(latitudes: list[float], longitudes: list[float]) -> np.ndarray:
    source, receivers = unit_vector(41.3, 129.1), unit_vector(latitudes, longitudes)
    return model_covariance(source, receivers, arc_degrees(source[None, :], receivers)[0])


def test_onsets_are_later_and_worse_the_smaller_the_signal() -> None:
    clear, small = arrival(snr=1e4), arrival(snr=12.0)
    assert lateness_s(clear) == pytest.approx(0.0, abs=0.01)
    assert lateness_s(small) == pytest.approx(1.0)
    assert onset_sd_s(clear) == pytest.approx(0.1, abs=0.001)
    assert onset_sd_s(small) == pytest.approx(1.0, abs=0.01)


@pytest.mark.parametrize("snr", [None, 0.0, -1.0])
def test_an_onset_without_a_ratio_is_not_taken_for_late(snr: float | None) -> None:
    assert lateness_s(arrival(snr=snr)) == 0.0
    assert onset_sd_s(arrival(snr=snr)) == pytest.approx(0.5, abs=0.02)
    assert onset_sd_s(arrival(snr=snr, onset_sd=0.05)) == pytest.approx(0.112, abs=0.001)


def test_declared_uncertainty_comes_on_top() -> None:
    assert onset_sd_s(arrival(snr=1e4, onset_sd=3.0)) == pytest.approx(3.0, abs=0.01)
    rounded = reading_variance([arrival(snr=1e4, position_sd_m=10_000.0)], np.array([13.75]))
    # Ten kilometres at 8.09 km/s.
    assert rounded[0] == pytest.approx(0.1**2 + 1.237**2, rel=0.01)


def test_the_scatter_grows_with_distance_within_what_is_observed() -> None:
    """Douglas et al. 2005: up to 1.38 s at regional distances."""
    sd = [float(np.sqrt(covariance([41.3 - x], [129.1])[0, 0])) for x in (0.5, 3.0, 9.0, 80.0)]
    assert sd[0] < sd[1] < sd[2] < 1.4
    assert 0.6 < sd[3] < 1.2


def test_neighbours_err_alike_and_others_do_not() -> None:
    matrix = covariance([37.0, 37.1, 45.0], [127.0, 127.1, 131.0])
    root = np.sqrt(np.diag(matrix))
    alike = matrix / np.outer(root, root)
    assert alike[0, 1] > 0.8
    assert alike[0, 2] < 0.3


def test_it_is_a_covariance() -> None:
    rng = np.random.default_rng(1)
    matrix = covariance(list(rng.uniform(-40, 60, 60)), list(rng.uniform(60, 190, 60)))
    assert matrix == pytest.approx(matrix.T)
    assert np.linalg.eigvalsh(matrix).min() > 0.0


def test_at_the_source_itself_it_is_finite() -> None:
    assert np.isfinite(covariance([41.3], [129.1])).all()
