"""The simulator of sensors keeps its word: shares, counts, spreads and biases are as stated."""

import math
from dataclasses import replace

import numpy as np
import pytest
from scipy import stats

from trilogue.analysis.flight.simulate import simulate
from trilogue.analysis.geodesy.frames import to_ecef, to_geodetic
from trilogue.analysis.scenario.missiles import MISSILES
from trilogue.analysis.scenario.observe import (
    CLUTTER,
    Flight,
    Observed,
    Outage,
    observe,
    true_bias,
)
from trilogue.analysis.scenario.sensors import sensor_set
from trilogue.analysis.tracking.kernels.measurement import expected
from trilogue.analysis.tracking.prepared import geometry_of
from trilogue.analysis.tracking.sensor import Noise, Sensor

BEGIN = 1_900_000_000.0
RARE = 1e-4
"""A test on chance fails for one seed in ten thousand; the seeds are fixed."""
UNBIASED = (0.0, 0.0, 0.0, 0.0)
SENSORS = {s.id: s for s in sensor_set("notional")}
RADAR, EYE = SENSORS["kr-ground"], SENSORS["us-east"]


def flight(name: str = "A", after: float = 0.0, azimuth: float = 78.0) -> Flight:
    return Flight(name, simulate(MISSILES["one-stage"], 39.5, 126.0, azimuth), BEGIN + after)


FLIGHT = flight()
SALVO = [flight("A"), flight("B", 17.0, 83.0), flight("C", 40.0, 71.0)]


def clean(sensor: Sensor, **changes: object) -> Sensor:
    return replace(sensor, clutter_per_scan=0.0, **changes)


def residuals(seen: Observed, flights: list[Flight], clock: float = 0.0) -> np.ndarray:
    """Return rows less what the filters' function expects of their flights, over their sd."""
    plots, out = seen.plots, []
    geometry = geometry_of(plots.sensors)
    z, h = np.empty(4), np.empty((4, 6))
    for row in np.flatnonzero(seen.origin != CLUTTER):
        of = flights[seen.origin[row]]
        position, velocity = of.trajectory.at(plots.time[row] - clock - of.launched)
        state = np.concatenate([position, velocity, np.zeros(4)])
        expected(state, geometry[plots.sensor[row]], -1, z, h)
        off = plots.values[row] - z
        off[0] = math.remainder(off[0], 2.0 * math.pi)
        out.append(off / plots.sd[row])
    return np.array(out)


def key(seen: Observed, sensor: str, name: str, flights: list[Flight]) -> list[tuple[float, ...]]:
    """Return the plots of one sensor that show one flight, or clutter."""
    names = [f.name for f in flights]
    origin = names.index(name) if name in names else CLUTTER
    index = [s.id for s in seen.plots.sensors].index(sensor)
    rows = (seen.plots.sensor == index) & (seen.origin == origin)
    return [
        (float(t), *map(float, v[~np.isnan(v)]))
        for t, v in zip(seen.plots.time[rows], seen.plots.values[rows], strict=True)
    ]


@pytest.mark.parametrize("probability", [0.0, 0.3, 0.9, 1.0])
def test_flights_are_detected_in_the_share_of_scans_that_is_stated(probability: float) -> None:
    always = clean(RADAR, detection_probability=1.0)
    sometimes = clean(RADAR, detection_probability=probability)
    seeds = range(8)
    could = sum(len(observe([always], [FLIGHT], seed=s).plots) for s in seeds)
    did = sum(len(observe([sometimes], [FLIGHT], seed=s).plots) for s in seeds)
    assert could > 3_000
    assert stats.binomtest(did, could, probability).pvalue > RARE
    assert (did == 0) == (probability == 0.0)
    assert (did == could) == (probability == 1.0)


def test_noise_is_normal_with_the_spread_that_is_stated() -> None:
    rate = Noise(1e-3, 2e-3, 50.0, 3.0)
    for sensor, columns in ((clean(RADAR, noise=rate), 4), (clean(EYE), 2)):
        off = np.concatenate(
            [
                residuals(
                    observe([sensor], [FLIGHT], seed=s, biases={sensor.id: UNBIASED}), [FLIGHT]
                )
                for s in range(8)
            ]
        )
        assert np.isnan(off[:, columns:]).all()
        for q in range(columns):
            assert stats.kstest(off[:, q], "norm").pvalue > RARE
            energy = float((off[:, q] ** 2).sum())
            assert RARE < stats.chi2.sf(energy, len(off)) < 1.0 - RARE
        # Of each other the errors know nothing.
        together = np.corrcoef(off[:, :columns], rowvar=False) - np.eye(columns)
        assert np.abs(together).max() < 4.5 / math.sqrt(len(off))


def test_a_bias_that_is_given_is_in_every_plot() -> None:
    given = (3e-3, -1e-3, 250.0, 0.5)
    seen = observe([clean(RADAR)], [FLIGHT], seed=3, biases={RADAR.id: given})
    off = residuals(seen, [FLIGHT], clock=0.5)[:, :3]
    over = np.array(given[:3]) / np.array([1e-3, 1e-3, 50.0])
    assert np.abs(off.mean(axis=0) - over).max() < 4.5 / math.sqrt(len(off))
    # Were the clock not taken off, the missile would be half a second from where it was seen.
    late = residuals(seen, [FLIGHT])[:, 2]
    assert np.abs(late - over[2]).mean() > 3.0


def test_a_bias_that_is_drawn_has_the_spread_that_is_stated_and_is_the_one_seen() -> None:
    drawn = np.array([true_bias(RADAR, seed) for seed in range(600)])
    b = RADAR.bias
    sd = (b.azimuth_rad, b.elevation_rad, b.range_m, b.clock_s)
    for q in range(4):
        assert stats.kstest(drawn[:, q] / sd[q], "norm").pvalue > RARE
    wild = clean(RADAR, bias=replace(b, azimuth_rad=0.05))
    off = residuals(observe([wild], SALVO, seed=11), SALVO, clock=true_bias(wild, 11)[3])
    assert off[:, 0].mean() == pytest.approx(true_bias(wild, 11)[0] / 1e-3, abs=0.2)


def test_clutter_is_poisson_and_uniform_over_what_a_radar_looks_at() -> None:
    field = replace(RADAR.field, azimuth_deg=20.0, azimuth_half_deg=60.0, elevation_max_deg=70.0)
    noise = Noise(1e-3, 1e-3, 50.0, 5.0)
    sensor = replace(RADAR, clutter_per_scan=3.0, field=field, noise=noise)
    seen = observe([sensor], [], seed=5, begin=BEGIN, until=BEGIN + 4_000.0)
    assert (seen.origin == CLUTTER).all()
    times = seen.plots.time
    counts = np.bincount(np.round(times - times.min()).astype(int), minlength=4_000)
    assert abs(counts.mean() - 3.0) < 4.0 * math.sqrt(3.0 / 4_000)
    # Of Poisson's law alone are mean and variance one: chi-squared of the dispersion.
    dispersion = ((counts - counts.mean()) ** 2).sum() / counts.mean()
    assert RARE < stats.chi2.sf(dispersion, len(counts) - 1) < 1.0 - RARE
    azimuth, elevation, distance, rate = seen.plots.values.T
    turn = (np.degrees(azimuth) - 20.0 + 180.0) % 360.0 - 180.0
    for values, low, high in (
        (turn, -60.0, 60.0),
        (np.degrees(elevation), 1.0, 70.0),
        (distance, 0.0, 2_000e3),
        (rate, -8_000.0, 8_000.0),
    ):
        assert stats.kstest(values, "uniform", (low, high - low)).pvalue > RARE


def test_clutter_of_a_satellite_is_uniform_in_solid_angle_and_on_the_earth() -> None:
    above = replace(EYE, longitude=132.0, clutter_per_scan=5.0)
    seen = observe([above], [], seed=5, begin=BEGIN, until=BEGIN + 1_000.0)
    azimuth, elevation = seen.plots.values[:, 0], seen.plots.values[:, 1]
    assert np.isnan(seen.plots.values[:, 2:]).all()
    flat = np.cos(elevation)
    local = np.stack([np.sin(azimuth) * flat, np.cos(azimuth) * flat, np.sin(elevation)], axis=-1)
    # The whole cone lies on the disc from there: the cosine from its axis is uniform.
    axis = above.axes @ (to_ecef(40.0, 132.0, 0.0) - above.position)
    distance = float(np.linalg.norm(axis))
    narrow = distance / math.hypot(distance, 1_500e3)
    cosine = local @ axis / distance
    assert stats.kstest(cosine, "uniform", (narrow, 1.0 - narrow)).pvalue > RARE
    # From 56° E the area stands at the limb: what would pass beside the Earth is not there.
    beside = replace(EYE, longitude=56.0, clutter_per_scan=5.0)
    nadir = np.degrees(
        observe([beside], [], seed=5, begin=BEGIN, until=BEGIN + 1_000.0).plots.values[:, 1]
        + np.pi / 2
    )
    disc = math.degrees(math.asin(6_378_137.0 / (6_378_137.0 + 35_786e3)))
    assert nadir.max() < disc
    assert nadir.max() > disc - 0.05


def test_clutter_needs_a_region() -> None:
    endless = replace(RADAR, clutter_per_scan=1.0, field=replace(RADAR.field, range_max_m=math.inf))
    with pytest.raises(ValueError, match="kr-ground has no greatest range"):
        observe([endless], [FLIGHT], seed=0)
    elsewhere = replace(EYE, longitude=-60.0, clutter_per_scan=1.0)
    with pytest.raises(ValueError, match="us-east does not see the area"):
        observe([elsewhere], [FLIGHT], seed=0)
    away = replace(EYE.field, azimuth_deg=180.0, azimuth_half_deg=10.0)
    with pytest.raises(ValueError, match="us-east looks past the area"):
        observe([replace(EYE, field=away, clutter_per_scan=1.0)], [FLIGHT], seed=0)


def test_infrared_sees_burning_engines_above_the_cloud_from_its_own_side() -> None:
    eye = clean(EYE, detection_probability=1.0)
    seen = observe([eye], [FLIGHT], seed=2, biases={EYE.id: UNBIASED})
    at = seen.plots.time - BEGIN
    assert at.max() < FLIGHT.trajectory.burnout_s < at.max() + 1.0
    height = to_geodetic(FLIGHT.trajectory.at(at)[0])[2]
    before = to_geodetic(FLIGHT.trajectory.at(at.min() - 1.0)[0])[2]
    assert before < eye.field.floor_m <= height.min()
    assert not len(observe([replace(eye, longitude=-60.0)], [FLIGHT], seed=2).plots)


def test_a_radar_sees_its_field_of_regard_alone() -> None:
    field = replace(RADAR.field, azimuth_deg=0.0, azimuth_half_deg=30.0, range_max_m=700e3)
    narrow = clean(RADAR, field=field, detection_probability=1.0)
    wide = clean(RADAR, detection_probability=1.0)
    some, all_ = (
        observe([s], [FLIGHT], seed=4, biases={RADAR.id: UNBIASED}) for s in (narrow, wide)
    )
    azimuth, _, distance, _ = all_.plots.values.T
    turn = np.abs((azimuth + np.pi) % (2 * np.pi) - np.pi)
    # Errors blur the edge by a thousandth of a radian.
    inside = (turn < math.radians(30.0) - 5e-3) & (distance < 699e3)
    outside = (turn > math.radians(30.0) + 5e-3) | (distance > 701e3)
    kept = np.isin(all_.plots.time, some.plots.time)
    assert 0 < kept.sum() < len(kept)
    assert kept[inside].all()
    assert not kept[outside].any()


def test_every_row_names_the_flight_that_it_shows() -> None:
    sensors = [replace(s, clutter_per_scan=1.0) for s in SENSORS.values()]
    seen = observe(sensors, SALVO, seed=6, biases=dict.fromkeys(SENSORS, UNBIASED))
    assert set(seen.origin) == {CLUTTER, 0, 1, 2}
    assert len(seen.origin) == len(seen.plots)
    off = residuals(seen, SALVO)
    assert np.nanmax(np.abs(off)) < 6.0
    assert (np.diff(seen.plots.time) >= 0.0).all()
    assert not seen.plots.source.any()


def test_adding_sensors_or_flights_changes_nothing_of_the_others() -> None:
    sensors = [replace(s, clutter_per_scan=0.5) for s in SENSORS.values()]
    late = flight("late", 90.0, 60.0)
    before = flight("before", -200.0, 95.0)
    few = observe(sensors[2:4], SALVO[:2], seed=7)
    many_flights = [before, *SALVO, late]
    many = observe(sensors[::-1], many_flights, seed=7)
    for sensor in sensors[2:4]:
        for name in ("A", "B"):
            rows = key(few, sensor.id, name, SALVO[:2])
            assert len(rows) > 100
            assert rows == key(many, sensor.id, name, many_flights)
        # Clutter too: the longer look has more of it, before and after.
        rows = key(few, sensor.id, "clutter", SALVO[:2])
        span = key(many, sensor.id, "clutter", many_flights)
        assert len(span) > len(rows) > 100
        assert rows == [row for row in span if rows[0][0] <= row[0] <= rows[-1][0]]


def test_neither_sensors_nor_flights_share_their_errors() -> None:
    """Of two that see the same at the same time, the errors have nothing to do with each other."""
    twin = flight("twin")
    sensors = [clean(RADAR, id=name, detection_probability=1.0) for name in ("one", "two")]
    unbiased = {"one": UNBIASED, "two": UNBIASED}
    seen = observe(sensors, [FLIGHT, twin], seed=12, biases=unbiased)
    off = residuals(seen, [FLIGHT, twin])[:, :3]
    errors = [
        off[(seen.plots.sensor == s) & (seen.origin == k)][:400].ravel()
        for s in (0, 1)
        for k in (0, 1)
    ]
    assert len({len(one) for one in errors}) == 1
    together = np.corrcoef(errors) - np.eye(4)
    assert np.abs(together).max() < 4.5 / math.sqrt(len(errors[0]))


def test_a_seed_is_a_run_and_another_seed_another() -> None:
    one, same, other = (observe([RADAR], [FLIGHT], seed=s) for s in (1, 1, 2))
    assert (one.plots.time == same.plots.time).all()
    assert np.array_equal(one.plots.values, same.plots.values, equal_nan=True)
    assert not np.isin(one.plots.values[:, 0], other.plots.values[:, 0]).any()


def test_an_outage_takes_its_time_out_and_nothing_else() -> None:
    sensors = [SENSORS["kr-ground"], SENSORS["kr-ship"]]
    whole = observe(sensors, SALVO, seed=8)
    out = Outage("kr-ground", BEGIN + 100.0, BEGIN + 200.0)
    cut = observe(sensors, SALVO, seed=8, outages=[out])
    gone = (
        (whole.plots.sensor == 0) & (whole.plots.time >= out.begin) & (whole.plots.time < out.end)
    )
    assert gone.sum() > 100
    left = whole.plots.where(~gone)
    assert (cut.plots.time == left.time).all()
    assert np.array_equal(cut.plots.values, left.values, equal_nan=True)


def test_a_shorter_look_is_a_part_of_the_longer() -> None:
    sensor = replace(RADAR, clutter_per_scan=0.5)
    whole = observe([sensor], SALVO, seed=9)
    part = observe([sensor], SALVO, seed=9, begin=BEGIN + 90.0, until=BEGIN + 250.0)
    inside = (whole.plots.time >= BEGIN + 90.0) & (whole.plots.time <= BEGIN + 250.0)
    assert np.array_equal(part.plots.values, whole.plots.values[inside], equal_nan=True)
    assert (part.origin == whole.origin[inside]).all()


def test_scans_are_a_period_apart() -> None:
    slow = clean(RADAR, period_s=4.0, detection_probability=1.0)
    seen = observe([slow], [FLIGHT], seed=1, biases={RADAR.id: UNBIASED})
    assert np.allclose(np.diff(seen.plots.time), 4.0)
    # An instant holds a stamp without a loss.
    assert (np.round(seen.plots.time * 1e3) / 1e3 == seen.plots.time).all()


def test_names_that_say_nothing_are_refused() -> None:
    with pytest.raises(ValueError, match="kr-ground is there twice"):
        observe([RADAR, RADAR], [FLIGHT], seed=0)
    with pytest.raises(ValueError, match="A is there twice"):
        observe([RADAR], [FLIGHT, FLIGHT], seed=0)
    with pytest.raises(ValueError, match="no sensor is called kr-sky"):
        observe([RADAR], [FLIGHT], seed=0, biases={"kr-sky": UNBIASED})
    with pytest.raises(ValueError, match="no sensor is called kr-sky"):
        observe([RADAR], [FLIGHT], seed=0, outages=[Outage("kr-sky", 0.0, 1.0)])
    with pytest.raises(ValueError, match="when to begin"):
        observe([RADAR], [], seed=0)
    with pytest.raises(ValueError, match="not negative"):
        observe([RADAR], [FLIGHT], seed=-1)


def test_nothing_to_see_is_an_empty_table() -> None:
    seen = observe([clean(RADAR)], [], seed=0, begin=BEGIN, until=BEGIN + 10.0)
    assert len(seen.plots) == len(seen.origin) == 0
    assert len(observe([], [FLIGHT], seed=0).plots) == 0
