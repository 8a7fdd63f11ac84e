"""What is said of the launch in words: what sharing bought, stretch by stretch."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from trilogue.cli.demo.flight_record import FlightView, LaunchRecord, PointObject

__all__ = ["bought", "size"]


def size(point: PointObject) -> str:
    """Return the semi-axes of a point's ellipse.

    >>> axes = {"semi_major_m": 7980.0, "semi_minor_m": 3510.0}
    >>> size({"ellipse": axes})
    '8.0 × 3.5 km'
    """
    axes = point["ellipse"]
    return f"{axes['semi_major_m'] / 1000:.1f} × {axes['semi_minor_m'] / 1000:.1f} km"


def bought(launch: LaunchRecord) -> list[str]:
    """Return a sentence a stretch: the impact ellipse of each alone, and that of all.

    The last one is about the launch ellipse, whose truth is judged as strictly.
    """
    said = []
    for stretch in launch.stretches:
        here = [view for view in launch.views if view.stretch == stretch]
        alone = [view for view in here if view.alone]
        together = next(view for view in here if not view.alone)
        if together.impact is None:
            said.append(f"{_head(stretch)}the impact is unbounded, alone and together.")
            continue
        each = ", ".join(f"{view.participant} {_impact(view)}" for view in alone)
        held = "holds" if together.impact["contains"] else "does not hold"
        said.append(
            f"{_head(stretch)}impact ellipse alone: {each}; with what was shared:"
            f" {size(together.impact)}, which {held} the simulated impact."
        )
    last = launch.views[-1]
    if last.launch is not None:
        held = "holds" if last.launch["contains"] else "misses"
        said.append(
            f"The launch ellipse of all, {size(last.launch)}, {held} the simulated place,"
            f" {last.launch['error_m'] / 1000:.1f} km from its centre."
        )
    return said


def _head(stretch: str) -> str:
    return f"{stretch[:1].upper()}{stretch[1:]}: "


def _impact(view: FlightView) -> str:
    return "unbounded" if view.impact is None else size(view.impact)
