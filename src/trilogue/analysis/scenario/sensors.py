"""Sensors of a scenario: in its file, or one of the shipped sets.

The shipped set `notional` has seven sensors of the three participants. Places and figures are round
numbers of the order of size that is public of such sensors in general; they are nobody's.

>>> [f"{s.owner} {s.id}" for s in sensor_set("notional")][:3]
['KR kr-ground', 'KR kr-ship', 'JP jp-north']
"""

from __future__ import annotations

import math
from importlib import resources
from typing import Final, cast

from trilogue.analysis.scenario.reading import ScenarioError, Table
from trilogue.analysis.tracking.sensor import Bias, FieldOfRegard, Noise, Sensor, SensorKind

__all__ = ["HUB", "PARTICIPANTS", "offsets", "sensor_set", "sensor_sets", "sensors_of"]

PARTICIPANTS: Final = ("KR", "US", "JP")
HUB: Final = "US"
"""What the other two share passes through it."""
_KINDS = ("infrared", "ship-radar", "ground-radar")
_PREFIX, _SUFFIX = "sensors-", ".toml"
_QUICKEST_S, _SLOWEST_S = 0.1, 60.0
_MOST_CLUTTER = 1_000.0


def sensor_sets() -> tuple[str, ...]:
    """Return the names of the shipped sets."""
    files = (resources.files(__package__) / "data").iterdir()
    names = (file.name for file in files)
    return tuple(
        sorted(
            name.removeprefix(_PREFIX).removesuffix(_SUFFIX)
            for name in names
            if name.startswith(_PREFIX) and name.endswith(_SUFFIX)
        )
    )


def sensor_set(name: str) -> tuple[Sensor, ...]:
    """Return a shipped set. Raises `ScenarioError` when there is none of that name."""
    if name not in sensor_sets():
        raise ScenarioError(f"no shipped sensors are called {name!r}: {', '.join(sensor_sets())}")
    file = f"{_PREFIX}{name}{_SUFFIX}"
    table = Table.of_text(file, (resources.files(__package__) / "data" / file).read_text("utf-8"))
    table.must("notional", value=True, why="nobody's real sensor is shipped")
    found = sensors_of(table)
    table.close()
    return found


def sensors_of(table: Table) -> tuple[Sensor, ...]:
    """Return the sensors of the tables `[[sensor]]`."""
    found: list[Sensor] = []
    for one in table.tables("sensor"):
        sensor = _sensor(one)
        if any(sensor.id == other.id for other in found):
            raise one.error("id", f"is {sensor.id!r}: another sensor has it, give each its own")
        found.append(sensor)
    return tuple(found)


def _sensor(table: Table) -> Sensor:
    kind = cast(SensorKind, table.choice("kind", _KINDS))
    sensor = Sensor(
        id=table.name("id"),
        owner=table.choice("owner", PARTICIPANTS),
        kind=kind,
        latitude=table.number("latitude", low=-90.0, high=90.0),
        longitude=table.number("longitude", low=-180.0, high=180.0),
        height_m=table.number("height_m", low=-500.0, high=50_000e3),
        noise=_noise(table.table("noise"), kind),
        bias=Bias(*offsets(table.part("bias"))),
        field=_field(table.part("field"), kind),
        period_s=table.number("period_s", 1.0, low=_QUICKEST_S, high=_SLOWEST_S),
        detection_probability=table.number("detection_probability", 0.9, low=0.0, high=1.0),
        clutter_per_scan=table.number("clutter_per_scan", 0.0, low=0.0, high=_MOST_CLUTTER),
    )
    table.close()
    if kind != "infrared" and not math.isfinite(sensor.field.range_max_m):
        raise table.error("field.range_max_m", "is missing: write how far the radar reaches")
    return sensor


def _noise(table: Table, kind: str) -> Noise:
    azimuth = table.number("azimuth_rad", above=0.0, high=1.0)
    elevation = table.number("elevation_rad", above=0.0, high=1.0)
    distance = rate = None
    if kind != "infrared":
        distance = table.number("range_m", above=0.0)
        if "range_rate_mps" in table:
            rate = table.number("range_rate_mps", above=0.0)
    elif "range_m" in table or "range_rate_mps" in table:
        raise table.error("range_m", "is given: an infrared sensor measures no range, remove it")
    table.close()
    return Noise(azimuth, elevation, distance, rate)


def offsets(table: Table | None, low: float = 0.0) -> tuple[float, float, float, float]:
    """Return azimuth, elevation, range and clock of a table; what is left out is nil."""
    if table is None:
        return 0.0, 0.0, 0.0, 0.0
    found = (
        table.number("azimuth_rad", 0.0, low=low, high=1.0),
        table.number("elevation_rad", 0.0, low=low, high=1.0),
        table.number("range_m", 0.0, low=low),
        table.number("clock_s", 0.0, low=low, high=60.0),
    )
    table.close()
    return found


def _field(table: Table | None, kind: str) -> FieldOfRegard:
    if table is None:
        return FieldOfRegard()
    field = FieldOfRegard(
        azimuth_deg=table.number("azimuth_deg", 0.0, low=0.0, high=360.0) % 360.0,
        azimuth_half_deg=table.number("azimuth_half_deg", 180.0, above=0.0, high=180.0),
        elevation_min_deg=table.number("elevation_min_deg", -90.0, low=-90.0, high=90.0),
        elevation_max_deg=table.number("elevation_max_deg", 90.0, low=-90.0, high=90.0),
        range_max_m=table.number("range_max_m", math.inf, above=0.0),
        floor_m=table.number("floor_m", 0.0, low=0.0) if kind == "infrared" else 0.0,
    )
    if field.elevation_max_deg <= field.elevation_min_deg:
        raise table.error(
            "elevation_max_deg",
            f"is {field.elevation_max_deg}: it must be above elevation_min_deg",
        )
    table.close()
    return field
