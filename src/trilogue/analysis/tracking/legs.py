"""The way of a flight, cut where its phase changes, and onward to where it will come down.

Drawings and outside formats all show the same legs. A leg is `seen` where plots bear on it, `ahead`
from the newest state to the impact, and `before` from the launch point to the first state: nobody
looked there, and it is drawn straight.

`legs` says all that is known; `ways` tells the same by as few places as keep to it.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, NamedTuple

import numpy as np

from trilogue.analysis.geodesy.frames import to_ecef, to_geodetic
from trilogue.analysis.tracking.estimate import PHASES
from trilogue.analysis.tracking.settings import EstimateSettings

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from trilogue.analysis.tracking.estimate import FlightEstimate, GroundPoint, Phase, States

__all__ = ["Known", "Leg", "Way", "legs", "level_sd", "spread", "spreads", "states"]

Known = Literal["before", "seen", "ahead"]

_TERMINAL_M = 100_000.0
_AHEAD = 90
"""States on the way to the impact,"""
_LAST_S = 60.0
_LAST = 20
"""and in its last minute, where the air bends it."""


class Leg(NamedTuple):
    """Part of a flight in one phase; it begins where the one before ends.

    A row is time, POSIX seconds; state in ECEF; and standard deviations of the position, metres:
    the greatest on the level and the vertical one.
    """

    phase: Phase
    known: Known
    rows: NDArray[np.float64]
    """`(n, 9)`."""
    line: NDArray[np.float64] | NDArray[np.int64]
    """Places of the line to draw, `(m, 3)` in ECEF."""
    greatest_m: tuple[float, float]
    """The greatest of each standard deviation."""

    @property
    def time(self) -> NDArray[np.float64]:
        """Times, `(n,)`."""
        return self.rows[:, 0]

    @property
    def state(self) -> NDArray[np.float64]:
        """States, `(n, 6)`."""
        return self.rows[:, 1:7]

    @property
    def sd_m(self) -> NDArray[np.float64]:
        """Standard deviations, `(n, 2)`."""
        return self.rows[:, 7:]

    @property
    def position(self) -> NDArray[np.float64]:
        """Positions in ECEF, `(n, 3)`."""
        return self.rows[:, 1:4]


@dataclass(frozen=True)
class Way:
    """The legs of a flight, and the rows of what is flown of them, all but `before`, each once."""

    legs: tuple[Leg, ...]
    rows: NDArray[np.float64]
    corners: tuple[list[float], list[float]]
    """Of the box that holds its lines, in ECEF: the least coordinates and the greatest."""
    samples: list[float]
    """What is written of the `n` rows, `11 n` numbers: seconds since the first with each state,
    then seconds with the standard deviation on the level, then with the vertical one."""

    @classmethod
    def of(cls, legs: tuple[Leg, ...]) -> Way:
        """Put legs together."""
        parts = [leg.rows for leg in legs if leg.known != "before"]
        # A leg begins where the one before ends.
        rows = [part[bool(number) :] for number, part in enumerate(parts)]
        places = np.concatenate([np.empty((0, 3)), *(leg.line for leg in legs)])
        low, high = places.min(axis=0, initial=np.inf), places.max(axis=0, initial=-np.inf)
        table = np.concatenate([np.empty((0, 9)), *rows])
        written = table - table[:1] * np.eye(1, 9)  # times alone
        samples = [written[:, :7].ravel(), written[:, ::7].ravel(), written[:, ::8].ravel()]
        return cls(legs, table, (low.tolist(), high.tolist()), np.concatenate(samples).tolist())

    @property
    def flown(self) -> tuple[Leg, ...]:
        """The legs in the table."""
        return self.legs[1:] if self.legs and self.legs[0].known == "before" else self.legs


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


def level_sd(point: GroundPoint) -> float:
    """Return the greatest standard deviation of a point on the ground, metres."""
    return point.semi_major_m / math.sqrt(-2.0 * math.log1p(-point.probability))


def states(flight: FlightEstimate) -> States:
    """Return the states to show, times rising: as looked back upon, then the newest."""
    known = flight.smoothed or flight.history
    before = np.append(-np.inf, np.maximum.accumulate(known.time)[:-1])
    return known.where((known.time < flight.now.time) & (known.time > before)).then(flight.now)


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
            first = [level_sd(flight.launch), 0.0]
            sds = np.array([first, spread(shown[0].state, shown[0].covariance)])
            times = np.array([flight.launch.time.value, shown[0].time])
            out += _cut(["boost", "boost"], "before", times, rows, sds)
    sds = spreads(shown.state, shown.covariance)
    out += _cut([PHASES[k] for k in shown.phase], "seen", shown.time, shown.state, sds)
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
                level, vertical = sd[part].max(axis=0).tolist()
                rows = np.column_stack([time[part], state[part], sd[part]])
                out.append(Leg(phases[begin], known, rows, rows[:, 1:4], (level, vertical)))
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
    above = np.flatnonzero((heights > _TERMINAL_M) & (times < end))
    begins = now.time
    if len(above):
        last_above = slice(above[-1], above[-1] + 2)
        # Heights fall from here on, and fewer are left.
        begins = float(np.interp(-_TERMINAL_M, -heights[last_above], times[last_above]))
    share = np.clip((times - begins) / (end - begins), 0.0, 1.0) ** 2
    rows[:, :3] += share[:, None] * (there - rows[-1, :3])
    return _cut(phases, "ahead", times, rows, sds)
