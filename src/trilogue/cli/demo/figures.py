"""The demo's figures: from the record to panels that are ready to be written out.

One overview of all stations, in two sizes, so that its labels can be read on a phone too; details
about the published place, each of which shows the ellipses that the one before shows as a point;
and one small panel for each participant and phase, all to one scale.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from trilogue.cli.demo import drawing
from trilogue.cli.demo import map as maps
from trilogue.cli.demo.drawing import Panel
from trilogue.cli.demo.map import Frame, Plane
from trilogue.cli.demo.sketch import Sketch

if TYPE_CHECKING:
    from collections.abc import Sequence

    from trilogue.cli.demo.record import DemoRecord, EllipseObject, EstimateObject, Station, View

__all__ = ["Figures", "coalition_name", "left_out"]

WIDE, NARROW, DETAIL, SMALL = 720.0, 344.0, 376.0, 220.0
_SMALL_HEIGHT = 132.0
_GAP = 20.0
_MARGIN = 0.06
_DETAIL_AT_MOST = 0.25
"""A detail shows at most this share of the overview: what is larger can be seen there."""
_NEAR_BEYOND = 1.7
"""The nearest detail reaches this much farther than the least ellipse."""
_VIEWS_LEAST = 7.0
"""Half the height of a small panel is at most this many times its least ellipse's reach."""
_DETAILS_APART = 2.0
"""A second detail is worth its room when it is larger than the first by this factor."""


def coalition_name(coalition: Sequence[str], participants: Sequence[str]) -> str:
    """Return how a coalition is called on the map.

    >>> [coalition_name(c, ["KR", "US", "JP"]) for c in (["KR"], ["US", "JP"], ["KR", "US", "JP"])]
    ['KR', 'US + JP', 'all three']
    """
    if len(coalition) == len(participants) > 1:
        return {2: "both", 3: "all three"}.get(len(coalition), f"all {len(coalition)}")
    return " + ".join(coalition)


def left_out(record: DemoRecord) -> dict[tuple[str, str], str]:
    """Return the stations that the widest coalition left out, by network and code, and why."""
    if not record.estimates:
        return {}
    widest = max(record.estimates, key=lambda estimate: len(estimate["coalition"]))
    return {(s["network"], s["station"]): s["reason"] for s in widest["stations_left_out"]}


@dataclass(frozen=True)
class Figures:
    """Everything that the page draws."""

    record: DemoRecord

    @cached_property
    def plane(self) -> Plane:
        """The plane of all panels: it touches the globe at the published place."""
        return Plane(self.record.published.latitude, self.record.published.longitude)

    @cached_property
    def land(self) -> str:
        """The path of the land as far as the overview reaches."""
        frame = self._overview_frame
        return drawing.land(self.plane, max(-frame.west, frame.east, -frame.south, frame.north))

    @cached_property
    def wide(self) -> Panel:
        """The overview for a desk."""
        return self._overview(WIDE, 11.5)

    @cached_property
    def narrow(self) -> Panel:
        """The overview for a phone."""
        return self._overview(NARROW, 10.0)

    @cached_property
    def details(self) -> tuple[Panel, ...]:
        """The panels about the published place, the widest first."""
        following = [*self._detail_frames[1:], None]
        pairs = zip("BC", self._detail_frames, following, strict=False)
        return tuple(self._detail(name, frame, further) for name, frame, further in pairs)

    def view(self, view: View) -> Panel:
        """Return the small panel of one view; all of them show the same part of the plane."""
        frame = Frame.centred(self._views_reach, SMALL / _SMALL_HEIGHT)
        sketch = Sketch(self.plane, frame, SMALL, labelled=False)
        if view.ellipse and view.latitude is not None and view.longitude is not None:
            name = coalition_name(view.coalition, self.record.participants)
            style = self._strokes(view.coalition)
            sketch.add_ellipse((view.latitude, view.longitude), view.ellipse, style, name)
        title = f"{view.participant}, {view.phase}"
        return sketch.finish("", title, f"What {view.participant} sees {view.phase}.")

    @cached_property
    def views_width_km(self) -> float:
        """How wide the small panels are on the ground."""
        return 2.0 * self._views_reach * SMALL / _SMALL_HEIGHT

    @cached_property
    def _located(self) -> list[tuple[EstimateObject, tuple[float, float], EllipseObject]]:
        """The estimates that have a place and an ellipse."""
        return [
            (estimate, (estimate["latitude"], estimate["longitude"]), estimate["ellipse"])
            for estimate in self.record.estimates
            if estimate["latitude"] is not None
            and estimate["longitude"] is not None
            and estimate["ellipse"] is not None
        ]

    @cached_property
    def _reaches(self) -> list[float]:
        """How far from the published place each ellipse reaches, in kilometres, ascending."""
        outlines = (maps.ellipse(self.plane, *centre, axes) for _, centre, axes in self._located)
        return sorted(float(np.hypot(*outline.T).max()) for outline in outlines)

    @cached_property
    def _overview_frame(self) -> Frame:
        places = [(s.latitude, s.longitude) for s in self.record.stations]
        places += [centre for _, centre, _ in self._located]
        places.append((self.plane.latitude, self.plane.longitude))
        return Frame.around(maps.project(self.plane, *np.array(places).T), _MARGIN)

    @cached_property
    def _detail_frames(self) -> list[Frame]:
        """One frame or two, in such a shape that two fit beside the overview."""
        if not self._reaches:
            return []
        overview = self._overview_frame
        most = _DETAIL_AT_MOST / 2.0 * min(overview.width, overview.height)
        far = 1.1 * max((r for r in self._reaches if 1.1 * r <= most), default=most)
        near = _NEAR_BEYOND * self._reaches[0]
        halves = [far, near] if near * _DETAILS_APART < far else [far]
        height = (WIDE * overview.height / overview.width - _GAP) / 2.0
        return [Frame.centred(half, DETAIL / height) for half in halves]

    @cached_property
    def _views_reach(self) -> float:
        """Half the height of the small panels, in kilometres.

        The largest ellipse should fit, but the least must still be seen.
        """
        drawn = [
            (maps.ellipse(self.plane, view.latitude, view.longitude, view.ellipse), view.ellipse)
            for view in self.record.views
            if view.ellipse and view.latitude is not None and view.longitude is not None
        ]
        farthest = max((float(np.abs(points[:, 1]).max()) for points, _ in drawn), default=50.0)
        least = min((axes["semi_major_m"] / 1000.0 for _, axes in drawn), default=50.0)
        return min(1.1 * farthest, _VIEWS_LEAST * least)

    def _overview(self, width: float, size: float) -> Panel:
        sketch = Sketch(self.plane, self._overview_frame, width, size)
        if self._detail_frames:
            sketch.add_window(self._detail_frames[0], "B")
        self._add_stations(sketch)
        sketch.add_grid()
        self._add_ellipses(sketch, self._detail_frames[0] if self._detail_frames else None)
        return sketch.finish(
            "A",
            "Stations and estimates",
            "Map of the stations by participant and the ellipse of each coalition. "
            "The tables below give the same in numbers.",
        )

    def _detail(self, name: str, frame: Frame, next_detail: Frame | None) -> Panel:
        sketch = Sketch(self.plane, frame, DETAIL, 12.0)
        if next_detail:
            sketch.add_window(next_detail, "C")
        self._add_ellipses(sketch, next_detail)
        return sketch.finish(
            name,
            f"Detail {name}",
            "The ellipses about the published place, larger. "
            "The table below gives the same in numbers.",
        )

    def _add_stations(self, sketch: Sketch) -> None:
        out = left_out(self.record)
        for station in self.record.stations:
            reason = out.get((station.network, station.station))
            mark = self._mark(station, reason)
            sketch.add_mark(station.latitude, station.longitude, mark, station.station)

    def _mark(self, station: Station, reason: str | None) -> tuple[int, str, str]:
        """Return shape, classes and title of a station."""
        participants = self.record.participants
        name = f"{station.network}.{station.station}, {station.participant or 'of none'}"
        number = (
            participants.index(station.participant)
            if station.participant in participants
            else len(drawing.SHAPES) - 1
        )
        style = f"p{number}" if station.participant in participants else "other"
        if reason is None:
            return number % len(drawing.SHAPES), style, name
        return number % len(drawing.SHAPES), f"{style} hollow", f"{name}; left out: {reason}"

    def _add_ellipses(self, sketch: Sketch, next_detail: Frame | None) -> None:
        for estimate, centre, axes in self._located:
            name = coalition_name(estimate["coalition"], self.record.participants)
            style = self._strokes(estimate["coalition"])
            sketch.add_ellipse(centre, axes, style, name, next_detail)

    def _strokes(self, coalition: Sequence[str]) -> tuple[str, ...]:
        participants = self.record.participants
        return drawing.strokes([participants.index(p) for p in coalition], len(participants))
