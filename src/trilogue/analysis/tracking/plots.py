"""Plots as one table of arrays: what trackers take in, in the order of time."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from trilogue.analysis.tracking.sensor import Sensor

__all__ = ["AZIMUTH", "ELEVATION", "RANGE", "RANGE_RATE", "PlotTable", "canonical", "joined"]

AZIMUTH, ELEVATION, RANGE, RANGE_RATE = range(4)
"""Columns of `PlotTable.values` and `PlotTable.sd`."""


@dataclass(frozen=True)
class PlotTable:
    """Plots of several sensors.

    `time` is `(n,)` POSIX seconds; `sensor` `(n,)` indexes `sensors`; `values` and `sd` are
    `(n, 4)`: azimuth, elevation (rad), range (m), range rate (m/s), NaN where not measured;
    `source` is `(n,)` and indexes `sources`, the reports or files that the rows came in.

    Rows stand in one fixed order whatever order they came in: by time, sensor, then values. So the
    same set of plots is the same table to the last bit.
    """

    sensors: tuple[Sensor, ...]
    time: NDArray[np.float64]
    sensor: NDArray[np.int64]
    values: NDArray[np.float64]
    sd: NDArray[np.float64]
    source: NDArray[np.int64]
    sources: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.time)

    @classmethod
    def of(
        cls,
        sensors: Sequence[Sensor],
        time: NDArray[np.float64],
        sensor: NDArray[np.int64],
        values: NDArray[np.float64],
        sd: NDArray[np.float64],
        source: NDArray[np.int64] | None = None,
        sources: Sequence[str] = ("",),
    ) -> PlotTable:
        """Put rows into the fixed order. Raises `ValueError` for shapes that do not agree."""
        n = len(time)
        source = np.zeros(n, np.int64) if source is None else source
        if sensor.shape != (n,) or source.shape != (n,) or {values.shape, sd.shape} != {(n, 4)}:
            raise ValueError(f"{n} times need as many sensors, sources, and n by 4 values and sd")
        keys = (source, *(values[:, c] for c in (3, 2, 1, 0)), sensor, time)
        order = np.lexsort(keys)
        return cls(
            tuple(sensors),
            time[order].astype(np.float64),
            sensor[order].astype(np.int64),
            values[order].astype(np.float64),
            sd[order].astype(np.float64),
            source[order].astype(np.int64),
            tuple(sources),
        )

    def where(self, keep: NDArray[np.bool_]) -> PlotTable:
        """Return the rows that a mask `(n,)` keeps; sensors and sources stay."""
        return PlotTable(
            self.sensors,
            self.time[keep],
            self.sensor[keep],
            self.values[keep],
            self.sd[keep],
            self.source[keep],
            self.sources,
        )

    def owned_by(self, participants: Sequence[str]) -> PlotTable:
        """Return the plots of some participants' sensors: a coalition's."""
        owned = np.array([s.owner in participants for s in self.sensors], bool)
        return self.where(owned[self.sensor])

    @property
    def digest(self) -> bytes:
        """Of the sensors and of what they measured, wherever it came from."""
        digest = hashlib.sha256(repr(self.sensors).encode())
        for array in (self.time, self.sensor, self.values, self.sd):
            digest.update(array.tobytes())
        return digest.digest()

    def until(self, time: float) -> PlotTable:
        """Return the plots up to and including a time."""
        return self.where(self.time <= time)


def canonical(plots: PlotTable) -> tuple[PlotTable, NDArray[np.int64]]:
    """Return the table with its sensors by owner and name, and for each row where it stood."""
    order = sorted(range(len(plots.sensors)), key=lambda k: _key(plots.sensors[k]))
    place = np.argsort(np.array(order, np.int64))
    table = PlotTable.of(
        [plots.sensors[k] for k in order],
        plots.time,
        place[plots.sensor],
        plots.values,
        plots.sd,
        np.arange(len(plots), dtype=np.int64),
        ("",),
    )
    rows = table.source
    return replace(table, source=plots.source[rows], sources=plots.sources), rows


def _key(sensor: Sensor) -> tuple[str, str]:
    return sensor.owner, sensor.id


def joined(tables: Sequence[PlotTable]) -> PlotTable:
    """Return the rows of all tables as one; sensors stand by owner and name, each once.

    Raises `ValueError` where two sensors differ and yet have one owner and name.
    """
    named: dict[tuple[str, str], Sensor] = {}
    for table in tables:
        for sensor in table.sensors:
            known = named.setdefault((sensor.owner, sensor.id), sensor)
            if known != sensor:
                raise ValueError(f"two sensors of {sensor.owner} are called {sensor.id}")
    order = sorted(named)
    place = {key: k for k, key in enumerate(order)}
    sources = sorted({source for table in tables for source in table.sources})
    number = {source: k for k, source in enumerate(sources)}
    columns: list[list[NDArray[Any]]] = [[], [], [], [], []]
    for table in tables:
        sensors = np.array([place[s.owner, s.id] for s in table.sensors], np.int64)
        of = np.array([number[s] for s in table.sources], np.int64)
        parts = (table.time, sensors[table.sensor], table.values, table.sd, of[table.source])
        for column, part in zip(columns, parts, strict=True):
            column.append(part)
    time, index, values, sd, source = (np.concatenate(column) for column in columns)
    return PlotTable.of([named[key] for key in order], time, index, values, sd, source, sources)
