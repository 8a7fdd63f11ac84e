"""Flights and plots for the campaigns on accuracy: what is flown, who looks, what is held back.

The missiles are nobody's, and share neither family nor parameters with the ensemble of ascents that
launch points are found with. Every run flies a missile whose thrust, mass flow, pitch and drag are
drawn about its round figures: no filter and no template knows it. Plots are those of the simulator
of sensors, which shares no measurement with the filters. Seeds from `HELD_BACK` on were used for
nothing while settings were chosen.
"""

from __future__ import annotations

import math
from dataclasses import replace
from functools import cache

from tools.build_ascents import drawn

from trilogue.analysis.flight.missile import Missile
from trilogue.analysis.flight.simulate import simulate
from trilogue.analysis.scenario.missiles import MISSILES
from trilogue.analysis.scenario.observe import Flight, observe
from trilogue.analysis.scenario.sensors import sensor_set
from trilogue.analysis.scenario.streams import stream
from trilogue.analysis.tracking.sensor import Bias, Sensor
from trilogue.analysis.value.case import LAUNCHED, Run
from trilogue.analysis.value.families import FAMILIES, flights_of, sites
from trilogue.analysis.value.missiles import fitted, perturbed

__all__ = ["COALITIONS", "DRAWN", "FLIGHTS", "HELD_BACK", "classes", "fly", "sensors"]

HELD_BACK = 10_000
COALITIONS = (
    ("KR",), ("JP",), ("US",), ("KR", "JP"), ("JP", "US"), ("KR", "US"), ("KR", "JP", "US"),
)  # fmt: skip
FLIGHTS = {
    "900 km": MISSILES["one-stage"],
    "3,500 km": MISSILES["two-stage"],
    "lofted": MISSILES["two-stage-lofted"],
}
SITE = (39.5, 126.0)
AZIMUTH = 78.0
DRAWN = "drawn at random"
"""A missile like those of the ensemble of ascents, and none of them: as wide as not knowing is."""
SITES = 6
AZIMUTHS = (60.0, 110.0)
"""Of the flights of the record's classes: out to sea."""


def sensors(*, biased: bool = True) -> tuple[Sensor, ...]:
    """Return the shipped notional sensors without clutter, with or without biases."""
    quiet = (replace(one, clutter_per_scan=0.0) for one in sensor_set("notional"))
    return tuple(one if biased else replace(one, bias=Bias()) for one in quiet)


@cache
def classes() -> dict[str, Missile]:
    """Return the missiles of the record's classes, by class and shape of flight.

    Each is fitted to what its class flies; see `trilogue.analysis.value`.
    """
    wanted = (one for family in FAMILIES for one in flights_of(family))
    return {f"{one.name}, {one.shape}": fitted(one).missile for one in wanted}


def fly(name: str, seed: int, *, biased: bool = True, until: float = math.inf) -> Run:
    """Fly one of `FLIGHTS` with a seed, and look at it until some seconds after the cut-off.

    Or one of `classes`, or one `DRAWN`: from one of the sites most used, in a direction drawn at
    random.
    """
    rng = stream(seed, name, "missile")
    if name in FLIGHTS:
        path = simulate(perturbed(FLIGHTS[name], rng), *SITE, AZIMUTH)
    else:
        site = sites(SITES)[int(rng.integers(SITES))]
        place, azimuth = (site.latitude, site.longitude), float(rng.uniform(*AZIMUTHS))
        if name == DRAWN:
            path = drawn(rng, *place, azimuth)
        else:
            path = simulate(perturbed(classes()[name], rng), *place, azimuth)
    seen = observe(
        sensors(biased=biased),
        [Flight(name, path, LAUNCHED)],
        # Biases of its own for each flight: under one seed all would share them.
        seed=int(stream(seed, name, "sensors").integers(2**32)),
        until=LAUNCHED + min(path.flight_time_s, path.burnout_s + until),
    )
    return Run(path, seen.plots)
