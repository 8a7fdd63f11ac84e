"""The online tracker: from the plots of many sensors to flights, clutter left aside.

Plots are given out to tracks as they come (`association`). A track whose score shows that it is no
chance becomes a flight, and its plots are estimated as a whole, biases of the sensors included. Two
tracks that share one object's plots are made one (`twins`), and pieces of one flight are joined
(`stitching`). Where two flights go side by side and no sensor sees both, the simpler explanation is
tried: that one sensor is off by more than it states.

The picture is a function of the table alone: the order in which plots came changes nothing.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from trilogue.analysis.tracking.association import Association
from trilogue.analysis.tracking.divergence import DivergedError
from trilogue.analysis.tracking.estimate import FlightEstimate, Picture
from trilogue.analysis.tracking.flight_estimate import estimate_flight
from trilogue.analysis.tracking.misalignment import trusting_less
from trilogue.analysis.tracking.plots import PlotTable, canonical, joined
from trilogue.analysis.tracking.settings import EstimateSettings
from trilogue.analysis.tracking.stitching import best_pair, side_by_side
from trilogue.analysis.tracking.twins import Weighed, without_twins

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["Tracker", "track"]


class Tracker:
    """Take plots in as they come; say at any time what flights they show.

    Its table has sensors by owner and name: the picture's rows are that table's.
    """

    def __init__(self, settings: EstimateSettings | None = None) -> None:
        self._settings = settings or EstimateSettings()
        self._table: PlotTable | None = None
        self._association: Association | None = None
        self._known: dict[bytes, FlightEstimate] = {}
        self._before: dict[bytes, FlightEstimate] = {}
        self._weighed: Weighed = {}
        self._weighed_before: Weighed = {}

    def add(self, plots: PlotTable) -> None:
        """Take plots in, whenever they were made. Raises `ValueError` as `joined` does."""
        if not len(plots):
            return
        before = self._table
        self._table = joined((plots,) if before is None else (before, plots))
        if before is None or self._association is None or self._table.sensors != before.sensors:
            self._association = Association(self._settings, self._table)
        else:
            self._association.extend(self._table, float(plots.time.min()))

    def picture(self) -> Picture:
        """Return the flights that the plots show. Raises `ValueError` where there are none."""
        if self._table is None or self._association is None:
            raise ValueError("no plots to make a picture from")
        table = self._table
        # What this picture does not use is forgotten with the next.
        self._before, self._known = self._known, {}
        self._weighed_before, self._weighed = self._weighed, {}
        flights = self._joined(self._association.flights)
        if side_by_side(flights, table, self._settings):
            flights = self._simplest(flights)
        flights.sort(key=lambda one: (table.time[one.plots[0]], one.track))
        used = np.zeros(len(table), bool)
        for flight in flights:
            used[flight.plots] = True
        return Picture(float(table.time[-1]), table, tuple(flights), np.flatnonzero(~used))

    def _joined(self, parts: list[NDArray[np.int64]]) -> list[FlightEstimate]:
        """Return the flights of tracks, given as rows of each, pieces of one flight joined."""
        assert self._table is not None
        before = {**self._weighed_before, **self._weighed}
        parts, weighed = without_twins(parts, self._table, self._settings, before)
        self._weighed |= weighed
        flights = [one for one in map(self._estimate, parts) if one is not None]
        while (pair := best_pair(flights, self._table, self._settings)) is not None:
            rows = np.sort(np.concatenate([flights[k].plots for k in pair]))
            whole = self._estimate(rows)
            gone = set(pair) if whole is not None else {pair[1]}
            flights = [one for k, one in enumerate(flights) if k not in gone]
            flights += [] if whole is None else [whole]
        return flights

    def _simplest(self, flights: list[FlightEstimate]) -> list[FlightEstimate]:
        """Return the fewest flights that one misaligned sensor, whichever, explains."""
        assert self._table is not None
        best = flights
        for index, sensor in enumerate(self._table.sensors):
            if not np.any(self._table.sensor == index):
                continue
            doubting = trusting_less(self._table, {(sensor.owner, sensor.id)})
            tried = self._joined(Association(self._settings, doubting).flights)
            taken, before = (sum(len(f.plots) for f in some) for some in (tried, best))
            if (len(tried), -taken) < (len(best), -before):
                best = tried
        return best

    def _estimate(self, rows: NDArray[np.int64]) -> FlightEstimate | None:
        """Return what rows `(m,)` of one object say, `None` if nothing can be made of them.

        The same rows are estimated once.
        """
        assert self._table is not None
        keep = np.zeros(len(self._table), bool)
        keep[rows] = True
        part = self._table.where(keep)
        key = part.digest
        if key not in self._known:
            try:
                known = self._before.get(key) or estimate_flight(part, settings=self._settings)
            except DivergedError:
                return None
            self._known[key] = known
        return replace(self._known[key], plots=rows)


def track(
    plots: PlotTable, *, until: float | None = None, settings: EstimateSettings | None = None
) -> Picture:
    """Return the flights that a table shows, with plots up to `until` (POSIX seconds).

    Raises `ValueError` where there are no plots.
    """
    table, rows = canonical(plots if until is None else plots.until(until))
    tracker = Tracker(settings)
    tracker.add(table)
    picture = tracker.picture()
    # The caller's rows: those up to a time are the first of its table.
    return replace(
        picture,
        plots=plots if until is None else plots.until(until),
        flights=tuple(replace(one, plots=np.sort(rows[one.plots])) for one in picture.flights),
        unused=np.sort(rows[picture.unused]),
    )
