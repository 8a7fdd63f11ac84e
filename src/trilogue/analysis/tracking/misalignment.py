"""Misalignment: what stays wrong with each sensor, as flights show it.

Every sensor states how large its biases may be, and flights estimate them. A bias far beyond what
its sensor states is a fault of the statement: the flight is then estimated anew with that sensor
trusted less, and says so. The sensor's noise is not in doubt, so its plots still tell how things
move.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from trilogue.analysis.tracking.estimate import SensorBias, Value
from trilogue.analysis.tracking.kernels.dynamics import CORE
from trilogue.analysis.tracking.kernels.measurement import BIASES

if TYPE_CHECKING:
    from collections.abc import Collection

    from numpy.typing import NDArray

    from trilogue.analysis.tracking.plots import PlotTable
    from trilogue.analysis.tracking.prepared import Prepared
    from trilogue.analysis.tracking.sensor import Bias, Sensor

__all__ = ["biases_of", "credible", "displacement", "overstepping", "trusting_less"]

STRANGE = 4.0
"""Standard deviations, as the sensor states them, that no bias of a sound statement reaches,"""
WIDER = 12.0
"""and the factor by which they are then taken to be too small."""
ABSURD = 60.0
"""Standard deviations beyond which a bias is no sensor's: the estimate has gone astray."""


def biases_of(
    table: Prepared, mean: NDArray[np.float64], covariance: NDArray[np.float64], offset: int
) -> tuple[SensorBias, ...]:
    """Return the biases in a state whose first bias stands at `offset`."""
    sd = np.sqrt(np.diag(covariance))
    out = []
    for index, place in enumerate(table.bias):
        if place < 0:
            continue
        at = int(place) - CORE + offset
        azimuth, elevation, distance, clock = (
            Value(float(mean[at + k]), float(sd[at + k])) for k in range(BIASES)
        )
        sensor = table.sensors[index]
        out.append(SensorBias(sensor.owner, sensor.id, azimuth, elevation, distance, clock))
    return tuple(out)


def overstepping(
    biases: Collection[SensorBias], sensors: Collection[Sensor]
) -> dict[tuple[str, str], str]:
    """Return the sensors whose biases are beyond what they state, by owner and name, in words."""
    named = {(s.owner, s.id): s.bias for s in sensors}
    out: dict[tuple[str, str], str] = {}
    for one in biases:
        stated = named[one.owner, one.sensor]
        beyond = [
            f"{value.value * scale:+.1f} {unit} in {what}"
            for value, sd, scale, unit, what in (
                (one.azimuth_rad, stated.azimuth_rad, 1e3, "mrad", "azimuth"),
                (one.elevation_rad, stated.elevation_rad, 1e3, "mrad", "elevation"),
                (one.range_m, stated.range_m, 1.0, "m", "range"),
                (one.clock_s, stated.clock_s, 1e3, "ms", "time"),
            )
            if sd > 0.0 and abs(value.value) > STRANGE * sd
        ]
        if beyond:
            out[one.owner, one.sensor] = ", ".join(beyond)
    return out


def credible(biases: Collection[SensorBias], sensors: Collection[Sensor]) -> bool:
    """Say whether biases could be any sensor's: an estimate that needs others is astray."""
    named = {(s.owner, s.id): s.bias for s in sensors}
    return all(
        abs(value.value) <= ABSURD * sd
        for one in biases
        for stated in (named[one.owner, one.sensor],)
        for value, sd in (
            (one.azimuth_rad, stated.azimuth_rad),
            (one.elevation_rad, stated.elevation_rad),
            (one.range_m, stated.range_m),
            (one.clock_s, stated.clock_s),
        )
        if sd > 0.0
    )


def trusting_less(plots: PlotTable, which: Collection[tuple[str, str]]) -> PlotTable:
    """Return the table with the biases of some sensors taken to be larger than they state."""
    sensors = tuple(
        replace(sensor, bias=_wider(sensor)) if (sensor.owner, sensor.id) in which else sensor
        for sensor in plots.sensors
    )
    return replace(plots, sensors=sensors)


def _wider(sensor: Sensor) -> Bias:
    b = sensor.bias
    return replace(
        b,
        azimuth_rad=WIDER * b.azimuth_rad,
        elevation_rad=WIDER * b.elevation_rad,
        range_m=WIDER * b.range_m,
        clock_s=WIDER * b.clock_s,
    )


def displacement(sensor: Sensor, state: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return how far a misaligned sensor may shift a state `(6,)`: a covariance `(6, 6)`."""
    b = sensor.bias
    line = state[:3] - sensor.position
    far = float(np.linalg.norm(line))
    along = np.outer(line, line) / far**2
    turn = WIDER * max(b.azimuth_rad, b.elevation_rad)
    speed = float(np.linalg.norm(state[3:]))
    out = np.zeros((6, 6))
    out[:3, :3] = (turn * far) ** 2 * (np.eye(3) - along) + (WIDER * b.range_m) ** 2 * along
    out[:3, :3] += (WIDER * b.clock_s) ** 2 * np.outer(state[3:], state[3:])
    out[3:, 3:] = ((turn * speed) ** 2 + (WIDER * b.clock_s * 10.0) ** 2) * np.eye(3)
    return out
