"""What the report shows, computed from a campaign's rows and nothing else."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from trilogue.analysis.value.added import Added, added
from trilogue.analysis.value.families import Wanted
from trilogue.analysis.value.summary import Group, summarise

if TYPE_CHECKING:
    from trilogue.analysis.value.campaign import Campaign
    from trilogue.analysis.value.row import Row

__all__ = ["Kind", "Results", "to_json"]


@dataclass(frozen=True)
class Kind:
    """One class of flights, lofted or not: what was flown, and what was known of it."""

    wanted: Wanted
    rows: tuple[Row, ...]
    groups: tuple[Group, ...]

    @property
    def slug(self) -> str:
        """Name for files."""
        name = "".join(c if c.isalnum() else "-" for c in self.wanted.name.lower())
        return f"{name}-{self.wanted.shape}"


@dataclass(frozen=True)
class Results:
    """A campaign and its rows."""

    campaign: Campaign
    rows: tuple[Row, ...]

    @property
    def participants(self) -> tuple[str, ...]:
        """Owners of the sensors, in the arrangement's order."""
        return self.campaign.participants

    @property
    def everyone(self) -> str:
        """The coalition of all, as rows name it."""
        return "+".join(self.participants)

    @property
    def last(self) -> str:
        """Name of the last moment reported, at which maps and launch points are taken."""
        return self.campaign.moments[-1].name

    @cached_property
    def reported(self) -> tuple[Row, ...]:
        """Rows of the moments that tables report."""
        return tuple(row for row in self.rows if row.moment in self._moments)

    @cached_property
    def kinds(self) -> tuple[Kind, ...]:
        """The classes of flights, in the campaign's order."""
        return tuple(
            Kind(
                one.wanted,
                rows := tuple(
                    row
                    for row in self.rows
                    if (row.missile_class, row.shape) == (one.wanted.name, one.wanted.shape)
                ),
                tuple(summarise(row for row in rows if row.moment in self._moments)),
            )
            for one in self.campaign.missiles
        )

    @cached_property
    def _moments(self) -> frozenset[str]:
        return frozenset(moment.name for moment in self.campaign.moments)

    @cached_property
    def pooled(self) -> tuple[Group, ...]:
        """Groups over all classes of flights."""
        return tuple(summarise(self.reported, pooled=True))

    @cached_property
    def added(self) -> tuple[Added, ...]:
        """What each participant adds to every coalition without it."""
        return tuple(added(self.rows, self.participants, self.last))

    def at_last(self, coalition: str) -> Group:
        """Return what a coalition knew of all flights at the last moment."""
        return next(g for g in self.pooled if (g.coalition, g.moment) == (coalition, self.last))

    @property
    def held(self) -> tuple[int, int]:
        """How many impact ellipses held the impact, of how many, engines being silent."""
        known = [
            row.impact_inside
            for row in self.reported
            if row.impact_inside is not None and row.phase != "boost"
        ]
        return sum(known), len(known)

    @property
    def failed(self) -> int:
        """Estimates whose numbers broke down."""
        return sum(row.estimate_failed for row in self.rows)

    @property
    def premature(self) -> tuple[int, int]:
        """How often an impact was named while an engine was yet to burn, of how many looks."""
        boost = [row for row in self.reported if row.phase == "boost" and row.plots]
        return sum(row.impact_error_m is not None for row in boost), len(boost)


def to_json(results: Results, sentences: Sequence[str], files: Sequence[str]) -> dict[str, Any]:
    """Return the report for programs: the campaign, groups, what is added, and what was written."""
    campaign = results.campaign
    return {
        "simulated": True,
        "campaign": {
            "cases": len(campaign.cases()),
            "sites": [asdict(site) for site in campaign.sites],
            "flights": [asdict(one.wanted) for one in campaign.missiles],
            "azimuths_deg": list(campaign.azimuths_deg),
            "seeds": list(campaign.seeds),
            "moments": [asdict(moment) for moment in campaign.moments],
            "sensors": [sensor.id for sensor in campaign.sensors],
            "track_rule": asdict(campaign.rule),
        },
        "participants": list(results.participants),
        "said": list(sentences),
        "pooled": [asdict(group) for group in results.pooled],
        "groups": [asdict(group) for kind in results.kinds for group in kind.groups],
        "added": [asdict(one) for one in results.added],
        "files": list(files),
    }
