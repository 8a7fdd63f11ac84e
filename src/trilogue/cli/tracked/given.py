"""Plots from files: whose each is, and whether all of it is simulated."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from trilogue.cli.reading import read_text
from trilogue.encoding import canonical
from trilogue.errors import FormatError, InputError, TrilogueError
from trilogue.reports.payloads import read_payload
from trilogue.reports.payloads.plots import Plots

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

__all__ = ["Given", "read_plots"]

SUMMARY = "summary.json"
"""What `trilogue picture simulate` leaves beside plots: whose each sensor is."""


@dataclass(frozen=True)
class Given:
    """Payloads of plots, each with its owner and the name of its file."""

    plots: tuple[tuple[str, str, Plots], ...]
    simulated: bool
    """Whether every file says so by what stands beside it."""
    title: dict[str, str]
    truth: tuple[NDArray[np.float64], ...]
    """Positions `(n, 3)` in ECEF of the flights as they were, where files beside the plots say."""

    @property
    def owners(self) -> tuple[str, ...]:
        """Return whose plots there are, those of the shipped arrangement first, in its order."""
        from trilogue.arrangement.files import TEXT, shipped
        from trilogue.arrangement.text import decode

        present = {owner for owner, _, _ in self.plots}
        known = [one.id for one in decode(shipped("tisa-2014")[TEXT]).participants]
        return (*(p for p in known if p in present), *sorted(present - set(known)))


def read_plots(words: tuple[str, ...]) -> Given:
    """Read files named as `FILE`, `OWNER=FILE` or a directory. Raises `InputError`."""
    files: list[tuple[str | None, Path]] = []
    for word in words:
        owner, path = _named(word)
        if path.is_dir():
            found = sorted(path.glob("plots-*.json"))
            if not found:
                raise InputError(f"{path} holds no file named plots-….json")
            files += [(owner, one) for one in found]
        elif path.is_file():
            files.append((owner, path))
        else:
            raise InputError(f"no such file: {path}")
    summaries: dict[Path, dict[str, Any]] = {}
    plots = []
    for owner, path in files:
        folder = path.parent
        if folder not in summaries:
            summaries[folder] = _summary(folder)
        payload = _payload(path)
        plots.append((owner or _owner(payload, summaries[folder], path), str(path), payload))
    said = [summaries[path.parent] for _, path in files]
    titles = {tuple(sorted(one.get("title", {}).items())) for one in said}
    return Given(
        tuple(plots),
        all(bool(one.get("simulated")) for one in said),
        dict(titles.pop()) if len(titles) == 1 else {},
        tuple(
            _truth(path)
            for folder in sorted(summaries)
            for path in sorted(folder.glob("truth-*.csv"))
        ),
    )


def _named(word: str) -> tuple[str | None, Path]:
    owner, sign, path = word.partition("=")
    if sign and owner.isascii() and owner.isupper() and not Path(word).exists():
        return owner, Path(path)
    return None, Path(word)


def _payload(path: Path) -> Plots:
    try:
        payload = read_payload("plots", read_text(path))
    except TrilogueError as error:
        raise InputError(f"{path}: {error.message}", hint=error.hint) from error
    assert isinstance(payload, Plots)
    return payload


def _summary(folder: Path) -> dict[str, Any]:
    path = folder / SUMMARY
    if not path.is_file():
        return {}
    try:
        value = canonical.loads(read_text(path))
    except FormatError as error:
        raise InputError(f"{path}: {error.message}") from error
    return value if isinstance(value, dict) else {}


def _owner(payload: Plots, summary: dict[str, Any], path: Path) -> str:
    for sensor in summary.get("sensors", ()):
        if isinstance(sensor, dict) and sensor.get("id") == payload.sensor.id:
            owner = sensor.get("owner")
            if isinstance(owner, str):
                return owner
    raise InputError(
        f"{path}: whose sensor is {payload.sensor.id}?",
        hint=f"say it as KR={path}; beside files of `trilogue picture simulate` {SUMMARY} says it",
    )


def _truth(path: Path) -> NDArray[np.float64]:
    import numpy as np

    try:
        rows = list(csv.DictReader(read_text(path).splitlines(), strict=True))
        return np.array([[float(row[f"{axis}_m"]) for axis in "xyz"] for row in rows])
    except (KeyError, ValueError, csv.Error) as error:
        raise InputError(f"{path} is no file of a flight as it was: {error}") from error
