"""`trilogue picture track`: missile flights, from plots in files or as a node sees them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from trilogue.cli.asking import as_json, in_language, may_ask
from trilogue.cli.out import print_json, print_lines, working

if TYPE_CHECKING:
    from trilogue.client import Client
    from trilogue.figures import Language

__all__ = ["track"]


@click.command()
@click.argument("files", metavar="[FILE]...", nargs=-1)
@click.option(
    "--by",
    type=click.Choice(["participant"]),
    default="participant",
    show_default=True,
    help="Whose plots belong together: every participant alone, each pair, all.",
)
@click.option(
    "--until",
    metavar="WHEN",
    help="Look at nothing later: seconds after the first plot, or an instant.",
)
@click.option(
    "--out",
    metavar="DIR",
    type=click.Path(file_okay=False, path_type=Path),
    help="Write the pictures into this directory.",
)
@click.option(
    "--format",
    "formats",
    metavar="LIST",
    help="Which of czml, geojson, kml, udl and plots to write, with commas; by default all.",
)
@click.option("--marking", help="The classificationMarking of UDL records; U where simulated.")
@click.option(
    "--purpose",
    default="analysis",
    show_default=True,
    help="Of a node: for which purpose it looks.",
)
@click.option("--own", is_flag=True, help="Of a node: what it would see of its own plots alone.")
@in_language
@as_json
@may_ask
def track(
    *,
    files: tuple[str, ...],
    by: str,
    until: str | None,
    out: Path | None,
    formats: str | None,
    marking: str | None,
    purpose: str,
    own: bool,
    lang: Language,
    as_json: bool,
    asked: Callable[[], Client],
) -> None:
    """Follow the missiles in plots: one picture for each coalition of participants.

    FILE is a `plots` payload, such as `trilogue picture simulate --out DIR` writes, or such a
    directory. Whose sensor it is stands in summary.json beside it, or is said as KR=FILE. Without
    FILE, the node says what it sees.

    For each flight: its phase, burnout, apogee, launch and impact with the ellipse that holds them,
    and what class of missile it may be. An impact is not told before the engine is cut off.
    """
    from trilogue.errors import InputError

    del by  # there is one way so far; it is named so that a second can come
    if not files:
        if until is not None or out is not None or formats is not None or marking is not None:
            raise click.UsageError("--until, --out, --format and --marking want plots in FILEs.")
        with asked() as client, working("Asking the node"):
            raids = client.flights(purpose=purpose, own_only=own).raids
        _show_node(raids, as_json=as_json)
        return
    if own:
        raise click.UsageError("--own asks a node; name no FILE.")
    if out is None and (formats is not None or marking is not None):
        raise click.UsageError("Say where to write: --out DIR.")
    from trilogue.cli.tracked.given import read_plots
    from trilogue.cli.tracked.written import chosen, write_pictures
    from trilogue.picture.offline import picture_plots
    from trilogue.picture.told import picture_json

    wanted = chosen(formats)
    given = read_plots(files)
    with working("Following flights"):
        try:
            seen = picture_plots(given.plots, given.owners, until=_until(until, given.plots))
        except ValueError as error:
            raise InputError(str(error)) from error
        told = [
            picture_json(
                one.coalition,
                () if one.picture is None else one.picture.flights,
                None if one.picture is None else one.picture.time,
                one.reason,
            )
            for one in seen
        ]
    written: list[Path] = []
    if out is not None:
        pictures = {one.coalition: one.picture for one in seen if one.picture is not None}
        with working("Writing"):
            written = write_pictures(pictures, given, out, wanted, marking=marking, language=lang)
    if as_json:
        print_json(told)
        return
    from trilogue.cli.tracked.said import print_flights

    if given.simulated:
        print_lines(f"{given.title.get(lang, 'Flights')}: simulated", "")
    print_flights(told)
    if written:
        print_lines("", f"Written to {out}: {', '.join(one.name for one in written)}")


def _show_node(raids: tuple[Any, ...], *, as_json: bool) -> None:
    if as_json:
        print_json(raids)
        return
    from trilogue.cli.tracked.said import print_flights

    if not raids:
        print_lines("no plots and no tracks may be read now")
    for position, raid in enumerate(raids):
        print_lines(*([""] if position else []), f"First seen {raid.first_seen}", "")
        print_flights(
            {
                "coalition": one.coalition,
                "flights": [entry.flight for entry in one.flights],
                "reason": one.reason,
            }
            for one in raid.coalitions
        )
        for left in dict.fromkeys(
            (one.source.portion[:12], one.reason)
            for coalition in raid.coalitions
            for one in coalition.aside
        ):
            print_lines("", f"Portion {left[0]}… was not used: {left[1]}")


def _until(when: str | None, plots: tuple[tuple[str, str, Any], ...]) -> float | None:
    """Return POSIX seconds: an instant, or seconds after the first plot."""
    if when is None:
        return None
    from trilogue.errors import FormatError
    from trilogue.picture.plotted import posix

    try:
        seconds = float(when)
    except ValueError:
        try:
            return posix(when)
        except FormatError as error:
            raise click.BadParameter(
                f"{when!r} is neither seconds nor an instant such as 2017-11-28T18:20:00.000Z",
                param_hint="--until",
            ) from error
    if not 0.0 <= seconds < 1e7:
        raise click.BadParameter(f"{when} does not lie in 0 to 10000000", param_hint="--until")
    return min(posix(row.time.instant) for _, _, one in plots for row in one.rows) + seconds
