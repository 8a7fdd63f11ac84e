"""What the play is made of: the real station readings, and reports written for the occasion.

The readings are those of the package's own `seismic_arrivals.csv`; the published place comes from
`nuclear_tests.csv`. The assessments are invented for the play and say nothing that is not public.
"""

from __future__ import annotations

from dataclasses import dataclass
from importlib.resources import files
from typing import Any

from trilogue.analysis.seismology.events import KnownTest, known_tests
from trilogue.consent.acts import Description, StandingRule
from trilogue.encoding import canonical, instant
from trilogue.node.inputs import (
    MarkingInput,
    PlaceInput,
    PortionInput,
    ReportInput,
    RequestInput,
)
from trilogue.reports.csv import arrivals_from_csv, group_arrivals
from trilogue.reports.payloads.arrivals import SeismicArrivals

__all__ = ["Material", "material"]

SHARED = MarkingInput(level="CONFIDENTIAL", releasable_to=("JP", "KR", "US"))


@dataclass(frozen=True)
class Material:
    """The readings of one event by participant, and the place that was published for it."""

    event: str
    test: KnownTest
    arrivals: dict[str, SeismicArrivals]

    def report(self, participant: str) -> ReportInput:
        """Return a participant's readings as a report; KR adds its assessment in two languages."""
        portions = [self._arrivals(participant)]
        if participant == "KR":
            portions += self._assessments()
        return ReportInput(portions=tuple(portions))

    def earthquake(self) -> ReportInput:
        """Return a report about an earthquake in the south of Korea: outside the scope."""
        return ReportInput(
            portions=(
                PortionInput(
                    payload_type="assessment",
                    payload=_assessment("en", "Gyeongju", "A tectonic earthquake, felt in Busan."),
                    marking=SHARED,
                    subject="nuclear-test",
                    language="en",
                    place=PlaceInput(latitude=35.7808, longitude=129.2162),
                ),
            )
        )

    def above_ceiling(self) -> ReportInput:
        """Return a report whose marking lies above the ceiling."""
        return ReportInput(
            portions=(
                PortionInput(
                    payload_type="assessment",
                    payload=_assessment("en", "Sources", "What it says does not matter here."),
                    marking=MarkingInput(level="TOP SECRET", releasable_to=("JP", "KR")),
                    subject="nuclear-test",
                    language="en",
                    place=self._place(),
                ),
            )
        )

    def wish(self, originator: str, payload_type: str, because: str) -> RequestInput:
        """Return a request by description: the asker cannot know what exists."""
        return RequestInput(
            originator=originator,
            purpose="analysis",
            because=because,
            description=Description(
                subject="nuclear-test", payload_type=payload_type, period=self._period()
            ),
        )

    def direct(self, originator: str) -> RequestInput:
        """Return a request that insists on a channel without the hub."""
        return RequestInput(
            originator=originator,
            purpose="analysis",
            because="it would be quicker",
            description=Description(
                subject="nuclear-test", payload_type="seismic-arrivals", period=None
            ),
            direct=True,
        )

    def standing(self, participant: str, audience: tuple[str, ...], at: str) -> StandingRule:
        """Return the rule under which a participant lets its readings of tests go at once."""
        return StandingRule(
            subjects=("nuclear-test",),
            payload_types=("seismic-arrivals",),
            levels=("CONFIDENTIAL",),
            grid_e5=0,
            per_hour=60,
            audience=tuple(sorted(audience)),
            purposes=("analysis", "warning"),
            derive_for=tuple(sorted({"JP", "KR", "US"} - {participant})),
            lasts_seconds=None,
            not_before=at,
            expires=instant.plus(at, 365 * 86400),
        )

    def _arrivals(self, participant: str) -> PortionInput:
        return PortionInput(
            payload_type="seismic-arrivals",
            payload=canonical.loads(canonical.encode_payload(self.arrivals[participant])),
            marking=SHARED,
            subject="nuclear-test",
            label="readings",
            place=self._place(),
            period=self._period(),
        )

    def _assessments(self) -> list[PortionInput]:
        korean = _assessment(
            "ko",
            "풍계리 지진파 평가",
            "인공지진으로 판단됨. 파형과 진원 깊이가 이전 핵실험과 유사함.",
        )
        english = _assessment(
            "en",
            "Punggye-ri: reading of the waveforms",
            "Judged to be man-made: waveform and depth resemble the earlier tests.",
        )
        common: dict[str, Any] = {
            "payload_type": "assessment",
            "marking": SHARED,
            "subject": "nuclear-test",
            "place": self._place(),
        }
        return [
            PortionInput(payload=korean, label="assessment", language="ko", **common),
            PortionInput(payload=english, language="en", translation_of="assessment", **common),
        ]

    def _place(self) -> PlaceInput:
        # The site, to the tenth of a degree that everybody knows: not the result.
        return PlaceInput(latitude=41.3, longitude=129.1)

    def _period(self) -> tuple[str, str]:
        start = self.test.origin_time[:19] + ".000Z"
        return start, instant.plus(start, 600)


def material(event: str) -> Material:
    """Return the material of an event of the shipped readings."""
    text = (files("trilogue.data") / "seismic_arrivals.csv").read_text("utf-8")
    groups = group_arrivals(arrivals_from_csv(text))[event]
    return Material(
        event=event,
        test=known_tests()[event],
        arrivals={who: rows for who, rows in groups.items() if who},
    )


def _assessment(language: str, title: str, text: str) -> dict[str, Any]:
    return {
        "type": "assessment",
        "language": language,
        "title": title,
        "text": text,
        "confidence": "moderate",
    }
