"""Tracks that participants share in place of plots, or beside them, and what stands behind each.

A track is worth what stands behind it, so its lineage decides what it may be fused with (ADR 43).
The portions behind it are those that its payload names, those that its header was derived from,
what these are versions of, and what stands behind any of them that is held here.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np

from trilogue.analysis.tracking.estimate import StateEstimate
from trilogue.analysis.tracking.fusion import moved
from trilogue.analysis.tracking.settings import EstimateSettings
from trilogue.picture.plotted import Aside, posix
from trilogue.picture.sources import Readable
from trilogue.reports.lineage import originators, superseded
from trilogue.reports.payloads.track import Track

__all__ = ["SharedTrack", "behind", "shared_tracks"]

_LEAST_SD = (1.0, 1.0, 1.0, 0.01, 0.01, 0.01)
"""Nobody knows a state better: a covariance that says so would settle everything by itself."""
_MOST_SD = (1e6, 1e6, 1e6, 5e3, 5e3, 5e3)
_NEAREST_M, _FARTHEST_M, _FASTEST_MPS = 6.35e6, 3e7, 1.2e4
_MOST_CLOCK_S = 30.0


@dataclass(frozen=True)
class SharedTrack:
    """A track as it may be fused: its state, and the digests behind it, its own among them."""

    source: Readable
    id: str
    state: StateEstimate
    """At the moment that the track names; its covariance holds what is uncertain of the moment."""
    behind: frozenset[str]
    known: bool
    """Whether all that stands behind it is named."""

    @property
    def speaker(self) -> str:
        """Who shared it."""
        return self.source.report.speaker

    @property
    def originators(self) -> frozenset[str]:
        """Whose sensors may stand behind it."""
        return frozenset(originators(self.speaker, self.source.header.derived_from))

    @property
    def name(self) -> str:
        """What it is called in remarks."""
        return f"{self.speaker}'s track {self.id}"


def behind(source: Readable, held: Mapping[str, Readable]) -> frozenset[str]:
    """Return a portion's digest and all behind it, as far as headers and tracks in hand tell."""
    found: set[str] = set()
    open_ = [source.portion]
    known = {**held, source.portion: source}
    while open_:
        digest = open_.pop()
        if digest in found:
            continue
        found.add(digest)
        if digest not in known:
            continue
        one = known[digest]
        open_ += one.header.version_of
        for parent in one.header.derived_from:
            open_ += [parent.portion, *parent.version_of]
        if isinstance(one.payload, Track):
            open_ += one.payload.lineage
    return frozenset(found)


def shared_tracks(
    readables: Iterable[Readable], settings: EstimateSettings
) -> tuple[tuple[SharedTrack, ...], tuple[Aside, ...]]:
    """Return the tracks among portions, and those that cannot be used, in the order of digests.

    What its own originator superseded is left out.
    """
    held = {one.portion: one for one in readables}
    replaced = {superseded(one.header, one.report.speaker) for one in held.values()}
    tracks: list[SharedTrack] = []
    aside: list[Aside] = []
    for digest in sorted(held):
        source = held[digest]
        if not isinstance(source.payload, Track) or digest in replaced:
            continue
        state = _state(source.payload, settings)
        if isinstance(state, str):
            aside.append(Aside(source, state))
            continue
        names_some = bool(source.payload.lineage or source.header.derived_from)
        tracks.append(
            SharedTrack(
                source,
                source.payload.id,
                state,
                behind(source, held),
                names_some and source.payload.lineage_complete,
            )
        )
    return tuple(tracks), tuple(aside)


def _state(track: Track, settings: EstimateSettings) -> StateEstimate | str:
    """Return a track's state, or why it is none that can be used."""
    x, p = np.array(track.state), np.array(track.covariance)
    radius, speed = math.hypot(*track.state[:3]), math.hypot(*track.state[3:])
    if not (_NEAREST_M <= radius <= _FARTHEST_M and speed <= _FASTEST_MPS):
        return (
            f"{track.id}: no missile is {radius:.0f} m from the Earth's centre at {speed:.0f} m/s"
        )
    clock = track.time.sd_s or 0.0
    if (np.sqrt(np.diag(p)) > _MOST_SD).any() or clock > _MOST_CLOCK_S:
        return f"{track.id}: its state is so uncertain that it says nothing"
    time = posix(track.time.instant)
    # Added, so that nothing that correlates becomes impossible.
    p = p + np.diag(np.square(_LEAST_SD))
    phases: dict[str, float] = {track.phase: 1.0}
    state = StateEstimate(time, x, p, track.phase, phases)  # type: ignore[arg-type]
    if clock and track.phase == "midcourse":
        # The state is that of another moment than the one it names: off by its own change.
        later = moved(state, time + 1.0, settings).state - x
        p = p + np.outer(later, later) * clock**2
    elif clock:
        off = np.concatenate([x[3:], np.zeros(3)])
        p = p + np.outer(off, off) * clock**2
    return StateEstimate(time, x, p, track.phase, phases)  # type: ignore[arg-type]
