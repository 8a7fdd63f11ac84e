"""Gravity of an oblate Earth, and what a rotating frame adds to it.

Source: Vallado, Fundamentals of Astrodynamics and Applications, 4th ed., section 8.7.1 for J2.
"""

from __future__ import annotations

import math

from trilogue.analysis.flight.earth import EARTH_RADIUS, J2, MU
from trilogue.analysis.kernel import kernel

__all__ = ["gravity", "height"]

_E2 = 6.694_379_990_141e-3
"""Squared first eccentricity of WGS-84."""


@kernel
def gravity(x: float, y: float, z: float) -> tuple[float, float, float]:
    """Return the attraction of the Earth with J2, m/s², at a position from its centre in metres."""
    r2 = x * x + y * y + z * z
    r = math.sqrt(r2)
    central = -MU / (r2 * r)
    k = 1.5 * J2 * EARTH_RADIUS * EARTH_RADIUS / r2
    polar = 5.0 * z * z / r2
    across = central * (1.0 + k * (1.0 - polar))
    return across * x, across * y, central * (1.0 + k * (3.0 - polar)) * z


@kernel
def height(x: float, y: float, z: float) -> float:
    """Return the height above WGS-84 in metres; to a millimetre below 10,000 km.

    Bowring's closed form (Survey Review 23, 323–327, 1976) after one iteration.
    """
    across = math.sqrt(x * x + y * y)
    b = EARTH_RADIUS * math.sqrt(1.0 - _E2)
    second = _E2 / (1.0 - _E2)
    reduced = math.atan2(z * EARTH_RADIUS, across * b)
    for _ in range(2):
        phi = math.atan2(
            z + second * b * math.sin(reduced) ** 3,
            across - _E2 * EARTH_RADIUS * math.cos(reduced) ** 3,
        )
        reduced = math.atan2(math.sqrt(1.0 - _E2) * math.sin(phi), math.cos(phi))
    sin_phi = math.sin(phi)
    normal = EARTH_RADIUS / math.sqrt(1.0 - _E2 * sin_phi * sin_phi)
    return across * math.cos(phi) + z * sin_phi - normal * (1.0 - _E2 * sin_phi * sin_phi)
