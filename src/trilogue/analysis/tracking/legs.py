"""The way of a flight, cut where its phase changes, and onward to where it will come down.

Drawings and outside formats all show the same legs, so they are made in one place. A leg is
`seen` where plots bear on it, `ahead` from the newest state to the impact, and `before` from the
launch point to the first state: nobody looked there, and it is drawn straight.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np

from trilogue.analysis.geodesy.frames import to_ecef, to_geodetic
from trilogue.analysis.tracking.settings import EstimateSettings

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from trilogue.analysis.tracking.estimate import FlightEstimate, Phase, StateEstimate

__all__ = ["Known", "Leg", "legs", "spread", "spreads", "states"]

Known = Literal["before", "seen", "ahead"]

_TERMINAL_M = 100_000.0
_AHEAD = 90
"""States on the way to the impact,"""
_LAST_S = 60.0
_LAST = 20
"""and in its last minute, where the air bends it."""


@dataclass(frozen=True)
class Leg:
    """Part of a flight in one phase; it begins where the one before ends.

    `time` is `(n,)` POSIX seconds, `state` `(n, 6)` in ECEF, `sd_m` `(n, 2)`: standard deviations
    of the position, the greatest on the level and the vertical one.
    """

    phase: Phase
    known: Known
    time: NDArray[np.float64]
    state: NDArray[np.float64]
    sd_m: NDArray[np.float64]

    @property
    def position(self) -> NDArray[np.float64]:
        """Positions in ECEF, `(n, 3)`."""
        return self.state[:, :3]


def spread(position: NDArray[np.float64], covariance: NDArray[np.float64]) -> tuple[float, float]:
    """Return the greatest standard deviation on the level, and the vertical one, metres.

    Both arguments may go on beyond the position, as states do.
    """
    level, vertical = spreads(position[None], covariance[None])[0]
    return float(level), float(vertical)


def spreads(
    positions: NDArray[np.float64], covariances: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Return what `spread` says of many positions at once, `(n, 2)`."""
    latitude, longitude, _ = to_geodetic(positions[:, :3])
    lat, lon = np.radians(latitude), np.radians(longitude)
    none = np.zeros_like(lat)
    axes = np.stack(
        [
            np.stack([-np.sin(lon), np.cos(lon), none], axis=1),
            np.stack([-np.sin(lat) * np.cos(lon), -np.sin(lat) * np.sin(lon), np.cos(lat)], axis=1),
            np.stack([np.cos(lat) * np.cos(lon), np.cos(lat) * np.sin(lon), np.sin(lat)], axis=1),
        ],
        axis=1,
    )
    local = axes @ covariances[:, :3, :3] @ axes.transpose(0, 2, 1)
    east, north, both = local[:, 0, 0], local[:, 1, 1], local[:, 0, 1]
    # The greater eigenvalue of two by two.
    level = (east + north) / 2.0 + np.hypot((east - north) / 2.0, both)
    return np.asarray(np.sqrt(np.maximum(np.column_stack([level, local[:, 2, 2]]), 0.0)))


def states(flight: FlightEstimate) -> tuple[StateEstimate, ...]:
    """Return the states to show, times rising: as looked back upon, then the newest."""
    kept: list[StateEstimate] = []
    for one in flight.smoothed or flight.history:
        if one.time < flight.now.time and (not kept or one.time > kept[-1].time):
            kept.append(one)
    return (*kept, flight.now)


def legs(flight: FlightEstimate, *, ahead: int = _AHEAD) -> tuple[Leg, ...]:
    """Return the legs of a flight, oldest first; `ahead` states lie on the way to the impact.

    There are eight at least.
    """
    shown = states(flight)
    out: list[Leg] = []
    if flight.launch is not None and shown[0].phase == "boost":
        start = to_ecef(flight.launch.latitude, flight.launch.longitude, 0.0)
        if flight.launch.time.value < shown[0].time:
            rows = np.array([[*start, 0.0, 0.0, 0.0], shown[0].state])
            level = flight.launch.semi_major_m / np.sqrt(
                -2.0 * np.log1p(-flight.launch.probability)
            )
            sds = np.array([[level, 0.0], spread(shown[0].state, shown[0].covariance)])
            times = np.array([flight.launch.time.value, shown[0].time])
            out.append(Leg("boost", "before", times, rows, sds))
    rows = np.array([one.state for one in shown])
    sds = spreads(rows, np.array([one.covariance[:3, :3] for one in shown]))
    out += _cut([one.phase for one in shown], "seen", np.array([s.time for s in shown]), rows, sds)
    return (*out, *_ahead(flight, ahead))


def _cut(
    phases: list[Phase],
    known: Known,
    time: NDArray[np.float64],
    state: NDArray[np.float64],
    sd: NDArray[np.float64],
) -> list[Leg]:
    """Return rows as legs; the last row of one is the first of the next."""
    out = []
    begin = 0
    for k in range(1, len(phases) + 1):
        if k == len(phases) or phases[k] != phases[begin]:
            end = min(k + 1, len(phases))
            if end - begin > 1:
                part = slice(begin, end)
                out.append(Leg(phases[begin], known, time[part], state[part], sd[part]))
            begin = k
    return out


def _ahead(flight: FlightEstimate, count: int) -> list[Leg]:
    """Return the way from the newest state to the impact.

    It falls as the estimate itself does, with the drag that is taken for granted before any is
    seen; what the impact differs by (drag as estimated, the mean of many falls) is worked in over
    the part in the air.
    """
    now, impact = flight.now, flight.impact
    if impact is None or impact.time.value <= now.time:
        return []
    from trilogue.analysis.tracking.fusion import as_free

    free = as_free(now, EstimateSettings())
    end = impact.time.value
    last = max(end - _LAST_S, now.time)
    times = np.unique(
        np.r_[np.linspace(now.time, last, count), np.linspace(last, end, min(_LAST, count // 4))]
    )
    rows, covariances = np.empty((len(times), 6)), np.empty((len(times), 3, 3))
    for k, at in enumerate(times):
        free = free.at(float(at))
        rows[k], covariances[k] = free.mean[:6], free.covariance[:3, :3]
    there = to_ecef(impact.latitude, impact.longitude, 0.0)
    heights = to_geodetic(rows[:, :3])[2]
    sds = spreads(rows, covariances)
    down = np.einsum("ij,ij->i", rows[:, :3], rows[:, 3:]) < 0.0
    phases: list[Phase] = [
        "terminal" if falls and height < _TERMINAL_M else "midcourse"
        for falls, height in zip(down, heights, strict=True)
    ]
    in_air = np.flatnonzero((heights > _TERMINAL_M) & (times < end))
    begins = float(times[in_air[-1]]) if len(in_air) else now.time
    share = np.clip((times - begins) / (end - begins), 0.0, 1.0) ** 2
    rows[:, :3] += share[:, None] * (there - rows[-1, :3])
    return _cut(phases, "ahead", times, rows, sds)
