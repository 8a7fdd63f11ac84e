"""Count how often the 90 % ellipse holds the truth, in Earths that are not the locator's.

    python tools/cover_ellipses.py [EVENTS] [SEED]

Sources are drawn near Punggye-ri and over the Korean peninsula and its seas, stations from those of
the shipped arrivals, at random or by participant. Their times come from a rival world:

* a random field of slowness with a correlation length of 300 km, integrated along each path
  (the locator correlates by station separation instead), and a delay below each station that
  changes over 50 km;
* another one-dimensional model beneath: Pn faster or slower by up to one per cent;
* onsets read late by a half-normal error that falls with the signal-to-noise ratio (the locator
  takes an exponential one), and one pick in twelve late by seconds.

The scatter of each world is drawn from the range that is published, 0.6 to 1.4 s at 1,000 km.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from trilogue.analysis.geodesy import MEAN_RADIUS_KM, Plane, unit_vector
from trilogue.analysis.seismology import Arrival, Location, locate
from trilogue.analysis.seismology.network import Network

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

# Station, participant, latitude, longitude: those of `data/seismic_arrivals.csv`.
STATIONS = [
    ("BJT", "US", 40.0183, 116.1679), ("HIA", "US", 49.2704, 119.7414),
    ("MDJ", "US", 44.617, 129.5908), ("INCN", "US", 37.4776, 126.6239),
    ("MAJO", "US", 36.5457, 138.2041), ("ERM", "US", 42.015, 143.1572),
    ("JEW", "JP", 42.8427, 141.4462), ("JGF", "JP", 35.604, 137.3542),
    ("JHS", "JP", 35.0018, 133.1137), ("JMM", "JP", 37.869, 140.7897),
    ("JMN", "JP", 33.7315, 133.8763), ("JSD", "JP", 38.04, 138.2572),
    ("JTM", "JP", 40.7895, 141.0647), ("JTU", "JP", 34.5275, 129.3963),
    ("JNU", "JP", 33.125, 130.8767), ("JSG", "JP", 34.6777, 138.183),
    ("JSU", "JP", 31.5093, 130.4527), ("JKA", "JP", 44.1188, 142.593),
    ("TJN", "KR", 36.3805, 127.3617), ("BUS2", "KR", 35.2486, 129.1125),
    ("CHJ2", "KR", 36.873, 127.9748), ("NAWB", "KR", 35.4213, 127.3964),
    ("SEHB", "KR", 38.2686, 128.2525), ("SEO2", "KR", 37.4939, 126.9171),
]  # fmt: skip

FIELD_KM, DELAY_KM = 300.0, 50.0
FALSE_SHARE, FALSE_SCALE_S = 1.0 / 12.0, 5.0
_NODES, _WEIGHTS = np.polynomial.legendre.leggauss(16)


@dataclass(frozen=True)
class Trial:
    """One source, its location, and how it was observed."""

    location: Location
    latitude: float
    longitude: float
    kind: str
    scatter_s: float


def world(
    source: NDArray[np.float64],
    receivers: NDArray[np.float64],
    scatter_s: float,
    rng: np.random.Generator,
) -> NDArray[np.float64]:
    """Return delays in seconds, `(n,)`: the field along the paths, and below the stations."""
    angle = np.arccos(np.clip(receivers @ source, -1.0, 1.0))
    share = (_NODES + 1.0) / 2.0
    points = (
        np.sin(np.outer(1.0 - share, angle))[..., None] * source
        + np.sin(np.outer(share, angle))[..., None] * receivers
    ) / np.sin(angle)[None, :, None]
    flat = points.transpose(1, 0, 2).reshape(-1, 3)
    apart = np.sqrt(np.maximum(2.0 - 2.0 * flat @ flat.T, 0.0)) * MEAN_RADIUS_KM
    lengths = (_WEIGHTS / 2.0)[None, :] * angle[:, None] * MEAN_RADIUS_KM
    weights = lengths.reshape(-1)
    n = len(receivers)
    paths = (np.exp(-apart / FIELD_KM) * np.outer(weights, weights)).reshape(n, 16, n, 16)
    field = paths.sum(axis=(1, 3))
    # Three quarters of the variance at 1,000 km along the path, one quarter below the station.
    ratio = 1000.0 / FIELD_KM
    unit = 2.0 * FIELD_KM**2 * (ratio - 1.0 + np.exp(-ratio))
    near = np.sqrt(np.maximum(2.0 - 2.0 * receivers @ receivers.T, 0.0)) * MEAN_RADIUS_KM
    whole = 0.75 * field / unit + 0.25 * np.exp(-near / DELAY_KM)
    root = np.linalg.cholesky(whole + 1e-9 * np.eye(n))
    delays: NDArray[np.float64] = scatter_s * (root @ rng.standard_normal(n))
    return delays


def observe(
    latitude: float,
    longitude: float,
    stations: Sequence[tuple[str, str, float, float]],
    scatter_s: float,
    rng: np.random.Generator,
) -> list[Arrival]:
    """Return what stations read of a source at a place, in a world drawn anew."""
    snr = np.exp(rng.normal(4.6, 1.2, len(stations)))
    blank = [
        Arrival(network="XX", station=name, location="", channel="BHZ", latitude=a, longitude=b,
                phase="P", time=0.0, snr=float(ratio), participant=owner)
        for (name, owner, a, b), ratio in zip(stations, snr, strict=True)
    ]  # fmt: skip
    network = Network.of(blank, rng.uniform(0.0, 1_000.0))
    here = np.array([latitude]), np.array([longitude])
    times = network.times(*here)[0] * (1.0 + rng.uniform(-0.01, 0.01) * 0.5)
    times += world(unit_vector(*here)[0], network.receivers, scatter_s, rng)
    times += 0.05 * rng.standard_normal(len(blank)) + np.abs(rng.normal(0.0, 15.0 / snr))
    false = rng.random(len(blank)) < FALSE_SHARE
    times += np.where(false, rng.exponential(FALSE_SCALE_S, len(blank)), 0.0)
    return [
        Arrival(network=a.network, station=a.station, location="", channel="BHZ",
                latitude=a.latitude, longitude=a.longitude, phase="P", time=float(t), snr=a.snr,
                participant=a.participant)
        for a, t in zip(blank, times, strict=True)
    ]  # fmt: skip


def trial(rng: np.random.Generator) -> Trial:
    """Draw a source and its observers, and locate it."""
    if rng.random() < 0.5:
        plane = Plane(41.3, 129.08)
        latitude, longitude = (float(x) for x in plane.unproject(*rng.normal(0.0, 20_000.0, 2)))
    else:
        latitude, longitude = float(rng.uniform(36.0, 43.0)), float(rng.uniform(124.0, 132.0))
    kind = ("KR", "JP", "US", "all", "some", "some")[int(rng.integers(6))]
    if kind == "some":
        count = int(rng.integers(5, 21))
        stations = [STATIONS[i] for i in rng.choice(len(STATIONS), count, replace=False)]
    else:
        stations = [s for s in STATIONS if kind in ("all", s[1]) and rng.random() < 0.9]
    if len(stations) < 4:
        return trial(rng)
    scatter = float(rng.choice([0.6, 1.0, 1.4]))
    arrivals = observe(latitude, longitude, stations, scatter, rng)
    return Trial(locate(arrivals), latitude, longitude, kind, scatter)


def main(events: int = 1000, seed: int = 1) -> None:
    """Print the share of ellipses that hold the truth, whole and in parts."""
    rng = np.random.default_rng(seed)
    trials = [trial(rng) for _ in range(events)]

    def tell(name: str, kept: Sequence[Trial]) -> None:
        held = np.array([t.location.contains(t.latitude, t.longitude) for t in kept])
        errors = [
            float(np.hypot(*Plane(t.latitude, t.longitude).project(
                t.location.latitude, t.location.longitude))) / 1000.0
            for t in kept
        ]  # fmt: skip
        axes = [t.location.ellipse.semi_major_m / 1000.0 for t in kept]
        sd = 100.0 * float(np.sqrt(0.09 / len(kept)))
        print(
            f"{name:12} {len(kept):5d} held {100 * held.mean():5.1f} % (± {sd:.1f}) "
            f"median error {np.median(errors):6.1f} km, semi-major {np.median(axes):6.1f} km"
        )

    tell("all trials", trials)
    for kind in ("KR", "JP", "US", "all", "some"):
        tell(kind, [t for t in trials if t.kind == kind])
    for scatter in (0.6, 1.0, 1.4):
        tell(f"{scatter} s", [t for t in trials if t.scatter_s == scatter])


if __name__ == "__main__":
    main(*(int(x) for x in sys.argv[1:3]))
