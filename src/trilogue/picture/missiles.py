"""Missile flights: from the plots and tracks that a node may read to one picture a coalition.

Plots and tracks belong to the participant that logged them: a coalition is what some participants'
sensors say together. Its picture rests on their portions and on nothing else, and does not depend
on the order in which these came. What lies further apart in time than any flight lasts belongs to
different raids.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from scipy.optimize import linear_sum_assignment

from trilogue.analysis.tracking.estimate import FlightEstimate, Picture
from trilogue.analysis.tracking.plots import PlotTable
from trilogue.analysis.tracking.settings import EstimateSettings
from trilogue.analysis.tracking.tracker import Tracker
from trilogue.encoding import instant
from trilogue.picture.fused import Joined, agreement, fuse_flight, is_sound, of_tracks
from trilogue.picture.locate import coalitions
from trilogue.picture.plotted import EPOCH, Aside, posix, table_of
from trilogue.picture.shared import SharedTrack, behind, shared_tracks
from trilogue.picture.sources import Readable, usable
from trilogue.reports.payloads.plots import Plots
from trilogue.reports.payloads.registry import Payload, parse_payload
from trilogue.reports.payloads.track import Track

__all__ = ["FlightPicture", "Flights", "RaidPicture", "picture_flights"]

RAID_GAP_SECONDS = 7_200.0
"""What is flung up comes down within two hours, or stays there."""
GATE = 27.9
"""Chi-squared of six degrees of freedom that one true pair in ten thousand exceeds."""


@dataclass(frozen=True)
class FlightPicture:
    """One coalition's picture: its flights, and for each the portions that stand behind it.

    `lineage` runs beside `picture.flights`; `aside` are portions in hand that were not used.
    """

    coalition: tuple[str, ...]
    picture: Picture
    lineage: tuple[tuple[Readable, ...], ...]
    aside: tuple[Aside, ...]
    reason: str = ""
    """Why there are no flights, where the plots are such that nothing can be computed of them."""

    def behind(self, flight: str) -> tuple[Readable, ...]:
        """Return the portions behind a flight, by its track's name. Raises `KeyError`."""
        for one, sources in zip(self.picture.flights, self.lineage, strict=True):
            if one.track == flight:
                return sources
        raise KeyError(flight)


@dataclass(frozen=True)
class RaidPicture:
    """What each coalition sees of a raid; the last one is all that is in hand together."""

    first_seen: str
    """The moment of its first plot or track: names the raid here."""
    coalitions: tuple[FlightPicture, ...]

    @property
    def best(self) -> FlightPicture:
        """What all that is held says together."""
        return self.coalitions[-1]


def picture_flights(
    readables: Iterable[Readable],
    participants: Sequence[str],
    *,
    until: float | None = None,
    settings: EstimateSettings | None = None,
) -> tuple[RaidPicture, ...]:
    """Return every raid in the plots and tracks that may be read, oldest first.

    Coalitions are made of the participants who have any among them, in the order given. With
    `until` (POSIX seconds) only plots up to then, and tracks of then, are looked at.
    """
    return Flights(participants, settings=settings).picture(readables, until=until)


@dataclass
class _Memory:
    """A coalition's tracker, what it has taken in, and what came of it."""

    portions: frozenset[str]
    table: PlotTable
    tracker: Tracker | None
    picture: FlightPicture


class Flights:
    """Picture flights again and again while portions come and go, at the cost of what changed.

    A coalition whose portions are the same has the same picture. Where portions were only added its
    tracker takes in what is new; where one is gone it begins anew, so that nothing is left of it.
    """

    def __init__(
        self, participants: Sequence[str], *, settings: EstimateSettings | None = None
    ) -> None:
        self._participants = tuple(participants)
        self._settings = settings or EstimateSettings()
        self._memory: dict[tuple[str, tuple[str, ...]], _Memory] = {}
        self._read: dict[str, Payload] = {}

    @property
    def portions(self) -> frozenset[str]:
        """Digests of the portions of which something is kept."""
        return frozenset(self._read).union(*(one.portions for one in self._memory.values()))

    def payload(self, portion: str, payload_type: str, plaintext: bytes) -> Payload:
        """Read the content of a portion, each once while it stays in the picture."""
        if portion not in self._read:
            self._read[portion] = parse_payload(payload_type, plaintext)
        return self._read[portion]

    def picture(
        self, readables: Iterable[Readable], *, until: float | None = None
    ) -> tuple[RaidPicture, ...]:
        """Return the picture of what may be read now; see `picture_flights`."""
        given = list(readables)
        remembered, self._memory = self._memory, {}
        here = {one.portion for one in given}
        self._read = {digest: read for digest, read in self._read.items() if digest in here}
        out = []
        for first_seen, group in _raids(given):
            present = tuple(
                p for p in self._participants if any(one.report.speaker == p for one in group)
            )
            pictures = []
            for coalition in coalitions(present):
                own = [one for one in group if one.report.speaker in coalition]
                key = first_seen, coalition
                before = remembered.get(key) if until is None else None
                memory = _pictured(coalition, own, until, self._settings, before)
                if until is None:
                    self._memory[key] = memory
                pictures.append(memory.picture)
            out.append(RaidPicture(first_seen, tuple(pictures)))
        return tuple(out)


def _raids(readables: list[Readable]) -> list[tuple[str, list[Readable]]]:
    """Return portions by raid: the moment of the first, and what overlaps it or follows soon."""
    spans = sorted(
        (*_span(one), one.portion, one)
        for one in readables
        if isinstance(one.payload, Plots | Track)
    )
    raids: list[tuple[str, list[Readable]]] = []
    last = 0.0
    for begins, ends, _, one in spans:
        if not raids or begins - last > RAID_GAP_SECONDS:
            raids.append((instant.plus(EPOCH, begins), []))
            last = ends
        raids[-1][1].append(one)
        last = max(last, ends)
    return raids


def _span(source: Readable) -> tuple[float, float]:
    if isinstance(source.payload, Track):
        time = posix(source.payload.time.instant)
        return time, time
    assert isinstance(source.payload, Plots)
    # Instants sort as text.
    moments = [row.time.instant for row in source.payload.rows]
    return posix(min(moments)), posix(max(moments))


def _pictured(
    coalition: tuple[str, ...],
    sources: list[Readable],
    until: float | None,
    settings: EstimateSettings,
    before: _Memory | None,
) -> _Memory:
    """Return a coalition's picture of its portions, from memory as far as these are the same."""
    portions = frozenset(one.portion for one in sources)
    if before is not None and portions == before.portions:
        return before
    plots = usable([one for one in sources if isinstance(one.payload, Plots)])
    plotted = table_of(plots)
    table = plotted.table if until is None else plotted.table.until(until)
    held = {one.portion: one for one in sources}
    tracks, aside = shared_tracks(sources, settings)
    if until is not None:
        tracks = tuple(t for t in tracks if t.state.time <= until)
    known = {digest: behind(held[digest], held) for digest in table.sources}
    ground, tracker, reason = _nothing(table, tracks), None, ""
    joined: list[Joined] = []
    left_out: list[Aside] = []
    try:
        # What overflows ends in no number, and is looked for below.
        with np.errstate(all="ignore"):
            if len(table):
                tracker = _fed(table, settings, before)
                ground = tracker.picture()
            joined, left_out = _joined(ground, known, tracks, settings)
    except (ValueError, ArithmeticError, np.linalg.LinAlgError) as error:
        # One participant's impossible numbers must not take the picture of all else away.
        ground, tracker, joined, reason = _nothing(table, tracks), None, [], str(error)
    sound = [one for one in joined if is_sound(one.flight)]
    if len(sound) < len(joined):
        reason = f"{len(joined) - len(sound)} flights could not be computed"
    joined = sound
    joined.sort(key=lambda one: (float(one.flight.history.time[0]), one.flight.track))
    lineage = tuple(_lineage(one, table, held) for one in joined)
    picture = replace(ground, flights=tuple(one.flight for one in joined))
    return _Memory(
        portions,
        table,
        tracker,
        FlightPicture(coalition, picture, lineage, (*plotted.aside, *aside, *left_out), reason),
    )


def _fed(table: PlotTable, settings: EstimateSettings, before: _Memory | None) -> Tracker:
    """Return a tracker that has taken in a table: the one before, if it only lacks some rows."""
    if before is not None and before.tracker and before.table.sensors == table.sensors:
        old = set(before.table.sources)
        fresh = table.where(np.array([s not in old for s in table.sources], bool)[table.source])
        if old <= set(table.sources) and len(before.table) + len(fresh) == len(table):
            before.tracker.add(fresh)
            return before.tracker
    tracker = Tracker(settings)
    tracker.add(table)
    return tracker


def _nothing(table: PlotTable, tracks: Sequence[SharedTrack]) -> Picture:
    time = max((t.state.time for t in tracks), default=0.0)
    return Picture(time, table, (), np.empty(0, np.int64))


def _joined(
    ground: Picture,
    known: Mapping[str, frozenset[str]],
    tracks: Sequence[SharedTrack],
    settings: EstimateSettings,
) -> tuple[list[Joined], list[Aside]]:
    """Return the flights, tracks fused into them, and the tracks that were not used."""
    covered = _covered(known, tracks)
    aside: list[Aside] = []
    free: list[SharedTrack] = []
    for track in tracks:
        if track.source.portion in covered:
            aside.append(Aside(track.source, "all plots behind it are in hand: it adds nothing"))
        elif track.state.phase != "midcourse":
            aside.append(
                Aside(track.source, f"its phase is {track.state.phase}: shown, and not fused")
            )
        else:
            free.append(track)
    of, alone = _assigned(ground.flights, free, settings)
    joined = [
        fuse_flight(flight, ground.plots, known, of.get(k, []), settings)
        for k, flight in enumerate(ground.flights)
    ]
    joined += [of_tracks(group, settings) for group in _grouped(alone, settings)]
    aside += [Aside(t.source, why) for one in joined for t, why in one.left_out]
    return joined, aside


def _covered(known: Mapping[str, frozenset[str]], tracks: Sequence[SharedTrack]) -> frozenset[str]:
    """Return the digests of all plots in hand, and of the tracks behind which nothing else stands.

    A track made of a track that is covered may be covered itself.
    """
    covered = frozenset[str]().union(*known.values())
    while True:
        more = {
            track.source.portion
            for track in tracks
            if track.known and track.behind - {track.source.portion} <= covered
        }
        if more <= covered:
            return covered
        covered |= more


def _assigned(
    flights: Sequence[FlightEstimate], tracks: Sequence[SharedTrack], settings: EstimateSettings
) -> tuple[dict[int, list[SharedTrack]], list[SharedTrack]]:
    """Return which tracks are of which flight, and those of none.

    What one participant calls by two names is not one object.
    """
    named: dict[str, dict[str, list[SharedTrack]]] = {}
    for track in tracks:
        named.setdefault(track.speaker, {}).setdefault(track.id, []).append(track)
    of: dict[int, list[SharedTrack]] = {}
    alone: list[SharedTrack] = []
    for speaker in sorted(named):
        groups = [named[speaker][name] for name in sorted(named[speaker])]
        newest = [max(g, key=lambda t: (t.state.time, t.source.portion)) for g in groups]
        off = np.array([[agreement(f, t, settings) for f in flights] for t in newest])
        off = off.reshape(len(newest), len(flights))
        taken = set()
        for row, k in zip(*linear_sum_assignment(np.minimum(off, 10.0 * GATE)), strict=True):
            if off[row, k] <= GATE:
                of.setdefault(int(k), []).extend(groups[row])
                taken.add(int(row))
        alone += [t for row, group in enumerate(groups) if row not in taken for t in group]
    return of, alone


def _grouped(tracks: Sequence[SharedTrack], settings: EstimateSettings) -> list[list[SharedTrack]]:
    """Return tracks that no plots show, by object."""
    groups: list[list[SharedTrack]] = []
    flights: list[FlightEstimate] = []
    for speaker in sorted({t.speaker for t in tracks}):
        of, alone = _assigned(flights, [t for t in tracks if t.speaker == speaker], settings)
        for k, more in of.items():
            groups[k] += more
        names = sorted({t.id for t in alone})
        groups += [[t for t in alone if t.id == name] for name in names]
        flights = [of_tracks(group, settings).flight for group in groups]
    return groups


def _lineage(
    joined: Joined, table: PlotTable, held: Mapping[str, Readable]
) -> tuple[Readable, ...]:
    """Return the portions behind a flight, in the order of their logs."""
    digests = {table.sources[s] for s in table.source[joined.flight.plots]}
    digests |= {track.source.portion for track in joined.used}
    return tuple(
        sorted(
            (held[digest] for digest in digests),
            key=lambda one: (one.report.speaker, one.report.index, one.portion),
        )
    )
