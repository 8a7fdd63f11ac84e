"""The interacting modes without biases against the same steps taken over a longer state."""

from dataclasses import replace

import numpy as np
import pytest

from trilogue.analysis.tracking.kernels.dynamics import CORE, MODES
from trilogue.analysis.tracking.kernels.imm import run as run_modes
from trilogue.analysis.tracking.prepared import Prepared, prepare, start
from trilogue.analysis.tracking.settings import EstimateSettings

SETTINGS = EstimateSettings()


def outcome(table: Prepared, spare: int) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """States, covariances, probabilities and likelihoods, with `spare` elements that do nothing."""
    first = start(table, SETTINGS)
    m, n = len(table.time), CORE + spare
    x0, p0 = np.zeros((MODES, n)), np.tile(np.eye(n), (MODES, 1, 1))
    x0[:, :CORE] = first.states
    p0[:, :CORE, :CORE] = first.covariances
    xs, ps, mu = np.empty((m, MODES, n)), np.empty((m, MODES, n, n)), np.empty((m, MODES))
    loglik = np.empty(m)
    run_modes(
        x0, p0, first.probabilities, first.time, table.time, table.sensor, table.values, table.sd,
        table.geometry, np.full(len(table.sensors), -1), SETTINGS.rates, SETTINGS.noise,
        xs, ps, mu, loglik,
    )  # fmt: skip
    return xs[:, :, :CORE], ps[:, :, :CORE, :CORE], mu, loglik


@pytest.fixture(scope="module")
def table(flights) -> Prepared:
    """Plots with gaps of many steps, angles alone, range rates, and several at one instant."""
    plots = flights.fly("900 km", 11, biased=False, until=80.0).plots
    table = prepare(plots)
    table.time[:] = np.round(table.time * 4.0) / 4.0
    truth = flights.fly("900 km", 11, biased=False, until=80.0)
    for k in np.flatnonzero(table.sensor == 0):
        state, place = truth.truth(table.time[k]), plots.sensors[0].position
        away = state[:3] - place
        table.values[k, 3] = away @ state[3:6] / np.linalg.norm(away)
        table.sd[k, 3] = 5.0
    keep = (table.time < table.time[0] + 60.0) | (table.time > table.time[0] + 67.3)
    return Prepared(
        *(column[keep] for column in table.part(0, len(keep))),
        table.geometry, table.bias, table.bias_sd, table.infrared, table.sensors,
    )  # fmt: skip


def test_the_short_way_is_the_long_way(table: Prepared) -> None:
    short, long = outcome(table, 0), outcome(table, 4)
    sd = np.sqrt(np.diagonal(long[1], axis1=2, axis2=3))
    assert np.abs((short[0] - long[0]) / sd).max() < 1e-7
    scale = sd[..., :, None] * sd[..., None, :]
    assert np.abs((short[1] - long[1]) / scale).max() < 1e-7
    assert np.abs(short[2] - long[2]).max() < 1e-7
    assert short[3] == pytest.approx(long[3], abs=1e-6)


@pytest.mark.parametrize("quantity", [0, 1])
@pytest.mark.parametrize("off", [0.09, 0.11, 1.4, 1.7, 3.1, -2.0])
def test_a_plot_in_any_other_direction_is_off_by_the_same(
    table: Prepared, quantity: int, off: float
) -> None:
    values, sd = table.values.copy(), table.sd.copy()
    k = len(values) // 2
    values[k, quantity] += off
    sd[k, quantity] = 1.0  # else no state, short or long, would be left to compare
    stray = replace(table, values=values, sd=sd)
    short, long = outcome(stray, 0), outcome(stray, 4)
    assert short[3][k] == pytest.approx(long[3][k], abs=1e-6)
    assert short[3][k] < outcome(replace(table, sd=sd), 0)[3][k]
    scale = np.sqrt(np.diagonal(long[1][k], axis1=1, axis2=2))
    assert np.abs((short[0][k] - long[0][k]) / scale).max() < 1e-6


def test_covariances_stay_symmetric_to_the_last_bit(table: Prepared) -> None:
    for spare in (0, 4):
        covariances = outcome(table, spare)[1]
        assert np.array_equal(covariances, np.swapaxes(covariances, 2, 3))
