"""What the page says in words and figures: lengths, areas, times, and what sharing bought.

>>> [km(metres) for metres in (123_258.0, 9_870.0, 692.0, 48.0, None)]
['123 km', '9.9 km', '0.7 km', '0.05 km', '–']
>>> day("2016-09-09T00:30:01.353Z"), clock("2016-09-09T00:30:01.353Z")
('9 September 2016', '00:30:01.353')
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from trilogue.cli.demo.figures import coalition_name
from trilogue.encoding import instant

if TYPE_CHECKING:
    from collections.abc import Sequence

    from trilogue.cli.demo.record import DemoRecord, EllipseObject, EstimateObject

__all__ = ["area", "clock", "day", "finding", "gain", "km", "listed", "notes", "number", "shared"]

_MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September",
    "October", "November", "December",
)  # fmt: skip
_MUCH = 1.15
"""Two errors closer to each other than this are called alike."""


def number(value: float) -> str:
    """Return a length or area with the digits that mean something: two or three of them.

    >>> [number(x) for x in (12345.6, 98.7, 9.96, 3.21, 0.692, 0.048)]
    ['12,346', '99', '10', '3.2', '0.7', '0.05']
    """
    if value >= 9.95:
        return f"{value:,.0f}"
    return f"{value:.1f}" if value >= 0.095 else f"{value:.2f}"


def km(metres: float | None) -> str:
    """Return a length in kilometres; a dash stands for one that is not known."""
    return "–" if metres is None else f"{number(metres / 1000.0)} km"


def area(ellipse: EllipseObject) -> float:
    """Return the area of an ellipse in square kilometres."""
    return math.pi * ellipse["semi_major_m"] * ellipse["semi_minor_m"] / 1e6


def day(at: str) -> str:
    """Return the date of an instant as a reader says it."""
    moment = instant.to_datetime(at)
    return f"{moment.day} {_MONTHS[moment.month - 1]} {moment.year}"


def clock(at: str) -> str:
    """Return the time of day of an instant, UTC to the millisecond; none for no instant."""
    return at[11:23]


def listed(names: Sequence[str]) -> str:
    """Return names as one says them.

    >>> listed([]), listed(["KR"]), listed(["KR", "US", "JP"])
    ('none', 'KR', 'KR, US and JP')
    """
    if len(names) < 2:
        return names[0] if names else "none"
    return f"{', '.join(names[:-1])} and {names[-1]}"


def _alone(record: DemoRecord) -> list[EstimateObject]:
    """Return what each participant found by itself, the farthest off first, unlocated before."""
    single = [e for e in record.estimates if len(e["coalition"]) == 1]
    return sorted(single, key=lambda e: -math.inf if e["error_m"] is None else -e["error_m"])


def _together(record: DemoRecord) -> EstimateObject | None:
    """Return what all participants found, if they did."""
    whole = [e for e in record.estimates if len(e["coalition"]) == len(record.participants) > 1]
    return whole[0] if whole and whole[0]["error_m"] is not None else None


def finding(record: DemoRecord) -> tuple[str, ...]:
    """Say how far off each was alone, and all together: the headline, a part a line may hold."""
    parts = [
        f"{e['coalition'][0]} alone: "
        + ("no place at all" if e["error_m"] is None else f"{km(e['error_m'])} off")
        for e in _alone(record)
    ]
    together = _together(record)
    if together is not None:
        name = coalition_name(together["coalition"], record.participants)
        parts.append(f"{name}: {km(together['error_m'])}")
    if not parts:
        return ("No estimate was made.",)
    return (*(f"{part};" for part in parts[:-1]), f"{parts[-1]}.")


def gain(record: DemoRecord) -> str:
    """Say what sharing bought over the best that one participant had: no more than is true."""
    together = _together(record)
    located = [e for e in _alone(record) if e["error_m"] is not None]
    if together is None or together["error_m"] is None or not located:
        return ""
    best = located[-1]
    assert best["error_m"] is not None
    ratio = max(best["error_m"], 1.0) / max(together["error_m"], 1.0)
    who = f"{best['coalition'][0]} alone, the nearest of them"
    if ratio >= _MUCH:
        said = f"Together they come {number(ratio)} times nearer than {who}."
    elif ratio > 1.0 / _MUCH:
        said = f"Together they come about as near as {who}."
    else:
        said = f"Together they lie farther off than {who}: here sharing did not bring them nearer."
    ellipses = [e["ellipse"] for e in located if e["ellipse"]]
    if together["ellipse"] is None or not ellipses:
        return said
    least = min(ellipses, key=area)
    owner = next(e for e in located if e["ellipse"] is least)["coalition"][0]
    held = (
        ""
        if together["contains"] is None
        else f", and {'holds' if together['contains'] else 'misses'} the published place"
    )
    return (
        f"{said} Their {100 * together['ellipse']['probability']:.0f}% ellipse covers "
        f"{number(area(together['ellipse']))} km², where that of {owner} alone covers "
        f"{number(area(least))} km²{held}."
    )


def shared(record: DemoRecord) -> str:
    """Say whose readings were shared: how many stations of each participant."""
    counts = [
        f"{sum(s.participant == name for s in record.stations)} of {name}"
        for name in record.participants
    ]
    total = sum(s.participant in record.participants for s in record.stations)
    return f"the readings of {total} stations, {listed(counts)}"


def notes(record: DemoRecord) -> tuple[str, list[str]]:
    """Return what is noted of every estimate, and what is noted of each beside that."""
    noted = [e["note"].split("; ") if e["note"] else [] for e in record.estimates]
    common = [note for note in noted[0] if all(note in n for n in noted)] if len(noted) > 1 else []
    own = ["; ".join(note for note in found if note not in common) for found in noted]
    return "; ".join(common), own
