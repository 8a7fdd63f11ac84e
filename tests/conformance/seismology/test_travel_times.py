"""The table against the program it was built with, at points that are not its nodes."""

from __future__ import annotations

import csv
from functools import lru_cache
from pathlib import Path

import numpy as np
import pytest
from obspy.taup import TauPyModel

from trilogue.analysis.geodesy import geocentric_latitude
from trilogue.analysis.seismology.ellipticity import correction_s
from trilogue.analysis.seismology.travel_times import first_arrivals

PHASES = ["p", "P", "Pn", "Pg", "Pdiff"]


@lru_cache(maxsize=1)
def taup() -> TauPyModel:
    return TauPyModel("ak135")


def differences(depths_km: np.ndarray, degrees: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return ours less theirs: time (s) and slowness (s/deg)."""
    time, slowness = [], []
    for depth, distance in zip(depths_km, degrees, strict=True):
        first = min(
            taup().get_travel_times(depth, distance, phase_list=PHASES), key=lambda ray: ray.time
        )
        ours = first_arrivals(1000.0 * depth).evaluate(np.array([distance]))
        time.append(ours[0][0] - first.time)
        slowness.append(ours[1][0] - first.ray_param * np.pi / 180.0)
    return np.array(time), np.array(slowness)


@pytest.mark.parametrize(
    ("deepest_km", "farthest"), [(1.0, 15.0), (10.0, 30.0), (35.0, 100.0), (50.0, 3.0)]
)
def test_times_agree_to_a_hundredth_of_a_second(deepest_km: float, farthest: float) -> None:
    rng = np.random.default_rng(int(deepest_km))
    depths, degrees = rng.uniform(0, deepest_km, 60), rng.uniform(0.02, farthest, 60)
    time, slowness = differences(depths, degrees)
    assert np.abs(time).max() < 0.01
    assert np.median(np.abs(slowness)) < 0.001


def test_at_the_crossovers_too() -> None:
    """Where one branch overtakes another: direct and Pn, and the triplications."""
    depths = np.repeat([0.0, 0.7, 10.0, 19.9, 20.1, 34.9, 35.1], 12)
    degrees = np.tile([0.3, 0.6, 0.9, 1.2, 1.35, 1.4, 1.5, 15.7, 16.2, 18.2, 20.4, 23.9], 7)
    assert np.abs(differences(depths, degrees)[0]).max() < 0.01


def test_quick_times_are_good_to_two_hundredths() -> None:
    rng = np.random.default_rng(5)
    degrees = rng.uniform(0, 100, 5000)
    curve = first_arrivals(500.0)
    assert np.abs(curve.quick(degrees) - curve.evaluate(degrees)[0]).max() < 0.02


def test_slowness_is_the_derivative_of_time() -> None:
    curve = first_arrivals(8_000.0)
    degrees = np.linspace(0.5, 99.0, 997)
    rise = curve.evaluate(degrees + 1e-5)[0] - curve.evaluate(degrees - 1e-5)[0]
    same = np.abs(rise / 2e-5 - curve.evaluate(degrees)[1]) < 1e-3
    assert same.mean() > 0.99  # a corner lies here and there


def test_beyond_the_table_there_is_no_time() -> None:
    curve = first_arrivals(500.0)
    assert np.isinf(curve.evaluate(np.array([100.6]))[0][0])
    assert np.isinf(curve.quick(np.array([100.6]))[0])


def test_the_flattening_agrees_with_another_program() -> None:
    """`ellipticity.csv`: EllipticiPy 1.0.1 (Russell et al. 2022) on ak135, source at 10 km."""
    text = (Path(__file__).parent / "ellipticity.csv").read_text("utf-8")
    worst = 0.0
    for row in csv.DictReader(text.splitlines()):
        delta, azimuth = np.radians(float(row["degrees"])), np.radians(float(row["azimuth_deg"]))
        phi = np.radians(float(geocentric_latitude(float(row["latitude"]))))
        source = np.array([np.cos(phi), 0.0, np.sin(phi)])
        toward = np.cos(azimuth) * np.array([-np.sin(phi), 0.0, np.cos(phi)])
        toward += np.sin(azimuth) * np.array([0.0, 1.0, 0.0])
        station = np.cos(delta) * source + np.sin(delta) * toward
        ours = correction_s(source[None, :], station[None, :], np.array([[np.degrees(delta)]]))
        worst = max(worst, abs(float(ours[0, 0]) - float(row["correction_s"])))
    assert worst < 0.01
