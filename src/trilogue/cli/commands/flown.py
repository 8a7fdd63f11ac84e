"""`trilogue picture flown`: the public record of launches, each with the flight that fits it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from trilogue.cli.asking import as_json
from trilogue.cli.out import print_json, print_lines, print_table, progress

if TYPE_CHECKING:
    from trilogue.analysis.flight.flown import Checked, Flown

__all__ = ["flown"]


@click.command()
@click.option("--since", metavar="DATE", default="", help="Launches from this day on, YYYY-MM-DD.")
@click.option("--times", is_flag=True, help="Judge the published flight times instead.")
@as_json
def flown(*, since: str, times: bool, as_json: bool) -> None:
    """Fly the public record: the flight that fits each launch's apogee and distance.

    Flights are simulated with a notional missile; they say how long such a flight takes, how fast
    it is at burnout, and whether it is lofted. What no ballistic flight can match is flagged.
    """
    if times:
        _times(as_json=as_json)
        return
    from trilogue.analysis.flight.flown import fly_launch
    from trilogue.analysis.flight.record import record

    chosen = [one for one in record() if one.date >= since]
    found = []
    with progress("Flying the record", len(chosen)) as done:
        for launch in chosen:
            flight = fly_launch(launch)
            found += [] if flight is None else [flight]
            done(1)
    if as_json:
        print_json([_json(one) for one in found])
        return
    columns = ("launch", "apogee", "distance", "time", "burnout", "shape", "flags")
    print_table(columns, [_row(one) for one in found], empty="no launch with apogee and distance")
    silent = len(chosen) - len(found)
    print_lines(
        "",
        f"{len(found)} of {len(chosen)} launches have an apogee and a distance; {silent} do not.",
        f"{sum(one.flew for one in found)} have a ballistic flight that fits;"
        f" {sum(not one.flew for one in found)} are flagged instead.",
    )


def _times(*, as_json: bool) -> None:
    from trilogue.analysis.flight.flown import check_time
    from trilogue.analysis.flight.record import flight_times

    with progress("Flying", len(flight_times())) as done:
        checked = []
        for one in flight_times():
            checked.append(check_time(one))
            done(1)
    if as_json:
        print_json([_checked_json(one) for one in checked])
        return
    columns = ("flight", "published", "flown", "difference", "shortest", "verdict")
    print_table(columns, [_checked_row(one) for one in checked], empty="")
    for judged in checked:
        if judged.reason:
            of = judged.published
            print_lines("", f"{of.name} {of.date}: {judged.reason}")


def _row(one: Flown) -> tuple[str, ...]:
    launch = one.launch
    assert launch.apogee_m is not None
    assert launch.distance_m is not None
    return (
        launch.name,
        f"{launch.apogee_m / 1e3:.0f} km",
        f"{launch.distance_m / 1e3:.0f} km",
        "–" if one.flight_time_s is None else f"{one.flight_time_s:.0f} s",
        "–" if one.burnout_speed_mps is None else f"{one.burnout_speed_mps:.0f} m/s",
        one.shape or "–",
        "; ".join(one.flags) or "–",
    )


def _json(one: Flown) -> dict[str, Any]:
    launch = one.launch
    return {
        "row": launch.row,
        "date": launch.date,
        "serial": launch.serial,
        "missile": launch.missile_id,
        "apogee_m": launch.apogee_m,
        "distance_m": launch.distance_m,
        "flight_time_s": one.flight_time_s,
        "burnout_s": one.burnout_s,
        "burnout_speed_mps": one.burnout_speed_mps,
        "shape": one.shape,
        "least_energy_range_m": one.least_energy_range_m,
        "simulated": True,
        "flags": list(one.flags),
    }


def _checked_row(one: Checked) -> tuple[str, ...]:
    difference = one.difference
    return (
        f"{one.published.name} {one.published.date}",
        f"{one.published.time_s:.0f} s",
        "–" if one.flight_time_s is None else f"{one.flight_time_s:.0f} s",
        "–" if difference is None else f"{difference:+.1%}",
        f"{one.shortest_s:.0f} s",
        one.verdict,
    )


def _checked_json(one: Checked) -> dict[str, Any]:
    return {
        "name": one.published.name,
        "date": one.published.date,
        "published_s": one.published.time_s,
        "flight_time_s": one.flight_time_s,
        "shortest_s": one.shortest_s,
        "verdict": one.verdict,
        "reason": one.reason,
        "source": one.published.source,
    }
