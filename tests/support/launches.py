"""Reports of launches and of activity at sites, as participants file and share them."""

from __future__ import annotations

from typing import Any

from tests.support.trio import PARTICIPANTS, Filed, Trio, marking

from trilogue.encoding import canonical
from trilogue.node.inputs import PlaceInput, PortionInput, ReportInput
from trilogue.reports.cite import Cite
from trilogue.reports.payloads.launch import Launch, MissileClass
from trilogue.reports.payloads.quantities import (
    Ellipse,
    EstimatedPosition,
    Measured,
    Moment,
    Period,
    Position,
)
from trilogue.reports.payloads.registry import payload_type
from trilogue.reports.payloads.site import SiteActivity

SUNCHON = (39.412594, 125.89031)
PLACE = PlaceInput(latitude=39.41, longitude=125.89)


def estimated(
    latitude: float, longitude: float, major: float = 1000.0, minor: float = 500.0
) -> EstimatedPosition:
    """Return a place with its ellipse."""
    return EstimatedPosition(
        latitude=latitude,
        longitude=longitude,
        ellipse=Ellipse(semi_major_m=major, semi_minor_m=minor, azimuth_deg=30.0, probability=0.9),
    )


def launch(
    at: str | None = "2016-08-12T22:53:10.000Z",
    sd_s: float | None = 5.0,
    missile: str = "nodong",
    probability: float = 0.95,
    **fields: Any,
) -> Launch:
    """Return a launch, by default at a time of which the public record has none."""
    given: dict[str, Any] = {
        "time": None if at is None else Moment(instant=at, sd_s=sd_s),
        "site": None,
        "position": estimated(*SUNCHON),
        "classes": (
            MissileClass(name=missile, probability=probability),
            MissileClass(name="unknown", probability=1.0 - probability),
        ),
        "apogee_m": Measured(185_000.0, 2_500.0),
        "distance_m": Measured(640_000.0, 2_500.0),
        "outcome": "success",
    }
    return Launch(**{**given, **fields})


def activity(
    begins: str = "2016-07-20T00:00:00.000Z",
    ends: str = "2016-07-30T00:00:00.000Z",
    site: str = "순천비행장",
    **fields: Any,
) -> SiteActivity:
    """Return activity at a site, named as KR names it."""
    given: dict[str, Any] = {
        "site": site,
        "position": Position(latitude=SUNCHON[0], longitude=SUNCHON[1], height_m=None, sd_m=200.0),
        "observed": Period(begins=begins, ends=ends),
        "language": "ko",
        "text": "활주로에 차량이 보인다.",
        "confidence": "moderate",
    }
    return SiteActivity(**{**given, **fields})


def written(payload: Launch | SiteActivity, **fields: Any) -> PortionInput:
    """Return a payload as the portion of a report that everybody may be granted."""
    given: dict[str, Any] = {
        "payload_type": payload_type(payload),
        "payload": canonical.loads(canonical.encode_payload(payload)),
        "marking": marking(),
        "subject": "missile-launch",
        "place": PLACE,
        "language": payload.language if isinstance(payload, SiteActivity) else None,
    }
    return PortionInput(**{**given, **fields})


def file(trio: Trio, who: str, *payloads: Launch | SiteActivity, **fields: Any) -> Filed:
    """Have a participant submit payloads as one report."""
    return trio.submit(who, ReportInput(portions=tuple(written(one, **fields) for one in payloads)))


def share(trio: Trio, what: Filed, *audience: str, **fields: Any) -> Cite:
    """Grant a report, for its audience to derive from and pass on."""
    return trio.grant(
        what,
        audience=audience or None,
        **{"derive_for": tuple(p for p in PARTICIPANTS if p != what.speaker), **fields},
    )
