"""Generalise: round positions and times, and raise the declared uncertainty with them.

The originator makes a coarser version before sealing; nobody downstream edits. The header says
what was done (`Generalised`), as Darwin Core's `dataGeneralizations` does.

Rounding to a grid of width g moves a value by at most g/2, and by an error of variance g²/12 when
the value lies anywhere in its cell alike. Independent errors add in their squares, so

    sd' = sqrt(sd² + g²/12)                                  a time, or one axis of a position

and since g/2 = sqrt(3) * g/sqrt(12), the interval of ± sqrt(3) sd' holds the value that was
rounded, always. For an ellipse that holds the truth with probability p, k = sqrt(-2 ln(1 - p))
standard deviations along each semi-axis a,

    a' = sqrt(a² + r²),   r = g * max(k / sqrt(12), 1 / sqrt(2))

The first term is the variance as above; the second is half the cell's diagonal, which the first
falls short of when p < 0.95. So the ellipse holds the position that was rounded, always, and r is
the same on both axes, which leaves the ellipse its direction.

A grid in degrees is turned into metres by the longest degree there is: too wide for a degree of
longitude, never too narrow. Heights, and each axis of a state in the Earth-fixed frame, are
rounded to the same grid in metres. Periods grow outward to the grid. An uncertainty that was not
stated becomes that of the rounding.

What is not done: words are left as they are, and a code that names a public station says where it
stands. Write those anew, as a tearline.
"""

import math
from dataclasses import replace
from typing import Any

import msgspec

from trilogue.errors import InputError
from trilogue.reports.grids import cell_m, nearest_degrees, nearest_instant, outward
from trilogue.reports.header import Generalised, Place
from trilogue.reports.payloads import (
    EstimatedPosition,
    Moment,
    Payload,
    Period,
    Position,
    Track,
    encode_payload,
    parse_payload,
)
from trilogue.reports.portion import PortionDraft

__all__ = [
    "MAX_POSITION_GRID_E5",
    "MAX_TIME_GRID_MS",
    "generalise",
    "generalise_payload",
]

MAX_POSITION_GRID_E5 = 1_000_000
"""Ten degrees."""

MAX_TIME_GRID_MS = 31 * 86_400_000
"""Thirty-one days."""


def generalise(
    draft: PortionDraft,
    *,
    position_grid_e5: int | None = None,
    time_grid_ms: int | None = None,
    of: str | None = None,
) -> PortionDraft:
    """Return a coarser version of a draft: content, place and period alike.

    Grids are in 1e-5 degrees and in milliseconds; `of` is the digest of the finer portion, if
    that is sealed too. Raises `InputError` when there is nothing to round, or when the draft was
    generalised before: start from what it was made from, so that one statement says it all.
    """
    if draft.generalised is not None:
        raise InputError("the portion is generalised already", hint="start from the finer one")
    payload, done = generalise_payload(
        parse_payload(draft.payload_type, draft.plaintext),
        position_grid_e5=position_grid_e5,
        time_grid_ms=time_grid_ms,
        of=of,
    )
    place, period = draft.place, draft.period
    if place is not None and position_grid_e5 is not None:
        latitude, longitude = nearest_degrees(
            place.latitude_e5, place.longitude_e5, position_grid_e5
        )
        place = Place(latitude_e5=latitude, longitude_e5=longitude)
    if period is not None and time_grid_ms is not None:
        period = outward(*period, time_grid_ms)
    return replace(
        draft, plaintext=encode_payload(payload), place=place, period=period, generalised=done
    )


def generalise_payload(
    payload: Payload,
    *,
    position_grid_e5: int | None = None,
    time_grid_ms: int | None = None,
    of: str | None = None,
) -> tuple[Payload, Generalised]:
    """Return the coarser payload and the statement of what was done to it.

    Raises `InputError` for a grid out of range, or when the payload has nothing to round.
    """
    _check_grid("position_grid_e5", position_grid_e5, MAX_POSITION_GRID_E5)
    _check_grid("time_grid_ms", time_grid_ms, MAX_TIME_GRID_MS)
    rounding = _Rounding(position_grid_e5, time_grid_ms)
    coarser = rounding.apply(payload, "")
    if not rounding.fields:
        raise InputError(
            "the payload has no position or time on which the grids could act",
            hint="state a grid for what it has; words are redacted or written anew",
        )
    return coarser, Generalised(
        of=of,
        fields=tuple(sorted(rounding.fields)),
        position_grid_e5=position_grid_e5,
        position_sd_m=None if position_grid_e5 is None else math.ceil(rounding.sd_m),
        time_grid_ms=time_grid_ms,
        time_sd_ms=None if time_grid_ms is None else math.ceil(rounding.sd_s * 1000),
    )


class _Rounding:
    """One pass over a payload. Every type is reached, since quantities are types of their own."""

    def __init__(self, position_grid_e5: int | None, time_grid_ms: int | None) -> None:
        self.position = position_grid_e5
        self.time = time_grid_ms
        self.fields: set[str] = set()
        self.sd_m = 0.0
        """The greatest standard deviation that was added to an axis, metres."""
        self.sd_s = (time_grid_ms or 0) / 1000 / math.sqrt(12)

    def apply(self, value: Any, path: str) -> Any:
        """Return `value` rounded, the same object where nothing in it changes."""
        done = value
        if self.time is not None:
            if isinstance(value, Moment):
                done = self._moment(value, self.time)
            elif isinstance(value, Period):
                begins, ends = outward(value.begins, value.ends, self.time)
                done = Period(begins=begins, ends=ends)
        if self.position is not None:
            if isinstance(value, Position):
                done = self._position(value, self.position)
            elif isinstance(value, EstimatedPosition):
                done = self._estimate(value, self.position)
            elif isinstance(value, Track):
                self.fields.add("state")
                return self._members(self._state(value, self.position), path)
        if done is not value:
            self.fields.add(path)
            return done
        return self._members(value, path)

    def _members(self, value: Any, path: str) -> Any:
        """Return `value` with its members rounded."""
        if isinstance(value, msgspec.Struct):
            changes = {}
            for name in value.__struct_fields__:
                old = getattr(value, name)
                new = self.apply(old, f"{path}.{name}" if path else name)
                if new is not old:
                    changes[name] = new
            return msgspec.structs.replace(value, **changes) if changes else value
        if isinstance(value, tuple):
            items = tuple(self.apply(item, f"{path}[]") for item in value)
            return items if any(a is not b for a, b in zip(items, value, strict=True)) else value
        return value

    def _added(self, cell: float) -> float:
        """Return the standard deviation of rounding to a cell of so many metres."""
        added = cell / math.sqrt(12)
        self.sd_m = max(self.sd_m, added)
        return added

    def _moment(self, value: Moment, grid: int) -> Moment:
        return Moment(
            instant=nearest_instant(value.instant, grid),
            sd_s=math.hypot(value.sd_s or 0.0, self.sd_s),
        )

    def _position(self, value: Position, grid: int) -> Position:
        latitude, longitude = nearest_degrees(value.latitude * 1e5, value.longitude * 1e5, grid)
        height = value.height_m
        return Position(
            latitude=latitude / 1e5,
            longitude=longitude / 1e5,
            height_m=None if height is None else _nearest_metres(height, cell_m(grid)),
            sd_m=math.hypot(value.sd_m or 0.0, self._added(cell_m(grid, height or 0.0))),
        )

    def _estimate(self, value: EstimatedPosition, grid: int) -> EstimatedPosition:
        latitude, longitude = nearest_degrees(value.latitude * 1e5, value.longitude * 1e5, grid)
        ellipse, cell = value.ellipse, cell_m(grid)
        radius = max(ellipse.scale * self._added(cell), cell * math.sqrt(0.5))
        return EstimatedPosition(
            latitude=latitude / 1e5,
            longitude=longitude / 1e5,
            ellipse=msgspec.structs.replace(
                ellipse,
                semi_major_m=math.hypot(ellipse.semi_major_m, radius),
                semi_minor_m=math.hypot(ellipse.semi_minor_m, radius),
            ),
        )

    def _state(self, value: Track, grid: int) -> Track:
        cell = cell_m(grid)
        variance = self._added(cell) ** 2
        position = (_nearest_metres(axis, cell) for axis in value.state[:3])
        covariance = [list(row) for row in value.covariance]
        for axis in range(3):
            covariance[axis][axis] += variance
        return msgspec.structs.replace(
            value,
            state=(*position, *value.state[3:]),
            covariance=tuple(map(tuple, covariance)),
        )


def _nearest_metres(value: float, cell: float) -> float:
    return math.floor(value / cell + 0.5) * cell


def _check_grid(name: str, grid: int | None, most: int) -> None:
    if grid is not None and not 1 <= grid <= most:
        raise InputError(f"{name}: {grid} does not lie in 1 to {most}")
