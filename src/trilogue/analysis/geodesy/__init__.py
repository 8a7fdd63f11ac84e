"""Geodesy: the figure of the Earth, geodesics on it, and a plane laid at one point.

Plain float arrays in and out; geographic degrees and metres, azimuths in degrees from north.
"""

from trilogue.analysis.geodesy.ellipsoid import (
    MEAN_RADIUS_KM,
    WGS84,
    Ellipsoid,
    arc_degrees,
    geocentric_latitude,
    geographic_latitude,
    unit_vector,
)
from trilogue.analysis.geodesy.geodesic import AntipodalError, direct, inverse
from trilogue.analysis.geodesy.plane import Plane

__all__ = [
    "MEAN_RADIUS_KM",
    "WGS84",
    "AntipodalError",
    "Ellipsoid",
    "Plane",
    "arc_degrees",
    "direct",
    "geocentric_latitude",
    "geographic_latitude",
    "inverse",
    "unit_vector",
]
