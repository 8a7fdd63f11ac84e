"""Nuclear tests on the globe: where each was as one coalition says, and the stations behind it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import partial
from typing import TYPE_CHECKING

from trilogue.analysis.geodesy.frames import to_ecef
from trilogue.console.globe.reel import Made, Turn
from trilogue.interop.czml_events import event_packets
from trilogue.node.inputs import Place, SourceInput

if TYPE_CHECKING:
    from trilogue.console.globe.voice import Voice
    from trilogue.picture.locate import CoalitionEstimate
    from trilogue.picture.seismic import SeismicPicture

__all__ = ["chosen_estimate", "event_sources", "put_events"]

_AROUND_M = 900_000.0
"""Shown around an epicentre: the stations of its neighbours."""
_STATION = "10031500002201000000"


def chosen_estimate(picture: SeismicPicture, coalition: Sequence[str]) -> CoalitionEstimate | None:
    """Return what a coalition says of an event: those of it who have readings; empty is all."""
    if not coalition:
        return picture.best
    here = tuple(p for p in picture.best.coalition if p in coalition)
    return next((one for one in picture.estimates if one.coalition == here), None)


def event_sources(
    pictures: Iterable[SeismicPicture], coalition: Sequence[str]
) -> list[SourceInput]:
    """Return the portions behind all that is shown."""
    return [
        SourceInput(
            report=Place(speaker=source.report.speaker, index=source.report.index),
            portion=source.portion,
        )
        for picture in pictures
        if (one := chosen_estimate(picture, coalition)) is not None
        for source in picture.lineage[one.coalition]
    ]


def put_events(
    turn: Turn, pictures: Iterable[SeismicPicture], coalition: Sequence[str], voice: Voice
) -> None:
    """Put every event into a turn, as one coalition sees it."""
    for picture in pictures:
        estimate = chosen_estimate(picture, coalition)
        if estimate is not None:
            turn.put(
                f"event/{picture.first_arrival}",
                (picture, estimate),
                partial(_made, picture, estimate, voice),
            )


def _made(picture: SeismicPicture, estimate: CoalitionEstimate, voice: Voice) -> Made:
    name = f"event/{picture.first_arrival}"
    heard = [
        (source.report.speaker, row)
        for source in picture.lineage[estimate.coalition]
        for row in getattr(source.payload, "arrivals", ())
    ]
    packets = list(event_packets(estimate, heard, voice, within=f"{name}/"))
    for packet in packets:
        if "/station/" in packet["id"]:
            packet["properties"]["symbol"] = {"string": _STATION}
    found = estimate.location
    centre = to_ecef(41.3, 129.1, 0.0)
    radius = _AROUND_M
    if found is not None:
        centre = to_ecef(found.latitude, found.longitude, 0.0)
        radius = max(radius, 1.5 * found.ellipse.semi_major_m)
    when = picture.first_arrival
    head = {
        "id": name,
        "name": picture.event or f"{when[:10]} {when[11:19]} UTC",
        "properties": {
            "group": {"boolean": True},
            "centre": {"array": [round(float(x)) for x in centre]},
            "radius": {"number": round(radius)},
        },
    }
    return Made((*packets, head))
