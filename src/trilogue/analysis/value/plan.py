"""A campaign from a file: TOML, read strictly.

Everything may be left out; what is not said is as in the grid.

    grid = "quick"                      # where the rest comes from: quick or full
    sites = ["pyongyang", "sinpo"]      # ids of the record of launches
    classes = ["rodong", "icbm"]        # of scud, rodong, musudan, icbm
    lofted = [false, true]
    azimuths_deg = [45, 90]
    seeds = 2                           # runs of each flight
    first_seed = 0
    moments_s = [60, 120, 300]          # after the launch
    after_burnout_s = [60]
    between_s = [90, 180]               # further points of the curves
    sensors = ["kr-ground", "us-east"]  # ids among the shipped ones
    track_plots = 3                     # a track: so many plots, and the position
    track_sd_m = 5000                   # known so well

    [[flight]]                          # beside the classes; without `classes`, instead of them
    class = "Unha"
    apogee_m = 500e3
    range_m = 2600e3

    [[site]]                            # beside the sites; without `sites`, instead of them
    id = "somewhere"
    latitude_deg = 40.0
    longitude_deg = 127.0
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Sequence
from dataclasses import replace
from typing import Annotated, Literal, TypeVar

import msgspec

from trilogue.analysis.flight.arc import LOFTED, minimum_energy_apogee_m
from trilogue.analysis.tracking.sensor import Sensor
from trilogue.analysis.value.campaign import (
    Campaign,
    Moment,
    TrackRule,
    default_campaign,
    missiles_of,
)
from trilogue.analysis.value.families import FAMILIES, Site, Wanted, flights_of, site

__all__ = ["CampaignError", "parse_campaign"]

T = TypeVar("T")
Positive = Annotated[float, msgspec.Meta(gt=0.0, le=2e7)]
Seconds = Annotated[float, msgspec.Meta(gt=0.0, le=7_200.0)]
Degrees = Annotated[float, msgspec.Meta(ge=0.0, lt=360.0)]
Count = Annotated[int, msgspec.Meta(ge=1, le=100_000)]
Name = Annotated[str, msgspec.Meta(pattern=r"^[A-Za-z0-9][A-Za-z0-9 ._-]{0,59}$")]


class CampaignError(ValueError):
    """The description of a campaign is not one; the message names the key and the value."""


class _Strict(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    pass


class _Flight(_Strict, frozen=True):
    name: Name = msgspec.field(name="class")
    apogee_m: Positive
    range_m: Positive


class _Site(_Strict, frozen=True):
    id: Name
    latitude_deg: Annotated[float, msgspec.Meta(ge=-89.0, le=89.0)]
    longitude_deg: Annotated[float, msgspec.Meta(ge=-180.0, le=180.0)]
    name: str = ""


class _Plan(_Strict, frozen=True):
    grid: Literal["quick", "full"] = "quick"
    sites: tuple[str, ...] | None = None
    classes: tuple[str, ...] | None = None
    lofted: tuple[bool, ...] = (False, True)
    azimuths_deg: tuple[Degrees, ...] | None = None
    seeds: Count | None = None
    first_seed: Annotated[int, msgspec.Meta(ge=0, le=2**31)] = 0
    moments_s: tuple[Seconds, ...] | None = None
    after_burnout_s: tuple[Seconds, ...] | None = None
    between_s: tuple[Seconds, ...] | None = None
    sensors: tuple[str, ...] | None = None
    track_plots: Count | None = None
    track_sd_m: Positive | None = None
    flight: tuple[_Flight, ...] = ()
    site: tuple[_Site, ...] = ()


_FIELDS = {
    place: [one.encode_name for one in msgspec.structs.fields(shape)]
    for place, shape in (("", _Plan), ("flight", _Flight), ("site", _Site))
}


def parse_campaign(text: str, sensors: Sequence[Sensor], seeds: int | None = None) -> Campaign:
    """Read a campaign; `seeds` stands for what the file says. Raises `CampaignError`.

    >>> parse_campaign("azimuths_deg = [45, 400]", ())
    Traceback (most recent call last):
    ...
    trilogue.analysis.value.plan.CampaignError: azimuths_deg[1] is 400: expected `float` < 360.0
    """
    try:
        raw = tomllib.loads(text)
    except (ValueError, RecursionError) as error:  # too deep, or a number too long
        raise CampaignError(f"not TOML: {error}") from error
    try:
        return _campaign(msgspec.convert(raw, _Plan, strict=True), sensors, seeds)
    except msgspec.ValidationError as error:
        raise CampaignError(_told(str(error), raw)) from error
    except CampaignError:
        raise
    except ValueError as error:
        raise CampaignError(str(error)) from error


def _told(message: str, raw: object) -> str:
    """Say which key is wrong, what it is, and what would do, from what the decoder says."""
    problem, _, path = message.partition(" - at `$")
    place = path.rstrip("`").lstrip(".")
    for key, index in re.findall(r"([A-Za-z_]+)|\[(\d+)\]", place):
        raw = raw[key] if key else raw[int(index)]  # type: ignore[index]
    said = problem[:1].lower() + problem[1:]
    if "unknown field" in said:
        fields = _FIELDS[place.partition("[")[0]]
        return f"{f'{place}: ' if place else ''}{said}; known are {', '.join(fields)}"
    return f"{place} is {raw!r}: {said}" if place else said


def _campaign(plan: _Plan, sensors: Sequence[Sensor], seeds: int | None) -> Campaign:
    base = default_campaign(plan.grid, sensors=sensors, seeds=seeds or plan.seeds)
    places = tuple(
        Site(one.id, one.name or one.id, one.latitude_deg, one.longitude_deg) for one in plan.site
    )
    if plan.sites is not None or not places:
        known = base.sites if plan.sites is None else tuple(map(site, plan.sites))
        places = (*known, *places)
    rule = TrackRule(
        plan.track_plots or base.rule.plots, plan.track_sd_m or base.rule.position_sd_m
    )
    return replace(
        base,
        sites=_distinct("sites", places, [one.id for one in places]),
        missiles=missiles_of(_wanted(plan)),
        azimuths_deg=_distinct("azimuths_deg", _or(plan.azimuths_deg, base.azimuths_deg)),
        seeds=tuple(plan.first_seed + k for k in range(len(base.seeds))),
        sensors=_sensors(plan.sensors, sensors),
        moments=_distinct(
            "moments",
            asked := (*_moments(plan, base, after=False), *_moments(plan, base, after=True)),
            [one.name for one in asked],
        ),
        between=base.between if plan.between_s is None else tuple(map(Moment, plan.between_s)),
        rule=rule,
    )


def _wanted(plan: _Plan) -> tuple[Wanted, ...]:
    own = tuple(
        Wanted(
            one.name,
            "lofted"
            if one.apogee_m > LOFTED * minimum_energy_apogee_m(one.range_m)
            else "minimum-energy",
            one.apogee_m,
            one.range_m,
            "given",
        )
        for one in plan.flight
    )
    classes = plan.classes
    if classes is None:
        classes = () if own else tuple(FAMILIES)
    shipped = tuple(
        flight
        for family in classes
        for flight in flights_of(family)
        if (flight.shape == "lofted") in plan.lofted
    )
    wanted = (*shipped, *own)
    return _distinct("classes", wanted, [(one.name, one.shape) for one in wanted])


def _moments(plan: _Plan, base: Campaign, *, after: bool) -> tuple[Moment, ...]:
    given = plan.after_burnout_s if after else plan.moments_s
    if given is not None:
        return tuple(Moment(seconds, after) for seconds in given)
    return tuple(one for one in base.moments if one.after_burnout == after)


def _sensors(ids: tuple[str, ...] | None, known: Sequence[Sensor]) -> tuple[Sensor, ...]:
    if ids is None:
        return tuple(known)
    by_id = {one.id: one for one in known}
    if unknown := [one for one in ids if one not in by_id]:
        raise CampaignError(f"no sensor {unknown[0]!r}; there are {', '.join(by_id)}")
    return _distinct("sensors", tuple(by_id[one] for one in ids), ids)


def _or(given: tuple[T, ...] | None, otherwise: tuple[T, ...]) -> tuple[T, ...]:
    return otherwise if given is None else given


def _distinct(
    key: str, values: tuple[T, ...], names: Sequence[object] | None = None
) -> tuple[T, ...]:
    """Return values as they are. Raises `CampaignError` for none, and for one given twice."""
    names = values if names is None else names
    if not values:
        raise CampaignError(f"{key} is empty: nothing would be flown")
    if twice := [one for one in dict.fromkeys(names) if list(names).count(one) > 1]:
        raise CampaignError(f"{key} has {twice[0]!r} twice")
    return values
