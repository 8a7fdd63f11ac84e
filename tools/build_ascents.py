"""Write the ensemble of ascents by which launch points are found.

    python tools/build_ascents.py

Each is the climb of a missile nobody built: stages, thrust, pitch programme and heading drawn at
random from wide ranges. The ensemble is meant to be wider than any family of real ones, so that
the spread among those that fit a track is an honest spread. The file is
`src/trilogue/analysis/tracking/data/ascents.npz`.
"""

from __future__ import annotations

import math
import sys
from pathlib import Path

import numpy as np

from trilogue.analysis.flight.missile import Missile, Stage
from trilogue.analysis.flight.simulate import Trajectory, simulate
from trilogue.analysis.geodesy.frames import enu_axes, to_ecef, to_geodetic

MEMBERS = 1_500
SEED = 20_171_128
TIMES = np.concatenate([np.arange(0.0, 100.0, 4.0), np.arange(100.0, 441.0, 10.0)])
"""Seconds since lift-off at which an ascent is kept."""
OUT = Path(__file__).parents[1] / "src/trilogue/analysis/tracking/data/ascents.npz"


def missile(rng: np.random.Generator) -> Missile:
    """Draw a missile: from the top down, each stage by its share of mass, thrust and efficiency."""
    count = int(rng.choice([1, 2, 3], p=[0.4, 0.4, 0.2]))
    payload = float(np.exp(rng.uniform(math.log(300.0), math.log(1_500.0))))
    above = payload
    stages: list[Stage] = []
    for k in range(count):
        lowest = k == count - 1
        gross = above * rng.uniform(1.5, 6.0)
        dry = gross * rng.uniform(0.08, 0.20)
        exhaust = rng.uniform(2_150.0, 2_900.0)
        # Heavy liquids leave slowly, small solids fast: even in the logarithm.
        span = (1.4, 3.5) if lowest else (0.75, 3.0)
        weight_ratio = float(np.exp(rng.uniform(*np.log(span))))
        flow = weight_ratio * 9.81 * (gross + above) / exhaust
        burn = (gross - dry) / flow
        area = 0.3 * (gross + above) * 1e-4 if lowest else 0.0
        stages.insert(
            0,
            Stage(burn, exhaust, gross - dry, dry, area, 0.0 if k == 0 else rng.uniform(0.0, 4.0)),
        )
        above += gross
    vertical = rng.uniform(2.0, 12.0)
    area = 0.9 * (above / 6_000.0) ** (2.0 / 3.0) * rng.uniform(0.7, 1.4)
    return Missile(
        "drawn", tuple(stages), payload, area, 0.15,
        vertical, vertical + rng.uniform(10.0, 60.0), rng.uniform(2.0, 55.0),
    )  # fmt: skip


def rows(flight: Trajectory) -> np.ndarray | None:
    """Return (height, climb, speed over ground, along, across) at `TIMES`, until it stops rising.

    `along` and `across` lead from below the missile to its launch point, in the direction of
    its ground speed and to the right of it. NaN from the top on.
    """
    out = np.full((len(TIMES), 5), np.nan)
    if flight.apogee_m < 30_000.0:
        return None
    origin = to_ecef(*flight.launch, 0.0)
    for k, t in enumerate(TIMES):
        if t >= flight.apogee_s:
            break
        position, velocity = flight.at(float(t))
        lat, lon, height = to_geodetic(position)
        axes = enu_axes(float(lat), float(lon))
        east, north, climb = axes @ velocity
        over = math.hypot(east, north)
        back = axes @ (origin - to_ecef(lat, lon, 0.0))
        if over > 0.1:
            ahead = np.array([east, north]) / over
            along = float(back[:2] @ ahead)
            across = float(back[0] * ahead[1] - back[1] * ahead[0])
        else:
            along, across = 0.0, 0.0
        out[k] = float(height), climb, over, along, across
    return out


def main() -> None:
    """Draw, fly and write."""
    rng = np.random.default_rng(SEED)
    kept: list[np.ndarray] = []
    headings: list[float] = []
    while len(kept) < MEMBERS:
        heading = float(rng.uniform(0.0, 360.0))
        try:
            flight = simulate(
                missile(rng), float(rng.uniform(37.5, 42.0)), float(rng.uniform(124.5, 130.0)),
                heading, step_s=0.2, coast_step_s=2.0,
            )  # fmt: skip
        except ValueError:
            continue
        table = rows(flight)
        if table is not None and np.isfinite(table[8, 0]):
            kept.append(table)
            headings.append(heading)
    np.savez_compressed(
        OUT,
        time=TIMES.astype(np.float32),
        # Three parts in 2048 of a metre per second matter to nobody here: half precision of
        # square-rooted lengths keeps the file small.
        height=np.sqrt(np.stack(kept)[:, :, 0].clip(0.0)).astype(np.float16),
        velocity=np.stack(kept)[:, :, 1:3].astype(np.float16),
        back=_signed_root(np.stack(kept)[:, :, 3:]).astype(np.float16),
        heading=np.array(headings, np.float32),
    )
    sys.stdout.write(f"{len(kept)} ascents, {OUT.stat().st_size} bytes\n")


def _signed_root(x: np.ndarray) -> np.ndarray:
    return np.sign(x) * np.sqrt(np.abs(x))


if __name__ == "__main__":
    main()
