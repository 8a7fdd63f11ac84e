"""Filing: an estimate as the derived report that it is, with the lineage it stands on.

Who may see it follows from its sources: it is marked with their banner, and it may go on only to
those for whom every originator behind it allows derivation.
"""

from __future__ import annotations

from trilogue.analysis.seismology.identification import identify
from trilogue.encoding import instant
from trilogue.errors import InputError
from trilogue.picture.locate import CoalitionEstimate
from trilogue.picture.seismic import SeismicPicture
from trilogue.picture.sources import Readable
from trilogue.reports.payloads.event import (
    Depth,
    Identification,
    SeismicEvent,
    StationLeftOut,
    StationUsed,
)
from trilogue.reports.payloads.quantities import Ellipse, EstimatedPosition, Measured, Moment

__all__ = ["event_payload", "may_go_to", "sources_of"]


def event_payload(picture: SeismicPicture, estimate: CoalitionEstimate) -> SeismicEvent:
    """Return the payload that states one coalition's estimate.

    Arrivals give place and time. They give no magnitude and so no yield, and what the event was
    stays open unless something else speaks to it: the reasons say so.

    Raises `InputError` when the coalition has none; the reason stands in the estimate.
    """
    location = estimate.location
    if location is None:
        raise InputError(
            f"{', '.join(estimate.coalition)} together have no estimate: {estimate.reason}"
        )
    judged = identify(
        location.latitude,
        location.longitude,
        ellipse=location.ellipse,
        origin=location.origin_time,
    )
    return SeismicEvent(
        event=picture.event or None,
        origin=Moment(
            instant=instant.plus("1970-01-01T00:00:00.000Z", location.origin_time),
            sd_s=location.origin_time_sd_s,
        ),
        epicentre=EstimatedPosition(
            latitude=location.latitude,
            longitude=location.longitude,
            ellipse=Ellipse(
                semi_major_m=location.ellipse.semi_major_m,
                semi_minor_m=location.ellipse.semi_minor_m,
                azimuth_deg=location.ellipse.azimuth_deg % 180.0,
                probability=location.ellipse.probability,
            ),
        ),
        depth=Depth(depth_m=Measured(location.depth_m, None), held=True),
        magnitudes=(),
        yield_estimate=None,
        identification=Identification(
            kind=judged.kind,
            probability=judged.probability,
            reasons=tuple(reason[:200] for reason in judged.reasons),
        ),
        stations_used=tuple(
            StationUsed(
                network=used.arrival.network,
                station=used.arrival.station,
                residual_s=used.residual_s,
                weight=used.weight,
            )
            for used in location.used
        ),
        stations_left_out=tuple(
            StationLeftOut(
                network=left.arrival.network, station=left.arrival.station, reason=left.reason[:200]
            )
            for left in location.left_out
        ),
    )


def sources_of(picture: SeismicPicture, estimate: CoalitionEstimate) -> tuple[Readable, ...]:
    """Return the portions behind an estimate, in the order of their logs."""
    return tuple(
        sorted(
            picture.lineage[estimate.coalition],
            key=lambda one: (one.report.speaker, one.report.index, one.portion),
        )
    )


def may_go_to(sources: tuple[Readable, ...], me: str) -> tuple[str, ...]:
    """Return the participants for whom everything behind an estimate allows derivation.

    One's own sources allow those to whom they are marked releasable; for the rest their grants
    say. An originator may see what is made of its own.
    """
    named = {who for source in sources for who in (*source.derive_for, source.report.speaker)}
    return tuple(
        who
        for who in sorted(named - {me})
        if all(who == source.report.speaker or who in source.derive_for for source in sources)
    )
