"""Where stations surround a source the summary must be that of the textbook."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import f
from tests.support.synthetic_arrivals import ring

from trilogue.analysis.seismology.error_model import PRIOR_DEGREES_OF_FREEDOM as NU
from trilogue.analysis.seismology.network import Network
from trilogue.analysis.seismology.posterior import Bell, summarise
from trilogue.analysis.seismology.soundness import Problem, Weighed

WHERE = (41.3, 129.08)
PLACES = [(float(a), 550.0) for a in np.arange(15.0, 360.0, 30.0)]


@pytest.mark.parametrize("probability", [0.5, 0.9])
def test_a_bell_has_the_ellipse_of_the_f_distribution(probability: float) -> None:
    rng = np.random.default_rng(2)
    rows = ring(*WHERE, PLACES)
    network, n = Network.of(rows, 500.0), len(rows)
    times = network.times(*np.array(WHERE)[:, None])[0] + 0.3 * rng.standard_normal(n)
    covariance = 0.3**2 * np.eye(n)
    travel, design = network.linearised(*WHERE)
    problem = Problem(times - travel, design, covariance, np.full(n, 0.1))
    fit = problem.fit((True,) * n)
    weighed = Weighed(np.ones((1, n), dtype=np.bool_), np.ones(1))
    summary = summarise(
        network,
        times,
        covariance,
        weighed,
        [Bell(*WHERE, fit.model_covariance[:2, :2])],
        probability,
    )
    factor = 2.0 * f.ppf(probability, 2, NU + n - 3)
    axes = np.sqrt(factor * np.linalg.eigvalsh(fit.model_covariance[:2, :2]))
    assert summary.ellipse.semi_minor_m == pytest.approx(axes[0], rel=0.04)
    assert summary.ellipse.semi_major_m == pytest.approx(axes[1], rel=0.04)
    assert not summary.unbounded


def test_doubt_about_an_arrival_lies_between_with_and_without_it() -> None:
    rows = ring(*WHERE, PLACES[:6])
    network, n = Network.of(rows, 500.0), 6
    times = network.times(*np.array(WHERE)[:, None])[0]
    times[2] += 2.0
    covariance = 0.3**2 * np.eye(n)
    travel, design = network.linearised(*WHERE)
    spread = Problem(times - travel, design, covariance, np.full(n, 0.1)).fit((True,) * n)
    start = [Bell(*WHERE, spread.model_covariance[:2, :2])]
    sets = np.array([[True] * n, [i != 2 for i in range(n)]])
    with_it, without, torn = (
        summarise(network, times, covariance, Weighed(sets, np.array(p)), start, 0.9)
        for p in ([0.999, 0.001], [0.001, 0.999], [0.5, 0.5])
    )
    assert without.latitude < torn.latitude < with_it.latitude or (
        with_it.latitude < torn.latitude < without.latitude
    )
