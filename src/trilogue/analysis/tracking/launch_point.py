"""Where and when a missile lifted off, from the first part of its track.

Nobody saw it leave the ground, and what it is nobody knows. So its track is held against climbs of
missiles drawn at random (`ascents`): each is laid through the last of a few looks at the track, at
its height and in its direction, and says where and how long ago the ground was; how far it then
passes by the other looks, positions and velocities, says how likely it is.

The looks' errors hang together, and with those of the answer: their joint covariance is taken from
the smoother. Between the drawn climbs lie others that were not: each stands for its neighbourhood,
a normal kernel of the shape that the climbs nearby have, just as wide as it must be for enough of
them to have a say, with the answer carried along by local regression. Where the track is less sure
than the kernel is wide, that is importance sampling; where it is surer, it is approximate Bayesian
computation with regression (Beaumont, Zhang, Balding, Genetics 162, 2025–2035, 2002); and the track
is weighed in as in a Gaussian-sum filter (Alspach and Sorenson, IEEE Trans. AC-17, 439–448, 1972).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from trilogue.analysis.geodesy.frames import enu_axes, to_ecef, to_geodetic
from trilogue.analysis.tracking.ascents import RADIUS_M, Climbs, ensemble
from trilogue.analysis.tracking.estimate import GroundPoint, Value
from trilogue.analysis.tracking.impact import ground_point, quantile

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["LOOKED_S", "Ascent", "locate_launch"]

_LOOKS_S = (0.0, 8.0, 16.0, 24.0)
"""Seconds after the first state at which the climb is looked at."""
LOOKED_S = _LOOKS_S[-1] + 2.0
"""How much of the track from its first state on bears on the launch."""
_NEAREST = 2_000
"""Members, by speed at the last look, that are held against the others."""
_NEARBY = 300.0
"""Members, by effective number, that show the shape of the kernel and the regression."""
_LEAST_SIZE = 40.0
"""Members, by effective number, that must have a say."""
_ROUGH = np.array([10.0, 10.0, 10.0, 3.0, 3.0, 3.0])
"""By which a climb is off between rows ten seconds apart, root mean square over ends of stages and
all: metres, and metres per second."""
_SHARES = (1e-6, 1e2)
_HALVINGS = 12
"""Between which shares of the climbs' spread the kernel is sought, and in how many steps."""
_RIDGE = 0.3
"""Share of the track's noise that damps the regression."""
_LOWEST_M = 500.0
_PROBABILITY = 0.9


@dataclass(frozen=True)
class Ascent:
    """The first part of a track, smoothed: times `(r,)`, states `(r, n)`, covariances.

    `gains` `(g, n, n)` are the smoother's, from each of the first states to the next: they say how
    errors hang together. Without them, those of different times are taken for independent.
    """

    time: NDArray[np.float64]
    states: NDArray[np.float64]
    covariances: NDArray[np.float64]
    gains: NDArray[np.float64] | None = None


@dataclass(frozen=True)
class _Looks:
    """The track at `count` times, the last of them the reference.

    `axes` lead ahead, to the right and up there. `seen` `(6 count,)` holds for each look position
    from the reference and velocity along the axes, `covariance` that of the errors of both.
    """

    time: NDArray[np.float64]
    place: NDArray[np.float64]
    height: float
    axes: NDArray[np.float64]
    seen: NDArray[np.float64]
    covariance: NDArray[np.float64]

    @property
    def count(self) -> int:
        """How many looks there are."""
        return len(self.time)

    @property
    def velocity(self) -> NDArray[np.float64]:
        """At the reference: ahead, right (nil), up."""
        return self.seen[-3:]

    @property
    def compared(self) -> NDArray[np.bool_]:
        """Which of `seen` a climb can differ in, laid through the reference in its direction."""
        kept = np.ones(len(self.seen), np.bool_)
        kept[-6:-3] = False
        kept[-2] = False
        return kept


@dataclass(frozen=True)
class _Drawn:
    """Members laid through the reference: `seen` as the looks', and `answers` `(m, 3)`.

    An answer is seconds since lift-off, then from the reference to the launch point: metres ahead
    and to the right; `down` is how far up.
    """

    seen: NDArray[np.float64]
    answers: NDArray[np.float64]
    down: NDArray[np.float64]


def _rows(time: NDArray[np.float64]) -> NDArray[np.int64]:
    """Return the rows nearest to the looks, as far as there are any within two seconds."""
    wanted = time[0] + np.array(_LOOKS_S)
    nearest = np.abs(time[:, None] - wanted).argmin(axis=0)
    return np.unique(nearest[np.abs(time[nearest] - wanted) < 2.0])


def _joint(ascent: Ascent, rows: NDArray[np.int64]) -> NDArray[np.float64]:
    """Return the joint covariance `(6 l, 6 l)` of positions and velocities at some rows."""
    out = np.zeros((len(rows), 6, len(rows), 6))
    for b, row in enumerate(rows):
        at = ascent.covariances[row]
        out[b, :, b] = at[:6, :6]
        if ascent.gains is None:
            continue
        # The covariance of smoothed states is a product of gains (Bar-Shalom et al., 8.6.2).
        k = int(row)
        for a in range(b - 1, -1, -1):
            while k > rows[a]:
                k -= 1
                at = ascent.gains[k] @ at
            out[a, :, b], out[b, :, a] = at[:6, :6], at[:6, :6].T
    return out.reshape(6 * len(rows), -1)


def _look(ascent: Ascent) -> _Looks | None:
    """Return the looks at a track; `None` where it does not climb."""
    rows = _rows(ascent.time)
    states = ascent.states[rows, :6]
    lat, lon, height = to_geodetic(states[-1, :3])
    east_north_up = enu_axes(float(lat), float(lon))
    east, north, climb = east_north_up @ states[-1, 3:]
    if height < _LOWEST_M or climb <= 0.0:
        return None
    over = math.hypot(east, north)
    ahead = east_north_up[1]
    if over > 0.0:
        ahead = (east_north_up[0] * east + east_north_up[1] * north) / over
    axes = np.array([ahead, np.cross(ahead, east_north_up[2]), east_north_up[2]])
    seen = np.hstack([(states[:, :3] - states[-1, :3]) @ axes.T, states[:, 3:] @ axes.T])
    turn = np.kron(np.eye(2 * len(rows)), axes)
    return _Looks(
        ascent.time[rows], states[-1, :3], float(height), axes, seen.ravel(),
        turn @ _joint(ascent, rows) @ turn.T,
    )  # fmt: skip


def _through(looks: _Looks, climbs: Climbs) -> _Drawn:
    """Lay the climbs of about its speed through the reference."""
    members, since, speeds = climbs.at_height(looks.height)
    near = _nearest(looks, speeds)
    members, since = members[near], since[near]
    position, velocity = climbs.at(members, since)
    up = position + np.array([0.0, 0.0, RADIUS_M])
    up /= np.sqrt(np.einsum("mi,mi->m", up, up))[:, None]
    climb = np.einsum("mi,mi->m", velocity, up)
    ahead = velocity - climb[:, None] * up
    over = np.sqrt(np.einsum("mi,mi->m", ahead, ahead))
    ahead /= np.maximum(over, 1e-6)[:, None]
    # Ahead, right, up at launch are a left-handed frame: the right is up × ahead.
    frame = np.stack([ahead, np.cross(up, ahead), up], axis=1)
    at = [climbs.at(members, since + after) for after in looks.time - looks.time[-1]]
    rows = [r for p, v in at for r in (p - position, v)]
    seen = np.einsum("mij,rmj->mri", frame, np.array(rows)).reshape(len(members), -1)
    back = np.einsum("mij,mj->mi", frame, -position)
    whole = np.isfinite(seen).all(axis=1)
    return _Drawn(seen[whole], np.column_stack([since, back[:, :2]])[whole], back[whole, 2])


def _nearest(looks: _Looks, speeds: NDArray[np.float64]) -> NDArray[np.int64]:
    """Return the members nearest by speed, and all those that the track's errors cannot part."""
    pair = np.array([-3, -1])
    covariance = looks.covariance[np.ix_(pair, pair)] + np.diag(_ROUGH[[3, 5]] ** 2)
    off = speeds - looks.velocity[[0, 2]]
    distance2 = np.einsum("mi,ij,mj->m", off, np.linalg.inv(covariance), off)
    far = np.inf
    if len(distance2) > _NEAREST:
        far = max(float(np.partition(distance2, _NEAREST)[_NEAREST]), 16.0)
    return np.flatnonzero(distance2 <= far)


def _errors(
    looks: _Looks, back: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return how errors of the track `(6 l,)` move what is compared, and the launch.

    A height too great lets a climb pass later; a wrong course turns it about the reference. `back`
    leads from there to the launch point. The second matrix is `(3, 6 l)`: the true answer less
    the one given.
    """
    n = len(looks.seen)
    speed = looks.velocity
    later, turned = np.zeros(n), np.zeros(n)
    later[-4] = 1.0 / speed[2]
    turned[-2] = 1.0 / max(speed[0], 1.0)
    by = np.eye(n)
    seen = looks.seen.reshape(looks.count, 6)
    rates = np.zeros((looks.count, 6))
    rates[:, :3] = seen[:, 3:] - speed
    if looks.count > 1:
        rates[:, 3:] = np.gradient(seen[:, 3:], looks.time, axis=0)
    for k, row in enumerate(seen):
        at = 6 * k
        by[at : at + 3, n - 6 : n - 3] -= np.eye(3)
        for j in (at, at + 3):
            by[j] += row[j - at + 1] * turned
            by[j + 1] -= row[j - at] * turned
        by[at : at + 6] -= np.outer(rates[k], later)
    answer = np.zeros((3, n))
    answer[0] = -later
    answer[1] = speed[0] * later + back[1] * turned
    answer[2] = -back[0] * turned
    answer[1, -6] -= 1.0
    answer[2, -5] -= 1.0
    return by, answer


def _weigh(
    off: NDArray[np.float64],
    shape: NDArray[np.float64],
    noise: NDArray[np.float64],
    least: float,
) -> tuple[float, NDArray[np.float64]]:
    """Return the least share of `shape` to add to `noise`, and the weights `(m,)` with it.

    Weights are normal in `off` `(m, d)`; by effective number at least `least` have a say, if the
    kernel can open so far.
    """
    inverse = np.linalg.inv(np.linalg.cholesky(noise))
    values, vectors = np.linalg.eigh(inverse @ shape @ inverse.T)
    values = np.maximum(values, 0.0)
    squares = (off @ (inverse.T @ vectors)) ** 2

    def weights(share: float) -> NDArray[np.float64]:
        distance2 = squares @ (1.0 / (1.0 + share * values))
        out = np.exp(-0.5 * (distance2 - distance2.min()))
        return np.asarray(out / out.sum())

    def enough(w: NDArray[np.float64]) -> bool:
        return bool(w @ w <= 1.0 / least)

    low, high = _SHARES
    if enough(w := weights(low)):
        return low, w
    for _ in range(_HALVINGS):
        middle = math.sqrt(low * high)
        low, high = (low, middle) if enough(weights(middle)) else (middle, high)
    return high, weights(high)


def _radius(
    middles: NDArray[np.float64],
    weights: NDArray[np.float64],
    within: NDArray[np.float64],
    total: NDArray[np.float64],
) -> float:
    """Return the radius, in units of `total`, that holds 90 % of a mixture of normals.

    Middles `(m, 2)` are from the mean. Tails are longer than one normal's, the middle is denser.
    Each normal is taken at four radii of equal probability, in six directions.
    """
    scale = np.sqrt(np.maximum(np.diag(within), 1e-6))
    root = scale[:, None] * np.linalg.cholesky(within / np.outer(scale, scale) + 1e-9 * np.eye(2))
    angles = np.arange(6) * math.pi / 3.0
    radii = np.array([quantile(p) for p in (0.125, 0.375, 0.625, 0.875)])
    ring = (radii[:, None, None] * np.column_stack([np.cos(angles), np.sin(angles)])).reshape(-1, 2)
    told = weights > 1e-3 * weights.max()
    points = (middles[told, None] + ring @ root.T).reshape(-1, 2)
    distance2 = np.einsum("ki,ij,kj->k", points, np.linalg.inv(total), points)
    share = np.repeat(weights[told], len(ring))
    order = np.argsort(distance2)
    held = np.cumsum(share[order])
    return math.sqrt(distance2[order[np.searchsorted(held, _PROBABILITY * held[-1])]])


def locate_launch(ascent: Ascent, climbs: Climbs | None = None) -> GroundPoint | None:
    """Return the launch point with its 90 % ellipse; `None` if no climb is like the track's."""
    looks = _look(ascent)
    if looks is None:
        return None
    drawn = _through(looks, ensemble() if climbs is None else climbs)
    if len(drawn.answers) < 2 * _LEAST_SIZE:
        return None
    kept = looks.compared
    features, answers = drawn.seen[:, kept], drawn.answers
    off = looks.seen[kept] - features
    rough = np.diag(np.tile(_ROUGH**2, looks.count)[kept])

    def noise(by: NDArray[np.float64]) -> NDArray[np.float64]:
        return by[kept] @ looks.covariance @ by[kept].T + rough

    by, _ = _errors(looks, np.zeros(2))
    spread = noise(by)
    _, nearby = _weigh(off, np.cov(features.T), spread, _NEARBY)
    back = nearby @ answers
    _, answer_by = _errors(looks, back[1:])
    common = answer_by @ looks.covariance @ by[kept].T
    # What differs by less than the track can tell teaches no slope.
    from_mean, answers_off = features - nearby @ features, answers - back
    shape = (from_mean * nearby[:, None]).T @ from_mean
    together = (answers_off * nearby[:, None]).T @ from_mean
    slope = np.linalg.solve(shape + _RIDGE * spread, together.T).T
    share, weights = _weigh(off, shape, spread, _LEAST_SIZE)
    kernel = share * shape
    gain = np.linalg.solve(kernel + spread, (slope @ kernel + common).T).T
    told = answers + off @ gain.T
    answer = weights @ told
    from_answer = told - answer
    between = (from_answer * weights[:, None]).T @ from_answer / (1.0 - weights @ weights)
    within = (
        slope @ kernel @ slope.T
        + answer_by @ looks.covariance @ answer_by.T
        - gain @ (kernel + spread) @ gain.T
    )
    total = between + within
    radius = _radius(from_answer[:, 1:], weights, within[1:, 1:], total[1:, 1:])
    place = looks.place + np.append(answer[1:], weights @ drawn.down) @ looks.axes
    lat, lon, _ = to_geodetic(place)
    flat = looks.axes[:2].T
    scatter = flat @ total[1:, 1:] @ flat.T * (radius / quantile(_PROBABILITY)) ** 2
    return ground_point(
        to_ecef(float(lat), float(lon), 0.0),
        scatter,
        Value(float(looks.time[-1] - answer[0]), math.sqrt(total[0, 0])),
        _PROBABILITY,
    )
