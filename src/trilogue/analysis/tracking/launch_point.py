"""Where and when a missile lifted off, from the first part of its track.

Nobody saw it leave the ground, and what it is nobody knows. So its climb is held against an
ensemble of climbs of missiles drawn at random (`data/ascents.npz`, `tools/build_ascents.py`):
those that fly at the track's first height as the track does, then and some seconds later, say how
long ago and how far back the ground was. Approximate Bayesian computation: members are weighed by
how close they come, and what they say is corrected for the rest by a weighted linear regression
(Beaumont, Zhang, Balding, Genetics 162, 2025–2035, 2002). What the regression leaves over is the
spread that not knowing the missile causes.
"""

from __future__ import annotations

import io
import math
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from typing import TYPE_CHECKING

import numpy as np

from trilogue.analysis.geodesy.frames import enu_axes, to_ecef, to_geodetic
from trilogue.analysis.tracking.estimate import GroundPoint, Value
from trilogue.analysis.tracking.impact import ground_point

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

__all__ = ["Ascent", "locate_launch"]

_LATER_S = (8.0, 16.0)
"""Seconds after the first state at which the climb is looked at again."""
_LEAST_SIZE = 60.0
"""Members, by effective number, that must have a say: the window opens until they do."""
_FLOOR_MPS = 15.0
_RELATIVE = 0.02
"""A window of two per cent of speed and 15 m/s is as narrow as it gets."""
_RIDGE = 0.05
_LOWEST_M = 500.0
_SLOW = 50.0


@dataclass(frozen=True)
class Ascent:
    """The first part of a track, smoothed: times `(r,)`, states `(r, n)`, covariances."""

    time: NDArray[np.float64]
    states: NDArray[np.float64]
    covariances: NDArray[np.float64]


@lru_cache(maxsize=1)
def _ensemble() -> Mapping[str, NDArray[np.float64]]:
    """Return time `(k,)`, height and back `(m, k)`, `(m, k, 2)`, velocity and heading."""
    shipped = resources.files(__package__) / "data" / "ascents.npz"
    with np.load(io.BytesIO(shipped.read_bytes())) as arrays:
        raw = {name: arrays[name].astype(np.float64) for name in arrays.files}
    raw["height"] = raw["height"] ** 2
    raw["back"] = np.sign(raw["back"]) * raw["back"] ** 2
    return raw


def _seen(state: NDArray[np.float64]) -> tuple[float, float, float, NDArray[np.float64]]:
    """Return height, climb, ground speed of a state, and the matrix that takes ECEF to them."""
    lat, lon, height = to_geodetic(state[:3])
    axes = enu_axes(float(lat), float(lon))
    east, north, climb = axes @ state[3:6]
    over = math.hypot(east, north)
    ahead = (axes[0] * east + axes[1] * north) / over if over > 1.0 else axes[1]
    return float(height), float(climb), over, np.array([axes[2], ahead, np.cross(ahead, axes[2])])


def _at_height(
    height: float,
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Return the members that climb through a height, and when they do."""
    e = _ensemble()
    below = np.nan_to_num(e["height"], nan=np.inf) < height
    last = below.sum(axis=1) - 1
    members = np.flatnonzero((last >= 0) & (last < len(e["time"]) - 1))
    i = last[members]
    h0, h1 = e["height"][members, i], e["height"][members, i + 1]
    whole = np.isfinite(h1)
    members, i, h0, h1 = members[whole], i[whole], h0[whole], h1[whole]
    t0, t1 = e["time"][i], e["time"][i + 1]
    v0, v1 = e["velocity"][members, i, 0], e["velocity"][members, i + 1, 0]
    # Secant on the cubic through heights and climbs: accelerating, a straight line is too late.
    s = (height - h0) / (h1 - h0)
    for _ in range(4):
        value, slope = _cubic(h0, h1, v0 * (t1 - t0), v1 * (t1 - t0), s)
        s = np.clip(s - (value - height) / np.maximum(slope, 1e-6), 0.0, 1.0)
    return members, t0 + s * (t1 - t0)


def _cubic(
    p0: NDArray[np.float64],
    p1: NDArray[np.float64],
    v0: NDArray[np.float64],
    v1: NDArray[np.float64],
    s: NDArray[np.float64],
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the cubic Hermite and its derivative by the share `s` of the interval."""
    a, b = 2.0 * (p0 - p1) + v0 + v1, 3.0 * (p1 - p0) - 2.0 * v0 - v1
    return p0 + s * (v0 + s * (b + s * a)), v0 + s * (2.0 * b + 3.0 * s * a)


def _sample(name: str, members: NDArray[np.int64], t: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return a quantity of members at times since lift-off, straight between rows; NaN beyond."""
    e = _ensemble()
    i = np.clip(np.searchsorted(e["time"], t, side="right") - 1, 0, len(e["time"]) - 2)
    s = (t - e["time"][i]) / (e["time"][i + 1] - e["time"][i])
    if e[name].ndim > 2:
        s = s[:, None]
    first, second = e[name][members, i], e[name][members, i + 1]
    return np.asarray(first + s * (second - first))


def _features(
    ascent: Ascent,
) -> tuple[NDArray[np.float64], NDArray[np.float64], list[float]]:
    """Return climb and ground speed at the first state and later, their sds, and how much later."""
    values: list[float] = []
    sds: list[float] = []
    after: list[float] = []
    for later in (0.0, *_LATER_S):
        k = int(np.searchsorted(ascent.time, ascent.time[0] + later - 0.5))
        if k >= len(ascent.time) or abs(ascent.time[k] - ascent.time[0] - later) > 2.0:
            break
        _, climb, over, axes = _seen(ascent.states[k])
        covariance = axes[:2] @ ascent.covariances[k, 3:6, 3:6] @ axes[:2].T
        values.extend((climb, over))
        sds.extend(np.sqrt(np.diag(covariance)))
        after.append(float(ascent.time[k] - ascent.time[0]))
    return np.array(values), np.array(sds), after


def locate_launch(ascent: Ascent) -> GroundPoint | None:
    """Return the launch point with its 90 % ellipse; `None` if no climb is like the track's."""
    state, covariance = ascent.states[0], ascent.covariances[0]
    height, climb, over, axes = _seen(state)
    if height < _LOWEST_M or climb <= 0.0:
        return None
    observed, sds, after = _features(ascent)
    members, since = _at_height(height)
    if not len(members):
        return None
    drawn = np.column_stack([_sample("velocity", members, since + dt) for dt in after])
    whole = np.isfinite(drawn).all(axis=1)
    members, since, drawn = members[whole], since[whole], drawn[whole]
    back = _sample("back", members, since)
    if len(members) < 2 * _LEAST_SIZE:
        return None
    window = np.hypot(np.hypot(sds, _FLOOR_MPS), _RELATIVE * np.abs(observed))
    off = (drawn - observed) / window
    distance2 = (off**2).sum(axis=1)
    width = 1.0
    for _ in range(60):
        log = -0.5 * distance2 / width**2
        weights = np.exp(log - log.max())
        weights /= weights.sum()
        if 1.0 / (weights @ weights) >= _LEAST_SIZE:
            break
        width *= 1.15
    course = math.radians(_course(state))
    turned = np.radians(_ensemble()["heading"][members]) - course
    design = np.column_stack([np.ones(len(members)), off, np.sin(turned), np.cos(turned) - 1.0])
    answers = np.column_stack([since, back])
    weighted = design * weights[:, None]
    ridge = _RIDGE / _LEAST_SIZE * np.diag([0.0, *np.ones(design.shape[1] - 1)])
    beta = np.linalg.solve(design.T @ weighted + ridge, weighted.T @ answers)
    left = answers - design @ beta
    spread = np.einsum("k,ki,kj->ij", weights, left, left)
    # The fit itself took some of the freedom away.
    freedom = design.shape[1] * (weights @ weights)
    spread /= max(1.0 - freedom, 0.2)
    answer = beta[0]
    # The errors of the track. Of the first state: along its path to the height it is thought to
    # have, through the regression on its speeds, and through its course; of the later speeds the
    # regression alone.
    slope = beta[1 : 1 + len(observed)] / window[:, None]
    up, ahead, right = axes
    by = np.zeros((3, 6))
    by[0, :3] = up / climb
    by[1, :3] = ahead - over / climb * up
    by[2, :3] = right
    by[:, 3:] = np.outer(slope[0], up) + np.outer(slope[1], ahead)
    by[2, 3:] += answer[1] / max(over, _SLOW) * right
    later = slope[2:] * sds[2:, None]
    total = spread + by @ covariance[:6, :6] @ by.T + later.T @ later
    lat, lon, _ = to_geodetic(state[:3])
    place = to_ecef(lat, lon, 0.0) + answer[1] * ahead + answer[2] * right
    flat = np.column_stack([ahead, right])
    scatter = flat @ total[1:, 1:] @ flat.T
    when_sd2 = total[0, 0]
    return ground_point(
        place, scatter, Value(float(ascent.time[0] - answer[0]), math.sqrt(when_sd2))
    )


def _course(state: NDArray[np.float64]) -> float:
    """Return the direction of the ground speed, degrees from north."""
    lat, lon, _ = to_geodetic(state[:3])
    east, north, _ = enu_axes(float(lat), float(lon)) @ state[3:6]
    return math.degrees(math.atan2(east, north))
