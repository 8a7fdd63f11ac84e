"""Simulated flights as the reports in which participants would share them.

`plots` is what the sensors of a shipped scenario saw, cut into one payload a sensor and stretch of
time; `readable` makes of a payload what a node gives to its picture.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields, is_dataclass, replace
from functools import cache
from typing import Any

import numpy as np
from tests.support.trio import Filed, Trio, marking

from trilogue.analysis.scenario.play import Played, play
from trilogue.analysis.scenario.scenario import load
from trilogue.analysis.tracking.plots import PlotTable
from trilogue.encoding import base64, canonical, instant
from trilogue.marking import Marking
from trilogue.node.inputs import PlaceInput, PortionInput, ReportInput
from trilogue.picture.plotted import EPOCH, plots_payload
from trilogue.picture.sources import Readable
from trilogue.reports.cite import Cite
from trilogue.reports.header import Leg, Place, Source
from trilogue.reports.payloads.plots import Plots
from trilogue.reports.payloads.quantities import Moment
from trilogue.reports.payloads.registry import Payload, encode_payload, payload_type
from trilogue.reports.payloads.track import Track
from trilogue.reports.portion import PortionDraft, seal

PARTICIPANTS = ("KR", "US", "JP")
LEGS = (Leg("KR", "US", "us-kr-1987"), Leg("US", "JP", "us-jp-2007"))


@dataclass(frozen=True)
class Shared:
    """One payload of plots and whose it is."""

    owner: str
    sensor: str
    plots: Plots
    begins: float
    ends: float


@cache
def played(scenario: str = "single", seed: int = 1) -> Played:
    """Return a shipped scenario, played once per process."""
    return play(load(scenario), seed)


@cache
def table(until: float = 90.0, every: int = 1, scenario: str = "single") -> PlotTable:
    """Return the plots up to some seconds after the (first) cut-off, each sensor's nth."""
    game = played(scenario)
    flight = game.flights[0]
    seen = game.observed.plots.until(flight.launched + flight.trajectory.burnout_s + until)
    keep = np.zeros(len(seen), bool)
    for index in range(len(seen.sensors)):
        keep[np.flatnonzero(seen.sensor == index)[::every]] = True
    slower = [replace(s, period_s=s.period_s * every) for s in seen.sensors]
    return replace(seen.where(keep), sensors=tuple(slower))


def cut(rows: PlotTable, seconds: float = 1e9, first: float = 0.0) -> list[Shared]:
    """Return a table as payloads, one a sensor and stretch of time, counted from `first`."""
    out = []
    for index, sensor in enumerate(rows.sensors):
        own = rows.where(rows.sensor == index)
        stretch = np.floor((own.time - first) / seconds)
        for number in np.unique(stretch):
            part = own.where(stretch == number)
            out.append(
                Shared(
                    sensor.owner,
                    sensor.id,
                    plots_payload(part, index),
                    float(part.time[0]),
                    float(part.time[-1]),
                )
            )
    return out


def readable(
    speaker: str,
    index: int,
    payload: Payload,
    derived_from: Iterable[Readable] = (),
    **header: Any,
) -> Readable:
    """Return a sealed portion as one who opened it gives it to its picture."""
    sources = tuple(derived_from)
    whose = tuple(sorted({one.report.speaker for one in sources})) or (speaker,)
    draft = PortionDraft(
        marking=Marking(
            level="CONFIDENTIAL",
            originators=whose,
            releasable_to=tuple(p for p in ("JP", "KR", "US") if (p,) != whose),
            caveats=("ORCON",),
        ),
        payload_type=payload_type(payload),
        plaintext=encode_payload(payload),
        subject="missile-launch",
        handling=LEGS,
        place=Place(latitude_e5=3_950_000, longitude_e5=12_600_000),
        derived_from=tuple(
            Source(report=one.report, portion=one.portion, grants=()) for one in sources
        ),
        **header,
    )
    sealed = seal(draft)
    return Readable(
        Cite(speaker, index, base64.encode(index.to_bytes(32, "big"))),
        base64.encode(sealed.digest),
        sealed.header,
        payload,
        ("JP", "KR", "US"),
    )


def readables(shared: Iterable[Shared]) -> list[Readable]:
    """Return payloads as portions that may be read, each of a report of its own."""
    return [readable(one.owner, 100 + n, one.plots) for n, one in enumerate(shared)]


def track_payload(
    name: str,
    time: float,
    state: np.ndarray,
    covariance: np.ndarray,
    lineage: Iterable[str],
    phase: str = "midcourse",
    **more: Any,
) -> Track:
    """Return a state as the payload in which a participant shares it."""
    rows = 0.5 * (covariance + covariance.T)
    return Track(
        id=name,
        time=Moment(instant=instant.plus(EPOCH, time), sd_s=None),
        state=tuple(map(float, state)),
        covariance=tuple(tuple(map(float, row)) for row in rows),
        phase=phase,
        lineage=tuple(sorted(set(lineage))),
        **more,
    )


def bits(value: Any) -> Any:
    """Return everything in a picture as values whose equality is equality of bits."""
    if isinstance(value, Readable):
        return value.portion
    if isinstance(value, np.ndarray):
        return value.dtype.str, value.shape, value.tobytes()
    if isinstance(value, float):
        return float(value).hex()
    if is_dataclass(value) and not isinstance(value, type):
        return type(value).__name__, tuple(
            (field.name, bits(getattr(value, field.name))) for field in fields(value)
        )
    if isinstance(value, dict):
        return tuple((key, bits(value[key])) for key in value)
    if isinstance(value, tuple | list):
        return tuple(map(bits, value))
    return value


def submit_plots(trio: Trio, shared: Sequence[Shared]) -> Filed:
    """Have the owner of some payloads submit them as one report."""
    (owner,) = {one.owner for one in shared}
    return trio.submit(
        owner,
        ReportInput(
            portions=tuple(
                PortionInput(
                    payload_type="plots",
                    payload=canonical.loads(canonical.encode_payload(one.plots)),
                    marking=marking(),
                    subject="missile-launch",
                    place=PlaceInput(latitude=39.5, longitude=126.0),
                )
                for one in shared
            )
        ),
    )


def grant_plots(trio: Trio, what: Filed, *audience: str, **fields: Any) -> Cite:
    """Grant a report of plots, for its audience to derive from and pass on."""
    return trio.grant(
        what,
        audience=audience or None,
        **{"derive_for": tuple(p for p in PARTICIPANTS if p != what.speaker), **fields},
    )
