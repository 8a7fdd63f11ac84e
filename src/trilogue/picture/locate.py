"""What each coalition of participants can say of a source: the worth of sharing, in kilometres.

A coalition is some of the participants; its estimate rests on their arrivals and on nothing else,
so that it is the same to the last bit whether or not others have arrivals too.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations
from typing import TYPE_CHECKING, Any

from trilogue.analysis.seismology import (
    DEPTH_M,
    Arrival,
    LeftOut,
    Location,
    TooFewArrivalsError,
    UnreachableError,
    locate,
)
from trilogue.encoding import instant

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["CoalitionEstimate", "coalitions", "locate_coalitions"]

_EPOCH = "1970-01-01T00:00:00.000Z"
_UNOWNED = "its network belongs to none of the participants"


@dataclass(frozen=True, slots=True)
class CoalitionEstimate:
    """What one coalition says of a source, or why it cannot say anything."""

    coalition: tuple[str, ...]
    location: Location | None
    reason: str = ""
    """Why there is no location; empty when there is one."""
    aside: tuple[LeftOut, ...] = ()
    """Arrivals that belong to no participant and so to no coalition."""

    def to_json(self) -> dict[str, Any]:
        """Return the estimate as a JSON object; without a location its fields are null."""
        found = self.location
        ellipse = None if found is None else found.ellipse
        left_out = (() if found is None else found.left_out) + self.aside
        return {
            "coalition": list(self.coalition),
            "latitude": None if found is None else found.latitude,
            "longitude": None if found is None else found.longitude,
            "origin_time": None if found is None else instant.plus(_EPOCH, found.origin_time),
            "origin_time_sd_s": None if found is None else found.origin_time_sd_s,
            "depth_m": None if found is None else found.depth_m,
            "ellipse": None
            if ellipse is None
            else {
                "semi_major_m": ellipse.semi_major_m,
                "semi_minor_m": ellipse.semi_minor_m,
                "azimuth_deg": ellipse.azimuth_deg,
                "probability": ellipse.probability,
            },
            "stations_used": [
                {
                    "network": used.arrival.network,
                    "station": used.arrival.station,
                    "residual_s": used.residual_s,
                    "weight": used.weight,
                }
                for used in (() if found is None else found.used)
            ],
            "stations_left_out": [
                {
                    "network": one.arrival.network,
                    "station": one.arrival.station,
                    "reason": one.reason,
                }
                for one in left_out
            ],
            "notes": [] if found is None else list(found.notes),
            "reason": self.reason,
        }


def coalitions(participants: Sequence[str]) -> tuple[tuple[str, ...], ...]:
    """Return each participant alone, each pair, and all together.

    >>> coalitions(["KR", "US", "JP"])[2:]
    (('JP',), ('KR', 'US'), ('KR', 'JP'), ('US', 'JP'), ('KR', 'US', 'JP'))
    >>> coalitions(["KR", "US"])
    (('KR',), ('US',), ('KR', 'US'))

    Raises:
        ValueError: a participant is named twice.

    """
    if len(set(participants)) != len(participants):
        raise ValueError(f"a participant is named twice: {', '.join(participants)}")
    sizes = sorted({size for size in (1, 2, len(participants)) if size <= len(participants)})
    return tuple(one for size in sizes if size for one in combinations(participants, size))


def locate_coalitions(
    arrivals: Sequence[Arrival],
    participants: Sequence[str],
    *,
    depth_m: float = DEPTH_M,
    probability: float = 0.9,
    with_unowned: bool = False,
) -> list[CoalitionEstimate]:
    """Return one estimate per coalition, in the order of `coalitions`.

    Arrivals whose participant is empty belong to nobody. They are set aside with that reason,
    unless `with_unowned` lets every coalition use them: public stations are everybody's.

    Raises:
        ValueError: a participant is named twice, or depth or probability cannot be.

    """
    unowned = [arrival for arrival in arrivals if not arrival.participant]
    aside = () if with_unowned else tuple(LeftOut(one, _UNOWNED) for one in unowned)
    estimates = []
    for coalition in coalitions(participants):
        own = [arrival for arrival in arrivals if arrival.participant in coalition]
        rows = own + unowned if with_unowned else own
        try:
            found = locate(rows, depth_m=depth_m, probability=probability)
        except (TooFewArrivalsError, UnreachableError) as error:
            estimates.append(CoalitionEstimate(coalition, None, str(error), aside))
        else:
            estimates.append(CoalitionEstimate(coalition, found, "", aside))
    return estimates
