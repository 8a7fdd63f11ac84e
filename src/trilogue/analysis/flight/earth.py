"""Constants of the Earth: WGS-84, with J2 of EGM96 (Vallado, 4th ed., appendix D)."""

from __future__ import annotations

__all__ = ["EARTH_RADIUS", "EARTH_RATE", "J2", "MU"]

MU = 3.986_004_418e14
"""Gravitational parameter, m³/s²."""
J2 = 1.082_626_68e-3
EARTH_RADIUS = 6_378_137.0
"""At the equator, m."""
EARTH_RATE = 7.292_115e-5
"""Radians a second."""
