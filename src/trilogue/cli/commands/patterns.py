"""`trilogue patterns`: the record of launches, where sources differ, and what it shows."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from trilogue.cli.asking import as_json
from trilogue.cli.lazy import LazyGroup
from trilogue.cli.out import print_json, print_lines, print_table, working
from trilogue.cli.reading import read_text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from trilogue.analysis.patterns.conflicts import Conflict
    from trilogue.analysis.patterns.merge import Merged
    from trilogue.analysis.patterns.source import Source

__all__ = ["patterns"]

_CSV = click.Path(exists=True, dir_okay=False, path_type=Path)
_with = click.option(
    "--with",
    "files",
    metavar="FILE.csv",
    type=_CSV,
    multiple=True,
    help="A further source with the columns of the record; may be given again.",
)


_HELD = "trilogue.cli.commands.held_patterns"


@click.group(
    cls=LazyGroup,
    lazy={
        "file": f"{_HELD}:file",
        "findings": f"{_HELD}:findings",
        "held": f"{_HELD}:held",
    },
)
def patterns() -> None:
    """Say how the force is operated: findings from the public record of launches.

    The record that is shipped has 339 launches from 1984 to 2026. Further sources in the same
    columns stand beside it; where they differ is said, and nothing is averaged. `held`, `findings`
    and `file` ask a node, whose record has what it holds beside the public rows.
    """


@patterns.command()
@click.argument("files", nargs=-1, required=True, type=_CSV)
@as_json
def conflicts(*, files: tuple[Path, ...], as_json: bool) -> None:
    """Say where sources contradict each other: A.csv B.csv …, or one beside the shipped record.

    \b
    value     both know it and differ
    swapped   apogee and distance, or latitude and longitude, the other way round
    blank     one knows it and the other does not
    order     launches of one day stand in another order
    alone     one has a launch that the other has not
    """
    from trilogue.analysis.patterns.conflicts import KINDS, agreement
    from trilogue.analysis.patterns.conflicts import conflicts as find

    sources = _sources(files, shipped=len(files) == 1)
    merged = _merged(sources)
    found = find(merged, [one.name for one in sources])
    if as_json:
        print_json(
            {
                "sources": {one.name: len(one.entries) for one in sources},
                "launches": len(merged),
                "conflicts": [_json(one) for one in found],
                "agreement": {
                    column: {"known_to_several": several, "agree": agree}
                    for column, (several, agree) in agreement(merged).items()
                },
            }
        )
        return
    columns = ("kind", "date", "column", "said")
    print_table(columns, [_row(one) for one in found], empty="The sources agree in everything.")
    counts = {kind: sum(one.kind == kind for one in found) for kind in KINDS}
    rows = ", ".join(f"{one.name} {len(one.entries)}" for one in sources)
    print_lines(
        "",
        f"{len(merged)} launches of {rows} rows; nothing left out.",
        f"{len(found)} conflicts: {', '.join(f'{n} {kind}' for kind, n in counts.items())}.",
    )


@patterns.command()
@_with
@click.option("--check", is_flag=True, help="Count what each finding uses and leaves out, and why.")
@as_json
def record(*, files: tuple[Path, ...], check: bool, as_json: bool) -> None:
    """Show the record, each launch with what every source says of it.

    With --check it says instead how many rows enter, and for each finding how many rows it uses and
    how many it leaves out, by reason.
    """
    sources = _sources(files, shipped=True)
    merged = _merged(sources)
    if check:
        _check(sources, merged, as_json=as_json)
        return
    if as_json:
        print_json([_launch_json(one) for one in merged])
        return
    print_table(
        ("date", "time", "missile", "site", "apogee km", "distance km", "outcome", "rows"),
        [
            (
                one.first.launch.date,
                *(_told(one, c) for c in ("time_utc", "missile_id", "facility_id")),
                *(_told(one, c) for c in ("apogee_km", "distance_km", "outcome")),
                ", ".join(f"{e.source} {e.line}" for e in one.entries),
            )
            for one in merged
        ],
        empty="",
    )


@patterns.command()
@click.option(
    "--since",
    metavar="DATE",
    help="What is new since this day, YYYY-MM-DD; by default in the record's last 30 days.",
)
@click.option(
    "--lang",
    type=click.Choice(["en", "ko", "ja"]),
    default="en",
    show_default=True,
    help="The language of the report.",
)
@click.option(
    "--out",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path("patterns-out"),
    show_default=True,
    help="The folder for the page, and all numbers as CSV and JSON.",
)
@_with
@as_json
def report(
    *, since: str | None, lang: str, out: Path, files: tuple[Path, ...], as_json: bool
) -> None:
    """Write the report: tempo, salvos, sites, trajectories, outcomes, reach, and what is new.

    One page with maps, timelines and tables that asks nothing of anywhere, with all numbers beside
    it. Every finding says which rows it rests on, how it was made and how sure it is.
    """
    from trilogue.cli.patterns.files import write
    from trilogue.cli.patterns.gather import gather

    start = _day(since)
    sources = _sources(files, shipped=True)
    with working("Finding patterns"):
        results = gather(sources, _merged(sources), start)
    with working("Drawing"):
        told = write(results, lang, out)  # type: ignore[arg-type]
    if as_json:
        print_json(told)
        return
    print_lines(*told["said"], "", f"The page: {out / 'index.html'}")


def _day(text: str | None) -> date | None:
    from trilogue.errors import InputError

    if text is None:
        return None
    try:
        return datetime.strptime(text, "%Y-%m-%d").date()  # noqa: DTZ007 - a day has no zone
    except ValueError as error:
        raise InputError(f"--since: {text!r} is no day", hint="write YYYY-MM-DD") from error


def _sources(files: Sequence[Path], *, shipped: bool) -> list[Source]:
    from trilogue.analysis.patterns.source import SourceError, read_source, shipped_source
    from trilogue.errors import InputError

    sources = [shipped_source()] if shipped else []
    names = [one.stem for one in files]
    for file in files:
        # Two files of one name in two folders are two sources.
        name = file.stem if names.count(file.stem) == 1 else str(file)
        try:
            sources.append(read_source(name, read_text(file)))
        except SourceError as error:
            raise InputError(str(error)) from error
    return sources


def _merged(sources: Sequence[Source]) -> tuple[Merged, ...]:
    from trilogue.analysis.patterns.merge import merge
    from trilogue.errors import InputError

    try:
        return merge(sources)
    except ValueError as error:
        raise InputError(str(error), hint="rename a file: its name is the source's") from error


def _check(sources: Sequence[Source], merged: Sequence[Merged], *, as_json: bool) -> None:
    from trilogue.analysis.patterns.basis import basis
    from trilogue.analysis.patterns.merge import launches

    entered = {one.name: len(one.entries) for one in sources}
    bases = basis(launches(merged))
    if as_json:
        print_json(
            {
                "rows": entered,
                "launches": len(merged),
                "findings": {
                    name: {
                        "used": len(one.used),
                        "left_out": {why: len(rows) for why, rows in one.left_out.items()},
                    }
                    for name, one in bases.items()
                },
            }
        )
        return
    kept = sum(len(one.entries) for one in merged)
    total = sum(entered.values())
    print_lines(
        f"{kept} of {total} rows enter, as {len(merged)} launches; {total - kept} are dropped.", ""
    )
    print_table(
        ("finding", "uses", "leaves out", "why"),
        [
            (
                name,
                len(one.used),
                sum(map(len, one.left_out.values())),
                ", ".join(f"{why} {len(rows)}" for why, rows in one.left_out.items()) or "–",
            )
            for name, one in bases.items()
        ],
        empty="",
    )


def _told(one: Merged, column: str) -> str:
    """Say what sources know in a column: once where they agree, each by name where not."""
    known = [(source, value) for source, value in one.values(column) if value is not None]
    if not known:
        return "–"
    if one.agreed(column):
        return _plain(known[0][1])
    return " | ".join(f"{source} {_plain(value)}" for source, value in known)


def _plain(value: str | float | None) -> str:
    return "–" if value is None else f"{value:g}" if isinstance(value, float) else value


def _row(one: Conflict) -> tuple[str, ...]:
    said = "; ".join(
        f"{source} {line}: {', '.join(map(_plain, values))}" if values else f"{source} {line}"
        for source, line, values in one.said
    )
    return one.kind, one.date, ", ".join(one.columns) or "–", said


def _json(one: Conflict) -> dict[str, Any]:
    return {
        "kind": one.kind,
        "date": one.date,
        "columns": list(one.columns),
        "said": [
            {"source": source, "line": line, "values": list(values)}
            for source, line, values in one.said
        ],
    }


def _launch_json(one: Merged) -> dict[str, Any]:
    from trilogue.analysis.patterns.source import COLUMNS

    return {
        "date": one.first.launch.date,
        "rows": {entry.source: entry.line for entry in one.entries},
        "values": {column: dict(one.values(column)) for column in COLUMNS},
    }
