"""`seismic-arrivals`: readings of seismic phases at stations."""

from typing import Annotated

import msgspec

from trilogue.reports.payloads.quantities import Code, Moment, Position, Positive

__all__ = ["Arrival", "SeismicArrivals"]


class Arrival(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One phase read at one station. Codes are those of the FDSN (SEED manual, appendix A, J)."""

    network: Code
    station: Code
    location: Annotated[str, msgspec.Meta(pattern=r"^[A-Za-z0-9-]{0,8}$(?!\n)", max_length=8)]
    """Empty for a site's only instrument."""
    channel: Code
    position: Position
    phase: Annotated[
        str, msgspec.Meta(pattern=r"^[A-Za-z][A-Za-z0-9*'_]{0,7}$(?!\n)", max_length=8)
    ]
    """IASPEI name: `P`, `Pn`, `S`."""
    time: Moment
    """Arrival of the phase; `sd_s` is the uncertainty of the onset."""
    snr: Positive | None
    """Ratio of signal to noise amplitude at the onset, without unit."""


class SeismicArrivals(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    forbid_unknown_fields=True,
    tag_field="type",
    tag="seismic-arrivals",
):
    """Arrivals that their author ascribes to one event."""

    event: Code | None
    """The author's own name for the event; it binds nobody else's."""
    arrivals: Annotated[tuple[Arrival, ...], msgspec.Meta(min_length=1, max_length=10_000)]

    def __post_init__(self) -> None:
        """Check that no reading stands twice."""
        seen: set[tuple[str, ...]] = set()
        for row in self.arrivals:
            key = (row.network, row.station, row.location, row.channel, row.phase)
            if key in seen:
                raise ValueError(f"arrivals: {'.'.join(key)} stands twice")
            seen.add(key)
