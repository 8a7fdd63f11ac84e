"""`trilogue picture ascent`: what height and speed alone say of a launch, up to a time."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from trilogue.cli.asking import as_json
from trilogue.cli.out import print_json, print_lines, working
from trilogue.cli.reading import read_text

if TYPE_CHECKING:
    from trilogue.analysis.ascent import Judgement

__all__ = ["ascent"]


@click.command()
@click.argument(
    "file",
    metavar="FILE.csv",
    type=click.Path(exists=True, dir_okay=False, allow_dash=True, path_type=Path),
)
@click.option("--until", type=float, metavar="SECONDS", help="Use nothing after this second.")
@as_json
def ascent(*, file: Path, until: float | None, as_json: bool) -> None:
    """Judge an ascent in FILE.csv: cut-off, the coming apogee with its uncertainty, and burns.

    The file begins with the line

    \b
    time_s,altitude_m,speed_mps

    and shows height above the ground and speed relative to it, as a webcast does: in steps, with
    gaps, with numbers misread. While an engine burns the apogee is unbounded, and no number is
    given for it.
    """
    from trilogue.analysis.ascent import TelemetryError, judge, read_telemetry
    from trilogue.errors import InputError

    try:
        shown = read_telemetry(read_text(file))
    except TelemetryError as error:
        raise InputError(f"{file}: {error}") from error
    if until is not None and not until > float(shown.time[0]):
        raise InputError(
            f"--until {until:g} s leaves no row: the file begins at {shown.time[0]:g} s"
        )
    with working("Judging the ascent"):
        judged = judge(shown, until)
    if as_json:
        print_json(_json(judged))
    else:
        print_lines(*_lines(judged))


def _json(judged: Judgement) -> dict[str, Any]:
    top = judged.apogee
    return {
        "until_s": judged.until_s,
        "cutoff_s": _rounded(judged.cutoff_s),
        "predicted_apogee_m": _rounded(top.height_m if top else None),
        "predicted_apogee_sigma_m": _rounded(top.height_sd_m if top else None),
        "predicted_apogee_time_s": _rounded(top.time_s if top else None),
        "predicted_apogee_time_sigma_s": _rounded(top.time_sd_s if top else None),
        "burns": [
            {"start_s": _rounded(one.start_s), "end_s": _rounded(one.end_s)} for one in judged.burns
        ],
        "remarks": list(judged.remarks),
    }


def _rounded(value: float | None) -> float | None:
    """Return a number to a thousandth, which is finer than anything that is known here."""
    return None if value is None else round(value, 3)


def _lines(judged: Judgement) -> list[str]:
    lines = [f"until {judged.until_s:.1f} s"]
    for number, burn in enumerate(judged.burns, start=1):
        end = "still burning" if burn.end_s is None else f"cut-off at {burn.end_s:.1f} s"
        lines.append(f"burn {number}  from {burn.start_s:.1f} s, {end}")
    if judged.apogee is not None:
        top = judged.apogee
        lines.append(
            f"apogee  {top.height_m / 1e3:.1f} ± {top.height_sd_m / 1e3:.1f} km"
            f" at {top.time_s:.0f} ± {max(top.time_sd_s, 1.0):.0f} s"
        )
    return [*lines, *judged.remarks]
