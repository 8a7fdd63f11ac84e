"""Where the interacting modes without biases keep their numbers: places in one flat array.

Each mode has a room of its own, as `dynamics.advance` has it, where its state and covariance stay.
What all modes do alike is done for the four side by side, four numbers in a row.
"""

from __future__ import annotations

from trilogue.analysis.tracking.kernels.dynamics import CORE, MODES, ROOM
from trilogue.analysis.tracking.kernels.motion import WIDE

__all__ = [
    "ALL", "AZIMUTH", "COVARIANCE", "DISTANCE", "DRAG", "EACH", "ELEVATION", "LINE", "MIDDLE",
    "MIX", "MOVED", "OFF", "RANGE", "SCALE", "SIDE", "SIGHT", "TURN", "U",
]  # fmt: skip

# A mode's own, after what `dynamics.advance` has of it.
U = ROOM
"""Three rows of the gain."""
MOVED = U + 3 * WIDE
"""By what a plot moved the state."""
LINE = MOVED + WIDE
"""How a range rate depends on the first six elements, and by what it is off."""
EACH = LINE + WIDE
"""Numbers of a mode."""

# Of all modes, side by side.
SIDE = MODES * EACH
"""The states."""
TURN = SIDE + CORE * MODES
DRAG = TURN + MODES
"""Of each what `points.move` asks for."""
MIDDLE = DRAG + MODES
"""The states in the middle of a step."""
SIGHT = MIDDLE + CORE * MODES
"""Where a sensor sees the missile: east, north, up, and the distance over ground."""
AZIMUTH = SIGHT + 4 * MODES
ELEVATION = AZIMUTH + 4 * MODES
RANGE = ELEVATION + 4 * MODES
"""How each quantity depends on the position, three rows,"""
OFF = 3 * MODES
"""and after them by what it is off."""
COVARIANCE = RANGE + 4 * MODES
"""Of position, the six rows of its upper triangle."""
SCALE = COVARIANCE + 6 * MODES
DISTANCE = SCALE + MODES
"""One over the root of the determinant of the innovation covariance; the squared distance."""

MIX = DISTANCE + MODES
"""Rows to mix with."""
ALL = MIX + 2 * MODES * WIDE
"""Numbers in all."""
