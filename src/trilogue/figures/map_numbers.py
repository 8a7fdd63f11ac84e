"""What the map says in numbers and in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from trilogue.analysis.geodesy.frames import to_geodetic
from trilogue.analysis.tracking.legs import legs
from trilogue.figures.paper import table
from trilogue.figures.words import Language, coalition_name, say

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from trilogue.analysis.tracking.estimate import GroundPoint, Picture

__all__ = ["map_csv", "map_text"]

_COLUMNS = (
    "coalition", "track", "kind", "phase", "known", "time_posix_s", "time_sd_s", "latitude",
    "longitude", "height_m", "level_sd_m", "vertical_sd_m", "semi_major_m", "semi_minor_m",
    "azimuth_deg", "probability",
)  # fmt: skip


def map_csv(pictures: Mapping[tuple[str, ...], Picture]) -> str:
    """Return legs of the last coalition, and launch and impact points of every one, as CSV."""
    return table(_COLUMNS, list(_rows(pictures)))


def _rows(pictures: Mapping[tuple[str, ...], Picture]) -> Iterator[tuple[object, ...]]:
    whole = list(pictures)[-1]
    for flight in pictures[whole].flights:
        for leg in legs(flight):
            lat, lon, height = to_geodetic(leg.position)
            for k, at in enumerate(leg.time):
                yield (
                    "+".join(whole), flight.track, "leg", leg.phase, leg.known, f"{at:.3f}", "",
                    f"{lat[k]:.6f}", f"{lon[k]:.6f}", f"{height[k]:.1f}",
                    f"{leg.sd_m[k, 0]:.1f}", f"{leg.sd_m[k, 1]:.1f}", "", "", "", "",
                )  # fmt: skip
    for coalition, picture in pictures.items():
        for flight in picture.flights:
            for kind, point in (("launch", flight.launch), ("impact", flight.impact)):
                if point is not None:
                    yield (
                        "+".join(coalition), flight.track, kind, "", "", f"{point.time.value:.3f}",
                        f"{point.time.sd:.3f}", f"{point.latitude:.6f}", f"{point.longitude:.6f}",
                        "", "", "", f"{point.semi_major_m:.1f}", f"{point.semi_minor_m:.1f}",
                        f"{point.azimuth_deg:.2f}", f"{point.probability:g}",
                    )  # fmt: skip
    for sensor in sorted(pictures[whole].plots.sensors, key=lambda one: one.id):
        yield (
            sensor.owner, sensor.id, "sensor", "", "", "", "", f"{sensor.latitude:.6f}",
            f"{sensor.longitude:.6f}", f"{sensor.height_m:.1f}", "", "", "", "", "", "",
        )  # fmt: skip


def map_text(pictures: Mapping[tuple[str, ...], Picture], language: Language) -> str:
    """Return where flights come from and go to, and how wide each coalition's ellipse is."""
    whole = list(pictures)[-1]
    flights = pictures[whole].flights
    said = [say(language, "said_map", flights=len(flights), names="+".join(whole))]
    for flight in flights:
        for kind, point in (("launch", flight.launch), ("impact", flight.impact)):
            words: dict[str, str] = {
                "coalition": coalition_name(language, whole),
                "what": say(language, kind),
                "track": flight.track,
            }
            if point is None:
                said.append(say(language, "said_no_point", **words))
                continue
            axes = f"{point.semi_major_m / 1000.0:.1f} × {point.semi_minor_m / 1000.0:.1f} km"
            words |= {"place": _place(point), "axes": axes}
            percent = 100.0 * point.probability
            said.append(say(language, "said_point", **words, percent=percent))
    majors = [
        f"{coalition_name(language, c)} {p.flights[0].impact.semi_major_m / 1000.0:.3g} km"
        for c, p in pictures.items()
        if p.flights and p.flights[0].impact is not None
    ]
    if len(majors) > 1:
        said.append(say(language, "said_axes", axes=", ".join(majors)))
    return "".join(said).strip()


def _place(point: GroundPoint) -> str:
    """Return a place as maps name it: `39.51° N, 126.02° E`."""
    north, east = "N" if point.latitude >= 0.0 else "S", "E" if point.longitude >= 0.0 else "W"
    return f"{abs(point.latitude):.2f}° {north}, {abs(point.longitude):.2f}° {east}"
