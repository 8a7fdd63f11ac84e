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

__all__ = ["COLUMNS", "Telemetry", "TelemetryError", "read_telemetry"]

COLUMNS = ("time_s", "altitude_m", "speed_mps")
_SPIKE = 8.0
"""Deviations from the running median, in units of their own spread, that no vehicle makes."""
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

    def until(self, time: float) -> Telemetry:
        """Return what was known at a time: the rows up to it, judged by themselves."""
        keep = self.time <= time
        return prepare(self.time[keep], self.height[keep], self.speed[keep])


def read_telemetry(text: str) -> Telemetry:
    """Read CSV with the columns `time_s,altitude_m,speed_mps`. Raises `TelemetryError`."""
    rows = csv.reader(io.StringIO(text, newline=""), strict=True)
    heading = next(rows, [])
    if tuple(heading) != COLUMNS:
        raise TelemetryError(f"line 1 is {','.join(heading)!r}; it must be {','.join(COLUMNS)!r}")
    table: list[tuple[float, ...]] = []
    for row in rows:
        table.append(_row(row, rows.line_num))
        if len(table) > 1 and table[-1][0] < table[-2][0]:
            raise TelemetryError(
                f"line {rows.line_num}: time {table[-1][0]:g} s is earlier than the line before"
            )
    if len(table) < _LEAST_ROWS:
        raise TelemetryError(f"{len(table)} rows are too few to say anything: give at least 3")
    array = np.array(table)
    return prepare(array[:, 0], array[:, 1], array[:, 2])


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
            raise TelemetryError(f"line {line}: {name} is {text!r}, not a number")
        values.append(value)
    if values[2] < 0.0:
        raise TelemetryError(f"line {line}: speed_mps is {values[2]:g}; a speed is not negative")
    return tuple(values)


def prepare(
    time: NDArray[np.float64], height: NDArray[np.float64], speed: NDArray[np.float64]
) -> Telemetry:
    """Return telemetry without repeated times and misread numbers, with its steps measured."""
    first = np.concatenate([[True], np.diff(time) > 0.0]) if len(time) else np.zeros(0, bool)
    sound = first & ~_spikes(height, _FINEST_M) & ~_spikes(speed, _FINEST_MPS)
    time, height, speed = time[sound], height[sound], speed[sound]
    return Telemetry(
        time,
        height,
        speed,
        _height_steps(height),
        _step(speed, _FINEST_MPS),
        int(np.count_nonzero(first) - len(time)),
    )


def _spikes(values: NDArray[np.float64], finest: float) -> NDArray[np.bool_]:
    """Mark values that stand alone, far from the median of the two on either side."""
    if len(values) < 7:
        return np.zeros(len(values), bool)
    padded = np.pad(values, 2, mode="reflect", reflect_type="odd")
    off = np.abs(values - np.median(np.lib.stride_tricks.sliding_window_view(padded, 5), axis=1))
    around = np.pad(off, 7, mode="reflect")
    usual = np.median(np.lib.stride_tricks.sliding_window_view(around, 15), axis=1)
    rough = np.maximum(np.abs(np.gradient(values)), _step(values, finest))
    return np.asarray(off > _SPIKE * (usual + 0.2 * np.minimum(rough, off / 4.0) + finest))


def _step(values: NDArray[np.float64], finest: float) -> float:
    """Return the step in which numbers were shown: the least that they differ by, as a rule."""
    gaps = np.diff(np.unique(values))
    gaps = gaps[gaps > finest / 2.0]
    return float(np.quantile(gaps, 0.05)) if len(gaps) else finest


def _height_steps(height: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the step at each row: the coarsest round number that divides all heights near it."""
    steps = np.full(len(height), _FINEST_M)
    for unit in (10.0, 100.0, 1_000.0):
        off = np.abs(height - unit * np.round(height / unit)) > 0.01 * unit
        # A row is in this unit when nearly all around it are, above the first few of them.
        around = np.convolve(np.pad(off.astype(float), 10, mode="edge"), np.ones(21) / 21, "valid")
        distinct = np.abs(height) >= unit
        steps[(around < 0.15) & distinct] = unit
    return steps
