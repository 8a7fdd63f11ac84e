"""The simulator keeps what nature keeps, and flies what it is told to."""

import dataclasses

import numpy as np
import pytest

from trilogue.analysis.flight.earth import EARTH_RATE, J2, MU
from trilogue.analysis.flight.gravity import gravity, height
from trilogue.analysis.flight.missile import Missile, Stage
from trilogue.analysis.flight.notional import notional
from trilogue.analysis.flight.simulate import simulate
from trilogue.analysis.geodesy.frames import to_ecef

PLACE = (39.3, 125.9, 76.0)


def test_gravity_is_the_gradient_of_the_potential() -> None:
    def potential(r: np.ndarray) -> float:
        size = float(np.linalg.norm(r))
        sine = r[2] / size
        return MU / size * (1 - J2 * (6_378_137.0 / size) ** 2 * (1.5 * sine**2 - 0.5))

    for place in ([5e6, 3e6, 4e6], [-6.5e6, 1e5, -2e6], [1e6, 1e6, 7e6]):
        r = np.array(place)
        slope = [(potential(r + d) - potential(r - d)) / 2e2 for d in 1e2 * np.eye(3)]
        assert np.allclose(gravity(*r), slope, rtol=1e-7)


@pytest.mark.parametrize("above", [-100.0, 0.0, 1e5, 4e6, 9e6])
@pytest.mark.parametrize("latitude", [-89.9, -40.0, 0.0, 39.3, 70.0])
def test_heights_agree_with_geodesy(latitude: float, above: float) -> None:
    assert height(*to_ecef(latitude, 12.0, above)) == pytest.approx(above, abs=1e-3)


def test_energy_in_free_flight_above_the_air_is_kept() -> None:
    flight = simulate(notional(8_000.0, 8.0), *PLACE)
    free = (flight.time > flight.burnout_s) & (flight.geodetic[2] > 800e3)
    r, v = flight.position[free], flight.velocity[free]
    size, sine = np.linalg.norm(r, axis=1), r[:, 2] / np.linalg.norm(r, axis=1)
    potential = MU / size * (1 - J2 * (6_378_137.0 / size) ** 2 * (1.5 * sine**2 - 0.5))
    spin = 0.5 * EARTH_RATE**2 * (r[:, 0] ** 2 + r[:, 1] ** 2)
    # In the turning frame the Jacobi integral stands in the place of energy.
    jacobi = 0.5 * (v**2).sum(axis=1) - potential - spin
    assert np.ptp(jacobi) < 1e-7 * abs(jacobi[0])


def test_the_rocket_equation_holds_where_nothing_else_pulls() -> None:
    missile = Missile("test", (Stage(1.0, 3_000.0, 900.0, 10.0, 0.0),), 90.0, 1e-9, 1e-9)
    flight = simulate(missile, *PLACE, step_s=0.001)
    # In one second gravity takes 9.8 m/s, vertically, and that is all.
    assert flight.burnout_speed_mps == pytest.approx(3_000.0 * np.log(10.0) - 9.8, abs=0.1)


def test_a_finer_step_changes_the_impact_by_metres() -> None:
    missile = notional(6_000.0, 20.0)
    coarse, fine = simulate(missile, *PLACE), simulate(missile, *PLACE, step_s=0.02)
    assert coarse.range_m == pytest.approx(fine.range_m, abs=60.0)
    assert coarse.flight_time_s == pytest.approx(fine.flight_time_s, abs=0.05)


def test_between_rows_it_is_where_the_integrator_would_be() -> None:
    missile = notional(6_000.0, 20.0)
    coarse, fine = simulate(missile, *PLACE), simulate(missile, *PLACE, coast_step_s=0.1)
    times = np.linspace(200.0, 400.0, 57)
    for a, b in zip(coarse.at(times), fine.at(times), strict=True):
        assert np.abs(a - b).max() < 0.5
    with pytest.raises(ValueError, match="lasts from 0"):
        coarse.at(coarse.flight_time_s + 1.0)


def test_it_burns_while_its_stages_burn_and_is_silent_between() -> None:
    missile = notional(8_000.0, 8.0)
    flight = simulate(missile, *PLACE)
    first = missile.stages[0]
    times = [1.0, first.burn_s - 0.05, first.burn_s + 0.05, missile.burn_s - 0.05, missile.burn_s]
    assert flight.burns_at(np.array(times)).tolist() == [True, True, False, True, False]
    assert flight.burnout_s == pytest.approx(missile.burn_s)


def test_what_cannot_rise_is_refused() -> None:
    heavy = dataclasses.replace(notional(3_000.0), payload_kg=1e6)
    with pytest.raises(ValueError, match="does not lift off"):
        simulate(heavy, *PLACE)
    with pytest.raises(ValueError, match="no notional missile"):
        notional(30_000.0)
