"""Stone Soup's joint probabilistic data association on plots of several missiles: the peer.

Composed of its own parts, as its documentation composes them: `JPDA` over `PDAHypothesiser`,
`MultiTargetMixtureTracker`, `MultiMeasurementInitiator` over `GNNWith2DAssignment`, and deleters by
the time since an update. It is told what is true of every sensor: how probably it detects, and how
dense its false plots are. One model of motion serves the whole flight, since Stone Soup mixes none:
gravity and a thrust acceleration that wanders. How much it wanders, how many plots confirm a track,
and how long one is kept without were chosen on other seeds, for the least GOSPA of the peer's.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

import numpy as np
from stonesoup.dataassociator.neighbour import GNNWith2DAssignment
from stonesoup.dataassociator.probability import JPDA
from stonesoup.deleter.time import UpdateTimeDeleter
from stonesoup.hypothesiser.distance import DistanceHypothesiser
from stonesoup.hypothesiser.probability import PDAHypothesiser
from stonesoup.initiator.simple import MultiMeasurementInitiator, SimpleMeasurementInitiator
from stonesoup.measures import Mahalanobis
from stonesoup.models.base import ReversibleModel
from stonesoup.predictor.kalman import ExtendedKalmanPredictor
from stonesoup.tracker.simple import MultiTargetMixtureTracker
from stonesoup.types.array import CovarianceMatrix, StateVector
from stonesoup.types.detection import Detection
from stonesoup.types.state import GaussianState
from stonesoup.updater.kalman import ExtendedKalmanUpdater

from benchmarks.tracking.stonesoup_motion import FREE, SIZE
from benchmarks.tracking.stonesoup_peer import Motion, Sight, at
from trilogue.analysis.geodesy.frames import to_ecef
from trilogue.analysis.scenario.clutter import AREA, AREA_RADIUS_M
from trilogue.analysis.tracking.looks import looks, widened
from trilogue.analysis.tracking.prepared import geometry_of

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from stonesoup.types.track import Track

    from trilogue.analysis.tracking.plots import PlotTable
    from trilogue.analysis.tracking.sensor import Sensor
    from trilogue.analysis.tracking.settings import EstimateSettings

__all__ = ["PeerSettings", "follow"]


@dataclass(frozen=True)
class PeerSettings:
    """What was chosen for the peer on other seeds."""

    wander: float = 2.0
    """Of thrust acceleration, m/s³ per root hertz."""
    confirm: int = 4
    """Plots that make a track."""
    keep_s: float = 10.0
    """A track is kept for so long without a plot."""
    gate: float = 0.999


class RangedSight(Sight, ReversibleModel):
    """What a radar sees: a plot of it says where it was."""

    def inverse_function(self, detection: Detection, **_: object) -> StateVector:
        """Return the state `(10, 1)` with the position that was seen."""
        azimuth, elevation, away = (float(v) for v in detection.state_vector.ravel())
        local = np.array(
            [
                math.sin(azimuth) * math.cos(elevation),
                math.cos(azimuth) * math.cos(elevation),
                math.sin(elevation),
            ]
        )
        out = np.zeros(SIZE)
        out[:3] = self._origin[:, 0] + away * local @ self._axes
        return StateVector(out)


def _density(sensor: Sensor) -> float:
    """Return the density of false plots per rad², and per metre for a radar."""
    if sensor.kind == "infrared":
        away = to_ecef(*AREA, 0.0) - sensor.position
        far = float(np.linalg.norm(away))
        elevation = math.asin(float(sensor.axes[2] @ away) / far)
        cone = 2.0 * math.pi * (1.0 - math.cos(math.atan(AREA_RADIUS_M / far)))
        return sensor.clutter_per_scan * math.cos(elevation) / cone
    field = sensor.field
    high = math.radians(field.elevation_max_deg - field.elevation_min_deg)
    turn = 2.0 * math.radians(field.azimuth_half_deg)
    return sensor.clutter_per_scan / (turn * high * field.range_max_m)


def _prior(settings: EstimateSettings) -> GaussianState:
    sd = np.r_[[0.0] * 3, [settings.first_speed_sd] * 3, [settings.thrust_sd] * 3, 0.7]
    x = np.zeros(SIZE)
    x[9] = settings.log_drag
    return GaussianState(StateVector(x), CovarianceMatrix(np.diag(sd**2)))


def _tracker(
    settings: EstimateSettings, peer: PeerSettings
) -> tuple[MultiTargetMixtureTracker, PDAHypothesiser]:
    noise = settings.noise.copy()
    noise[FREE, 1] = peer.wander
    predictor = ExtendedKalmanPredictor(Motion(FREE, noise))
    updater = ExtendedKalmanUpdater(None, use_joseph_cov=True)
    # Density and detection are set anew for each look.
    hypothesiser = PDAHypothesiser(
        predictor, updater, clutter_spatial_density=1.0, prob_detect=0.9, prob_gate=peer.gate
    )
    nearest = GNNWith2DAssignment(
        DistanceHypothesiser(predictor, updater, Mahalanobis(), missed_distance=4.5)
    )
    prior = _prior(settings)
    initiator = MultiMeasurementInitiator(
        prior_state=prior,
        deleter=UpdateTimeDeleter(timedelta(seconds=3.0)),
        data_associator=nearest,
        updater=updater,
        min_points=peer.confirm,
        initiator=SimpleMeasurementInitiator(prior, None, skip_non_reversible=True),
        skip_non_reversible=True,
    )
    deleter = UpdateTimeDeleter(timedelta(seconds=peer.keep_s))
    return (
        MultiTargetMixtureTracker(initiator, deleter, None, JPDA(hypothesiser), updater),
        hypothesiser,
    )


def follow(
    plots: PlotTable, begin: float, settings: EstimateSettings, peer: PeerSettings
) -> Iterator[tuple[float, set[Track]]]:
    """Take plots in look after look; give the tracks after each, and its POSIX seconds.

    Noise is widened by the sensors' biases, as where we associate: the peer has no states for them.
    """
    tracker, hypothesiser = _tracker(settings, peer)
    geometry, sd = geometry_of(plots.sensors), widened(plots)
    for look in looks(plots):
        sensor = plots.sensors[look.sensor]
        hypothesiser.clutter_spatial_density = _density(sensor)
        hypothesiser.prob_detect = sensor.detection_probability
        when = at(look.time - begin)
        seen = {
            _detection(plots.values[k], sd[k], geometry[look.sensor], when)
            for k in range(look.first, look.stop)
        }
        _, tracks = tracker.update_tracker(when, seen)
        yield look.time, set(tracks)


def _detection(z: NDArray, sd: NDArray, geometry: NDArray, when: object) -> Detection:
    there = ~np.isnan(z)
    kind = RangedSight if there[2] else Sight
    model = kind(SIZE, (0, 1, 2), geometry=geometry, sd=sd[there], centre=float(z[0]))
    return Detection(StateVector(z[there]), timestamp=when, measurement_model=model)
