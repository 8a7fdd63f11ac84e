"""A flight and the tracks that others share of it, fused so that nothing is counted twice.

States are fused in free flight alone, at the time of the newest of them; impact, apogee and class
follow anew. The rules (ADR 43):

1. Of tracks that share a source the one that says most is kept.
2. A track behind which nothing stands that the flight rests on is independent of it, unless the
   same participant's biased sensors may stand behind both; then, and where its lineage is not
   known, covariance intersection fuses it.
3. A track that rests in part on the flight's plots replaces those plots, or is left out: whichever
   leaves more known. The plots win where they are equal.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from trilogue.analysis.tracking.classes import classify
from trilogue.analysis.tracking.divergence import DivergedError
from trilogue.analysis.tracking.estimate import FlightEstimate, StateEstimate, States
from trilogue.analysis.tracking.flight_estimate import estimate_flight
from trilogue.analysis.tracking.fusion import (
    as_free,
    distance2,
    fuse_independent,
    intersect,
    log_volume,
    moved,
)
from trilogue.analysis.tracking.impact import ground_point, predict_fall
from trilogue.analysis.tracking.kernels.coast import altitude
from trilogue.analysis.tracking.settings import EstimateSettings
from trilogue.picture.shared import SharedTrack

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from trilogue.analysis.tracking.plots import PlotTable

__all__ = [
    "Joined",
    "agreement",
    "fuse_flight",
    "in_free_flight",
    "independent_tracks",
    "of_tracks",
]

AIR_M = 100_000.0
"""Below it, coming down, drag is part of the state and no track tells it."""
LEAST_PLOTS = 8
"""Of the plots that a track does not rest on: fewer are no estimate of their own."""


@dataclass(frozen=True)
class Joined:
    """A flight, the tracks that went into it, and those that did not, with the reason."""

    flight: FlightEstimate
    used: tuple[SharedTrack, ...]
    left_out: tuple[tuple[SharedTrack, str], ...]
    replaced: frozenset[str] = frozenset()
    """Digests of portions whose plots gave way to a track."""


@dataclass(frozen=True)
class _Base:
    """A state to fuse with: whose biased sensors stand behind it."""

    state: StateEstimate
    biased: frozenset[str]


def in_free_flight(flight: FlightEstimate) -> bool:
    """Say whether a flight coasts above the air, and is known to."""
    return flight.now.phase == "midcourse" and flight.impact is not None


def is_sound(flight: FlightEstimate) -> bool:
    """Say whether a flight is told in numbers throughout."""
    states = all(
        np.isfinite(s.state).all() and np.isfinite(s.covariance).all()
        for s in (flight.history, flight.smoothed)
    )
    points = [p for p in (flight.launch, flight.impact) if p is not None]
    values = [v for v in (flight.burnout, flight.apogee_m, flight.apogee_time) if v is not None]
    values += [p.time for p in points]
    told = [x for p in points for x in (p.latitude, p.longitude, p.semi_major_m, p.semi_minor_m)]
    told += [x for v in values for x in (v.value, v.sd)]
    return states and all(map(math.isfinite, told))


def agreement(flight: FlightEstimate, track: SharedTrack, settings: EstimateSettings) -> float:
    """Return how far a track is from a flight in deviations squared; infinite if it cannot be."""
    if not in_free_flight(flight) or track.state.phase != "midcourse":
        return float("inf")
    time = max(flight.now.time, track.state.time)
    a, b = moved(flight.now, time, settings), moved(track.state, time, settings)
    if _down(a) or _down(b):
        return float("inf")
    return distance2(a.state, a.covariance, b.state, b.covariance)


def independent_tracks(
    tracks: Sequence[SharedTrack], settings: EstimateSettings
) -> tuple[list[SharedTrack], list[tuple[SharedTrack, str]]]:
    """Return tracks of one object that share no source, and the others with the reason.

    Surest first at the time of the newest. Tracks of unknown lineage cannot be told to share any;
    of those, one a participant is kept, since its older ones stand behind its newer ones.
    """
    time = max((t.state.time for t in tracks), default=0.0)

    def volume(track: SharedTrack) -> float:
        return log_volume(moved(track.state, time, settings).covariance)

    kept: list[SharedTrack] = []
    dropped: list[tuple[SharedTrack, str]] = []
    for track in sorted(tracks, key=lambda t: (not t.known, volume(t), t.source.portion)):
        rival = next((k for k in kept if track.behind & k.behind), None)
        if rival is None and not track.known:
            rival = next((k for k in kept if not k.known and k.speaker == track.speaker), None)
        if rival is None:
            kept.append(track)
        else:
            dropped.append((track, f"it shares sources with {rival.name}, which says more"))
    return kept, dropped


def fuse_flight(
    flight: FlightEstimate,
    table: PlotTable,
    behind_source: Mapping[str, frozenset[str]],
    tracks: Sequence[SharedTrack],
    settings: EstimateSettings,
) -> Joined:
    """Fuse tracks of the same object into a flight; `behind_source` gives the digests behind each.

    The tracks agree with the flight (`agreement`), and not all behind any of them is held.
    """
    kept, dropped = independent_tracks(tracks, settings)
    if not kept:
        return Joined(flight, (), tuple(dropped))
    time = max(flight.now.time, *(t.state.time for t in kept))
    of_row = [behind_source[table.sources[s]] for s in table.source[flight.plots]]
    beneath = frozenset().union(*of_row)
    shares = [t for t in kept if t.behind & beneath]
    apart = [t for t in kept if not t.behind & beneath]
    state = _combined(_Base(flight.now, _biased(table, flight.plots)), apart, time, settings)
    used, replaced = apart, frozenset[str]()
    if shares:
        gone = frozenset().union(*(t.behind for t in shares))
        rest = flight.plots[np.array([not b & gone for b in of_row], bool)]
        other = _combined(_rest(table, rest, settings), kept, time, settings)
        if log_volume(other.covariance) < log_volume(state.covariance):
            state, used = other, kept
            replaced = frozenset(table.sources[s] for s in table.source[flight.plots]) - frozenset(
                table.sources[s] for s in table.source[rest]
            )
        else:
            dropped += [(t, "the plots in hand say more than it does") for t in shares]
    if not used:
        return Joined(flight, (), tuple(dropped))
    return Joined(
        _after(flight, state, used, replaced, settings), tuple(used), tuple(dropped), replaced
    )


def of_tracks(tracks: Sequence[SharedTrack], settings: EstimateSettings) -> Joined:
    """Return the flight that tracks of one object show without any plots."""
    kept, dropped = independent_tracks(tracks, settings)
    time = max(t.state.time for t in kept)
    state = _combined(None, kept, time, settings)
    down = predict_fall(as_free(state, settings))
    impact = None if down is None else ground_point(down.position, down.covariance, down.time)
    first = min(kept, key=lambda t: (t.speaker, t.id))
    flight = FlightEstimate(
        f"{first.speaker}-{first.id}",
        States.of([state]),
        States.of([state]),
        None,
        None,
        impact,
        None if down is None else down.apogee_m,
        None if down is None else down.apogee_time,
        classify(None, impact, down),
        np.empty(0, np.int64),
        (f"No plots of it are in hand: it stands on {_names(kept)}.",),
    )
    return Joined(flight, tuple(kept), tuple(dropped))


def _combined(
    base: _Base | None, tracks: Sequence[SharedTrack], time: float, settings: EstimateSettings
) -> StateEstimate:
    """Return the state at a time that a base and tracks give together."""
    state = None if base is None else moved(base.state, time, settings)
    biased = set() if base is None else set(base.biased)
    for track in tracks:
        other = moved(track.state, time, settings)
        if state is None:
            state = other
        else:
            alone = track.known and not biased & track.originators
            fused = (fuse_independent if alone else intersect)(
                state.state, state.covariance, other.state, other.covariance
            )
            state = StateEstimate(
                time, fused.state, fused.covariance, "midcourse", {"midcourse": 1.0}
            )
        # A track does not tell whether its sensors are biased: they may be.
        biased |= track.originators
    assert state is not None
    return state


def _biased(table: PlotTable, rows: NDArray[np.int64]) -> frozenset[str]:
    """Return the owners of the sensors behind rows that have biases."""
    found = (table.sensors[s] for s in np.unique(table.sensor[rows]))
    return frozenset(
        s.owner
        for s in found
        if s.bias.azimuth_rad or s.bias.elevation_rad or s.bias.range_m or s.bias.clock_s
    )


def _rest(table: PlotTable, rows: NDArray[np.int64], settings: EstimateSettings) -> _Base | None:
    """Return what some rows of a flight say of its free flight alone, if they say anything."""
    if len(rows) < LEAST_PLOTS:
        return None
    keep = np.zeros(len(table), bool)
    keep[rows] = True
    try:
        alone = estimate_flight(table.where(keep), settings=settings)
    except DivergedError:
        return None
    return _Base(alone.now, _biased(table, rows)) if in_free_flight(alone) else None


def _after(
    flight: FlightEstimate,
    state: StateEstimate,
    used: Sequence[SharedTrack],
    replaced: frozenset[str],
    settings: EstimateSettings,
) -> FlightEstimate:
    """Return a flight with another state now, and all that follows from it."""
    down = predict_fall(as_free(state, settings))
    impact = None if down is None else ground_point(down.position, down.covariance, down.time)
    top, when = flight.apogee_m, flight.apogee_time
    if down is not None and not down.passed:
        top, when = down.apogee_m, down.apogee_time
    said = f"Fused with {_names(used)}."
    if replaced:
        said = f"Fused with {_names(used)} in place of plots that stand behind it."
    return replace(
        flight,
        history=flight.history.where(flight.history.time < state.time).then(state),
        smoothed=flight.smoothed.where(flight.smoothed.time < state.time).then(state),
        impact=impact,
        apogee_m=top,
        apogee_time=when,
        classes=classify(flight.launch, impact, down),
        remarks=(*flight.remarks, said),
    )


def _names(tracks: Sequence[SharedTrack]) -> str:
    return ", ".join(sorted({t.name for t in tracks}))


def _down(state: StateEstimate) -> bool:
    x = np.zeros(10)
    x[:6] = state.state
    return float(x[:3] @ x[3:6]) < 0.0 and altitude(x) < AIR_M
