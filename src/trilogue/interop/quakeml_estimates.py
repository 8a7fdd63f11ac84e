"""What coalitions say of an event, made ready for QuakeML: each coalition has its origin."""

from __future__ import annotations

from typing import TYPE_CHECKING

from trilogue.encoding import instant
from trilogue.interop.quakeml import Located, Origin, Used
from trilogue.picture.filing import event_payload
from trilogue.picture.seismic import SeismicPicture
from trilogue.reports.payloads.arrivals import Arrival
from trilogue.reports.payloads.quantities import Moment, Position

if TYPE_CHECKING:
    from collections.abc import Sequence

    from trilogue.analysis.seismology import Arrival as Reading
    from trilogue.picture.locate import CoalitionEstimate

__all__ = ["located_by"]

_EPOCH = "1970-01-01T00:00:00.000Z"


def located_by(name: str, estimates: Sequence[CoalitionEstimate]) -> Located:
    """Return an event with one origin a coalition; one without a location leaves its reason."""
    rows: dict[Reading, int] = {}
    origins, remarks = [], []
    whole = SeismicPicture(name, "", tuple(estimates), {})
    for estimate in estimates:
        label = ", ".join(estimate.coalition)
        found = estimate.location
        if found is None:
            remarks.append(f"readings of {label}: no location: {estimate.reason}")
            continue
        used = tuple(
            Used(rows.setdefault(one.arrival, len(rows)), one.residual_s, one.weight)
            for one in found.used
        )
        for left in found.left_out:
            rows.setdefault(left.arrival, len(rows))
        origins.append(Origin(label, event_payload(whole, estimate), used, found.notes))
    return Located(name, tuple(origins), tuple(_arrival(one) for one in rows), tuple(remarks))


def _arrival(reading: Reading) -> Arrival:
    return Arrival(
        network=reading.network,
        station=reading.station,
        location=reading.location,
        channel=reading.channel,
        position=Position(
            latitude=reading.latitude,
            longitude=reading.longitude,
            height_m=None,
            sd_m=reading.position_sd_m or None,
        ),
        phase=reading.phase,
        time=Moment(instant=instant.plus(_EPOCH, reading.time), sd_s=reading.onset_sd),
        snr=reading.snr,
    )
