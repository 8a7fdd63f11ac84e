"""Build the travel-time table that the package ships, from ObsPy TauP and ak135.

    python tools/build_travel_times.py

It writes `src/trilogue/analysis/seismology/data/ak135.npz`, described in
`trilogue.analysis.seismology.travel_times`; the ellipticity integrals in it are defined in
`trilogue.analysis.seismology.ellipticity`.

Each branch of the P curve is tabulated by itself, so that nothing is interpolated across a
crossover: the first arrival is the least of the branches. A ray belongs to a branch by the layer
it turns in, and that it shows by its ray parameter.
"""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    from obspy import taup
    from obspy.taup import TauPyModel

from trilogue.analysis.geodesy import WGS84

TARGET = Path(__file__).parents[1] / "src/trilogue/analysis/seismology/data/ak135.npz"
RADIUS_KM = 6371.0
PHASES = ["p", "P", "Pn", "Pg", "Pdiff"]

CONRAD_KM, MOHO_KM = 20.0, 35.0
# The curves have a corner in depth at each discontinuity: it takes a row on either side.
DEPTHS_KM = np.sort(np.r_[0:6:1, 6:10:2, 10:50.1:2.5, 20.01, 35.01])

# Greatest and least ray parameter (s/deg) and distances (deg). The bounds are r/v above and below
# the discontinuities at 20, 35, 410 and 660 km, and the cusp at 13.37 that the bend of the velocity
# at 120 km makes.
BRANCHES = {
    "lower_crust": (17.054, 17.0, np.arange(0.0, 8.01, 0.25)),
    "lid": (13.76, 13.37, np.arange(0.0, 19.01, 0.25)),  # Pn
    "upper_mantle": (13.37, 11.5, np.arange(13.0, 23.01, 0.1)),
    "transition_zone": (11.2, 9.75, np.arange(13.0, 29.01, 0.2)),
    "lower_mantle": (9.26, 4.44, np.arange(16.0, 100.01, 0.5)),  # and Pdiff beyond 98 degrees
}
DIRECT_DEGREES = np.concatenate([np.arange(0.0, 2.0, 0.02), np.arange(2.0, 8.01, 0.1)])
ELLIPTICITY_DEGREES = np.arange(0.0, 100.1, 1.0)
ELLIPTICITY_DEPTH_KM = 10.0
NEAREST_DEGREES = 1e-4  # TauP has no arrival at no distance

Row = tuple[NDArray[np.float64], NDArray[np.float64], float]


def is_direct(slowness: float, phase: str, depth_km: float) -> bool:
    """Say whether a ray goes up from the source, or turns in the source's own layer."""
    bound = 17.054 if depth_km <= CONRAD_KM else 17.0 if depth_km <= MOHO_KM else 13.37
    return phase == "p" or (phase != "Pdiff" and slowness > bound)


def is_on(branch: str, slowness: float, phase: str, depth_km: float) -> bool:
    """Say whether a ray turns in the layer of `branch`, below the source's own."""
    if phase == "p" or (branch == "lower_crust" and depth_km > CONRAD_KM):
        return False
    greatest, least, _ = BRANCHES[branch]
    return least < slowness <= greatest


def earliest(
    model: TauPyModel, depth_km: float, degrees: float, branch: str
) -> tuple[float, float] | None:
    """Return time (s) and slowness (s/deg) of the first arrival on a branch, if there is one."""
    found: list[Any] = model.get_travel_times(depth_km, degrees, phase_list=PHASES)
    rays = [(a.time, a.ray_param * np.pi / 180.0, a.name) for a in found]
    kept = [
        (time, slowness)
        for time, slowness, name in rays
        if (
            is_direct(slowness, name, depth_km)
            if branch == "direct"
            else is_on(branch, slowness, name, depth_km)
        )
    ]
    return min(kept, default=None)


def first_distance(model: TauPyModel, depth_km: float, branch: str, beyond: float) -> float:
    """Return the least distance (deg) at which a branch exists, given one where it does."""
    low, high = 0.0, beyond
    for _ in range(14):
        middle = (low + high) / 2.0
        if earliest(model, depth_km, max(middle, NEAREST_DEGREES), branch) is None:
            low = middle
        else:
            high = middle
    return high


def branch_row(model: TauPyModel, depth_km: float, branch: str) -> Row:
    """Return times and slownesses of one branch for one depth, and the distance it begins at.

    Nodes without a ray continue the nearest ray along its tangent: they serve interpolation only.
    """
    degrees = BRANCHES[branch][2]
    rays = [earliest(model, depth_km, max(x, NEAREST_DEGREES), branch) for x in degrees]
    there = np.array([ray is not None for ray in rays])
    if not there.any():
        return np.full(len(degrees), np.nan), np.full(len(degrees), np.nan), np.inf
    times = np.array([ray[0] if ray else np.nan for ray in rays])
    slownesses = np.array([ray[1] if ray else np.nan for ray in rays])
    present = np.flatnonzero(there)
    for i in np.flatnonzero(~there):
        k = present[np.argmin(np.abs(present - i))]
        times[i] = times[k] + slownesses[k] * (degrees[i] - degrees[k])
        slownesses[i] = slownesses[k]
    start = degrees[0]
    if branch in ("lower_crust", "lid") and not there[0]:
        start = first_distance(model, depth_km, branch, float(degrees[present[0]]))
    return times, slownesses, float(start)


def direct_row(model: TauPyModel, depth_km: float) -> NDArray[np.float64]:
    """Return mean slowness (s/km) along the straight line from source to station, per distance.

    It changes little with distance and depth, where the time itself has a cone at the source.
    """
    chords = chord_km(DIRECT_DEGREES, depth_km)
    mean = np.full(len(DIRECT_DEGREES), np.nan)
    for i, x in enumerate(DIRECT_DEGREES):
        ray = earliest(model, depth_km, max(x, NEAREST_DEGREES), "direct")
        if ray is not None and chords[i] > 0.0:
            mean[i] = ray[0] / chords[i]
    there = ~np.isnan(mean)
    return np.interp(DIRECT_DEGREES, DIRECT_DEGREES[there], mean[there])


def chord_km(degrees: NDArray[np.float64], depth_km: float) -> NDArray[np.float64]:
    """Return the straight distance from a source at depth to a station on the surface, in km."""
    inner = RADIUS_KM - depth_km
    half = np.sin(np.radians(degrees) / 2.0)
    return np.sqrt(depth_km**2 + 4.0 * RADIUS_KM * inner * half**2)


def read_model() -> NDArray[np.float64]:
    """Return the model's rows: depth (km), P and S velocity (km/s), density (g/cm³)."""
    return np.loadtxt(Path(taup.__file__).parent / "data" / "ak135.tvel", skiprows=2)


def flattening_by_radius(rows: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the flattening of the surfaces through the model's rows, by Radau's approximation.

    d ln ε / d ln r = η with 1 + η = 25/4 (1 - 3/2 z)², where z = I / (M r²) is the moment of
    inertia of what lies within r over its mass and squared radius (Bullen, The Earth's Density,
    1975, chapter 3). At the surface ε is that of WGS-84.
    """
    r, rho = (RADIUS_KM - rows[:, 0])[::-1], rows[::-1, 3]
    middle, mean, shell = (r[1:] + r[:-1]) / 2, (rho[1:] + rho[:-1]) / 2, np.diff(r)
    mass = np.concatenate([[0.0], np.cumsum(mean * middle**2 * shell)])
    inertia = np.concatenate([[0.0], np.cumsum(2.0 / 3.0 * mean * middle**4 * shell)])
    safe = np.where(mass > 0.0, mass, 1.0) * np.maximum(r, 1.0) ** 2
    z = np.where(mass > 0.0, inertia / safe, 0.4)
    eta = 6.25 * (1.0 - 1.5 * z) ** 2 - 1.0
    steps = (eta[1:] + eta[:-1]) / 2.0 * np.diff(np.log(np.maximum(r, 1.0)))
    below_surface = np.concatenate([np.cumsum(steps[::-1])[::-1], [0.0]])
    return (WGS84.flattening * np.exp(-below_surface))[::-1]


def ellipticity_integrals(
    model: TauPyModel, rows: NDArray[np.float64], flattening: NDArray[np.float64], degrees: float
) -> tuple[float, float, float]:
    """Return the three integrals (s) of `trilogue.analysis.seismology.ellipticity`."""
    ray = model.get_ray_paths(ELLIPTICITY_DEPTH_KM, max(degrees, NEAREST_DEGREES), PHASES)[0]
    depth, angle, time = ray.path["depth"], ray.path["dist"], ray.path["time"]
    interfaces = rows[:-1][np.diff(rows[:, 0]) == 0.0, 0]
    sums = np.zeros(3)

    def add(weight_s_per_km: float, depth_km: float, at: float) -> None:
        """Add a shift of what lies at this depth, worth so many seconds per kilometre outward."""
        outward = np.interp(depth_km, rows[:, 0], flattening) * (RADIUS_KM - depth_km)
        cos, sin = np.cos(at), np.sin(at)
        sums[:] += weight_s_per_km * outward * np.array([cos * cos, sin * sin, sin * cos])

    def velocity(depth_km: float, *, below: bool) -> float:
        side = np.searchsorted(rows[:, 0], depth_km, side="right" if below else "left")
        k = int(np.clip(side - 1, 0, len(rows) - 2))
        share = (depth_km - rows[k, 0]) / (rows[k + 1, 0] - rows[k, 0])
        return float(rows[k, 1] + share * (rows[k + 1, 1] - rows[k, 1]))

    def vertical(depth_km: float, *, below: bool) -> float:
        squared = (
            velocity(depth_km, below=below) ** -2 - (ray.ray_param / (RADIUS_KM - depth_km)) ** 2
        )
        return float(np.sqrt(max(squared, 0.0)))

    # The ends move with the ground they are in; an end that moves along the ray shortens it.
    down = depth[1] > depth[0]
    add(vertical(depth[0], below=down) * (1.0 if down else -1.0), depth[0], angle[0])
    add(vertical(0.0, below=True), 0.0, angle[-1])
    for i in range(1, len(depth)):
        middle, thickness = (depth[i] + depth[i - 1]) / 2.0, abs(depth[i] - depth[i - 1])
        if thickness > 0.0:  # what is faster deeper down is met later when it lies deeper
            upper, lower = min(depth[i], depth[i - 1]), max(depth[i], depth[i - 1])
            rate = np.log(velocity(upper, below=True) / velocity(lower, below=False)) / thickness
            add(rate * (time[i] - time[i - 1]), middle, (angle[i] + angle[i - 1]) / 2.0)
        crossed = i + 1 < len(depth) and (depth[i + 1] - depth[i]) * (depth[i] - depth[i - 1]) > 0
        if crossed and depth[i] in interfaces:
            jump = vertical(depth[i], below=True) - vertical(depth[i], below=False)
            add(jump, depth[i], angle[i])
    return float(sums[0]), float(sums[1]), float(sums[2])


def main() -> None:
    """Write the table."""
    model, rows = TauPyModel("ak135"), read_model()
    arrays: dict[str, NDArray[np.float64]] = {"depth_km": DEPTHS_KM, "direct_deg": DIRECT_DEGREES}
    arrays["direct_mean"] = np.array([direct_row(model, h) for h in DEPTHS_KM])
    for branch, (_, _, degrees) in BRANCHES.items():
        built = [branch_row(model, h, branch) for h in DEPTHS_KM]
        arrays[f"{branch}_deg"] = degrees
        arrays[f"{branch}_time"] = np.array([row[0] for row in built])
        arrays[f"{branch}_slowness"] = np.array([row[1] for row in built])
        arrays[f"{branch}_start"] = np.array([row[2] for row in built])
    flattening = flattening_by_radius(rows)
    arrays["ellipticity_deg"] = ELLIPTICITY_DEGREES
    arrays["ellipticity"] = np.array(
        [ellipticity_integrals(model, rows, flattening, x) for x in ELLIPTICITY_DEGREES]
    )
    TARGET.parent.mkdir(parents=True, exist_ok=True)
    np.savez_compressed(TARGET, **arrays)  # type: ignore[arg-type]


if __name__ == "__main__":
    main()
