"""Flights from plots that never were reports: what each coalition of their owners would see."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from trilogue.analysis.tracking.estimate import Picture
from trilogue.analysis.tracking.tracker import track
from trilogue.picture.fused import is_sound
from trilogue.picture.locate import coalitions
from trilogue.picture.plotted import of_payloads
from trilogue.reports.payloads.plots import Plots

__all__ = ["CoalitionFlights", "picture_plots"]


@dataclass(frozen=True)
class CoalitionFlights:
    """What one coalition sees, or why it sees nothing."""

    coalition: tuple[str, ...]
    picture: Picture | None
    reason: str = ""


def picture_plots(
    given: Sequence[tuple[str, str, Plots]],
    participants: Sequence[str],
    *,
    until: float | None = None,
) -> list[CoalitionFlights]:
    """Return a picture for each coalition of owners; `given` are owner, name and payload each.

    `until` (POSIX seconds) looks at nothing later. Raises `ValueError` for rows of no use.
    """
    return [_seen(one, given, until) for one in coalitions(tuple(participants))]


def _seen(
    coalition: tuple[str, ...], given: Sequence[tuple[str, str, Plots]], until: float | None
) -> CoalitionFlights:
    table = of_payloads(one for one in given if one[0] in coalition)
    if until is not None:
        table = table.until(until)
    if not len(table):
        return CoalitionFlights(coalition, None, "no plots so far")
    try:
        with np.errstate(all="ignore"):
            picture = track(table)
    except (ValueError, ArithmeticError, np.linalg.LinAlgError) as error:
        return CoalitionFlights(coalition, None, f"nothing can be computed of its plots: {error}")
    if not all(map(is_sound, picture.flights)):
        return CoalitionFlights(coalition, None, "its plots give no finite numbers")
    return CoalitionFlights(coalition, picture, "" if picture.flights else "no flight among plots")
