"""`trilogue picture`: estimates, here and without a node."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from trilogue.cli.asking import as_json
from trilogue.cli.lazy import LazyGroup
from trilogue.cli.out import print_json, print_lines, print_table, working
from trilogue.cli.reading import read_text

if TYPE_CHECKING:
    from collections.abc import Iterable

    from trilogue.analysis.seismology import Arrival
    from trilogue.picture.locate import CoalitionEstimate
    from trilogue.reports.csv import ArrivalRow

__all__ = ["picture"]


_COMMANDS = "trilogue.cli.commands"


@click.group(
    cls=LazyGroup,
    lazy={
        "ascent": f"{_COMMANDS}.ascent:ascent",
        "flown": f"{_COMMANDS}.flown:flown",
        "simulate": f"{_COMMANDS}.simulate:simulate",
        "track": f"{_COMMANDS}.track:track",
        "value": f"{_COMMANDS}.value:value",
    },
)
def picture() -> None:
    """See what readings say, alone and together."""


@picture.command()
@click.argument(
    "file",
    metavar="FILE.csv",
    type=click.Path(exists=True, dir_okay=False, allow_dash=True, path_type=Path),
)
@click.option(
    "--by",
    type=click.Choice(["participant"]),
    default="participant",
    show_default=True,
    help="Whose readings belong together: every participant alone, each pair, all.",
)
@click.option("--event", metavar="NAME", help="Which event of the file; by default each of them.")
@click.option(
    "--format",
    "outside",
    type=click.Choice(["quakeml", "geojson"]),
    help="Write the estimates in a format of other programs instead.",
)
@click.option(
    "--out",
    metavar="FILE",
    type=click.Path(dir_okay=False, writable=True, path_type=Path),
    help="Where to write it; by default to standard output.",
)
@as_json
def locate(
    *,
    file: Path,
    by: str,
    event: str | None,
    outside: str | None,
    out: Path | None,
    as_json: bool,
) -> None:
    """Locate the seismic events in FILE.csv: one estimate for each coalition of participants.

    The file begins with the line

    \b
    event,participant,network,station,location,channel,latitude,longitude,phase,arrival_utc,snr

    Readings without a participant belong to no coalition. Each estimate has an ellipse that
    covers the place with the probability it states, the stations it rests on, and those that were
    left out with the reason. A coalition with too few stations says so. QuakeML has an origin for
    each coalition, GeoJSON a place and its ellipse.
    """
    from trilogue.reports.csv import arrivals_from_csv

    del by  # there is one way so far; it is named so that a second can come
    if outside is None and out is not None:
        raise click.UsageError("Say in which --format to write --out.")
    if outside is not None and as_json:
        raise click.UsageError("--format and --json exclude each other.")
    rows = arrivals_from_csv(read_text(file))
    events = _events(rows, event)
    with working("Locating"):
        found = [(name, estimate) for name in events for estimate in _estimates(name, rows)]
    if outside is not None:
        grouped = {name: [one for own, one in found if own == name] for name in events}
        _write(_in_format(outside, grouped), out)
        return
    if as_json:
        print_json(
            [
                {"event": name, **estimate.to_json()} if len(events) > 1 else estimate.to_json()
                for name, estimate in found
            ]
        )
        return
    for position, name in enumerate(events):
        print_lines(*([""] if position else []), f"Event {name}", "")
        _print_event([estimate for one, estimate in found if one == name])


def _in_format(outside: str, events: dict[str, list[CoalitionEstimate]]) -> bytes:
    """Return events in the format of other programs."""
    if outside == "geojson":
        from trilogue.interop.geojson import write_estimates

        return write_estimates(events)
    from trilogue.interop.quakeml import write_quakeml
    from trilogue.interop.quakeml_estimates import located_by

    return write_quakeml([located_by(name, some) for name, some in events.items()])


def _write(document: bytes, out: Path | None) -> None:
    if out is None:
        click.echo(document, nl=False)
    else:
        out.write_bytes(document)
        print_lines(f"Written: {out}, {len(document)} bytes")


def _events(rows: Iterable[ArrivalRow], event: str | None) -> list[str]:
    """Return the events of a file that are asked for, in its order. Raises `NotFoundError`."""
    from trilogue.errors import NotFoundError

    names = list(dict.fromkeys(row.event for row in rows))
    if event is None:
        return names
    if event not in names:
        raise NotFoundError(f"the file has no event {event!r}", hint=f"it has {', '.join(names)}")
    return [event]


def _estimates(event: str, rows: Iterable[ArrivalRow]) -> list[CoalitionEstimate]:
    from trilogue.picture.locate import locate_coalitions

    chosen = [row for row in rows if row.event == event]
    return list(locate_coalitions([_arrival(row) for row in chosen], _participants(chosen)))


def _participants(rows: Iterable[ArrivalRow]) -> tuple[str, ...]:
    """Return the participants of the rows: those of the shipped arrangement first, in its order."""
    from trilogue.arrangement.files import TEXT, shipped
    from trilogue.arrangement.text import decode

    present = dict.fromkeys(row.participant for row in rows if row.participant is not None)
    known = [one.id for one in decode(shipped("tisa-2014")[TEXT]).participants]
    return (
        *(name for name in known if name in present),
        *(name for name in present if name not in known),
    )


def _arrival(row: ArrivalRow) -> Arrival:
    from trilogue.analysis.seismology import Arrival
    from trilogue.encoding import instant

    read = row.arrival
    return Arrival(
        network=read.network,
        station=read.station,
        location=read.location,
        channel=read.channel,
        latitude=read.position.latitude,
        longitude=read.position.longitude,
        phase=read.phase,
        time=instant.to_datetime(read.time.instant).timestamp(),
        snr=read.snr,
        participant=row.participant or "",
        source=f"line {row.line}",
    )


def _print_event(estimates: list[CoalitionEstimate]) -> None:
    shapes = [estimate.to_json() for estimate in estimates]
    print_table(
        ("coalition", "latitude", "longitude", "origin time", "ellipse", "used", "left out"),
        [_row(shape) for shape in shapes],
        empty="no participant has a reading of it",
    )
    remarks = {"+".join(shape["coalition"]): _remarks(shape) for shape in shapes}
    common = [one for one in next(iter(remarks.values()), []) if _in_all(one, remarks)]
    for coalition, said in {**remarks, "every coalition": common}.items():
        own = said if said is common else [one for one in said if one not in common]
        if own:
            print_lines("", coalition, *(f"  {one}" for one in own))


def _remarks(shape: dict[str, Any]) -> list[str]:
    """Return why there is no estimate, which readings were left out and why, and the notes."""
    reason = [shape["reason"]] if shape["latitude"] is None else []
    left_out = [
        f"{one['network']}.{one['station']} left out: {one['reason']}"
        for one in shape["stations_left_out"]
    ]
    return [*reason, *left_out, *shape["notes"]]


def _in_all(remark: str, remarks: dict[str, list[str]]) -> bool:
    return len(remarks) > 1 and all(remark in said for said in remarks.values())


def _row(shape: dict[str, Any]) -> tuple[str, ...]:
    coalition = "+".join(shape["coalition"])
    used, left_out = str(len(shape["stations_used"])), str(len(shape["stations_left_out"]))
    if shape["latitude"] is None:
        return coalition, "–", "–", "–", "no estimate", used, left_out
    ellipse = shape["ellipse"]
    axes = f"{ellipse['semi_major_m'] / 1000:.2f} × {ellipse['semi_minor_m'] / 1000:.2f} km"
    return (
        coalition,
        f"{shape['latitude']:.4f}",
        f"{shape['longitude']:.4f}",
        shape["origin_time"],
        f"{axes} at {ellipse['azimuth_deg']:.0f}°, {ellipse['probability']:.0%}",
        used,
        left_out,
    )
