"""`trilogue picture value`: what each participant's sensors add, over a campaign of flights."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from trilogue.cli.asking import as_json
from trilogue.cli.out import print_json, print_lines, print_table, progress
from trilogue.cli.reading import read_text

if TYPE_CHECKING:
    from trilogue.analysis.value.campaign import Campaign, Grid
    from trilogue.analysis.value.row import Row
    from trilogue.analysis.value.summary import Group
    from trilogue.cli.value.results import Results

__all__ = ["value"]


@click.command()
@click.option(
    "--campaign",
    "file",
    metavar="FILE.toml",
    type=click.Path(exists=True, dir_okay=False, allow_dash=True, path_type=Path),
    help="What to fly and ask, instead of a grid; docs/math/value.md shows one.",
)
@click.option(
    "--grid",
    type=click.Choice(["quick", "full"]),
    help="Two sites and three azimuths, or six and seven with four seeds; the first unless said.",
)
@click.option("--seeds", type=click.IntRange(1, 100_000), help="Runs of each flight.")
@click.option("--workers", type=click.IntRange(1, 1024), help="Processes; by default one a core.")
@click.option("--dask", metavar="ADDRESS", help="Run on the Dask cluster with this scheduler.")
@click.option(
    "--out",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path("value-out"),
    show_default=True,
    help="The folder for the page, its figures and all numbers.",
)
@as_json
def value(
    *,
    file: Path | None,
    grid: Grid | None,
    seeds: int | None,
    workers: int | None,
    dask: str | None,
    out: Path,
    as_json: bool,
) -> None:
    """Fly a grid of launches, and report what each coalition of participants knows, and when.

    Sites by classes by azimuths, with least energy and lofted. For every coalition: the time of
    the first track, launch error, impact error and 90 % ellipse at 60, 120 and 300 s after the
    launch and 60 s after the cut-off, with the Cramér–Rao bound beside. Written as one page with
    maps and curves, and as CSV and JSON. All of it is simulated.

    Results depend on the campaign alone, not on where or on how many processes it runs.
    """
    from trilogue.errors import InputError

    if file is not None and grid is not None:
        raise InputError("--grid and --campaign exclude each other", hint="a file has a key `grid`")
    if dask is not None and workers is not None:
        raise InputError(
            "--workers is for this machine alone", hint="a Dask cluster brings its own workers"
        )
    campaign = _campaign(file, grid or "quick", seeds)
    from trilogue.cli.value.drawings import drawings
    from trilogue.cli.value.files import write
    from trilogue.cli.value.results import Results

    results = Results(campaign, tuple(_run(campaign, workers, dask)))
    with progress("Drawing", 1 + 2 * len(campaign.missiles)) as done:
        drawn = drawings(results, done)
    report = write(results, drawn, out)
    if as_json:
        print_json(report)
    else:
        _print(results, out)


def _campaign(file: Path | None, grid: Grid, seeds: int | None) -> Campaign:
    from trilogue.analysis.scenario.sensors import sensor_set
    from trilogue.analysis.value.campaign import default_campaign
    from trilogue.analysis.value.plan import CampaignError, parse_campaign
    from trilogue.errors import InputError

    if file is None:
        return default_campaign(grid, seeds=seeds)
    try:
        return parse_campaign(read_text(file), sensor_set("notional"), seeds)
    except CampaignError as error:
        raise InputError(f"{file}: {error}") from error


def _run(campaign: Campaign, workers: int | None, dask: str | None) -> list[Row]:
    from trilogue.analysis.value.runner import ClusterError, run_here, run_on_dask
    from trilogue.errors import InputError

    cases = campaign.cases()
    with progress(f"Flying {len(cases)} flights", len(cases)) as done:
        if dask is None:
            return run_here(cases, workers=workers, done=done)
        try:
            return run_on_dask(cases, dask, done=done)
        except ClusterError as error:
            raise InputError(f"--dask: {error}") from error


def _print(results: Results, out: Path) -> None:
    from trilogue.cli.value import words

    moments = [moment.name for moment in results.campaign.moments]
    by = {(group.coalition, group.moment): group for group in results.pooled}
    columns = ("coalition", "first track", "launch error", *(f"impact {one}" for one in moments))
    rows = []
    for coalition in dict.fromkeys(group.coalition for group in results.pooled):
        last = by[coalition, results.last]
        rows.append(
            (
                coalition,
                words.seconds(last.first_track_s),
                "–"
                if last.launch_error_rms_m is None
                else words.kilometres(last.launch_error_rms_m),
                *(_impact(by[coalition, one]) for one in moments),
            )
        )
    print_table(columns, rows, empty="no flight")
    print_lines(
        "",
        "Medians over all flights: first track, and semi-major axis of the impact's 90 % ellipse"
        " (flights in which it is known, of those past their cut-off). Launch error: rms.",
        "",
        *words.sentences(results),
        *words.honesty(results),
        "",
        f"The page: {out / 'index.html'}",
    )


def _impact(group: Group) -> str:
    from trilogue.cli.value import words

    if not group.impact_asked:
        return "–"
    axis = words.kilometres(group.impact_semi_major_m)
    return f"{axis} ({group.impact_known}/{group.impact_asked})"
