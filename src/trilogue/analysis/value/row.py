"""Results: a row for each case, coalition and moment, flat, with the unit in every name."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from dataclasses import asdict, dataclass, fields
from typing import Any

__all__ = ["Row", "from_csv", "to_csv", "to_json"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """What a coalition knew of a flight at a moment. `None`: there was nothing to know or judge.

    Times are seconds after the launch, lengths metres. Ellipses hold the place with 90 %. A bound
    is the root of the trace of the Cramér–Rao bound's covariance, modes known, so it stands beside
    root mean square errors.
    """

    site: str
    latitude_deg: float
    longitude_deg: float
    missile_class: str
    shape: str
    azimuth_deg: float
    seed: int
    apogee_m: float
    range_m: float
    burnout_s: float
    flight_time_s: float
    coalition: str
    """Participants, joined by `+`."""
    first_plot_s: float | None
    first_track_s: float | None
    """See `TrackRule`."""
    moment: str
    time_s: float
    phase: str
    """Of the flight, in truth; `landed` after its end."""
    plots: int
    """In hand at the moment."""
    estimate_failed: bool
    """Whether the estimator's numbers broke down; then nothing was known."""
    estimated_phase: str | None
    launch_error_m: float | None
    launch_semi_major_m: float | None
    launch_semi_minor_m: float | None
    launch_inside: bool | None
    """Whether the ellipse holds the place."""
    impact_error_m: float | None
    """`None` also while the impact is unbounded: no cut-off has been seen."""
    impact_semi_major_m: float | None
    impact_semi_minor_m: float | None
    impact_inside: bool | None
    impact_bound_m: float | None
    """`None` before the cut-off: the bound of an impact is then infinite."""


COLUMNS = tuple(field.name for field in fields(Row))
_KINDS = {field.name: str(field.type) for field in fields(Row)}


def to_json(rows: Iterable[Row]) -> list[dict[str, Any]]:
    """Return rows as objects."""
    return [asdict(row) for row in rows]


def to_csv(rows: Iterable[Row]) -> str:
    """Return rows as CSV with a heading; nothing stands for `None`, and floats read back alike."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(COLUMNS)
    writer.writerows(
        ["" if value is None else _text(value) for value in asdict(row).values()] for row in rows
    )
    return out.getvalue()


def from_csv(text: str) -> list[Row]:
    """Read what `to_csv` wrote. Raises `ValueError` for anything else."""
    lines = csv.reader(io.StringIO(text), strict=True)
    if (heading := tuple(next(lines, []))) != COLUMNS:
        raise ValueError(f"not the results of a campaign: {','.join(heading)[:60]!r}")
    return [
        Row(**{n: _value(_KINDS[n], cell) for n, cell in zip(COLUMNS, line, strict=True)})
        for line in lines
    ]


def _text(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return repr(value) if isinstance(value, float) else str(value)


def _value(kind: str, cell: str) -> Any:
    if not cell and kind.endswith("None"):
        return None
    if kind.startswith("bool"):
        return {"yes": True, "no": False}[cell]
    if kind.startswith("float"):
        return float(cell)
    return int(cell) if kind == "int" else cell
