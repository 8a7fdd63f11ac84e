"""The benchmark of locating: time and distance from the truth by the number of stations.

    python -m benchmarks.locate [--stations 6,12,24,48] [--events 40] [--write]

Sources and readings are drawn as in `tools/cover_ellipses.py`: in Earths that are not the
locator's, with one reading in twelve late by seconds. Ours says how sure it is, too; the others
give a place.
"""

from __future__ import annotations

import importlib.util
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType

import click
import numpy as np
from rich.console import Console

from benchmarks.drawing import Line, put
from benchmarks.locate.rivals import METHODS
from benchmarks.page import machine, markdown, tell
from trilogue.analysis.geodesy import Plane, inverse
from trilogue.analysis.seismology import Arrival

SEED = 20_160_909
TOOL = Path(__file__).parents[2] / "tools/cover_ellipses.py"


@dataclass(frozen=True)
class Case:
    """One source and what stations read of it."""

    latitude: float
    longitude: float
    arrivals: list[Arrival]


def worlds() -> ModuleType:
    """Return the tool that draws Earths and readings."""
    spec = importlib.util.spec_from_file_location("cover_ellipses", TOOL)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module  # dataclasses look their module up
    spec.loader.exec_module(module)
    return module


def cases(count: int, events: int) -> list[Case]:
    """Draw events near the test site, each read by so many stations.

    As many as there are stand where the shipped readings come from; more stand between those.
    """
    tool, rng, found = worlds(), np.random.default_rng(SEED + count), []
    while len(found) < events:
        plane = Plane(41.3, 129.08)
        latitude, longitude = (float(x) for x in plane.unproject(*rng.normal(0.0, 20_000.0, 2)))
        known = tool.STATIONS
        chosen = [known[i] for i in rng.permutation(len(known))[:count]]
        for number in range(count - len(chosen)):
            one, other = (known[int(i)] for i in rng.integers(len(known), size=2))
            share = rng.uniform(0.2, 0.8)
            place = (share * one[k] + (1.0 - share) * other[k] for k in (2, 3))
            chosen.append((f"X{number:02d}", one[1], *map(float, place)))
        try:
            arrivals = tool.observe(latitude, longitude, chosen, rng.uniform(0.6, 1.4), rng)
        except np.linalg.LinAlgError:
            continue  # two stations stand on one spot
        found.append(Case(latitude, longitude, arrivals))
    return found


def measure(
    method: Callable[[Sequence[Arrival]], tuple[float, float]], drawn: Sequence[Case]
) -> tuple[float, float, float]:
    """Return CPU milliseconds an event, and the error in km that half and 90 % keep within."""
    method(drawn[0].arrivals)  # tables are read and code is compiled
    errors, begun = [], time.process_time()
    for one in drawn:
        place = method(one.arrivals)
        errors.append(float(inverse(*place, one.latitude, one.longitude)[0]) / 1000.0)
    took = time.process_time() - begun
    return 1e3 * took / len(drawn), *(float(np.percentile(errors, q)) for q in (50, 90))  # type: ignore[return-value]


@click.command()
@click.option("--stations", default="6,12,24,48", help="Numbers of stations, by commas.")
@click.option("--events", default=40, help="Events at each number of stations.")
@click.option("--write", is_flag=True, help="Put the table and the figure into docs.")
def main(stations: str, events: int, write: bool) -> None:
    """Run the benchmark of locating."""
    console, found = Console(width=200), {}
    counts = list(map(int, stations.split(",")))
    for count in counts:
        drawn = cases(count, events)
        for name, method in METHODS.items():
            with console.status(f"{name}, {count} stations"):
                found[name, count] = measure(method, drawn)
    table = markdown(
        f"Events located from first arrivals, {events} each; one reading in twelve is late",
        ("method", "stations", "CPU ms", "median error km", "90 % within km"),
        [
            [name, str(count), *(f"{value:,.1f}" for value in found[name, count])]
            for name in METHODS
            for count in counts
        ],
    )
    said = f"{table}\n\n{machine(('numpy', 'scipy'))}."
    tell("locate", said, write=write)
    if write:
        put(
            "locate",
            "Locating an event",
            "stations",
            "CPU ms",
            [Line(name, [(n, found[name, n][0]) for n in counts]) for name in METHODS],
        )


if __name__ == "__main__":
    main()
