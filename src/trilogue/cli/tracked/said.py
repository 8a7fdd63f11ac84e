"""Flights as a person reads them: one line each, by coalition, and below what must be remarked."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from trilogue.cli.out import print_lines, print_table

__all__ = ["print_flights"]

_COLUMNS = ("coalition", "flight", "phase", "burnout", "apogee", "launch", "impact", "class")


def print_flights(pictures: Iterable[dict[str, Any]]) -> None:
    """Print pictures of coalitions, as `picture_json` returns them."""
    shown = list(pictures)
    rows: list[tuple[str, ...]] = []
    remarks: dict[str, list[str]] = {}
    for picture in shown:
        name = "+".join(picture["coalition"])
        for flight in picture["flights"]:
            rows.append((name, *_row(flight)))
            for remark in flight["remarks"]:
                remarks.setdefault(f"{name} {flight['track']}", []).append(remark)
        if not picture["flights"]:
            rows.append((name, "none", *[""] * (len(_COLUMNS) - 2)))
        if picture["reason"]:
            remarks.setdefault(name, []).append(picture["reason"])
    print_table(_COLUMNS, rows, empty="no plots")
    for about, said in remarks.items():
        print_lines("", about, *(f"  {one}" for one in said))


def _row(flight: dict[str, Any]) -> tuple[str, ...]:
    phase = flight["phase"]
    burnout, apogee = flight["burnout"], flight["apogee"]
    return (
        flight["track"],
        f"{phase} {flight['phases'].get(phase, 1.0):.0%}",
        "–" if burnout is None else f"{_clock(burnout['time'])} ± {burnout['sd_s']:.1f} s",
        "–"
        if apogee is None
        else f"{apogee['height_m'] / 1e3:.0f} ± {apogee['sd_m'] / 1e3:.1f} km",
        _point(flight["launch"]),
        _point(flight["impact"]),
        ", ".join(f"{one['name']} {one['probability']:.0%}" for one in flight["classes"][:3]),
    )


def _point(point: dict[str, Any] | None) -> str:
    if point is None:
        return "–"
    ellipse = point["ellipse"]
    return (
        f"{point['latitude']:.3f} {point['longitude']:.3f} at {_clock(point['time'])}, "
        f"{ellipse['semi_major_m'] / 1e3:.1f} × {ellipse['semi_minor_m'] / 1e3:.1f} km "
        f"({ellipse['probability']:.0%})"
    )


def _clock(moment: str) -> str:
    """Return the time of day, UTC, to a tenth of a second."""
    return f"{moment[11:21]}Z"
