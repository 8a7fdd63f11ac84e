"""Synthetic networks: stations about a source, and the arrivals that ak135 gives them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from trilogue.analysis.geodesy import Plane
from trilogue.analysis.seismology import Arrival
from trilogue.analysis.seismology.network import Network

ORIGIN = 1_473_381_001.353


def arrival(name: str = "AAA", time: float = ORIGIN, **changes: object) -> Arrival:
    """Return an arrival with what does not matter filled in."""
    fields: dict[str, object] = {
        "network": "XX",
        "station": name,
        "location": "",
        "channel": "BHZ",
        "latitude": 40.0,
        "longitude": 130.0,
        "phase": "P",
        "time": time,
        "snr": 500.0,
    }
    return Arrival(**(fields | changes))  # type: ignore[arg-type]


def ring(
    latitude: float,
    longitude: float,
    places: Sequence[tuple[float, float]],
    *,
    depth_m: float = 500.0,
    errors: Sequence[float] | None = None,
    snr: float = 500.0,
) -> list[Arrival]:
    """Return exact arrivals, plus errors, at stations given by azimuth (deg) and distance (km)."""
    azimuth, km = np.radians([a for a, _ in places]), np.array([d for _, d in places])
    latitudes, longitudes = Plane(latitude, longitude).unproject(
        1000.0 * km * np.sin(azimuth), 1000.0 * km * np.cos(azimuth)
    )
    blank = [
        arrival(f"S{i:02d}", latitude=float(a), longitude=float(b), snr=snr)
        for i, (a, b) in enumerate(zip(latitudes, longitudes, strict=True))
    ]
    network = Network.of(blank, depth_m)
    times = network.times(np.array([latitude]), np.array([longitude]))[0]
    wrong = np.zeros(len(blank)) if errors is None else np.array(errors)
    return [
        arrival(a.station, ORIGIN + float(t), latitude=a.latitude, longitude=a.longitude, snr=snr)
        for a, t in zip(blank, times + wrong, strict=True)
    ]


AROUND = [(20.0, 300.0), (75.0, 450.0), (130.0, 600.0), (190.0, 350.0), (250.0, 700.0),
          (300.0, 900.0), (340.0, 500.0), (100.0, 1100.0)]  # fmt: skip
