"""A raid of many: one estimated flight, carried round the axis of the Earth, and its plots.

Nobody estimates while it moves: what is measured is what happens once a node's picture has changed.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from tests.support.pictured import seen, turned

from trilogue.analysis.tracking.estimate import FlightEstimate, GroundPoint, Picture, Value
from trilogue.analysis.tracking.flight_estimate import estimate_flight
from trilogue.analysis.tracking.plots import PlotTable
from trilogue.analysis.tracking.sensor import Sensor
from trilogue.encoding import instant
from trilogue.picture.missiles import FlightPicture, RaidPicture
from trilogue.picture.plotted import EPOCH

__all__ = ["Raid"]

COALITION = ("KR", "US", "JP")
SPREAD_DEG = 40.0
APART_S = 1.7
"""Between two launches: no two tracks share their moments, as none of many would."""
TOGETHER = 250
"""Plots of one report."""


class Raid:
    """So many tracks and plots, which change as a live raid's do."""

    def __init__(self, tracks: int, plots: int) -> None:
        whole = self._whole = seen().whole
        self._radar = next(s for s in whole.plots.sensors if s.noise.range_m is not None)
        self._flights = [
            self._named(_later(turned(whole, SPREAD_DEG * k / tracks).flights[0], APART_S * k), k)
            for k in range(tracks)
        ]
        self._begin = whole.flights[0].history[0].time
        self._table = self._plots(plots)
        self._reports = plots // TOGETHER

    def estimate(self) -> None:
        """Estimate one of the flights from its plots, as a node does before any of this."""
        estimate_flight(self._whole.plots)

    @property
    def picture(self) -> RaidPicture:
        """What is seen now."""
        table = self._table
        picture = Picture(float(table.time[-1]), table, tuple(self._flights), np.empty(0, np.int64))
        whole = FlightPicture(COALITION, picture, ((),) * len(self._flights), ())
        return RaidPicture(instant.plus(EPOCH, self._begin), (whole,))

    def move(self, first: int, count: int) -> None:
        """Have some tracks estimated anew, as a report of plots brings about."""
        for number in range(first, first + count):
            k = number % len(self._flights)
            alone = replace(self._whole, flights=(self._flights[k],))
            self._flights[k] = self._named(turned(alone, 0.001).flights[0], k)

    def report(self, count: int) -> None:
        """Have one more report of plots come."""
        self._reports += 1
        fresh = self._plots(count)
        old = self._table
        self._table = PlotTable(
            old.sensors,
            np.concatenate([old.time, fresh.time]),
            np.concatenate([old.sensor, fresh.sensor]),
            np.concatenate([old.values, fresh.values]),
            np.concatenate([old.sd, fresh.sd]),
            np.concatenate([old.source, np.full(count, len(old.sources))]),
            (*old.sources, f"report-{self._reports}"),
        )

    def _named(self, flight: FlightEstimate, k: int) -> FlightEstimate:
        return replace(flight, track=f"T{k:03}")

    def _plots(self, count: int) -> PlotTable:
        chance = np.random.default_rng(count)
        sensor: Sensor = self._radar
        values = np.column_stack(
            [
                chance.uniform(-1.0, 1.0, count),
                chance.uniform(0.1, 1.2, count),
                chance.uniform(2e5, 1.5e6, count),
                chance.normal(0.0, 1e3, count),
            ]
        )
        source = np.arange(count) // TOGETHER
        return PlotTable(
            (sensor,),
            self._begin + np.sort(chance.uniform(0.0, 300.0, count)),
            np.zeros(count, np.int64),
            values,
            np.full((count, 4), 1e-3),
            source,
            tuple(f"first-{k}" for k in range(int(source[-1]) + 1)),
        )


def _later(flight: FlightEstimate, seconds: float) -> FlightEstimate:
    """Return a flight that took place later."""

    def value(one: Value | None) -> Value | None:
        return None if one is None else replace(one, value=one.value + seconds)

    def point(one: GroundPoint | None) -> GroundPoint | None:
        return None if one is None else replace(one, time=value(one.time))

    return replace(
        flight,
        history=replace(flight.history, time=flight.history.time + seconds),
        smoothed=replace(flight.smoothed, time=flight.smoothed.time + seconds),
        burnout=value(flight.burnout),
        launch=point(flight.launch),
        impact=point(flight.impact),
        apogee_time=value(flight.apogee_time),
    )
