"""The files of a simulated run: payloads, truth, and what reaches whom when."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from trilogue.analysis.scenario.sensors import PARTICIPANTS
from trilogue.encoding import canonical, instant
from trilogue.errors import InputError
from trilogue.picture.plotted import EPOCH, plots_payload
from trilogue.reports.payloads import Plots

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from numpy.typing import NDArray

    from trilogue.analysis.scenario.observe import Flight
    from trilogue.analysis.scenario.play import Played

__all__ = ["DELIVERY", "ORIGINS", "TRUTH", "moment", "write"]

DELIVERY = ("file", "row", "originator", "recipient", "received_utc", "withdrawn_utc")
ORIGINS = ("file", "row", "flight")
TRUTH = (
    "time_utc", "x_m", "y_m", "z_m", "vx_mps", "vy_mps", "vz_mps", "burning", "simulated",
)  # fmt: skip
_MOST_ROWS = 100_000
"""Of one payload: see `reports.payloads.plots`."""


def moment(time: float) -> str:
    """Return POSIX seconds as an instant, to the nearest millisecond."""
    return instant.plus(EPOCH, float(time))


def write(played: Played, summary: dict[str, Any], out: Path) -> None:
    """Write a run into a directory. Raises `InputError` when a payload could not be submitted."""
    payloads = _payloads(played)
    out.mkdir(parents=True, exist_ok=True)
    (out / "scenario.toml").write_text(played.scenario.text, "utf-8", newline="")
    (out / "summary.json").write_bytes(canonical.encode_payload(summary))
    for flight in played.flights:
        _csv(out / f"truth-{flight.name}.csv", TRUTH, _truth(flight))
    for index, payload in payloads.items():
        (out / _name(played, index)).write_bytes(payload)
    _csv(out / "delivery.csv", DELIVERY, _delivery(played, payloads))
    _csv(out / "origins.csv", ORIGINS, _origins(played, payloads))


def _name(played: Played, index: int) -> str:
    return f"plots-{played.observed.plots.sensors[index].id}.json"


def _payloads(played: Played) -> dict[int, bytes]:
    """Return the payload of each sensor that has plots, as its owner would submit it."""
    plots = played.observed.plots
    found = {}
    for index, count in enumerate(np.bincount(plots.sensor, minlength=len(plots.sensors))):
        if count > _MOST_ROWS:
            raise InputError(
                f"{plots.sensors[index].id} has {count} plots, and a portion holds {_MOST_ROWS}",
                hint="give it less clutter, or a longer period",
            )
        if count:
            found[index] = canonical.encode_payload(plots_payload(plots, index))
            # What a node would refuse is not written.
            canonical.decode_payload(found[index], Plots)
    return found


def _delivery(played: Played, indices: Iterable[int]) -> Iterator[tuple[object, ...]]:
    plots = played.observed.plots
    reach = {who: (played.received(who), played.withdrawn(who)) for who in PARTICIPANTS}
    for index in indices:
        rows = np.flatnonzero(plots.sensor == index)
        for recipient, (received, withdrawn) in reach.items():
            arrives = np.isfinite(received[rows])
            times = (_moments(one[rows][arrives]) for one in (received, withdrawn))
            for row, at, gone in zip(np.flatnonzero(arrives), *times, strict=True):
                yield _name(played, index), row, plots.sensors[index].owner, recipient, at, gone


def _origins(played: Played, indices: Iterable[int]) -> Iterator[tuple[object, ...]]:
    plots, origin = played.observed.plots, played.observed.origin
    for index in indices:
        for row, of in enumerate(origin[plots.sensor == index]):
            yield _name(played, index), row, "" if of < 0 else played.flights[of].name


def _truth(flight: Flight) -> Iterable[tuple[object, ...]]:
    """Return a flight once a second, and where it ends, to the millisecond before it does."""
    path = flight.trajectory
    last = np.floor(path.flight_time_s * 1e3) / 1e3
    time = np.append(np.arange(0.0, last), last)
    position, velocity = path.at(time)
    return (
        (
            when,
            *(f"{x:.3f}" for x in p),
            *(f"{x:.4f}" for x in v),
            "true" if burns else "false",
            "true",
        )
        for when, p, v, burns in zip(
            _moments(flight.launched + time), position, velocity, path.burns_at(time), strict=True
        )
    )


def _moments(time: NDArray[np.float64]) -> list[str]:
    """Return instants of POSIX seconds `(n,)`, to the nearest millisecond; inf is empty."""
    known = np.isfinite(time)
    stamps = np.round(np.where(known, time, 0.0) * 1e3).astype("datetime64[ms]")
    text = np.datetime_as_string(stamps, unit="ms")
    return [f"{one}Z" if there else "" for one, there in zip(text, known, strict=True)]


def _csv(path: Path, columns: Sequence[str], rows: Iterable[tuple[object, ...]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(columns)
        writer.writerows(rows)
