"""Scenarios as files: TOML that says what flies, who looks, what fails, and who lets whom know.

Seconds whose names end in `_s` count from `begin`. The keys are described, with examples that run,
in `docs/guide/scenarios.md`; the nine shipped scenarios stand in `data/`.

>>> shipped()
('biased-radar', 'clutter', 'late-consent', 'lofted-icbm', 'mixed', 'outage', 'salvo', 'single', \
'withdrawal')
>>> load("salvo").title["en"]
'Salvo of five within two minutes'
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from importlib import resources
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from trilogue.analysis.scenario.consent import Consent, consents_of
from trilogue.analysis.scenario.flights import Planned, planned_of
from trilogue.analysis.scenario.observe import Biases, Outage
from trilogue.analysis.scenario.reading import ScenarioError, Table
from trilogue.analysis.scenario.sensors import offsets, sensor_set, sensor_sets, sensors_of

if TYPE_CHECKING:
    from trilogue.analysis.tracking.sensor import Sensor

__all__ = ["LANGUAGES", "Scenario", "load", "read", "shipped"]

LANGUAGES: Final = ("en", "ko", "ja")
_DATA = "data"
_SUFFIX = ".toml"
_LONGEST_S = 86_400.0
_MOST_CLUTTER = 1_000.0


@dataclass(frozen=True)
class Scenario:
    """What a file says, checked."""

    id: str
    title: Mapping[str, str]
    """In each of `LANGUAGES`."""
    begin: float
    """POSIX seconds."""
    sensors: tuple[Sensor, ...]
    flights: tuple[Planned, ...]
    outages: tuple[Outage, ...]
    biases: Biases
    """Those that are given instead of drawn."""
    consents: tuple[Consent, ...]
    text: str
    """The file as it was read."""


def shipped() -> tuple[str, ...]:
    """Return the names of the shipped scenarios."""
    names = (file.name for file in (resources.files(__package__) / _DATA).iterdir())
    return tuple(
        sorted(
            name.removesuffix(_SUFFIX)
            for name in names
            if name.endswith(_SUFFIX) and not name.startswith("sensors-")
        )
    )


def load(name_or_path: str | Path) -> Scenario:
    """Return a shipped scenario by its name, or one from a file.

    Raises `ScenarioError` when there is none, or when the file does not say a scenario.
    """
    name = str(name_or_path)
    if name in shipped():
        file = resources.files(__package__) / _DATA / f"{name}{_SUFFIX}"
        return read(file.read_text("utf-8"), f"{name}{_SUFFIX}")
    path = Path(name_or_path)
    if not path.is_file():
        raise ScenarioError(
            f"{name!r} is neither a file nor a shipped scenario: {', '.join(shipped())}"
        )
    try:
        return read(path.read_text("utf-8"), str(path))
    except UnicodeDecodeError as error:
        raise ScenarioError(f"{path} is not UTF-8 at byte {error.start}: save it so") from error


def read(text: str, file: str = "scenario") -> Scenario:
    """Return the scenario that a text says; `file` names it in errors (`ScenarioError`)."""
    table = Table.of_text(file, text)
    ident = table.name("id")
    table.must("simulated", value=True, why="nothing else is played here")
    titles = table.table("title")
    title = MappingProxyType({language: titles.text(language) for language in LANGUAGES})
    titles.close()
    begin = table.moment("begin")
    sensors = _sensors(table)
    ids = tuple(s.id for s in sensors)
    flights = planned_of(table)
    if not flights:
        raise table.error("flight", "is missing: write at least one [[flight]]")
    scenario = Scenario(
        id=ident,
        title=title,
        begin=begin,
        sensors=_cluttered(table, sensors),
        flights=flights,
        outages=_outages(table, ids, begin),
        biases=_biases(table, ids),
        consents=consents_of(table),
        text=text,
    )
    table.close()
    return scenario


def _sensors(table: Table) -> tuple[Sensor, ...]:
    if "sensors" not in table:
        found = sensors_of(table)
        if not found:
            sets = ", ".join(f'"{name}"' for name in sensor_sets())
            raise table.error("sensor", f"is missing: write [[sensor]], or sensors = {sets}")
        return found
    if "sensor" in table:
        raise table.error("sensor", "is given beside a shipped set in sensors: keep one of them")
    return sensor_set(table.choice("sensors", sensor_sets()))


def _cluttered(table: Table, sensors: tuple[Sensor, ...]) -> tuple[Sensor, ...]:
    inner = table.part("clutter")
    if inner is None:
        return sensors
    found = tuple(
        replace(s, clutter_per_scan=inner.number(s.id, low=0.0, high=_MOST_CLUTTER))
        if s.id in inner
        else s
        for s in sensors
    )
    _only(inner, tuple(s.id for s in sensors))
    return found


def _biases(table: Table, ids: tuple[str, ...]) -> Biases:
    inner = table.part("bias")
    if inner is None:
        return MappingProxyType({})
    _only(inner, ids)
    return MappingProxyType(
        {name: offsets(inner.table(name), low=float("-inf")) for name in inner.given}
    )


def _outages(table: Table, ids: tuple[str, ...], begin: float) -> tuple[Outage, ...]:
    found = []
    for one in table.tables("outage"):
        sensor = one.choice("sensor", ids)
        first = one.number("begin_s", low=0.0, high=_LONGEST_S)
        last = one.number("end_s", low=0.0, high=_LONGEST_S)
        if last <= first:
            raise one.error("end_s", f"is {last:g}: it must be after begin_s, {first:g}")
        one.close()
        found.append(Outage(sensor, begin + first, begin + last))
    return tuple(found)


def _only(table: Table, ids: tuple[str, ...]) -> None:
    for key in table.given:
        if key not in ids:
            raise table.error(key, f"names no sensor here: there are {', '.join(ids)}")
