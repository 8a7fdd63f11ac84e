"""Labels beside what they name, none over another, as far as there is room."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from trilogue.figures.paper import INK

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.transforms import Bbox

__all__ = ["Labels"]

_SPOTS = (
    (7, 0, "left", "center"), (0, 7, "center", "bottom"), (0, -7, "center", "top"),
    (-7, 0, "right", "center"), (6, 6, "left", "bottom"), (6, -6, "left", "top"),
    (-6, 6, "right", "bottom"), (-6, -6, "right", "top"), (0, 18, "center", "bottom"),
    (0, -18, "center", "top"), (18, 10, "left", "bottom"), (-18, -10, "right", "top"),
)  # fmt: skip
"""Where a label may stand, in points from what it names, the best first."""


@dataclass
class Labels:
    """Labels on one drawing: each knows the ones before it."""

    axes: Axes
    taken: list[Bbox] = field(default_factory=list)

    def keep_off(self, x: float, y: float, reach: float = 4.0) -> None:
        """Keep labels off a mark at a point, `reach` points about it."""
        from matplotlib.transforms import Bbox

        at = self.axes.transData.transform((x, y))
        size = reach * self._scale
        self.taken.append(Bbox.from_extents(at[0] - size, at[1] - size, at[0] + size, at[1] + size))

    def put(self, x: float, y: float, text: str, **style: Any) -> bool:
        """Write a label beside a point, where it is free; return whether there was room."""
        from matplotlib.patheffects import withStroke

        canvas = self.axes.get_figure()
        assert canvas is not None
        bounds = self.axes.get_window_extent()
        effect = [withStroke(linewidth=2.0, foreground=self.axes.get_facecolor())]
        settings: dict[str, Any] = {"fontsize": 7.5, "color": INK, "path_effects": effect} | style
        for dx, dy, across, along in _SPOTS:
            label = self.axes.annotate(
                text, (x, y), xytext=(dx, dy), textcoords="offset points", ha=across, va=along,
                annotation_clip=True, zorder=9, **settings,
            )  # fmt: skip
            box = label.get_window_extent()
            inside = (
                box.x0 >= bounds.x0 and box.x1 <= bounds.x1
                and box.y0 >= bounds.y0 and box.y1 <= bounds.y1
            )  # fmt: skip
            if inside and not any(box.overlaps(other) for other in self.taken):
                self.taken.append(box)
                return True
            label.remove()
        return False

    @property
    def _scale(self) -> float:
        """Pixels a point."""
        canvas = self.axes.get_figure(root=True)
        assert canvas is not None
        return float(canvas.dpi) / 72.0
