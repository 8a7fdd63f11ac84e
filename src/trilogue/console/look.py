"""How things look on a page: moments, places in logs, sizes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from markupsafe import Markup

from trilogue.node.inputs import Place

__all__ = ["filters", "log_place", "moment"]


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


def filters() -> Mapping[str, Callable[..., Any]]:
    """Return what templates may call."""
    return {"moment": moment, "place": log_place}
