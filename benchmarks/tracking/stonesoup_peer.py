"""Stone Soup with our equations of motion and of sight: the peer that both filters stand beside.

Stone Soup 1.9.1 has no interacting multiple models, no ballistic motion over a turning Earth and no
boost. They stand here on its own classes: models with `function`, `jacobian` and `covar`, its
extended and unscented predictors and updaters unchanged, and the mixing of modes around them in
numpy. Its numerical Jacobian loses its sign at negative values and its plain update is not
symmetric, so that its plain extended filter diverges: it is given analytic Jacobians and the Joseph
update. Nothing of ours is called: what is computed here was written a second time, in the form that
was measured the faster for Stone Soup, floats for one state and numpy rows for many.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import numpy as np
from stonesoup.base import Property
from stonesoup.models.base import GaussianModel
from stonesoup.models.measurement.base import MeasurementModel
from stonesoup.models.transition.base import TransitionModel
from stonesoup.predictor.kalman import ExtendedKalmanPredictor, UnscentedKalmanPredictor
from stonesoup.types.array import CovarianceMatrix, StateVector, StateVectors
from stonesoup.types.detection import Detection
from stonesoup.types.hypothesis import SingleHypothesis
from stonesoup.types.state import GaussianState
from stonesoup.updater.kalman import ExtendedKalmanUpdater, UnscentedKalmanUpdater

from benchmarks.tracking.stonesoup_motion import SIZE, SUBSTEP, TURN, slopes, step_many, step_one

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    from trilogue.analysis.tracking.prepared import Prepared

__all__ = [
    "Interacting", "Motion", "Sight", "Sighting", "at", "interacting", "sightings_of", "unscented",
]  # fmt: skip

EPOCH = datetime(2017, 11, 28)  # noqa: DTZ001 – Stone Soup's times have no zone
_IDENTITY = np.eye(SIZE)


def at(seconds: float) -> datetime:
    """Return Stone Soup's time, which has microseconds and no finer."""
    return EPOCH + timedelta(microseconds=round(seconds * 1e6))


class Motion(TransitionModel, GaussianModel):
    """One mode of motion as `trilogue.analysis.tracking.kernels.dynamics` states it."""

    mode: int = Property(doc="0 free boost, 1 gravity-turn boost, 2 coast, 3 re-entry")
    noise: NDArray = Property(doc="`(5, 3)`, see `trilogue.analysis.tracking.settings`")

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        q_v, q_a, q_d = np.asarray(self.noise)[self.mode] ** 2
        # Process noise is a polynomial of the interval: a matrix for each power, from the first.
        self._powers = np.zeros((5, SIZE, SIZE))
        place, speed, thrust = np.arange(3), np.arange(3, 6), np.arange(6, 9)
        entries = [(3, place, place, q_v / 3), (2, place, speed, q_v / 2), (1, speed, speed, q_v)]
        if self.mode <= TURN:
            entries += [
                (5, place, place, q_a / 20), (4, place, speed, q_a / 8),
                (3, place, thrust, q_a / 6), (3, speed, speed, q_a / 3),
                (2, speed, thrust, q_a / 2), (1, thrust, thrust, q_a),
            ]  # fmt: skip
        for power, rows, columns, q in entries:
            self._powers[power - 1, rows, columns] += q
            if rows is not columns:
                self._powers[power - 1, columns, rows] += q
        self._powers[0, 9, 9] = q_d
        self._transitions: list[NDArray] = []
        self._standing = np.zeros((SIZE, SIZE))
        if self.mode > TURN:
            self._standing[thrust, thrust] = np.asarray(self.noise)[4, 0] ** 2

    @property
    def ndim_state(self) -> int:
        """Return the length of a state."""
        return SIZE

    def _steps(self, interval: timedelta) -> tuple[int, float]:
        dt = interval.total_seconds()
        steps = max(1, math.ceil(dt / SUBSTEP - 1e-9))
        return steps, dt / steps

    def function(self, state, noise=False, *, time_interval, **_):  # noqa: ANN001, ANN003, ANN201
        """Return where one state or many come to; process noise is never drawn."""
        assert noise is None or noise is False
        steps, h = self._steps(time_interval)
        vectors = state.state_vector
        if vectors.shape[1] == 1:
            one = vectors.view(np.ndarray).ravel().tolist()
            if self.mode > TURN:
                one[6:9] = (0.0, 0.0, 0.0)
            for _step in range(steps):
                one = step_one(self.mode, one, h)
            return StateVector(one)
        many = np.array(vectors, float)
        if self.mode > TURN:
            many[6:9] = 0.0
        for _step in range(steps):
            many = step_many(self.mode, many, h)
        return many.view(StateVectors)

    def jacobian(self, state, *, time_interval, **_):  # noqa: ANN001, ANN003, ANN201
        """Return the transition `(10, 10)`, to the third order at the middle of each step."""
        steps, h = self._steps(time_interval)
        one = state.state_vector.view(np.ndarray).ravel().tolist()
        if self.mode > TURN:
            one[6:9] = (0.0, 0.0, 0.0)
        transitions = []
        for i in range(steps):
            a = slopes(self.mode, step_one(self.mode, one, h, middle=True))
            second = a @ a
            f = _IDENTITY + h * a + (0.5 * h * h) * second
            f[:3] += (h**3 / 6.0) * second[3:6]
            if self.mode > TURN:
                f[6:9] = 0.0
            transitions.append(f)
            if i + 1 < steps:
                one = step_one(self.mode, one, h)
        if steps == 1:
            return transitions[0]
        self._transitions = transitions
        total = transitions[0]
        for f in transitions[1:]:
            total = f @ total
        return total

    def covar(self, *, time_interval: timedelta, **_: object) -> CovarianceMatrix:
        """Return the process noise of an interval."""
        if not self._transitions:
            return self._noise_of(time_interval.total_seconds()).view(CovarianceMatrix)
        # Of several steps the extended filter asks for the transition first: noise goes through it.
        _, h = self._steps(time_interval)
        each = self._noise_of(h)
        total = each
        for f in self._transitions[1:]:
            total = f @ total @ f.T + each
        self._transitions = []
        return total.view(CovarianceMatrix)

    def _noise_of(self, h: float) -> NDArray:
        powers = np.array([h, h * h, h**3, h**4, h**5])
        return np.tensordot(powers, self._powers, 1) + self._standing


class Sight(MeasurementModel, GaussianModel):
    """Azimuth, elevation and, of a radar, range of what a sensor sees; see `kernels.measurement`.

    Floats in place of Stone Soup's `Bearing`, which is slower: azimuths are reckoned within half a
    turn of `centre`.
    """

    geometry: NDArray = Property(doc="`(12,)`: position, then the rows east, north, up, in ECEF")
    sd: NDArray = Property(doc="standard deviations of what is measured, two or three")
    centre: float = Property(default=0.0, doc="azimuth, rad, that others are reckoned about")

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        self._origin = np.asarray(self.geometry[:3])[:, None]
        self._axes = np.asarray(self.geometry[3:]).reshape(3, 3)
        self._numbers = np.asarray(self.geometry).tolist()
        self._covariance = CovarianceMatrix(np.diag(np.asarray(self.sd) ** 2))

    @property
    def ndim_meas(self) -> int:
        """Return how many numbers a plot has."""
        return len(self.sd)

    def covar(self, **_: object) -> CovarianceMatrix:
        """Return the covariance of a plot's errors."""
        return self._covariance

    def _local(self, s: Sequence[float]) -> tuple[float, ...]:
        g = self._numbers
        x, y, z = s[0] - g[0], s[1] - g[1], s[2] - g[2]
        return (
            g[3] * x + g[4] * y + g[5] * z,
            g[6] * x + g[7] * y + g[8] * z,
            g[9] * x + g[10] * y + g[11] * z,
        )

    def function(self, state, noise=False, **_):  # noqa: ANN001, ANN003, ANN201
        """Return what is expected of one state or of many; noise is never drawn."""
        assert noise is None or noise is False
        vectors = state.state_vector
        if vectors.shape[1] == 1:
            e, n, u = self._local(vectors.view(np.ndarray)[:3, 0].tolist())
            flat2 = e * e + n * n
            azimuth = self.centre + math.remainder(math.atan2(e, n) - self.centre, 2.0 * math.pi)
            z = [azimuth, math.atan2(u, math.sqrt(flat2)), math.sqrt(flat2 + u * u)]
            return StateVector(z[: self.ndim_meas])
        e, n, u = self._axes @ (np.asarray(vectors[:3], float) - self._origin)
        flat2 = e * e + n * n
        turn = np.arctan2(e, n) - self.centre
        azimuth = self.centre + turn - 2.0 * np.pi * np.round(turn / (2.0 * np.pi))
        rows = [azimuth, np.arctan2(u, np.sqrt(flat2)), np.sqrt(flat2 + u * u)]
        return np.array(rows[: self.ndim_meas]).view(StateVectors)

    def jacobian(self, state, **_):  # noqa: ANN001, ANN003, ANN201
        """Return the derivatives `(2 or 3, 10)` by the state."""
        g = self._numbers
        e, n, u = self._local(state.state_vector.view(np.ndarray)[:3, 0].tolist())
        flat2 = e * e + n * n
        flat = math.sqrt(flat2)
        r2 = flat2 + u * u
        r = math.sqrt(r2)
        a, b = n / flat2, e / flat2
        c, d = flat / r2, u / (flat * r2)
        rows = [
            [a * g[3 + i] - b * g[6 + i] for i in range(3)],
            [c * g[9 + i] - d * (e * g[3 + i] + n * g[6 + i]) for i in range(3)],
            [(e * g[3 + i] + n * g[6 + i] + u * g[9 + i]) / r for i in range(3)],
        ]
        h = np.zeros((self.ndim_meas, SIZE))
        h[:, :3] = rows[: self.ndim_meas]
        return h


@dataclass(frozen=True)
class Sighting:
    """A plot as Stone Soup takes it; `seconds` as the kernels take it."""

    seconds: float
    detection: Detection


def sightings_of(table: Prepared, seconds: NDArray) -> tuple[Sighting, ...]:
    """Return plots as Stone Soup takes them; `seconds` `(m,)` are their times."""
    out = []
    for k, second in enumerate(seconds.tolist()):
        z, there = table.values[k], ~np.isnan(table.values[k])
        assert not there[3], "range rate is not composed on the peer"
        model = Sight(
            SIZE, (0, 1, 2), geometry=table.geometry[table.sensor[k]], sd=table.sd[k][there],
            centre=float(z[0]),
        )  # fmt: skip
        detection = Detection(StateVector(z[there]), timestamp=at(second), measurement_model=model)
        out.append(Sighting(second, detection))
    return tuple(out)


class Interacting:
    """The interacting multiple model filter, by hand around Stone Soup's extended filters."""

    def __init__(self, noise: NDArray, rates: NDArray) -> None:
        self.predictors = [ExtendedKalmanPredictor(Motion(mode, noise)) for mode in range(4)]
        self.updater = ExtendedKalmanUpdater(None, use_joseph_cov=True)
        self.rates = rates

    def mix(self, xs: NDArray, ps: NDArray, mu: NDArray, dt: float) -> tuple[NDArray, ...]:
        """Return mixed states `(4, 10)`, covariances and the modes' predicted probabilities."""
        change = self.rates * min(dt, 1.0)
        change = change + np.diag(1.0 - change.sum(axis=1))
        weight = change * mu[:, None]
        after = weight.sum(axis=0)
        weight = weight / after
        mixed = weight.T @ xs
        d = xs[:, None, :] - mixed[None, :, :]
        spread = np.einsum("ijk,ijm->jkm", weight[:, :, None] * d, d)
        return mixed, np.tensordot(weight.T, ps, 1) + spread, after

    def step(
        self, states: list[GaussianState], mu: NDArray, dt: float, detection: Detection
    ) -> tuple[list[GaussianState], NDArray]:
        """Move by `dt` seconds and take a plot in."""
        if dt > 0.0:
            xs = np.array([s.state_vector[:, 0] for s in states], float)
            ps = np.array([s.covar for s in states], float)
            xs, ps, mu = self.mix(xs, ps, mu, dt)
            before = [
                GaussianState(StateVector(x), CovarianceMatrix(p), timestamp=states[0].timestamp)
                for x, p in zip(xs, ps, strict=True)
            ]
            states = [
                p.predict(s, timestamp=detection.timestamp)
                for p, s in zip(self.predictors, before, strict=True)
            ]
        after, loglik = [], np.empty(4)
        for j, state in enumerate(states):
            hypothesis = SingleHypothesis(state, detection)
            after.append(self.updater.update(hypothesis))
            expected = hypothesis.measurement_prediction
            v = (detection.state_vector - expected.state_vector).view(np.ndarray).ravel()
            s = expected.covar.view(np.ndarray)
            loglik[j] = -0.5 * (v @ np.linalg.solve(s, v) + math.log(np.linalg.det(s)))
        mu = mu * np.exp(loglik - loglik.max())
        mu = np.maximum(mu / mu.sum(), 1e-12)
        return after, mu / mu.sum()


def interacting(
    noise: NDArray,
    rates: NDArray,
    first: tuple[NDArray, NDArray, NDArray, float],
    sightings: Sequence[Sighting],
    each: Callable[[list[GaussianState], NDArray], None],
) -> None:
    """Run the four modes over plots from `first`: states, covariances, probabilities, time."""
    xs, ps, mu, now = first
    filter_ = Interacting(noise, rates)
    states = [
        GaussianState(StateVector(x), CovarianceMatrix(p), timestamp=at(now))
        for x, p in zip(xs, ps, strict=True)
    ]
    for sighting in sightings:
        states, mu = filter_.step(states, mu, sighting.seconds - now, sighting.detection)
        now = sighting.seconds
        each(states, mu)


def unscented(
    motion: Motion,
    first: tuple[NDArray, NDArray, float],
    sightings: Sequence[Sighting],
    each: Callable[[GaussianState], None],
) -> None:
    """Run Stone Soup's unscented filter over plots from `first`: state, covariance, time."""
    x, p, now = first
    predictor, updater = UnscentedKalmanPredictor(motion), UnscentedKalmanUpdater(None)
    state = GaussianState(StateVector(x), CovarianceMatrix(p), timestamp=at(now))
    for sighting in sightings:
        if sighting.seconds > now:
            state = predictor.predict(state, timestamp=sighting.detection.timestamp)
            now = sighting.seconds
        state = updater.update(SingleHypothesis(state, sighting.detection))
        each(state)
