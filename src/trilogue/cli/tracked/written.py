"""Pictures in files: for globes, maps and other programs, and drawn."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from trilogue.errors import InputError

if TYPE_CHECKING:
    from trilogue.analysis.tracking.estimate import Picture
    from trilogue.cli.tracked.given import Given
    from trilogue.figures import Language

__all__ = ["FORMATS", "chosen", "write_pictures"]

FORMATS = ("czml", "geojson", "kml", "udl", "plots")
_SOURCE = "Trilogue"


def chosen(text: str | None) -> tuple[str, ...]:
    """Return the formats that a list with commas names; all without one. Raises `InputError`."""
    if text is None:
        return FORMATS
    names = tuple(dict.fromkeys(name.strip() for name in text.split(",")))
    for name in names:
        if name not in FORMATS:
            raise InputError(f"no such format: {name!r}", hint=f"there are {', '.join(FORMATS)}")
    return names


def write_pictures(
    pictures: Mapping[tuple[str, ...], Picture],
    given: Given,
    out: Path,
    formats: tuple[str, ...],
    *,
    marking: str | None,
    language: Language,
) -> list[Path]:
    """Write every coalition's picture in some formats; return the files. Raises `InputError`."""
    if "udl" in formats and marking is None and not given.simulated:
        raise InputError(
            "UDL records carry a classificationMarking, and these plots are not known to be "
            "simulated",
            hint="say it with --marking, or leave udl out of --format",
        )
    out.mkdir(parents=True, exist_ok=True)
    written = []
    for coalition, picture in pictures.items():
        for name in formats:
            if name != "plots":
                data = _writer(name, given, marking or "U", language)(picture)
                suffix = "udl.json" if name == "udl" else name
                written.append(out / f"flights-{'-'.join(coalition)}.{suffix}")
                written[-1].write_bytes(data)
    if "plots" in formats and pictures:
        written += _drawn(pictures, given, out, language)
    return written


def _writer(
    name: str, given: Given, marking: str, language: Language
) -> Callable[[Picture], bytes]:
    title = given.title.get(language) or "Missile flights"
    simulated = given.simulated
    if name == "czml":
        from trilogue.interop.czml import write_czml

        return lambda picture: write_czml(picture, title=title, simulated=simulated)
    if name == "geojson":
        from trilogue.interop.geojson import write_geojson

        return lambda picture: write_geojson(picture, simulated=simulated)
    if name == "kml":
        from trilogue.interop.kml import write_kml

        return lambda picture: write_kml(picture, title=title, simulated=simulated)
    from trilogue.interop.udl import write_missile_tracks

    return lambda picture: write_missile_tracks(
        picture,
        classification_marking=marking,
        source=_SOURCE,
        data_mode="SIMULATED" if simulated else "REAL",
    )


def _drawn(
    pictures: Mapping[tuple[str, ...], Picture], given: Given, out: Path, language: Language
) -> list[Path]:
    from trilogue.figures import map_figure, profile_figure
    from trilogue.figures.words import say

    whole = list(pictures.values())[-1]
    title = given.title.get(language)
    if given.simulated:
        title = f"{title or say(language, 'map_title')} ({say(language, 'simulated')})"
    figures = {
        "map": map_figure(pictures, language=language, title=title, truth=given.truth or None),
        "profile": profile_figure(whole, language=language, title=title, truth=given.truth or None),
    }
    written = []
    for name, figure in figures.items():
        for suffix, data in (
            ("svg", figure.svg),
            ("png", figure.png),
            ("csv", figure.csv.encode()),
            ("txt", figure.text.encode()),
        ):
            written.append(out / f"{name}.{suffix}")
            written[-1].write_bytes(data)
    return written
