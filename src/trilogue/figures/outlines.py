"""The outlines of land that maps are drawn on."""

from __future__ import annotations

from functools import cache
from importlib import resources
from typing import TYPE_CHECKING

import numpy as np

from trilogue.encoding import canonical

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray

__all__ = ["outlines"]


@cache
def outlines() -> tuple[NDArray[np.float64], ...]:
    """Return the shipped rings of land as latitude and longitude in degrees, `(n, 2)` each.

    The file is TopoJSON (its specification 1.0, 2.1.4 and 2.2): arcs as steps on a grid, rings as
    numbers of arcs, where the complement of a number is that arc backward.
    """
    text = (resources.files("trilogue") / "data" / "outlines.topojson").read_bytes()
    topology = canonical.loads(text)
    scale, origin = (np.array(topology["transform"][key]) for key in ("scale", "translate"))
    arcs = [np.cumsum(steps, axis=0) * scale + origin for steps in topology["arcs"]]
    rings = (
        ring
        for country in topology["objects"]["land"]["geometries"]
        for polygon in country["arcs"]
        for ring in polygon
    )
    return tuple(_join(arcs[n] if n >= 0 else arcs[~n][::-1] for n in ring) for ring in rings)


def _join(arcs: Iterable[NDArray[np.float64]]) -> NDArray[np.float64]:
    """Return arcs end to end as latitude and longitude, without the point at which two meet."""
    return np.concatenate([arc[:-1] for arc in arcs])[:, ::-1]
