"""The ensemble of ascents: climbs of missiles drawn at random, and where they are at a time.

`data/ascents.npz`, written by `tools/build_ascents.py`. A climb is kept in the frame of its launch
point, with axes along its heading, to the right of it, and up; the Earth under it is taken for a
sphere, so that a climb may be laid anywhere and in any direction. Velocities are whole steps of
`VELOCITY_MPS`, kept as second differences along time; positions are whole steps of `POSITION_M`,
kept as what the trapezium rule on the velocities leaves over. Both are small, so the file is.
"""

from __future__ import annotations

import io
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["POSITION_M", "RADIUS_M", "VELOCITY_MPS", "Climbs", "ensemble", "pack", "unpack"]

RADIUS_M = 6_371_000.0
"""Mean radius of the Earth."""
VELOCITY_MPS = 0.5
POSITION_M = 4.0


@dataclass(frozen=True)
class Climbs:
    """Climbs at times since lift-off `(k,)`; NaN from the top on.

    `position` and `velocity` are `(m, k, 3)`: ahead, right, up at the launch point. `height`,
    `climb` and `over` are `(m, k)`: over the sphere, its rate, and the speed along the ground.
    """

    time: NDArray[np.float64]
    position: NDArray[np.float64]
    velocity: NDArray[np.float64]
    height: NDArray[np.float64]
    climb: NDArray[np.float64]
    over: NDArray[np.float64]

    @staticmethod
    def of(
        time: NDArray[np.float64], position: NDArray[np.float64], velocity: NDArray[np.float64]
    ) -> Climbs:
        """Return the climbs with these positions and velocities."""
        x, y, z = position[..., 0], position[..., 1], position[..., 2] + RADIUS_M
        u, v, w = velocity[..., 0], velocity[..., 1], velocity[..., 2]
        radius = np.sqrt(x * x + y * y + z * z)
        climb = (x * u + y * v + z * w) / radius
        over = np.sqrt(np.maximum(u * u + v * v + w * w - climb * climb, 0.0))
        return Climbs(time, position, velocity, radius - RADIUS_M, climb, over)

    def at_height(
        self, height: float
    ) -> tuple[NDArray[np.int64], NDArray[np.float64], NDArray[np.float64]]:
        """Return the members that climb through a height, when, and how fast.

        Speeds are `(n, 2)`, along the ground and up, straight between rows.
        """
        last = (self.height < height).sum(axis=1) - 1
        members = np.flatnonzero((last >= 0) & (last < len(self.time) - 1))
        i = last[members]
        whole = np.isfinite(self.height[members, i + 1])
        members, i = members[whole], i[whole]
        h0, h1 = self.height[members, i], self.height[members, i + 1]
        dt = self.time[i + 1] - self.time[i]
        c0, c1 = self.climb[members, i], self.climb[members, i + 1]
        # Newton on the cubic through heights and climbs.
        s = (height - h0) / (h1 - h0)
        for _ in range(4):
            value, slope = _hermite(h0, h1, c0, c1, dt, s)
            s = np.clip(s - (value - height) / np.maximum(slope * dt, 1e-6), 0.0, 1.0)
        speeds = np.column_stack(
            [
                o[members, i] + s * (o[members, i + 1] - o[members, i])
                for o in (self.over, self.climb)
            ]
        )
        return members, self.time[i] + s * dt, speeds

    def at(
        self, members: NDArray[np.int64], t: NDArray[np.float64]
    ) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return positions and velocities `(n, 3)` of members at times; NaN beyond what is kept."""
        i = np.clip(np.searchsorted(self.time, t, side="right") - 1, 0, len(self.time) - 2)
        dt = (self.time[i + 1] - self.time[i])[:, None]
        s = np.where((t < 0.0) | (t > self.time[-1]), np.nan, t - self.time[i])[:, None] / dt
        p0, p1 = self.position[members, i], self.position[members, i + 1]
        return _hermite(p0, p1, self.velocity[members, i], self.velocity[members, i + 1], dt, s)


def _hermite(
    p0: NDArray[np.float64],
    p1: NDArray[np.float64],
    v0: NDArray[np.float64],
    v1: NDArray[np.float64],
    dt: NDArray[np.float64],
    s: NDArray[np.float64],
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the cubic Hermite and its rate at the share `s` of intervals of `dt`."""
    v0, v1 = v0 * dt, v1 * dt
    a, b = 2.0 * (p0 - p1) + v0 + v1, 3.0 * (p1 - p0) - 2.0 * v0 - v1
    return p0 + s * (v0 + s * (b + s * a)), (v0 + s * (2.0 * b + 3.0 * s * a)) / dt


def pack(
    time: NDArray[np.float64], position: NDArray[np.float64], velocity: NDArray[np.float64]
) -> dict[str, NDArray[Any]]:
    """Return climbs as arrays of small whole numbers."""
    rows = np.isfinite(position[:, :, 0]).sum(axis=1)
    gone = ~np.isfinite(position)
    v = np.rint(np.where(gone, 0.0, velocity) / VELOCITY_MPS).astype(np.int64)
    p = np.rint(np.where(gone, 0.0, position) / POSITION_M).astype(np.int64)
    bend = np.diff(v, n=2, axis=1, prepend=np.zeros((len(v), 2, 3), np.int64))
    rest = np.diff(p, axis=1, prepend=0) - _trapezium(time, v)
    bend[gone], rest[gone] = 0, 0
    return {
        "time": time.astype(np.float32),
        "rows": rows.astype(np.int16),
        # Member by member and axis by axis: neighbours in time are alike.
        "bend": np.ascontiguousarray(bend.transpose(0, 2, 1)).astype(np.int16),
        "rest": np.ascontiguousarray(rest.transpose(0, 2, 1)).astype(np.int16),
    }


def unpack(arrays: dict[str, NDArray[Any]]) -> Climbs:
    """Return the climbs that `pack` made small."""
    time = arrays["time"].astype(np.float64)
    bend, rest = arrays["bend"].transpose(0, 2, 1), arrays["rest"].transpose(0, 2, 1)
    v = bend.cumsum(axis=1, dtype=np.int64).cumsum(axis=1)
    p = (rest + _trapezium(time, v)).cumsum(axis=1)
    over = np.arange(len(time)) >= arrays["rows"].astype(np.int64)[:, None]
    position, velocity = p * POSITION_M, v * VELOCITY_MPS
    position[over], velocity[over] = np.nan, np.nan
    return Climbs.of(time, position, velocity)


def _trapezium(time: NDArray[np.float64], v: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return by how many steps of position velocities `(m, k, 3)` lead on from row to row."""
    out = np.zeros_like(v)
    half = 0.5 * np.diff(time)[None, :, None] * (VELOCITY_MPS / POSITION_M)
    out[:, 1:] = np.rint((v[:, 1:] + v[:, :-1]) * half).astype(np.int64)
    return out


@lru_cache(maxsize=1)
def ensemble() -> Climbs:
    """Return the shipped ensemble."""
    shipped = resources.files(__package__) / "data" / "ascents.npz"
    with np.load(io.BytesIO(shipped.read_bytes())) as arrays:
        return unpack({name: arrays[name] for name in arrays.files})
