"""CZML of sensors: plots lie where the missile was, and outlines as far as can be seen."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

import numpy as np
from tests.support.pictured import seen

from trilogue.analysis.geodesy.geodesic import inverse
from trilogue.interop.czml_sensors import (
    HORIZON_M,
    plot_packets,
    plots_by_source,
    sensor_packets,
)
from trilogue.interop.czml_voice import English

VOICE = English(simulated=True)


def test_every_row_stands_in_one_packet():
    table = seen().whole.plots
    rows = np.concatenate(list(plots_by_source(table).values()))
    assert np.array_equal(np.sort(rows), np.arange(len(table)))
    for (source, sensor), some in plots_by_source(table).items():
        assert set(table.sensor[some]) == {sensor}
        assert {table.sources[k] for k in table.source[some]} == {source}
    assert plots_by_source(table.where(np.zeros(len(table), bool))) == {}


def test_plots_lie_where_the_missile_was():
    """Against the simulated flight itself, which knows of neither sensors nor their axes."""
    run, table = seen().run, seen().whole.plots
    used = np.ones(len(table), bool)
    checked = 0
    for (_, sensor), rows in plots_by_source(table).items():
        (packet,) = plot_packets(table, rows, used, "plots/1", VOICE)
        properties = packet["properties"]
        seconds = np.array(properties["seconds"]["array"])
        places = np.reshape(properties["places"]["array"], (-1, 3))
        assert len(places) == len(seconds) == len(properties["used"]["array"])
        if table.sensors[sensor].kind == "infrared":
            assert len(places) == 0  # angles have no place
            continue
        epoch = datetime.fromisoformat(properties["epoch"]["string"]).timestamp()
        truth = run.trajectory.at(epoch + seconds - run.launched)[0]
        apart = np.linalg.norm(places - truth, axis=1)
        assert np.median(apart) < 5_000.0
        checked += len(places)
    assert checked > 100


def test_a_radar_has_two_outlines_and_the_nearer_is_the_horizon():
    radar = next(s for s in seen().whole.plots.sensors if s.kind == "ground-radar")
    far = replace(radar, field=replace(radar.field, range_max_m=4e6))
    packets = {one["id"]: one for one in sensor_packets(far, VOICE, horizon=True)}
    reach = {}
    for kind in ("coverage", "horizon"):
        degrees = np.reshape(
            packets[f"sensor/{far.id}/{kind}"]["polyline"]["positions"]["cartographicDegrees"],
            (-1, 3),
        )
        reach[kind] = max(
            float(inverse(far.latitude, far.longitude, lat, lon)[0]) for lon, lat, _ in degrees
        )
    assert abs(reach["coverage"] - 4e6) < 1e4
    # On a ball of the Earth's size: the square root of twice its radius times the height.
    assert abs(reach["horizon"] - np.sqrt(2 * 6.371e6 * HORIZON_M)) < 0.05 * reach["horizon"]


def test_no_horizon_is_drawn_beyond_the_reach():
    radar = next(s for s in seen().whole.plots.sensors if s.kind == "ground-radar")
    near = replace(radar, field=replace(radar.field, range_max_m=3e5))
    assert len(list(sensor_packets(near, VOICE, horizon=True))) == 2
