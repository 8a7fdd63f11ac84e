"""CZML of a seismic event: the ellipse that it lies in, and the stations that heard it."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from trilogue.encoding import instant
from trilogue.interop.czml_pieces import EVENT, NEAR_M, Packet, dot, label, owner_colour, text

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from trilogue.interop.czml_voice import EventVoice, Told
    from trilogue.picture.locate import CoalitionEstimate
    from trilogue.reports.payloads.arrivals import Arrival

__all__ = ["event_packets"]

_EPOCH = "1970-01-01T00:00:00.000Z"
_UNUSED = [170, 170, 170, 255]


def event_packets(
    estimate: CoalitionEstimate,
    heard: Iterable[tuple[str, Arrival]],
    voice: EventVoice,
    *,
    within: str = "",
) -> Iterator[Packet]:
    """Yield one coalition's location and its stations; `heard` are participants and readings.

    `within` goes before every id.
    """
    found = estimate.location
    if found is not None:
        told, ellipse = voice.event(estimate), found.ellipse
        yield {
            "id": f"{within}location",
            "name": told.name,
            "description": text(told.sentences),
            "position": {"cartographicDegrees": [found.longitude, found.latitude, 0.0]},
            "ellipse": {
                "semiMajorAxis": max(ellipse.semi_major_m, ellipse.semi_minor_m),
                "semiMinorAxis": ellipse.semi_minor_m,
                "rotation": math.radians(90.0 - ellipse.azimuth_deg),
                "height": 0.0,
                "material": {"solidColor": {"color": {"rgba": [*EVENT[:3], 70]}}},
                "outline": True,
                "outlineColor": {"rgba": EVENT},
            },
            "point": dot(8, EVENT),
            "label": label(told.name),
            "properties": {
                "probability": {"number": ellipse.probability},
                "semi_major_m": {"number": ellipse.semi_major_m},
                "semi_minor_m": {"number": ellipse.semi_minor_m},
                "azimuth_deg": {"number": ellipse.azimuth_deg},
                "time": {"string": instant.plus(_EPOCH, found.origin_time)},
                "time_sd_s": {"number": found.origin_time_sd_s},
            },
        }
    said: dict[tuple[str, str], Told] = {}
    for left in (() if found is None else found.left_out) + estimate.aside:
        said[left.arrival.network, left.arrival.station] = voice.left_out(left)
    used = set()
    for one in () if found is None else found.used:
        used.add((one.arrival.network, one.arrival.station))
        said[one.arrival.network, one.arrival.station] = voice.used(one)
    done = set()
    for owner, row in heard:
        key = row.network, row.station
        if key in done:
            continue
        done.add(key)
        told = said.get(key) or voice.heard(owner, row)
        yield {
            "id": f"{within}station/{row.network}.{row.station}",
            "name": told.name,
            "description": text(told.sentences),
            "position": {
                "cartographicDegrees": [row.position.longitude, row.position.latitude, 0.0]
            },
            "point": dot(7, owner_colour(owner) if key in used else _UNUSED),
            "label": label(row.station, within_m=NEAR_M),
            "properties": {
                "owner": {"string": owner},
                "kind": {"string": "station"},
                "used": {"boolean": key in used},
            },
        }
