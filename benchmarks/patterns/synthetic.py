"""A synthetic record of any length: rows of the real one, at other times, with other numbers."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np

from trilogue.analysis.patterns.source import COLUMNS, shipped_source

__all__ = ["synthetic"]

_PIECE = 100_000
_FIRST, _DAYS = np.datetime64("1984-04-09"), 15_350


def synthetic(path: Path, number: int, *, seed: int) -> None:
    """Write so many launches as CSV: missile and site of a real row, its own time and numbers.

    Half of them leave in salvos of the row before, a few minutes later; a fifth have no time.
    """
    rng = np.random.default_rng(seed)
    rows = [dict(entry.raw) for entry in shipped_source().entries]
    with path.open("w", encoding="utf-8", newline="") as out:
        writer = csv.writer(out, lineterminator="\n")
        writer.writerow(COLUMNS)
        for start in range(0, number, _PIECE):
            writer.writerows(_piece(rows, min(_PIECE, number - start), rng))


def _piece(rows: list[dict[str, str]], number: int, rng: np.random.Generator) -> list[list[str]]:
    chosen = rng.integers(len(rows), size=number)
    minute = rng.integers(_DAYS * 1440, size=number)
    salvo = rng.random(number) < 0.5
    later = rng.integers(0, 20, size=number)
    silent = rng.random(number) < 0.2
    stretch = np.exp(rng.normal(0.0, 0.1, (number, 2)))
    found = []
    for k in range(number):
        if k and salvo[k]:
            chosen[k], minute[k] = chosen[k - 1], minute[k - 1] + later[k]
        row = dict(rows[chosen[k]])
        at = _FIRST.astype("datetime64[m]") + int(minute[k])
        day, _, clock = str(at).partition("T")
        row["date_utc"], row["time_utc"] = day, "" if silent[k] else clock[:5]
        row["series"], row["time_conflict"] = "", ""
        for column, factor in zip(("apogee_km", "distance_km"), stretch[k], strict=True):
            if row[column]:
                row[column] = f"{max(round(float(row[column]) * factor / 10.0) * 10, 10)}"
        found.append([row[column] for column in COLUMNS])
    return found
