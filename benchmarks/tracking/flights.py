"""Flights and plots for the campaigns on accuracy: what is flown, who looks, what is held back.

The missiles are nobody's, and share neither family nor parameters with the ensemble of ascents that
launch points are found with. Every run flies a missile whose thrust, mass flow, pitch and drag are
drawn about its round figures: no filter and no template knows it. Seeds from `HELD_BACK` on were
used for nothing while settings were chosen.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from trilogue.analysis.flight.missile import Missile, Stage
from trilogue.analysis.flight.simulate import Trajectory, simulate
from trilogue.analysis.tracking.kernels.measurement import expected
from trilogue.analysis.tracking.plots import PlotTable
from trilogue.analysis.tracking.prepared import geometry_of
from trilogue.analysis.tracking.sensor import Bias, FieldOfRegard, Noise, Sensor

__all__ = ["COALITIONS", "FLIGHTS", "HELD_BACK", "Run", "fly", "sensors"]

HELD_BACK = 10_000
COALITIONS = (
    ("KR",), ("JP",), ("US",), ("KR", "JP"), ("JP", "US"), ("KR", "US"), ("KR", "JP", "US"),
)  # fmt: skip
LAUNCH_TIME = 1_500_000_000.0
DRAG_SD = 0.6
"""Of the logarithm of drag area over mass, about the round figure of every flight."""


def _missile(
    name: str, stages: tuple[Stage, ...], payload: float, area: float, tilt: float
) -> Missile:
    return Missile(name, stages, payload, area, 2.5e-4 * payload, 6.0, 60.0, tilt)


FLIGHTS = {
    "900 km": _missile("single", (Stage(95, 2300, 12_800, 2300, 0.3),), 1000, 1.4, 42.0),
    "3,500 km": _missile(
        "double", (Stage(90, 2450, 15_000, 2200, 0.4, 2.0), Stage(70, 2600, 5600, 850, 0.0)),
        800, 2.2, 38.0,
    ),
    "lofted": _missile(
        "lofted", (Stage(120, 2650, 50_000, 5000, 0.8, 2.0), Stage(140, 2800, 13_000, 1300, 0.0)),
        700, 3.8, 4.2,
    ),
}  # fmt: skip
SITE = (39.5, 126.0)
AZIMUTH = 78.0


def sensors(*, biased: bool = True) -> tuple[Sensor, ...]:
    """Return notional sensors of the three participants, with or without biases."""
    radar = Bias(4e-4, 4e-4, 25.0, 0.01) if biased else Bias()
    eye = Bias(2e-5, 2e-5, 0.0, 0.01) if biased else Bias()

    def a_radar(name: str, owner: str, lat: float, lon: float, reach: float, ship: bool) -> Sensor:
        return Sensor(
            name, owner, "ship-radar" if ship else "ground-radar", lat, lon, 50.0,
            Noise(1e-3, 1e-3, 50.0), radar,
            FieldOfRegard(elevation_min_deg=1.0, range_max_m=reach),
        )  # fmt: skip

    def an_eye(name: str, lon: float) -> Sensor:
        return Sensor(
            name, "US", "infrared", 0.0, lon, 35_786e3, Noise(5e-5, 5e-5), eye,
            FieldOfRegard(floor_m=10e3),
        )  # fmt: skip

    return (
        a_radar("kr-ground", "KR", 36.5, 127.5, 2000e3, ship=False),
        a_radar("kr-ship", "KR", 38.2, 130.5, 2000e3, ship=True),
        a_radar("jp-north", "JP", 40.9, 140.3, 3000e3, ship=False),
        a_radar("jp-west", "JP", 35.8, 135.2, 3000e3, ship=False),
        an_eye("us-east", 165.0),
        an_eye("us-west", 80.0),
        a_radar("us-ship", "US", 39.2, 134.0, 3000e3, ship=True),
    )


def perturbed(missile: Missile, rng: np.random.Generator) -> Missile:
    """Return a missile that is not as its figures say."""

    def off(sd: float) -> float:
        return float(1.0 + sd * rng.standard_normal())

    stages = tuple(
        replace(
            s,
            exhaust_mps=s.exhaust_mps * off(0.01),
            burn_s=s.burn_s * off(0.04),
            propellant_kg=s.propellant_kg * off(0.01),
        )
        for s in missile.stages
    )
    return replace(
        missile,
        stages=stages,
        area_m2=missile.area_m2 * off(0.15),
        reentry_cda_m2=missile.reentry_cda_m2 * math.exp(DRAG_SD * rng.standard_normal()),
        tilt_deg=missile.tilt_deg * off(0.03),
        tilted_s=missile.tilted_s * off(0.05),
    )


@dataclass(frozen=True)
class Run:
    """One run: the flight as it was, and the plots of all sensors."""

    flight: Trajectory
    plots: PlotTable

    @cached_property
    def log_drag(self) -> float:
        """Logarithm of drag area over mass of what came down."""
        return math.log(self.flight.missile.reentry_cda_m2 / self.flight.missile.payload_kg)

    @property
    def launched(self) -> float:
        """POSIX seconds of lift-off."""
        return LAUNCH_TIME

    @property
    def burnout(self) -> float:
        """POSIX seconds of the last cut-off."""
        return LAUNCH_TIME + self.flight.burnout_s

    def truth(self, time: float) -> np.ndarray:
        """Return the true state `(10,)` at POSIX seconds, thrust left out."""
        t = min(max(time - LAUNCH_TIME, 0.0), self.flight.flight_time_s)
        position, velocity = self.flight.at(t)
        return np.concatenate([position, velocity, np.zeros(4)])


def fly(name: str, seed: int, *, biased: bool = True, until: float = math.inf) -> Run:
    """Fly one of `FLIGHTS` with a seed, and look at it until some seconds after the cut-off."""
    source = np.random.SeedSequence([seed, sorted(FLIGHTS).index(name)])
    missile_source, *sensor_sources = source.spawn(1 + len(sensors()))
    flight = simulate(
        perturbed(FLIGHTS[name], np.random.default_rng(missile_source)), *SITE, AZIMUTH
    )
    looking = sensors(biased=biased)
    last = min(flight.flight_time_s, flight.burnout_s + until)
    parts = [
        _look(sensor, i, flight, np.random.default_rng(sensor_sources[i]), last)
        for i, sensor in enumerate(looking)
    ]
    time, index, values, sd = (np.concatenate(column) for column in zip(*parts, strict=True))
    return Run(flight, PlotTable.of(looking, time, index, values, sd))


def _look(
    sensor: Sensor, index: int, flight: Trajectory, rng: np.random.Generator, last: float
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    bias = sensor.bias
    sds = np.array([bias.azimuth_rad, bias.elevation_rad, bias.range_m, bias.clock_s])
    off = sds * rng.standard_normal(4)
    stamps = np.arange(rng.uniform(0.0, sensor.period_s), last, sensor.period_s)
    noise = rng.standard_normal((len(stamps), 4))
    detected = rng.uniform(size=len(stamps)) < sensor.detection_probability
    # The clock is ahead: what is stamped t was seen at t less the bias.
    seen_at = np.clip(stamps - off[3], 0.0, flight.flight_time_s)
    position, velocity = flight.at(seen_at)
    from trilogue.analysis.geodesy.frames import to_geodetic

    height = to_geodetic(position)[2]
    if sensor.kind == "infrared":
        detected &= flight.burns_at(seen_at) & (height >= sensor.field.floor_m)
    sd = np.array([sensor.noise.azimuth_rad, sensor.noise.elevation_rad, np.nan, np.nan])
    if sensor.noise.range_m is not None:
        sd[2] = sensor.noise.range_m
    geometry = geometry_of((sensor,))[0]
    values = np.full((len(stamps), 4), np.nan)
    state, z, h = np.zeros(10), np.empty(4), np.empty((4, 6))
    for k in np.flatnonzero(detected):
        state[:3], state[3:6] = position[k], velocity[k]
        expected(state, geometry, -1, z, h)
        low = math.degrees(z[1]) < sensor.field.elevation_min_deg
        if sensor.kind != "infrared" and (low or z[2] > sensor.field.range_max_m):
            detected[k] = False
            continue
        values[k] = z + [*off[:3], 0.0] + sd * noise[k]
    n = int(detected.sum())
    return (
        LAUNCH_TIME + stamps[detected],
        np.full(n, index, np.int64),
        values[detected],
        np.repeat(sd[None], n, axis=0),
    )
