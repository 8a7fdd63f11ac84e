"""Which arrivals take part: first P arrivals, one instrument per site.

Two instruments at one site see the same wave through the same Earth: the second adds no
information about the Earth, so it is left out rather than counted twice. Two *stations* that claim
one position and disagree on the time are another matter: one of the positions is wrong, and
nothing in the rows says which. Both stay, marked as disputed, and the fit decides.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from trilogue.analysis.geodesy import inverse
from trilogue.analysis.seismology.arrival import Arrival, LeftOut
from trilogue.analysis.seismology.error_model import onset_sd_s

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["Selection", "select"]

FIRST_P = frozenset({"P", "p", "Pn", "Pg", "Pb", "P*", "Pdif", "Pdiff"})
"""Names under which the first P arrival is reported; the earliest of a site is the first."""

SAME_SITE_M = 1_000.0
AGREEMENT = 3.0
"""Times at one place agree when they differ by less than this many standard deviations."""


@dataclass(frozen=True, slots=True)
class Selection:
    """What takes part, by name; what does not; and whose position is disputed."""

    arrivals: tuple[Arrival, ...]
    left_out: tuple[LeftOut, ...]
    disputed: dict[Arrival, Arrival]
    """Each arrival whose position another station claims too, with that station's arrival."""


def select(arrivals: Sequence[Arrival]) -> Selection:
    """Return which of `arrivals` take part in a location."""
    left_out: list[LeftOut] = []
    sites: dict[tuple[str, str], Arrival] = {}
    # In one order, whatever the order given, so that the result does not depend on it.
    for arrival in sorted(arrivals, key=lambda a: (a.name, _rank(a))):
        if arrival.phase not in FIRST_P:
            left_out.append(LeftOut(arrival, f"phase {arrival.phase} is not a first P arrival"))
            continue
        key = (arrival.network, arrival.station)
        held = sites.get(key)
        if held is None:
            sites[key] = arrival
            continue
        better, other = (arrival, held) if _rank(arrival) < _rank(held) else (held, arrival)
        sites[key] = better
        left_out.append(LeftOut(other, _second_instrument(other, better)))
    return _one_per_place(list(sites.values()), left_out)


def _rank(arrival: Arrival) -> tuple[bool, float, str, str, float]:
    """Order instruments of one site: later P phases last, then by clarity, then by code."""
    clarity = -(arrival.snr if arrival.snr is not None else 0.0)
    later = arrival.phase in {"Pg", "Pb", "P*"}
    return later, clarity, arrival.location, arrival.channel, arrival.time


def _second_instrument(other: Arrival, better: Arrival) -> str:
    code, used = other.location or "blank", better.location or "blank"
    return (
        f"second instrument of the site (location {code}); location {used} is used, "
        "so that the site is not counted twice"
    )


def _one_per_place(kept: list[Arrival], left_out: list[LeftOut]) -> Selection:
    """Leave out stations at a place already used, or mark the place as disputed."""
    used: list[Arrival] = []
    disputed: dict[Arrival, Arrival] = {}
    for arrival in sorted(kept, key=_rank):
        twin = next((other for other in used if _together(arrival, other)), None)
        if twin is None:
            used.append(arrival)
            continue
        apart = abs(arrival.time - twin.time)
        tolerance = AGREEMENT * (onset_sd_s(arrival) ** 2 + onset_sd_s(twin) ** 2) ** 0.5
        if apart <= tolerance:
            left_out.append(
                LeftOut(arrival, f"stands where {twin.name} stands, which is used instead")
            )
            continue
        used.append(arrival)
        disputed[arrival] = twin
        disputed.setdefault(twin, arrival)
    return Selection(tuple(sorted(used, key=lambda a: a.name)), tuple(left_out), disputed)


def _together(one: Arrival, other: Arrival) -> bool:
    """Say whether two stations claim the same place, by a cheap bound before the geodesic."""
    if abs(one.latitude - other.latitude) > 0.02:  # 2.2 km
        return False
    distance, _, _ = inverse(one.latitude, one.longitude, other.latitude, other.longitude)
    return float(distance) < SAME_SITE_M
