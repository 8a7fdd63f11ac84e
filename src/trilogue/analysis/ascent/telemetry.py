"""Telemetry of an ascent: strict to read, and honest about the steps in which it was shown.

>>> text = "time_s,altitude_m,speed_mps\\n0,0,0\\n1,0,9.5\\n2,100,19.2\\n3,100,29\\n"
>>> len(read_telemetry(text).time)
4
"""

from __future__ import annotations

import csv
import io
import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = [
    "COARSE_FROM_M",
    "COLUMNS",
    "Recording",
    "Telemetry",
    "TelemetryError",
    "prepare",
    "read_telemetry",
]

COLUMNS = ("time_s", "altitude_m", "speed_mps")
_GREATEST = {"time_s": 1e5, "altitude_m": 1e8, "speed_mps": 1e5}
_SPIKE = 8.0
"""Steps, or times the usual deviation from a line, that are more than reading and bending make."""
_WINDOW, _WINDOW_S = 9, 2.0
_GREATEST_MPS2 = 60.0
_FROZEN_S, _FROZEN_MPS = 1.5, 30.0
COARSE_FROM_M = 100_000.0
"""From where screens show whole kilometres."""
_FINEST_M = 1.0
_FINEST_MPS = 0.01
_LEAST_ROWS = 3


class TelemetryError(ValueError):
    """The file is not telemetry of an ascent; the message names the line and the value."""


@dataclass(frozen=True)
class Telemetry:
    """Times `(n,)` in seconds, rising; heights in metres, speeds in metres per second.

    `height_step` `(n,)` and `speed_step` are the steps in which the numbers were shown.
    """

    time: NDArray[np.float64]
    height: NDArray[np.float64]
    speed: NDArray[np.float64]
    height_step: NDArray[np.float64]
    speed_step: float
    dropped: int = 0
    """Rows left out: numbers misread off a screen stand far from all around them."""


@dataclass(frozen=True)
class Recording:
    """Rows as they were read: times that do not fall, heights and speeds, each `(n,)`.

    Whether a row is misread shows only beside others, so nothing is judged before it is known up to
    when: a row must not be left out for what came after.
    """

    time: NDArray[np.float64]
    height: NDArray[np.float64]
    speed: NDArray[np.float64]

    def until(self, time: float = math.inf) -> Telemetry:
        """Return what was known at a time: the rows up to it, judged by themselves."""
        keep = self.time <= time
        return prepare(self.time[keep], self.height[keep], self.speed[keep])


def read_telemetry(text: str) -> Recording:
    """Read CSV with the columns `time_s,altitude_m,speed_mps`. Raises `TelemetryError`."""
    rows = csv.reader(io.StringIO(text.removeprefix("\ufeff"), newline=""), strict=True)
    table: list[tuple[float, ...]] = []
    try:
        heading = next(rows, [])
        if tuple(heading) != COLUMNS:
            said, due = ",".join(heading)[:80], ",".join(COLUMNS)
            raise TelemetryError(f"line 1 is {said!r}; it must be {due!r}")
        for row in filter(None, rows):
            table.append(_row(row, rows.line_num))
            if len(table) > 1 and table[-1][0] < table[-2][0]:
                raise TelemetryError(
                    f"line {rows.line_num}: time {table[-1][0]:g} s is earlier than the line before"
                )
    except csv.Error as error:
        raise TelemetryError(f"line {rows.line_num} is not CSV: {error}") from error
    if len(table) < _LEAST_ROWS:
        raise TelemetryError(f"{len(table)} rows are too few to say anything: give at least 3")
    array = np.array(table)
    return Recording(array[:, 0], array[:, 1], array[:, 2])


def _row(row: list[str], line: int) -> tuple[float, ...]:
    if len(row) != len(COLUMNS):
        raise TelemetryError(f"line {line} has {len(row)} fields; it must have {len(COLUMNS)}")
    values = []
    for name, text in zip(COLUMNS, row, strict=True):
        try:
            value = float(text)
        except ValueError:
            value = math.nan
        if not math.isfinite(value) or "_" in text:
            raise TelemetryError(f"line {line}: {name} is {text[:40]!r}, not a number")
        if abs(value) > _GREATEST[name]:
            raise TelemetryError(
                f"line {line}: {name} is {value:g}; no ascent goes beyond {_GREATEST[name]:g}"
            )
        values.append(value)
    if values[2] < 0.0:
        raise TelemetryError(f"line {line}: speed_mps is {values[2]:g}; a speed is not negative")
    return tuple(values)


def prepare(
    time: NDArray[np.float64], height: NDArray[np.float64], speed: NDArray[np.float64]
) -> Telemetry:
    """Return telemetry without repeated times, frozen rows and misread numbers, steps measured."""
    first = np.concatenate([[True], np.diff(time) > 0.0]) if len(time) else np.zeros(0, bool)
    time, height, speed = time[first], height[first], speed[first]
    moves = ~_frozen(time, height, speed)
    time, height, speed = time[moves], height[moves], speed[moves]
    height_step = _height_steps(height)
    speed_step = _step(speed, _FINEST_MPS)
    sound = ~(_misread(time, height, height_step, 2) | _misread(time, speed, speed_step, 1))
    return Telemetry(
        time[sound],
        height[sound],
        speed[sound],
        height_step[sound],
        speed_step,
        int(np.count_nonzero(~sound)),
    )


def _frozen(
    time: NDArray[np.float64], height: NDArray[np.float64], speed: NDArray[np.float64]
) -> NDArray[np.bool_]:
    """Mark rows that repeat an old one for long: a picture that stands still, and no free flight.

    The first of them stays. Before lift-off standing still is the truth.
    """
    n = len(time)
    if n < _LEAST_ROWS:
        return np.zeros(n, bool)
    same = np.concatenate([[False], (np.diff(height) == 0.0) & (np.diff(speed) == 0.0)])
    group = np.cumsum(~same) - 1
    began = time[~same]
    ended = time[np.concatenate([np.flatnonzero(~same)[1:] - 1, [n - 1]])]
    return np.asarray(same & ((ended - began)[group] > _FROZEN_S) & (speed > _FROZEN_MPS))


def _misread(
    time: NDArray[np.float64],
    values: NDArray[np.float64],
    step: NDArray[np.float64] | float,
    order: int,
) -> NDArray[np.bool_]:
    """Mark values that no vehicle can have had: `order` 1 for speeds, 2 for heights.

    Each is compared with the straight line through nine rows about it, or the last nine at an end,
    by median slope and median level (Sen 1968), which four wrong ones of the nine do not move. The
    line may be missed by what the greatest acceleration bends it; where rows stand on both sides,
    also not by much more than they miss it.
    """
    n = len(time)
    if n < _WINDOW:
        return np.zeros(n, bool)
    # Many rows a second share one wrong picture: the nine are spread over two seconds.
    usual = float(np.median(np.diff(time)))
    stride = int(np.clip(round(_WINDOW_S / (_WINDOW - 1) / usual), 1, (n - 1) // (_WINDOW - 1)))
    half = stride * (_WINDOW // 2)
    middle = np.clip(np.arange(n), half, n - 1 - half)
    rows = middle[:, None] + stride * (np.arange(_WINDOW) - _WINDOW // 2)
    t, y = time[rows] - time[:, None], values[rows]
    a, b = np.triu_indices(_WINDOW, 1)
    slope = np.median((y[:, b] - y[:, a]) / (t[:, b] - t[:, a]), axis=1)
    level = np.median(y - slope[:, None] * t, axis=1)
    off = np.abs(values - level)
    reach = np.abs(t).max(axis=1)
    bend = 0.5 * _GREATEST_MPS2 * reach**order
    wrong = off > _SPIKE * step + bend
    rest = np.median(np.abs(y - level[:, None] - slope[:, None] * t), axis=1)
    inside = middle == np.arange(n)
    return np.asarray(wrong | (inside & (off > _SPIKE * (1.5 * rest + step))))


def _step(values: NDArray[np.float64], finest: float) -> float:
    """Return the step in which numbers were shown: the least that they differ by, as a rule."""
    gaps = np.diff(np.unique(values))
    gaps = gaps[gaps > finest / 2.0]
    return float(np.quantile(gaps, 0.05)) if len(gaps) else finest


def _height_steps(height: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the step at each row: the coarsest round number that divides a run of heights.

    A run that has just begun is too short to show it, but screens change over at 100 km.
    """
    steps = np.full(len(height), _FINEST_M)
    for unit in (10.0, 100.0, 1_000.0):
        fits = np.abs(height - unit * np.round(height / unit)) <= 0.01 * unit
        edges = np.flatnonzero(np.diff(np.concatenate([[False], fits, [False]]).astype(np.int8)))
        for begin, end in edges.reshape(-1, 2):
            run = height[begin:end]
            if len(np.unique(run)) >= _LEAST_ROWS or run.min() >= COARSE_FROM_M:
                steps[begin:end] = unit
    return steps
