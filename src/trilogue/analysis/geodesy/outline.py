"""Outlines on the globe: an ellipse, and the part of it that a sensor can look at.

>>> ring = ellipse_outline(41.3, 129.08, 5_000.0, 2_000.0, 90.0, points=4)
>>> [tuple(round(float(x), 3) for x in point) for point in ring]  # anticlockwise from the azimuth
[(41.3, 129.14), (41.318, 129.08), (41.3, 129.02), (41.282, 129.08)]
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from trilogue.analysis.geodesy.geodesic import direct

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["LARGEST_M", "ellipse_outline", "sector_outline"]

LARGEST_M = 9_000_000.0
"""No outline is laid farther out than this: just short of a quarter of the way round the Earth."""


def ellipse_outline(
    latitude: float,
    longitude: float,
    semi_major_m: float,
    semi_minor_m: float,
    azimuth_deg: float,
    *,
    points: int = 144,
) -> NDArray[np.float64]:
    """Return latitudes and longitudes, `(points, 2)` degrees, anticlockwise and not closed.

    Each point lies on the geodesic that leaves the centre in its direction, as far out as the
    ellipse reaches there. An axis beyond `LARGEST_M` is cut to it.
    """
    turn = np.linspace(0.0, 2.0 * np.pi, points, endpoint=False)
    along = min(semi_major_m, LARGEST_M) * np.cos(turn)
    across = min(semi_minor_m, LARGEST_M) * np.sin(turn)
    # Azimuths grow clockwise, so the minor axis is to be taken to the left of the major one.
    azimuth = azimuth_deg - np.degrees(np.arctan2(across, along))
    return np.column_stack(direct(latitude, longitude, azimuth, np.hypot(along, across)))


def sector_outline(
    latitude: float,
    longitude: float,
    azimuth_deg: float,
    half_deg: float,
    reach_m: float,
    *,
    points: int = 73,
) -> NDArray[np.float64]:
    """Return a sector about an azimuth as latitudes and longitudes, `(n, 2)` degrees, closed.

    All round (`half_deg` 180 or more) it is a circle without the way to its centre.
    """
    half = min(half_deg, 180.0)
    turn = np.linspace(azimuth_deg + half, azimuth_deg - half, points)
    arc = np.column_stack(direct(latitude, longitude, turn, min(reach_m, LARGEST_M)))
    if half >= 180.0:
        return arc
    centre = np.array([[latitude, longitude]])
    return np.concatenate([centre, arc, centre])
