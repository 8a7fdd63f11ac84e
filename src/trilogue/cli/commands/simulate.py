"""`trilogue picture simulate`: play a scenario, and write what each sensor's owner would report."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from trilogue.cli.asking import as_json, in_language
from trilogue.cli.out import print_json, print_lines, print_table, working

if TYPE_CHECKING:
    from trilogue.analysis.scenario.play import Played

__all__ = ["simulate"]


@click.command()
@click.argument("scenario", required=False)
@click.option(
    "--seed",
    type=click.IntRange(min=0),
    default=0,
    show_default=True,
    help="What is left to chance: another number is another run.",
)
@click.option(
    "--out",
    metavar="DIR",
    type=click.Path(file_okay=False, path_type=Path),
    help="Write plots, truth and delivery into this new or empty directory.",
)
@click.option("--list", "listed", is_flag=True, help="List the shipped scenarios instead.")
@in_language
@as_json
def simulate(
    *, scenario: str | None, seed: int, out: Path | None, listed: bool, lang: str, as_json: bool
) -> None:
    """Play SCENARIO: simulated flights, and what simulated sensors see of them.

    SCENARIO is the name of a shipped scenario or a file; docs/guide/scenarios.md says how to write
    one. The same seed plays the same run. With --out it writes

    \b
    plots-SENSOR.json   the payload that the sensor's owner would submit to its node
    truth-FLIGHT.csv    the flight as it was, once a second, Earth-fixed
    delivery.csv        which row of which file reaches whom when, and when it is withdrawn
    origins.csv         which row shows which flight; none: a false plot
    scenario.toml       the scenario, and summary.json what is printed here

    A row that never reaches a participant has no line in delivery.csv.
    """
    from trilogue.analysis.scenario.play import play
    from trilogue.analysis.scenario.reading import ScenarioError
    from trilogue.analysis.scenario.scenario import load
    from trilogue.errors import InputError

    if listed:
        _list(lang, as_json=as_json)
        return
    if scenario is None:
        raise click.UsageError("Say which SCENARIO to play; --list shows those that are shipped.")
    if out is not None and out.exists() and any(out.iterdir()):
        raise InputError(f"{out} is not empty", hint="name a new directory")
    try:
        with working("Playing the scenario"):
            played = play(load(scenario), seed)
            if out is not None:
                from trilogue.cli.simulated import write

                write(played, _summary(played), out)
    except ScenarioError as error:
        raise InputError(str(error)) from error
    if as_json:
        print_json(_summary(played))
        return
    _print(_summary(played), lang)
    if out is not None:
        print_lines("", f"Written to {out}, all of it simulated.")


def _list(lang: str, *, as_json: bool) -> None:
    from trilogue.analysis.scenario.scenario import load, shipped

    found = [load(name) for name in shipped()]
    if as_json:
        print_json(
            [{"scenario": one.id, "title": dict(one.title), "simulated": True} for one in found]
        )
        return
    rows = [(one.id, one.title[lang], len(one.flights), "simulated") for one in found]
    print_table(("scenario", "title", "flights", ""), rows, empty="")


def _summary(played: Played) -> dict[str, Any]:
    """Return what there is to say of a run, as JSON."""
    from trilogue.cli.simulated import moment

    scenario, plots, origin = played.scenario, played.observed.plots, played.observed.origin
    sensors = []
    for index, sensor in enumerate(plots.sensors):
        rows = plots.sensor == index
        true = rows & (origin >= 0)
        sensors.append(
            {
                "id": sensor.id,
                "owner": sensor.owner,
                "kind": sensor.kind,
                "plots": int(rows.sum()),
                "false_plots": int((rows & (origin < 0)).sum()),
                "first_plot": moment(plots.time[true].min()) if true.any() else None,
                "first_plot_s": float(plots.time[true].min() - scenario.begin)
                if true.any()
                else None,
                "bias": dict(
                    zip(
                        ("azimuth_rad", "elevation_rad", "range_m", "clock_s"),
                        played.biases[sensor.id],
                        strict=True,
                    )
                ),
            }
        )
    flights = []
    for planned, flight in zip(scenario.flights, played.flights, strict=True):
        path = flight.trajectory
        flights.append(
            {
                "name": flight.name,
                "class": planned.class_name,
                "source": planned.source,
                "launched": moment(flight.launched),
                "launch": {"latitude": path.launch[0], "longitude": path.launch[1]},
                "impact": {"latitude": path.impact[0], "longitude": path.impact[1]},
                "apogee_m": path.apogee_m,
                "range_m": path.range_m,
                "burnout_s": path.burnout_s,
                "flight_time_s": path.flight_time_s,
                "simulated": True,
            }
        )
    return {
        "scenario": scenario.id,
        "title": dict(scenario.title),
        "simulated": True,
        "seed": played.seed,
        "begin": moment(scenario.begin),
        "flights": flights,
        "sensors": sensors,
        "consents": [
            {
                "from": one.owner,
                "to": one.recipient,
                "start_s": one.start_s,
                "delay_s": one.delay_s,
                "withdrawn_s": one.withdrawn_s if one.withdrawn_s < float("inf") else None,
            }
            for one in scenario.consents
        ],
    }


def _print(summary: dict[str, Any], lang: str) -> None:
    print_lines(
        f"{summary['title'][lang]}: simulated, seed {summary['seed']}, from {summary['begin']}", ""
    )
    print_table(
        ("flight", "class", "apogee", "range", "burnout", "flight time", "source", ""),
        [
            (
                one["name"],
                one["class"],
                f"{one['apogee_m'] / 1e3:.0f} km",
                f"{one['range_m'] / 1e3:.0f} km",
                f"{one['burnout_s']:.0f} s",
                f"{one['flight_time_s']:.0f} s",
                one["source"],
                "simulated",
            )
            for one in summary["flights"]
        ],
        empty="",
    )
    print_lines("")
    print_table(
        ("sensor", "owner", "kind", "plots", "false", "first plot of a flight"),
        [
            (
                one["id"],
                one["owner"],
                one["kind"],
                one["plots"],
                one["false_plots"],
                "–" if one["first_plot"] is None else f"{one['first_plot_s']:.1f} s",
            )
            for one in summary["sensors"]
        ],
        empty="",
    )
    print_lines("")
    print_table(
        ("from", "to", "consent", "delay", "withdrawn"),
        [
            (
                one["from"],
                one["to"],
                f"at {one['start_s']:.0f} s",
                f"{one['delay_s']:g} s",
                "–" if one["withdrawn_s"] is None else f"at {one['withdrawn_s']:.0f} s",
            )
            for one in summary["consents"]
        ],
        empty="Nobody lets anybody know.",
    )
    print_lines("", "Seconds count from the beginning of the scenario; burnout, from lift-off.")
