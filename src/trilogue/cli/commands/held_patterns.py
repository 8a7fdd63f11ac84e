"""`trilogue patterns held|findings|file`: the launch record of a node, and what is found in it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from trilogue.cli.asking import as_json, asks, in_language
from trilogue.cli.out import print_json, print_lines, print_table, working
from trilogue.cli.telling import name_place, short, standing

if TYPE_CHECKING:
    from collections.abc import Callable

    from trilogue.client import Client
    from trilogue.node.pattern_answers import LaunchEntry, RecordAnswer

__all__ = ["FINDINGS", "WHY", "file", "findings", "held"]

# Said here once more, since a help loads no room of the exchange; a test holds both together.
FINDINGS = (
    "new", "tempo", "salvos", "sites", "clock", "trajectories", "outcomes", "reach", "nuclear",
)  # fmt: skip
_purpose = click.option(
    "--purpose", default="analysis", show_default=True, help="What it is to be used for."
)
_COLUMNS = ("date_utc", "time_utc", "missile_id", "facility_id", "apogee_km", "distance_km")
WHY = {
    "superseded": "its originator replaced it by another that is held",
    "counted": "another that is held says the same",
    "no-month": "not even the month of the launch is known",
    "too-early": "it is dated before there was such a force",
    "to-come": "it is dated after today",
    "elsewhere": "it is placed far from where this force has ever launched",
    "not-a-row": "it reads as no launch of a record",
}


def _reports(*choices: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    return click.option(
        "--reports",
        type=click.Choice(choices),
        default="all",
        show_default=True,
        help="Which stand beside the public rows: all that may be read, or the node's own.",
    )


@click.command()
@_purpose
@_reports("all", "own", "none")
@asks
@in_language
@as_json
def held(*, client: Client, purpose: str, reports: Any, lang: Any, as_json: bool) -> None:
    """Show what stands in a node's launch record beside the public rows, and what does not.

    Every launch of which a report is held, with what each source says of it and the mark of each
    report; activity at sites; and what is held and not in the record, with the reason. With --json
    the whole record.
    """
    found = client.launch_record(purpose=purpose, reports=reports, lang=lang)
    if as_json:
        print_json(found)
        return
    banner = [found.banner] if found.banner else []
    print_lines(*banner)
    print_table(
        ("source", "date", "time", "missile", "site", "apogee km", "distance km", "report", "mark"),
        [
            row
            for one in found.launches
            if any(source.held for source in one.rows)
            for row in _rows(one)
        ],
        empty="no report of a launch is in the record",
    )
    if found.activity:
        print_lines("")
        print_table(
            ("site", "begins", "ends", "confidence", "first launch after", "report", "mark"),
            [
                (
                    one.site,
                    one.begins,
                    one.ends,
                    one.confidence,
                    one.launched or "–",
                    name_place(one.held.portion.report),
                    one.held.mark,
                )
                for one in found.activity
            ],
            empty="",
        )
    print_lines("", *_counted(found), *banner)


def _rows(one: LaunchEntry) -> list[tuple[str, ...]]:
    return [
        (
            source.source,
            *(_plain(source.values.get(column)) for column in _COLUMNS),
            "" if source.held is None else name_place(source.held.portion.report),
            "" if source.held is None else source.held.mark,
        )
        for source in one.rows
    ]


def _plain(value: str | float | None) -> str:
    return "–" if value is None else f"{value:g}" if isinstance(value, float) else value


def _counted(found: RecordAnswer) -> list[str]:
    """Say how many launches there are, and what became of each portion in hand."""
    total, launches = sum(found.counts.values()), found.counts["launch"]
    rows = f"public rows {found.public_rows}, rows of reports {launches}"
    seen, aside = found.counts["activity"], len(found.not_entered)
    return [
        f"Launches: {len(found.launches)} ({rows}). Conflicts: {len(found.conflicts)}.",
        f"Portions in hand: {total} (launches {launches}, activity {seen}, not in it {aside}).",
        *(
            f"{name_place(one.portion.report)} {short(one.portion.portion)} is not in it:"
            f" {WHY[one.why]}"
            for one in found.not_entered
        ),
    ]


@click.command()
@_purpose
@_reports("all", "own", "none")
@asks
@in_language
@as_json
def findings(*, client: Client, purpose: str, reports: Any, lang: Any, as_json: bool) -> None:
    """Say what is found in a node's launch record, and which filed findings still stand.

    After the record changed, the first answer takes seconds.
    """
    with working("Finding patterns"):
        found = client.findings(purpose=purpose, reports=reports, lang=lang)
    if as_json:
        print_json(found)
        return
    banner = [found.banner] if found.banner else []
    print_lines(*banner)
    for one in found.findings:
        print_lines(one.finding, *(f"  {sentence}" for sentence in one.sentences), "")
    print_table(
        ("filed", "report", "mark", "stands"),
        [
            (one.finding, name_place(one.report), one.mark, standing(one.gone))
            for one in found.filed
        ],
        empty="no filed finding may be read here",
    )
    print_lines(*([""] if banner else []), *banner)


@click.command()
@click.argument("finding", type=click.Choice(FINDINGS), metavar="FINDING")
@_purpose
@_reports("all", "own")
@asks
@as_json
def file(*, client: Client, finding: Any, purpose: str, reports: Any, as_json: bool) -> None:
    """File FINDING as a derived report, with every portion in the record behind it.

    FINDING is new, tempo, salvos, sites, clock, trajectories, outcomes, reach or nuclear. It is
    marked with the banner of the portions behind it, and may go on only where the originators of
    all of them allow. A finding of the public record alone is not filed: that is public.
    """
    from trilogue.node.inputs import FindingFilingInput

    given = FindingFilingInput(finding=finding, purpose=purpose, reports=reports)
    with working("Finding patterns"):
        done = client.file_finding(given)
    if as_json:
        print_json(done)
        return
    (portion,) = done.portions
    print_lines(
        f"{name_place(done.report)}  finding, logged",
        f"{portion.marking.level}, releasable to"
        f" {', '.join(portion.marking.releasable_to) or 'nobody'}",
    )
