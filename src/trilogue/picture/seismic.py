"""Nuclear tests: from the arrivals that a node may read to one location a coalition.

Arrivals belong to the participant that originated them: a coalition is what some participants'
readings say together. Readings further apart in time than any P wave in the region travels belong
to different events.
"""

from __future__ import annotations

from dataclasses import dataclass

from trilogue.analysis.seismology import Arrival
from trilogue.encoding import instant
from trilogue.picture.locate import CoalitionEstimate, locate_coalitions
from trilogue.picture.sources import Readable, usable
from trilogue.reports.payloads.arrivals import SeismicArrivals

__all__ = ["SeismicPicture", "picture_events"]

EVENT_GAP_SECONDS = 900.0
"""P waves cross 100 degrees in under 14 minutes (ak135)."""


@dataclass(frozen=True)
class SeismicPicture:
    """One event as a node sees it: an estimate a coalition, and what each rests on.

    `lineage` maps a coalition to the portions behind its estimate.
    """

    event: str
    first_arrival: str
    estimates: tuple[CoalitionEstimate, ...]
    lineage: dict[tuple[str, ...], tuple[Readable, ...]]

    @property
    def best(self) -> CoalitionEstimate:
        """What all that is held says together."""
        return self.estimates[-1]


def picture_events(
    readables: list[Readable], participants: tuple[str, ...]
) -> tuple[SeismicPicture, ...]:
    """Return every event in the arrivals that may be read, oldest first.

    Coalitions are made of the participants whose arrivals are among them, in the order given.
    The result depends on `readables` alone, and not on their order.
    """
    sources = [one for one in usable(readables) if isinstance(one.payload, SeismicArrivals)]
    rows = sorted(
        ((row, source) for source in sources for row in _rows(source)),
        key=lambda pair: (pair[0].time, pair[0].name, pair[0].location, pair[0].source),
    )
    pictures, group = [], []
    for position, (row, source) in enumerate(rows):
        group.append((row, source))
        last = position + 1 == len(rows)
        if last or rows[position + 1][0].time - row.time > EVENT_GAP_SECONDS:
            pictures.append(_picture(group, participants))
            group = []
    return tuple(pictures)


def _picture(
    group: list[tuple[Arrival, Readable]], participants: tuple[str, ...]
) -> SeismicPicture:
    present = tuple(p for p in participants if any(row.participant == p for row, _ in group))
    names = [
        source.payload.event
        for _, source in group
        if isinstance(source.payload, SeismicArrivals) and source.payload.event
    ]
    estimates = tuple(locate_coalitions([row for row, _ in group], present))
    lineage = {}
    for estimate in estimates:
        behind = {s.portion: s for row, s in group if row.participant in estimate.coalition}
        lineage[estimate.coalition] = tuple(behind.values())
    return SeismicPicture(
        event=min(names) if names else "",
        first_arrival=_instant(group[0][0].time),
        estimates=estimates,
        lineage=lineage,
    )


def _rows(source: Readable) -> list[Arrival]:
    assert isinstance(source.payload, SeismicArrivals)
    return [
        Arrival(
            network=row.network,
            station=row.station,
            location=row.location,
            channel=row.channel,
            latitude=row.position.latitude,
            longitude=row.position.longitude,
            phase=row.phase,
            time=instant.to_datetime(row.time.instant).timestamp(),
            snr=row.snr,
            participant=source.report.speaker,
            onset_sd=row.time.sd_s,
            position_sd_m=row.position.sd_m or 0.0,
            source=source.portion,
        )
        for row in source.payload.arrivals
    ]


def _instant(posix: float) -> str:
    return instant.plus("1970-01-01T00:00:00.000Z", posix)
