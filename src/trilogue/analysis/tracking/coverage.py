"""How far a sensor looks, as an outline on the ground."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from trilogue.analysis.geodesy.outline import LARGEST_M, sector_outline

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from trilogue.analysis.tracking.sensor import Sensor

__all__ = ["coverage"]


def coverage(sensor: Sensor) -> NDArray[np.float64] | None:
    """Return a closed outline `(n, 2)`, latitudes and longitudes in degrees, or `None`.

    It is the field's sector laid on the ground, as wide as the greatest range is long: no low
    target is seen so far out, beyond the horizon. From orbit there is none: half the Earth.
    """
    field = sensor.field
    if not math.isfinite(field.range_max_m) or field.range_max_m > LARGEST_M:
        return None
    return sector_outline(
        sensor.latitude,
        sensor.longitude,
        field.azimuth_deg,
        field.azimuth_half_deg,
        field.range_max_m,
    )
