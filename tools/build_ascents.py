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
from trilogue.analysis.geodesy.frames import enu_axes, to_ecef
from trilogue.analysis.tracking.ascents import pack

MEMBERS = 8_000
SEED = 20_171_128
TIMES = np.concatenate([np.arange(0.0, 100.0, 4.0), np.arange(100.0, 441.0, 10.0)])
"""Seconds since lift-off at which an ascent is kept."""
SPEEDS_MPS = (2_000.0, 3_000.0, 4_000.0, 5_000.0, 6_000.0, 7_000.0)
"""Between which as many ascents end, and below and above them."""
LEAST_APOGEE_M = 30_000.0
LEAST_RISE_S = 32.0
"""What rises less is no flight that anybody follows."""
OUT = Path(__file__).parents[1] / "src/trilogue/analysis/tracking/data/ascents.npz"


def missile(rng: np.random.Generator) -> Missile:
    """Draw a missile: from the top down, each stage by its share of mass, thrust and efficiency."""
    count = int(rng.choice([1, 2, 3], p=[0.4, 0.4, 0.2]))
    payload = float(np.exp(rng.uniform(math.log(300.0), math.log(1_500.0))))
    above = payload
    stages: list[Stage] = []
    for k in range(count):
        lowest = k == count - 1
        most = 6.0 if count > 2 else 18.0
        gross = above * float(np.exp(rng.uniform(*np.log((1.5, most)))))
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
    # Large missiles turn late and for long: what carries farthest leaves the air first.
    vertical = rng.uniform(2.0, 18.0)
    area = 0.9 * (above / 6_000.0) ** (2.0 / 3.0) * rng.uniform(0.7, 1.4)
    return Missile(
        "drawn", tuple(stages), payload, area, 0.15,
        vertical, vertical + rng.uniform(10.0, 100.0), rng.uniform(2.0, 70.0),
    )  # fmt: skip


def rows(flight: Trajectory, heading: float) -> tuple[np.ndarray, np.ndarray] | None:
    """Return positions and velocities `(k, 3)` at `TIMES`, NaN from the top on.

    In the frame of the launch point: along the heading, to the right of it, up.
    """
    times = TIMES[flight.apogee_s > TIMES]
    if flight.apogee_m < LEAST_APOGEE_M or times[-1] < LEAST_RISE_S:
        return None
    east, north, up = enu_axes(*flight.launch)
    angle = math.radians(heading)
    axes = np.array([
        math.sin(angle) * east + math.cos(angle) * north,
        math.cos(angle) * east - math.sin(angle) * north,
        up,
    ])  # fmt: skip
    out = np.full((2, len(TIMES), 3), np.nan)
    position, velocity = flight.at(times)
    out[0, : len(times)] = (position - to_ecef(*flight.launch, 0.0)) @ axes.T
    out[1, : len(times)] = velocity @ axes.T
    return out[0], out[1]


Climb = tuple[np.ndarray, np.ndarray]


def climb(
    one: Missile, latitude: float, longitude: float, heading: float
) -> tuple[Trajectory, int, Climb] | None:
    """Fly a missile; return its flight, between which of `SPEEDS_MPS` it ends, and its `rows`."""
    try:
        flight = simulate(one, latitude, longitude, heading, step_s=0.2, coast_step_s=2.0)
    except ValueError:
        return None
    found = rows(flight, heading)
    speed = int(np.searchsorted(SPEEDS_MPS, flight.burnout_speed_mps))
    return None if found is None else (flight, speed, found)


def drawn(
    rng: np.random.Generator, latitude: float, longitude: float, heading: float
) -> Trajectory:
    """Fly a missile drawn at random from a place, its speed at cut-off as even as in `main`."""
    wanted = int(rng.integers(len(SPEEDS_MPS) + 1))
    while True:
        found = climb(missile(rng), latitude, longitude, heading)
        if found is not None and found[1] == wanted:
            return found[0]


def main() -> None:
    """Draw, fly and write."""
    rng = np.random.default_rng(SEED)
    kept: list[Climb] = []
    counts = np.zeros(len(SPEEDS_MPS) + 1, int)
    while counts.min() < MEMBERS // len(counts):
        heading = float(rng.uniform(0.0, 360.0))
        place = missile(rng), float(rng.uniform(37.5, 42.0)), float(rng.uniform(124.5, 130.0))
        found = climb(*place, heading)
        # Little of what is drawn carries far, and that is wanted as often: even in speed.
        if found is not None and counts[found[1]] < MEMBERS // len(counts):
            kept.append(found[2])
            counts[found[1]] += 1
    position, velocity = (np.stack(part) for part in zip(*kept, strict=True))
    np.savez_compressed(OUT, **pack(TIMES, position, velocity))
    sys.stdout.write(f"{len(kept)} ascents, {OUT.stat().st_size} bytes\n")


if __name__ == "__main__":
    main()
