"""How things look on a page: moments, places in logs, sizes."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from markupsafe import Markup

from trilogue.errors import RefusedError, TrilogueError
from trilogue.node.answers import Named, ParticipantAnswer
from trilogue.node.inputs import Place
from trilogue.node.problem import problem_type

__all__ = [
    "around",
    "beside",
    "filters",
    "log_place",
    "moment",
    "pairs",
    "position",
    "problem",
    "rules",
]


def moment(instant: str) -> Markup:
    """Return a moment to the second, in UTC, as it is read by people and by machines.

    >>> moment("2017-11-28T18:17:00.000Z")
    Markup('<time datetime="2017-11-28T18:17:00.000Z">2017-11-28 18:17:00 UTC</time>')
    """
    return Markup('<time datetime="{}">{} {} UTC</time>').format(
        instant, instant[:10], instant[11:19]
    )


def log_place(place: Place) -> str:
    """Return a place in a log as people write it.

    >>> log_place(Place(speaker="KR", index=17))
    'KR 17'
    """
    return f"{place.speaker} {place.index}"


def position(point: Mapping[str, float]) -> str:
    """Return a place on Earth in degrees.

    >>> position({"latitude": 41.3, "longitude": -129.08})
    '41.300° N, 129.080° W'
    """
    latitude, longitude = point["latitude"], point["longitude"]
    north, east = "SN"[latitude >= 0], "WE"[longitude >= 0]
    return f"{abs(latitude):.3f}° {north}, {abs(longitude):.3f}° {east}"


def around(ellipse: Mapping[str, float]) -> str:
    """Return how far a place may be off: the half axes of its ellipse and what that holds.

    >>> around({"semi_major_m": 10900.0, "semi_minor_m": 7900.0, "probability": 0.9})
    '± 10.9 × 7.9 km (90 %)'
    """
    major, minor = ellipse["semi_major_m"] / 1000, ellipse["semi_minor_m"] / 1000
    return f"± {major:.1f} × {minor:.1f} km ({100 * ellipse['probability']:.0f} %)"


def pairs(named: Iterable[Named | ParticipantAnswer]) -> list[tuple[str, str]]:
    """Return what a form offers: each identifier with its name."""
    return [(one.id, one.name) for one in named]


def problem(error: TrilogueError) -> str:
    """Return what an error is told as; the words of each language stand under it.

    >>> problem(RefusedError("no"))
    'refused'
    """
    return problem_type(type(error)).rpartition(":")[2]


def rules(error: TrilogueError) -> tuple[str, ...]:
    """Return the rules that determined a refusal: the arrangement says them in each language."""
    return error.rules if isinstance(error, RefusedError) else ()


def beside(others: Iterable[Any], languages: Mapping[str, str]) -> list[tuple[str, str]]:
    """Return what may be opened beside a portion: digest, and its number, mark and language."""
    return [
        (
            one.entry.portion,
            " · ".join(
                filter(
                    None,
                    (f"{one.number}", one.entry.mark, languages.get(one.entry.header.language)),
                )
            ),
        )
        for one in others
    ]


def filters() -> Mapping[str, Callable[..., Any]]:
    """Return what templates may call."""
    return {
        "around": around,
        "beside": beside,
        "moment": moment,
        "pairs": pairs,
        "place": log_place,
        "position": position,
        "problem": problem,
        "rules": rules,
    }
