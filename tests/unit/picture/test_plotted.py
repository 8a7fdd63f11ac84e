"""From portions of plots to one table: what a row means, and what its uncertainty becomes."""

from __future__ import annotations

import math
import random
from dataclasses import replace

import msgspec
import numpy as np
import pytest
from tests.support.flights import cut, readable, readables, table

from trilogue.analysis.tracking.plots import PlotTable
from trilogue.picture.plotted import of_payloads, plots_payload, table_of
from trilogue.reports.generalise import generalise_payload
from trilogue.reports.payloads.plots import Bias, Plots
from trilogue.reports.payloads.quantities import Measured, Moment


def same(a: PlotTable, b: PlotTable) -> bool:
    """Say whether two tables are the same to the last bit."""
    return (
        a.sensors == b.sensors
        and a.sources == b.sources
        and all(
            np.array_equal(getattr(a, name), getattr(b, name), equal_nan=True)
            for name in ("time", "sensor", "values", "sd", "source")
        )
    )


def radar() -> Plots:
    """Return one radar's plots."""
    return next(one.plots for one in cut(table()) if one.sensor == "kr-ground")


def changed(plots: Plots, **sensor: object) -> Plots:
    """Return plots whose sensor states something else."""
    return msgspec.structs.replace(plots, sensor=msgspec.structs.replace(plots.sensor, **sensor))


def test_a_table_goes_into_payloads_and_comes_back() -> None:
    before = table()
    after = table_of(readables(cut(before, 20.0))).table
    assert {(s.owner, s.id) for s in after.sensors} == {(s.owner, s.id) for s in before.sensors}
    place = {s.id: s for s in before.sensors}
    for sensor in after.sensors:
        assert sensor == place[sensor.id]
    # Instants stand to the millisecond; within one the order of rows may change.
    assert len(after) == len(before)
    assert np.abs(np.sort(after.time) - np.sort(before.time)).max() <= 0.0005 + 1e-6
    for name in [s.id for s in before.sensors]:
        a, b = (
            t.where(np.array([s.id == name for s in t.sensors])[t.sensor]) for t in (after, before)
        )
        assert np.array_equal(a.values, b.values, equal_nan=True)
        assert np.array_equal(a.sd, b.sd, equal_nan=True)


def test_the_order_of_portions_changes_no_bit() -> None:
    given = readables(cut(table(), 15.0))
    first = table_of(given).table
    for seed in range(5):
        random.Random(seed).shuffle(given)
        assert same(table_of(given).table, first)


def test_every_row_knows_its_portion() -> None:
    given = readables(cut(table(), 30.0))
    made = table_of(given).table
    for one in given:
        assert isinstance(one.payload, Plots)
        rows = made.source == made.sources.index(one.portion)
        assert int(rows.sum()) == len(one.payload.rows)
        assert {made.sensors[s].id for s in made.sensor[rows]} == {one.payload.sensor.id}


def test_the_owner_is_whoever_logged_the_report() -> None:
    made = table_of([readable("JP", 4, radar())]).table
    assert [s.owner for s in made.sensors] == ["JP"]


def test_a_plot_that_stands_in_two_portions_counts_once() -> None:
    plots = radar()
    half = msgspec.structs.replace(plots, rows=plots.rows[::2])
    alone = table_of([readable("KR", 4, plots)]).table
    twice = table_of([readable("KR", 4, plots), readable("KR", 5, half)]).table
    assert len(twice) == len(alone)
    assert np.array_equal(twice.values, alone.values, equal_nan=True)
    # Another participant's plots of the same values are other plots.
    assert len(table_of([readable("KR", 4, plots), readable("JP", 5, half)]).table) > len(alone)


def test_of_differing_statements_the_most_cautious_counts() -> None:
    plots = radar()
    other = changed(
        plots,
        bias=Bias(range_m=500.0),
        detection_probability=0.5,
        clutter_per_scan=7.0,
        noise=msgspec.structs.replace(plots.sensor.noise, azimuth_rad=0.5),
    )
    rows = msgspec.structs.replace(other, rows=plots.rows[1::2])
    first = msgspec.structs.replace(plots, rows=plots.rows[::2])
    (sensor,) = table_of([readable("KR", 4, first), readable("KR", 5, rows)]).table.sensors
    assert sensor.bias.range_m == 500.0
    assert sensor.bias.azimuth_rad == plots.sensor.bias.azimuth_rad
    assert sensor.detection_probability == 0.5
    assert sensor.clutter_per_scan == 7.0
    assert sensor.noise.azimuth_rad == 0.5
    # The noise of a row stays its own portion's.
    made = table_of([readable("KR", 4, first), readable("KR", 5, rows)]).table
    assert sorted(set(made.sd[:, 0])) == [plots.sensor.noise.azimuth_rad, 0.5]


def test_a_ship_that_moved_is_a_sensor_for_each_place() -> None:
    plots = radar()
    moved = changed(plots, position=msgspec.structs.replace(plots.sensor.position, latitude=37.0))
    made = table_of([readable("KR", 4, plots), readable("KR", 5, moved)]).table
    assert len(made.sensors) == 2
    assert len({s.id for s in made.sensors}) == 2
    assert all(s.id.startswith("kr-ground@") for s in made.sensors)


def test_what_is_uncertain_of_time_is_the_clock_s() -> None:
    plots = radar()
    late = tuple(
        msgspec.structs.replace(row, time=Moment(instant=row.time.instant, sd_s=0.04))
        for row in plots.rows
    )
    (sensor,) = table_of(
        [readable("KR", 4, msgspec.structs.replace(plots, rows=late))]
    ).table.sensors
    assert sensor.bias.clock_s == pytest.approx(math.hypot(0.04, plots.sensor.bias.clock_s or 0.0))


def test_what_is_uncertain_of_the_position_stays_as_a_bias() -> None:
    plots = radar()
    position = msgspec.structs.replace(plots.sensor.position, sd_m=300.0)
    made = table_of([readable("KR", 4, changed(plots, position=position, bias=None))]).table
    (sensor,) = made.sensors
    nearest = float((made.values[:, 2] * np.cos(made.values[:, 1])).min())
    assert sensor.bias.range_m == 300.0
    assert 300.0 / nearest <= sensor.bias.azimuth_rad <= 2.0 * 300.0 / nearest


def test_a_row_without_uncertainty_takes_its_sensor_s_and_is_never_certain() -> None:
    plots = radar()
    row = msgspec.structs.replace(
        plots.rows[0], range_m=Measured(400_000.0, 0.0), azimuth_rad=Measured(1.0, None)
    )
    made = table_of([readable("KR", 4, msgspec.structs.replace(plots, rows=(row,)))]).table
    assert made.sd[0, 0] == plots.sensor.noise.azimuth_rad
    assert made.sd[0, 2] > 0.0


def test_rounded_times_are_noise_of_each_row_and_rounded_beyond_a_look_are_of_no_use() -> None:
    plots = radar()
    fine = readable("KR", 4, plots)
    some, said = generalise_payload(plots, time_grid_ms=500)
    made = table_of([readable("KR", 5, some, generalised=replace_of(said, fine.portion))])
    off = 7_500.0 * 0.5 / math.sqrt(12.0)
    rounded = made.table
    assert np.allclose(rounded.sd[:, 2], math.hypot(plots.sensor.noise.range_m or 0.0, off))
    # The error that rounding makes is the row's own, and not its clock's.
    assert rounded.sensors[0].bias.clock_s == pytest.approx(
        plots.sensor.bias.clock_s or 0.0, abs=1e-3
    )
    coarse, said = generalise_payload(plots, time_grid_ms=10_000)
    made = table_of([readable("KR", 5, coarse, generalised=replace_of(said, fine.portion))])
    assert len(made.table) == 0
    assert "rounded to 10 s" in made.aside[0].reason


def replace_of(said: object, of: str) -> object:
    """Return the statement of a rounding with what was rounded."""
    return msgspec.structs.replace(said, of=of)


@pytest.mark.parametrize(
    ("sensor", "row", "said"),
    [
        ({"bias": Bias(clock_s=1e9)}, {}, "clock_s"),
        ({"period_s": 1e300}, {}, "period_s"),
        ({}, {"range_m": Measured(1e200, 1.0)}, "no sensor measures"),
        ({}, {"range_m": Measured(4e5, 1e200)}, "no sensor measures"),
    ],
    ids=["clock", "period", "range", "sd"],
)
def test_what_cannot_be_is_set_aside(
    sensor: dict[str, object], row: dict[str, object], said: str
) -> None:
    plots = changed(radar(), **sensor)
    wild = msgspec.structs.replace(plots.rows[0], **row)
    made = table_of(
        [
            readable("KR", 4, msgspec.structs.replace(plots, rows=(wild, *plots.rows[1:]))),
            readable("JP", 5, radar()),
        ]
    )
    assert said in made.aside[0].reason
    assert [s.owner for s in made.table.sensors] == ["JP"]


def test_plots_that_never_were_reports() -> None:
    one = radar()
    made = of_payloads([("KR", "a", one)])
    assert made.sources == ("a",)
    assert [s.owner for s in made.sensors] == ["KR"]
    wild = msgspec.structs.replace(
        one, rows=(msgspec.structs.replace(one.rows[0], range_m=Measured(1e200, 1.0)),)
    )
    with pytest.raises(ValueError, match="a: a row states"):
        of_payloads([("KR", "a", wild)])
    with pytest.raises(ValueError, match="has no plots"):
        plots_payload(replace(made, sensors=(*made.sensors, made.sensors[0])), 1)
