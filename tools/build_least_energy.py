"""Build the table of least-energy ranges: what notional flights tell of their missile.

    python tools/build_least_energy.py

It writes `src/trilogue/analysis/patterns/data/least_energy.npz`. For each propellant speed and tilt
of the two families of `flight.notional` one flight from the middle of Korea towards 80 degrees is
simulated: its apogee and distance stand beside the least speed for the greatest distance that the
same missile goes northward. Takes a minute or two.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np

from trilogue.analysis.flight.notional import (
    BRISK_ACCELERATION,
    BRISK_RANGE_M,
    MEAN_ACCELERATION,
    notional,
)
from trilogue.analysis.flight.simulate import simulate
from trilogue.analysis.patterns.furthest import furthest_m
from trilogue.analysis.patterns.trajectories import speed_for

TARGET = Path(__file__).parents[1] / "src/trilogue/analysis/patterns/data/least_energy.npz"
PLACE, BEARING = (40.0, 127.0), 80.0
SPEEDS = np.geomspace(900.0, 10_400.0, 64)
TILTS = np.geomspace(0.25, 75.0, 56)


def rows(acceleration: float, greatest_m: float) -> list[tuple[float, float, float]]:
    """Return logarithms of apogee and distance in metres, and of the least speed in m/s."""
    found = []
    for speed in SPEEDS:
        missile = notional(float(speed), acceleration=acceleration)
        least = float(np.log(speed_for(furthest_m(missile, *PLACE))))
        for tilt in TILTS:
            try:
                flown = simulate(
                    missile.steered(float(tilt)), *PLACE, BEARING, step_s=0.25, coast_step_s=1.0
                )
            except ValueError:  # it stays up
                continue
            if flown.burning[-2] or not 5e3 < flown.range_m < greatest_m:
                continue
            if flown.apogee_m > 5e3:
                found.append((np.log(flown.apogee_m), np.log(flown.range_m), least))
    return found


def main() -> None:
    """Write the table and say how large it is."""
    common, brisk = rows(MEAN_ACCELERATION, 1.9e7), rows(BRISK_ACCELERATION, BRISK_RANGE_M)
    TARGET.parent.mkdir(exist_ok=True)
    np.savez_compressed(
        TARGET,
        common=np.array(common, np.float32),
        brisk=np.array(brisk, np.float32),
    )
    print(f"{TARGET.name}: {len(common)} and {len(brisk)} flights, {TARGET.stat().st_size:,} bytes")


if __name__ == "__main__":
    main()
