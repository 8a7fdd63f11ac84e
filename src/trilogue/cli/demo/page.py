"""The page that `make demo` writes: one HTML file that asks nothing of anywhere.

It holds its own style and drawings and no script, and forbids itself every request by a content
security policy. All that it says is computed from the record; `render` reads nothing else but the
outlines and templates that the package ships.
"""

from __future__ import annotations

import itertools
import math
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from trilogue.cli.demo import drawing, flight_words, words
from trilogue.cli.demo.figures import Figures, coalition_name, left_out
from trilogue.cli.demo.record import (
    Claim,
    DemoRecord,
    EllipseObject,
    EstimateObject,
    Published,
    Station,
    StationLeftOutObject,
    StationUsedObject,
    Step,
    View,
)
from trilogue.cli.templates import environment
from trilogue.protocol.statement import KINDS

if TYPE_CHECKING:
    from collections.abc import Iterable

    from jinja2 import Environment

__all__ = [
    "Claim",
    "DemoRecord",
    "EllipseObject",
    "EstimateObject",
    "Published",
    "Station",
    "StationLeftOutObject",
    "StationUsedObject",
    "Step",
    "View",
    "render",
]

CONSENTS = {
    "grant": "Consent",
    "standing": "Standing consent",
    "refusal": "Consent refused",
    "withdrawal": "Consent withdrawn",
}
"""The kinds by which an originator gives, refuses or ends consent, and what the page calls them."""


def render(record: DemoRecord) -> str:
    """Return the page as HTML, ready to be written to a file as UTF-8."""
    common_note, own_notes = words.notes(record)
    return (
        _environment()
        .get_template("demo/page.html.j2")
        .render(
            record=record,
            figures=Figures(record),
            strip=_Strip.of(record),
            shapes=drawing.SHAPES,
            left_out=left_out(record),
            phases=tuple(dict.fromkeys(view.phase for view in record.views)),
            views={(view.participant, view.phase): view for view in record.views},
            kinds=_kinds(record),
            probability=_probability(record),
            failed=[claim for claim in record.audit if not claim.holds],
            began=next((step.at for step in record.timeline if step.at), ""),
            refused=sum(step.outcome == "refused" for step in record.timeline),
            consents=CONSENTS,
            common_note=common_note,
            own_notes=own_notes,
            words=words,
            flight_words=flight_words,
            members=lambda coalition: [record.participants.index(p) for p in coalition],
            name=lambda coalition: coalition_name(coalition, record.participants),
        )
    )


@dataclass(frozen=True)
class _Strip:
    """A scale of lengths from one power of ten to another, as wide as `width` units."""

    low: int
    high: int
    width: float = 300.0

    @classmethod
    def of(cls, record: DemoRecord) -> _Strip:
        """Return the scale that shows every error and semi-axis of a record."""
        ellipses = [e["ellipse"] for e in record.estimates if e["ellipse"]]
        lengths = [e["error_m"] for e in record.estimates if e["error_m"]]
        lengths += [axes["semi_major_m"] for axes in ellipses]
        lengths += [axes["semi_minor_m"] for axes in ellipses]
        powers = [math.log10(max(metres, 10.0) / 1000.0) for metres in lengths] or [0.0]
        low, high = math.floor(min(powers)), math.ceil(max(powers))
        return cls(low, max(high, low + 1))

    @property
    def ticks(self) -> list[tuple[float, str]]:
        """Where each power of ten stands, and what it is called."""
        return [(self.at(10.0**p * 1000.0), f"{10.0**p:g}") for p in range(self.low, self.high + 1)]

    def at(self, metres: float) -> float:
        """Return where a length stands."""
        power = math.log10(max(metres / 1000.0, 10.0**self.low))
        return round((power - self.low) / (self.high - self.low) * self.width, 1)


def _probability(record: DemoRecord) -> float | None:
    """Return the probability that all ellipses are drawn for, if it is one."""
    found = {e["ellipse"]["probability"] for e in record.estimates if e["ellipse"]}
    return found.pop() if len(found) == 1 else None


def _kinds(record: DemoRecord) -> list[str]:
    """Return the kinds that were counted, in the protocol's order."""
    found = set(itertools.chain.from_iterable(record.counts.values()))
    return [kind for kind in KINDS if kind in found] + sorted(found.difference(KINDS))


def _said(text: str, participant: str) -> str:
    """Return a line without the participant at its head, which the page sets apart."""
    return text.removeprefix(f"{participant} ")


def _wrap(text: str, every: int = 4) -> Iterable[str]:
    """Return a digest in groups, between which a line may break."""
    return (text[i : i + every] for i in range(0, len(text), every))


@cache
def _environment() -> Environment:
    return environment(
        {
            "km": words.km,
            "number": words.number,
            "day": words.day,
            "clock": words.clock,
            "said": _said,
            "groups": _wrap,
        }
    )
