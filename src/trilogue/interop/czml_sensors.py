"""CZML of sensors: where each stands, how far it looks, and the plots that it gave.

Plots stand in one packet for each source and sensor, as arrays in `properties`: one packet each
would be fifty thousand. `seconds` counts from `epoch`, `places` are as many positions (ECEF,
metres), and `used` says which belong to a flight, as far as is known.
A plot of angles alone has a direction and no place, and is counted only.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from trilogue.analysis.geodesy.frames import to_ecef
from trilogue.analysis.geodesy.outline import sector_outline
from trilogue.analysis.tracking.coverage import coverage
from trilogue.analysis.tracking.plots import AZIMUTH, ELEVATION, RANGE
from trilogue.interop.czml_pieces import NEAR_M, Packet, dot, flat, label, owner_colour, text
from trilogue.interop.said import moment

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from trilogue.analysis.tracking.plots import PlotTable
    from trilogue.analysis.tracking.sensor import Sensor
    from trilogue.interop.czml_voice import FlightVoice

__all__ = ["HORIZON_M", "plot_packets", "plots_by_source", "sensor_packets"]

HORIZON_M = 100_000.0
"""At this height the air ends, and a missile rises over a far radar's horizon."""
_EARTH_M = 6_371_000.0


def sensor_packets(
    sensor: Sensor, voice: FlightVoice, *, within: str = "", horizon: bool = False
) -> Iterator[Packet]:
    """Yield a sensor and the outline of how far it looks; `horizon` adds that of what it sees."""
    name = f"{within}sensor/{sensor.id}"
    rgba = owner_colour(sensor.owner)
    told = voice.sensor(sensor)
    yield {
        "id": name,
        "name": sensor.id,
        "description": text(told.sentences),
        "position": {
            "referenceFrame": "FIXED",
            "cartesian": to_ecef(sensor.latitude, sensor.longitude, sensor.height_m).tolist(),
        },
        "point": dot(7, rgba),
        "label": label(told.name, within_m=NEAR_M),
        "properties": {"owner": {"string": sensor.owner}, "kind": {"string": sensor.kind}},
    }
    outline = coverage(sensor)
    if outline is None:
        return
    reach = voice.reach(sensor)
    yield _line(f"{name}/coverage", name, reach.name, outline, {
        "solidColor": {"color": {"rgba": [*rgba[:3], 120]}}
    })  # fmt: skip
    seen = _horizon_m(sensor)
    if horizon and seen < sensor.field.range_max_m:
        field = sensor.field
        outline = sector_outline(
            sensor.latitude, sensor.longitude, field.azimuth_deg, field.azimuth_half_deg, seen
        )
        yield _line(f"{name}/horizon", name, voice.horizon(sensor, HORIZON_M).name, outline, {
            "polylineDash": {"color": {"rgba": [*rgba[:3], 160]}, "dashLength": 8}
        })  # fmt: skip


def _line(
    name: str, parent: str, called: str, outline: NDArray[np.float64], material: Packet
) -> Packet:
    degrees = np.column_stack([outline[:, 1], outline[:, 0], np.zeros(len(outline))])
    return {
        "id": name,
        "parent": parent,
        "name": called,
        "polyline": {
            "positions": {"cartographicDegrees": flat(degrees)},
            "width": 1.2,
            "material": material,
        },
    }


def _horizon_m(sensor: Sensor) -> float:
    """Return how far over the ground a sensor sees what flies at `HORIZON_M`, nothing bent."""
    here = math.acos(_EARTH_M / (_EARTH_M + max(sensor.height_m, 0.0)))
    return _EARTH_M * (here + math.acos(_EARTH_M / (_EARTH_M + HORIZON_M)))


def plots_by_source(table: PlotTable) -> dict[tuple[str, int], NDArray[np.int64]]:
    """Return the rows of each source and sensor."""
    if not len(table):
        return {}
    key = table.source * len(table.sensors) + table.sensor
    order = np.argsort(key, kind="stable")
    ends = np.flatnonzero(np.diff(key[order])) + 1
    return {
        (table.sources[table.source[rows[0]]], int(table.sensor[rows[0]])): rows
        for rows in np.split(order, ends)
    }


def plot_packets(
    table: PlotTable,
    rows: NDArray[np.int64],
    used: NDArray[np.bool_],
    name: str,
    voice: FlightVoice,
) -> Iterator[Packet]:
    """Yield one source's plots by one sensor, `name` being its packet's id.

    `used` says of each of the table's rows whether it belongs to a flight.
    """
    sensor = int(table.sensor[rows[0]])
    one = table.sensors[sensor]
    placed = rows[np.isfinite(table.values[rows, RANGE])]
    told = voice.plots(one, len(rows), len(placed))
    epoch = float(table.time[rows[0]])
    values = table.values[placed]
    level = values[:, RANGE] * np.cos(values[:, ELEVATION])
    local = np.column_stack(
        [
            level * np.sin(values[:, AZIMUTH]),
            level * np.cos(values[:, AZIMUTH]),
            values[:, RANGE] * np.sin(values[:, ELEVATION]),
        ]
    )
    places = one.position + local @ one.axes
    yield {
        "id": name,
        "name": told.name,
        "description": text(told.sentences),
        "properties": {
            "owner": {"string": one.owner},
            "epoch": {"string": moment(epoch)},
            "seconds": {"array": flat(table.time[placed] - epoch, 3)},
            "places": {"array": flat(places, 0)},
            "used": {"array": used[placed].astype(int).tolist()},
        },
    }
