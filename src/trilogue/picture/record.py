"""The record of launches as a node has it: the public rows, and beside them what it holds.

Each participant is a source beside the public one, so that a launch keeps what every source says
of it and conflicts are found as between any two (`analysis.patterns.merge`, `conflicts`). Every
row that came of a portion keeps that portion: its lineage, its marking, and for whom it may be
derived. A portion in hand is in the record, or is listed with the reason why not:

    superseded   its originator replaced it by another that is in hand
    counted      another in hand says the same: it was made from it, or both were from a third
    no-month     not even the month of it is known
    too-early    before there was a force that could have launched
    to-come      after the day on which the record is made
    elsewhere    thousands of kilometres from where this force has ever launched
    not-a-row    it reads as no row of a record

Two launches made from the same portions are one launch, unless their times exclude each other: then
they are two, as of a salvo whose plots came in one report.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from typing import Literal

from scipy.stats import norm

from trilogue.analysis.flight.record import Launch as RecordedLaunch
from trilogue.analysis.patterns.conflicts import Conflict, conflicts
from trilogue.analysis.patterns.merge import Merged, launches, merge
from trilogue.analysis.patterns.occasions import day_of
from trilogue.analysis.patterns.source import Entry, Source, shipped_source
from trilogue.analysis.patterns.tally import UNKNOWN
from trilogue.encoding import instant
from trilogue.picture.places import Site, Sites, around, elsewhere
from trilogue.picture.rows import entry_of, row_of
from trilogue.picture.sources import Readable
from trilogue.reports.lineage import behind_in, independent, superseded
from trilogue.reports.payloads.launch import Launch
from trilogue.reports.payloads.site import SiteActivity

__all__ = ["AFTER_DAYS", "Activity", "LaunchRecord", "NotEntered", "Why", "launch_record"]

Why = Literal["superseded", "counted", "no-month", "too-early", "to-come", "elsewhere", "not-a-row"]
AFTER_DAYS = 30
"""A launch so soon after activity at its site is told with it: the month that news looks back."""
_FIRST = "1948-09"
"""The state whose force this is was founded on 9 September 1948."""
_EXCLUDE = float(norm.ppf(0.995))
"""Times that far apart, in standard deviations of their difference, exclude each other (99 %)."""


@dataclass(frozen=True, slots=True)
class NotEntered:
    """A portion that is in hand and not in the record, and why."""

    source: Readable
    why: Why
    by: Readable | None = None
    """The portion that supersedes it."""


@dataclass(frozen=True, slots=True)
class Activity:
    """What was seen at a site over a period, and the first launch from there soon after."""

    source: Readable
    seen: SiteActivity
    site: Site
    launched: str | None
    """Day of that launch."""


@dataclass(frozen=True)
class LaunchRecord:
    """Sources side by side, and the portion behind each row that came of one."""

    sources: tuple[Source, ...]
    merged: tuple[Merged, ...]
    rows: Mapping[tuple[str, int], Readable]
    """By source and line."""
    activity: tuple[Activity, ...]
    not_entered: tuple[NotEntered, ...]

    @property
    def behind(self) -> tuple[Readable, ...]:
        """The portions that the launches depend on, in the order of their logs.

        Those that became rows, and those that took another out by superseding it; none where there
        are no rows, since the record is the public one then.
        """
        if not self.rows:
            return ()
        replaced = [one.by for one in self.not_entered if one.by is not None]
        ours = [one for one in replaced if isinstance(one.payload, Launch)]
        found = {one.portion: one for one in (*self.rows.values(), *ours)}
        return tuple(sorted(found.values(), key=_in_logs))

    @property
    def in_hand(self) -> tuple[Readable, ...]:
        """Everything that the record was made from, entered or not."""
        return (
            *self.rows.values(),
            *(one.source for one in self.activity),
            *(one.source for one in self.not_entered),
        )

    @property
    def public_rows(self) -> int:
        """How many rows the public record has."""
        return len(self.public.entries)

    @property
    def public(self) -> Source:
        """The public record."""
        return self.sources[0]

    @cached_property
    def launches(self) -> tuple[RecordedLaunch, ...]:
        """Each launch for the findings."""
        return launches(self.merged)

    @cached_property
    def conflicts(self) -> tuple[Conflict, ...]:
        """Where sources contradict each other; that a participant is silent is no conflict.

        Nobody reports every launch, and a report has fewer columns than the public record: what is
        blank or alone is seen in the rows themselves.
        """
        found = conflicts(self.merged, [one.name for one in self.sources])
        return tuple(one for one in found if one.kind not in ("alone", "blank"))


def launch_record(
    readables: Sequence[Readable],
    participants: Sequence[str],
    names: Mapping[str, str],
    today: str,
) -> LaunchRecord:
    """Return the record that the public rows and some portions make.

    `names` are further names of sites; nothing that lies after `today` (a date) enters. The record
    depends on the set of portions alone, not on their order or their places in logs.
    """
    sites = Sites(names)
    launched, aside = _newest([one for one in readables if isinstance(one.payload, Launch)])
    made: dict[str, Entry] = {}
    for one in launched:
        entry = _entry(one, sites, today)
        if isinstance(entry, NotEntered):
            aside.append(entry)
        else:
            made[one.portion] = entry
    kept, twice = _once([one for one in launched if one.portion in made])
    entries: dict[str, list[tuple[Entry, Readable]]] = {}
    for one in kept:
        entries.setdefault(one.report.speaker, []).append((made[one.portion], one))
    sources, rows = [shipped_source()], {}
    for speaker in sorted(entries, key=list(participants).index):
        numbered = []
        ordered = sorted(entries[speaker], key=_by_time)
        for line, (entry, one) in enumerate(ordered, start=1):
            numbered.append(replace(entry, line=line, launch=replace(entry.launch, row=line)))
            rows[speaker, line] = one
        sources.append(Source(speaker, tuple(numbered)))
    merged = merge(sources)
    seen, older = _newest([one for one in readables if isinstance(one.payload, SiteActivity)])
    seen, more = _once(seen)
    return LaunchRecord(
        sources=tuple(sources),
        merged=merged,
        rows=rows,
        activity=_activity(seen, sites, launches(merged)),
        not_entered=tuple(
            sorted([*aside, *twice, *older, *more], key=lambda one: _in_logs(one.source))
        ),
    )


def _newest(readables: Sequence[Readable]) -> tuple[list[Readable], list[NotEntered]]:
    """Return portions that no other in hand supersedes, and those that one does."""
    by = {
        digest: one
        for one in sorted(readables, key=_in_logs)
        if (digest := superseded(one.header, one.report.speaker)) is not None
    }
    return (
        [one for one in readables if one.portion not in by],
        [NotEntered(one, "superseded", by[one.portion]) for one in readables if one.portion in by],
    )


def _once(readables: Sequence[Readable]) -> tuple[list[Readable], list[NotEntered]]:
    """Return portions of which nothing is counted twice, and those that would be."""
    by_digest = {one.portion: one for one in readables}
    held = {one.portion: one.held for one in readables}
    parted = independent(held.values())
    kept = [by_digest[one.digest] for one in parted.kept]
    aside = []
    for dropped, _ in parted.dropped:
        one, behind = by_digest[dropped.digest], behind_in(dropped.digest, held)
        alike = [other for other in kept if behind & behind_in(other.portion, held)]
        if all(_two(one, other) for other in alike):
            kept.append(one)
        else:
            aside.append(NotEntered(one, "counted"))
    return kept, aside


def _two(one: Readable, other: Readable) -> bool:
    """Say whether two portions with common sources tell of two launches.

    They do when both were derived, neither from the other and not as versions of one portion, and
    their times exclude each other.
    """
    versions = [{each.portion, *each.header.version_of} for each in (one, other)]
    made_from = [{source.portion for source in each.header.derived_from} for each in (one, other)]
    if versions[0] & versions[1] or made_from[0] & versions[1] or made_from[1] & versions[0]:
        return False
    if not (isinstance(one.payload, Launch) and isinstance(other.payload, Launch)):
        return False
    first, second = one.payload.time, other.payload.time
    if first is None or second is None or first.sd_s is None or second.sd_s is None:
        return False
    apart = abs(instant.seconds_between(first.instant, second.instant))
    return apart > _EXCLUDE * math.hypot(first.sd_s, second.sd_s)


def _entry(one: Readable, sites: Sites, today: str) -> Entry | NotEntered:
    """Return a launch as an entry of its speaker's source, or why it is none."""
    assert isinstance(one.payload, Launch)
    row = row_of(one.payload, sites, one.header.period)
    if row is None:
        return NotEntered(one, "no-month")
    if row["date_utc"] < _FIRST:
        return NotEntered(one, "too-early")
    if row["date_utc"] > today:
        return NotEntered(one, "to-come")
    if row["site_lat"] and elsewhere(float(row["site_lat"]), float(row["site_lon"])):
        return NotEntered(one, "elsewhere")
    return entry_of(one.report.speaker, row) or NotEntered(one, "not-a-row")


def _activity(
    seen: Sequence[Readable], sites: Sites, launched: Sequence[RecordedLaunch]
) -> tuple[Activity, ...]:
    """Return what was seen at sites, the newest last."""
    days: dict[str, list[date]] = {}
    for launch in launched:
        day = day_of(launch)
        if day is not None and launch.site_id != UNKNOWN:
            days.setdefault(launch.site_id, []).append(day)
    found = []
    for one in seen:
        assert isinstance(one.payload, SiteActivity)
        position = one.payload.position
        site = sites.find(one.payload.site, None if position is None else around(position))
        begins, ends = (
            instant.to_datetime(moment).date()
            for moment in (one.payload.observed.begins, one.payload.observed.ends)
        )
        soon = [
            day
            for day in days.get(site.site_id, ())
            if begins <= day and (day - ends).days <= AFTER_DAYS
        ]
        found.append(Activity(one, one.payload, site, min(soon).isoformat() if soon else None))
    return tuple(sorted(found, key=lambda each: (each.seen.observed.begins, each.source.portion)))


def _by_time(made: tuple[Entry, Readable]) -> tuple[str, str, str]:
    entry, one = made
    return entry.raw["date_utc"], entry.raw["time_utc"], one.portion


def _in_logs(one: Readable) -> tuple[str, int, str]:
    return one.report.speaker, one.report.index, one.portion
