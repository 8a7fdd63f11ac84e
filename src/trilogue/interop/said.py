"""What every outside format says in the same words: moments, ellipses, what a flight may be.

>>> moment(1_500_000_000.25)
'2017-07-14T02:40:00.250000Z'
>>> lines(Value(285_000.0, 300.0), "apogee", "km", 1000.0)
'apogee 285.0 km, sd 0.3 km'
"""

from __future__ import annotations

import re
from datetime import UTC, datetime
from functools import lru_cache
from typing import TYPE_CHECKING

from trilogue.analysis.tracking.estimate import FlightEstimate, GroundPoint, Value

if TYPE_CHECKING:
    from trilogue.analysis.tracking.sensor import Sensor

__all__ = [
    "SIMULATED",
    "describe",
    "describe_point",
    "describe_sensor",
    "legible",
    "lines",
    "moment",
]

_XML = re.compile("[\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")

SIMULATED = "Simulated: no such flight took place."


@lru_cache(maxsize=4096)
def _second(posix: int) -> str:
    return datetime.fromtimestamp(posix, UTC).isoformat()[:19]


def moment(posix: float) -> str:
    """Return POSIX seconds as UTC, RFC 3339 with microseconds."""
    # As `datetime` does it, to the last digit; many moments of a picture share a second.
    whole = int(posix)
    micro = round((posix - whole) * 1e6)
    if not 0 <= micro < 1_000_000:
        carried, micro = divmod(micro, 1_000_000)
        whole += carried
    return f"{_second(whole)}.{micro:06d}Z"


def legible(text: str | None) -> str | None:
    """Return text without the characters that XML 1.0 cannot carry (section 2.2)."""
    if text is None:
        return None
    return "".join(c if c in "\t\n\r" or _XML.fullmatch(c) else "\ufffd" for c in text)


def lines(value: Value, name: str, unit: str, scale: float = 1.0) -> str:
    """Return a number with its standard deviation, in a unit that is `scale` times its own."""
    return f"{name} {value.value / scale:.1f} {unit}, sd {value.sd / scale:.1f} {unit}"


def describe_point(name: str, point: GroundPoint) -> str:
    """Return a sentence on a launch or impact point, its ellipse and time."""
    return (
        f"{name} {point.latitude:.4f}, {point.longitude:.4f} (degrees north, east), in an ellipse "
        f"of {point.semi_major_m / 1000.0:.2f} by {point.semi_minor_m / 1000.0:.2f} km (semi-axes) "
        f"at {point.azimuth_deg:.0f}° from north with probability {point.probability:.0%}; "
        f"{moment(point.time.value)}, sd {point.time.sd:.1f} s"
    )


def describe(flight: FlightEstimate, *, simulated: bool) -> tuple[str, ...]:
    """Return sentences that say what is known of a flight, each number with its uncertainty."""
    out = [SIMULATED] if simulated else []
    now = flight.now
    likely = ", ".join(f"{name} {p:.0%}" for name, p in now.phases.items() if p >= 0.005)
    out.append(f"phase at {moment(now.time)}: {likely}")
    if flight.launch is not None:
        out.append(describe_point("launch", flight.launch))
    if flight.burnout is not None:
        out.append(f"cut-off {moment(flight.burnout.value)}, sd {flight.burnout.sd:.1f} s")
    if flight.apogee_m is not None and flight.apogee_time is not None:
        when = f"{moment(flight.apogee_time.value)}, sd {flight.apogee_time.sd:.1f} s"
        out.append(f"{lines(flight.apogee_m, 'apogee', 'km', 1000.0)}; {when}")
    if flight.impact is not None:
        out.append(describe_point("impact", flight.impact))
    named = ", ".join(
        f"{c.name} {c.probability:.0%}" for c in flight.classes if c.probability > 0.01
    )
    out.append(f"class: {named}")
    return (*out, *flight.remarks)


def describe_sensor(sensor: Sensor) -> tuple[str, ...]:
    """Return sentences on a sensor: whose, of what kind, how well and how far it looks."""
    noise, field = sensor.noise, sensor.field
    sds = [
        f"azimuth {noise.azimuth_rad * 1e3:g} mrad, elevation {noise.elevation_rad * 1e3:g} mrad"
    ]
    if noise.range_m is not None:
        sds.append(f"range {noise.range_m:g} m")
    if noise.range_rate_mps is not None:
        sds.append(f"range rate {noise.range_rate_mps:g} m/s")
    reach = (
        f"to {field.range_max_m / 1000.0:.0f} km"
        if field.range_max_m < float("inf")
        else "as far as the Earth lets it see"
    )
    return (
        f"{sensor.kind} of {sensor.owner}",
        f"sd of one plot: {', '.join(sds)}",
        f"looks {reach}, elevation {field.elevation_min_deg:g}° to {field.elevation_max_deg:g}°",
    )
