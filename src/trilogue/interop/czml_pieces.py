"""What CZML packets are made of: colours that most people tell apart, labels, text, samples.

The three phases differ in hue and in lightness (after the IBM palette for colour-blind readers),
and each leg bears its name: nothing is said by colour alone.
"""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from numpy.typing import NDArray

__all__ = [
    "DARK",
    "EVENT",
    "NEAR_M",
    "OWNERS",
    "PHASES",
    "WHITE",
    "Packet",
    "dot",
    "flat",
    "label",
    "owner_colour",
    "text",
]

Packet = dict[str, Any]

PHASES = {
    "boost": [255, 176, 0, 255],
    "midcourse": [143, 191, 255, 255],
    "terminal": [255, 92, 138, 255],
    "unknown": [200, 200, 200, 255],
}
OWNERS = {"KR": [111, 177, 245, 255], "US": [63, 201, 160, 255], "JP": [255, 154, 87, 255]}
EVENT = [255, 176, 0, 255]
_OTHER = [215, 155, 224, 255]
NEAR_M = 5_000_000.0
"""From farther away the names of sensors and stations lie on each other."""
WHITE = [255, 255, 255, 255]
DARK = [20, 23, 26, 255]


def owner_colour(owner: str) -> list[int]:
    """Return the colour of a participant's sensors."""
    return OWNERS.get(owner, _OTHER)


def text(sentences: Iterable[str]) -> str:
    """Return sentences as the HTML that a description is."""
    lines = escape("\n".join(sentences)).replace("\n", "</p><p>")
    return f"<p>{lines}</p>" if lines else ""


def label(words: str, *, within_m: float | None = None) -> Packet:
    """Return a label beside a point, on a ground of its own: readable on sea, snow and sky.

    `within_m` is how near one must be to see it: many at once would lie on each other.
    """
    packet: Packet = {
        "text": words,
        "font": "13px sans-serif",
        "fillColor": {"rgba": WHITE},
        "style": "FILL",
        "showBackground": True,
        "backgroundColor": {"rgba": [*DARK[:3], 190]},
        "backgroundPadding": {"cartesian2": [5.0, 3.0]},
        "horizontalOrigin": "LEFT",
        "verticalOrigin": "CENTER",
        "pixelOffset": {"cartesian2": [11.0, -12.0]},
    }
    if within_m is not None:
        packet["distanceDisplayCondition"] = {"distanceDisplayCondition": [0.0, within_m]}
    return packet


def dot(size: int, rgba: Sequence[int]) -> Packet:
    """Return a point of so many pixels, with a dark edge."""
    return {
        "pixelSize": size,
        "color": {"rgba": list(rgba)},
        "outlineColor": {"rgba": DARK},
        "outlineWidth": 1,
    }


def flat(
    rows: NDArray[np.float64] | NDArray[np.int64], decimals: int | None = None
) -> list[float] | list[int]:
    """Return rows one after the other, rounded where nobody sees the rest."""
    seen = rows if decimals is None else rows.round(decimals)
    numbers: list[float] | list[int] = seen.ravel().tolist()
    return numbers
