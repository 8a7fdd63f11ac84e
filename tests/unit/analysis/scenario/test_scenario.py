"""Scenario files: what is shipped can be played; what is not right is refused with its place."""

import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from trilogue.analysis.scenario.missiles import MISSILES
from trilogue.analysis.scenario.play import play
from trilogue.analysis.scenario.reading import ScenarioError
from trilogue.analysis.scenario.scenario import Scenario, load, read, shipped
from trilogue.analysis.scenario.sensors import PARTICIPANTS, sensor_set, sensor_sets

BASE = """\
id = "own"
simulated = true
begin = 2030-03-05T03:00:00Z

[title]
en = "Own"
ko = "자체"
ja = "自前"

[[sensor]]
id = "kr-1"
owner = "KR"
kind = "ground-radar"
latitude = 36.5
longitude = 127.5
height_m = 50.0
noise = { azimuth_rad = 1e-3, elevation_rad = 1e-3, range_m = 50.0, range_rate_mps = 2.0 }
field = { range_max_m = 2_000e3, elevation_min_deg = 1.0 }

[[sensor]]
id = "us-1"
owner = "US"
kind = "infrared"
latitude = 0.0
longitude = 165.0
height_m = 35_786e3
noise = { azimuth_rad = 5e-5, elevation_rad = 5e-5 }

[[flight]]
name = "A"
class = "notional"
launch_s = 30.0
missile = { name = "one-stage", latitude = 39.5, longitude = 126.0, azimuth_deg = 78.0 }

[[consent]]
from = "KR"
to = "US"
delay_s = 2.0

[[consent]]
from = "KR"
to = "JP"
start_s = 10.0
delay_s = 4.0

[[withdraw]]
from = "KR"
to = "JP"
at_s = 300.0

[[outage]]
sensor = "kr-1"
begin_s = 100.0
end_s = 120.0

[bias.kr-1]
azimuth_rad = 1e-3

[clutter]
kr-1 = 2.0
"""

FLIGHT = re.search(r"(?s)\[\[flight\]\].*?\n\n", BASE).group()  # type: ignore[union-attr]


@pytest.mark.parametrize("name", shipped())
def test_what_is_shipped_can_be_played(name: str) -> None:
    scenario = load(name)
    assert scenario.id == name
    assert re.search("[가-힣]", scenario.title["ko"])
    assert re.search("[ぁ-んァ-ン一-龥]", scenario.title["ja"])
    assert re.search("[A-Za-z]", scenario.title["en"])
    played = play(scenario, 1)
    plots, origin = played.observed.plots, played.observed.origin
    assert len(played.flights) == len(scenario.flights)
    # Every flight is seen by every participant, and nothing is seen before it flies.
    for k, flight in enumerate(played.flights):
        rows = origin == k
        assert {plots.sensors[s].owner for s in plots.sensor[rows]} == set(PARTICIPANTS)
        assert plots.time[rows].min() > flight.launched
        assert plots.time[rows].max() < flight.landed + 1.0


def test_nine_scenarios_are_shipped_and_differ() -> None:
    assert len(shipped()) == 9
    texts = [load(name).text for name in shipped()]
    assert len(set(texts)) == 9
    assert len({load(name).title["en"] for name in shipped()}) == 9
    assert all(text.startswith("# Simulated. ") for text in texts)


def test_the_shipped_scenarios_are_what_they_are_called() -> None:
    loft = play(load("lofted-icbm"), 0)
    flight = loft.flights[0].trajectory
    assert flight.apogee_m == pytest.approx(4_475e3, rel=4e-3)
    assert flight.range_m == pytest.approx(950e3, rel=4e-3)
    assert loft.scenario.flights[0].class_name == "Hwasong-15"
    salvo = [f.launch_s for f in load("salvo").flights]
    assert len(salvo) == 5
    assert max(salvo) - min(salvo) < 120.0
    assert len({f.class_name for f in load("mixed").flights}) == 4
    heavy, light = play(load("clutter"), 0).observed, play(load("single"), 0).observed
    assert (heavy.origin < 0).mean() > 0.9
    assert 0.01 < (light.origin < 0).mean() < 0.2
    out = load("outage").outages[0]
    silent = play(load("outage"), 0).observed.plots
    failed = silent.where(silent.sensor == [s.id for s in silent.sensors].index(out.sensor))
    assert len(failed.until(out.begin)) > 20
    assert len(failed.until(out.end)) == len(failed.until(out.begin))
    assert len(failed) > len(failed.until(out.end)) + 20
    wrong = load("biased-radar")
    assert play(wrong, 0).biases["kr-ship"] == wrong.biases["kr-ship"]
    stated = next(s for s in wrong.sensors if s.id == "kr-ship").bias
    assert abs(wrong.biases["kr-ship"][0]) > 5.0 * stated.azimuth_rad


def test_each_seed_draws_its_own_errors_about_the_same_flight() -> None:
    one, same, other = (play(load("single"), seed) for seed in (1, 1, 2))
    assert one.biases == same.biases
    assert one.biases != other.biases
    assert one.flights[0].trajectory is other.flights[0].trajectory
    assert set(one.observed.plots.time) == set(same.observed.plots.time)
    assert not set(one.observed.plots.time) & set(other.observed.plots.time)


def test_a_file_is_read_as_a_shipped_one_is(tmp_path: Path) -> None:
    path = tmp_path / "own.toml"
    path.write_text(BASE, "utf-8")
    scenario = load(path)
    assert scenario.id == "own"
    assert [s.id for s in scenario.sensors] == ["kr-1", "us-1"]
    assert scenario.sensors[0].noise.range_rate_mps == 2.0
    assert scenario.sensors[0].clutter_per_scan == 2.0
    assert scenario.biases == {"kr-1": (1e-3, 0.0, 0.0, 0.0)}
    assert scenario.outages[0].begin == scenario.begin + 100.0
    assert scenario.text == BASE
    assert len(play(scenario, 0).observed.plots) > 100


def test_flights_may_be_given_in_three_ways() -> None:
    there = "latitude = 38.8, longitude = 126.7"
    fit = f"fit = {{ apogee_m = 130e3, range_m = 490e3, {there}, bearing_deg = 70 }}"
    missiles = [f'missile = {{ name = "{name}", {there}, azimuth_deg = 80 }}' for name in MISSILES]
    for way, source in (
        ('record = { date = "2017-11-28" }', "row 119 of the record, 2017-11-28 Hwasong-15"),
        ("record = { row = 119 }", "row 119 of the record, 2017-11-28 Hwasong-15"),
        ('record = { date = "2022-11-03", serial = 2 }', "row 219 of the record"),
        *((f'class = "x"\n{one}', "notional") for one in (fit, *missiles)),
    ):
        flight = read(BASE.replace(FLIGHT, f'[[flight]]\nname = "A"\nlaunch_s = 0\n{way}\n\n'))
        assert flight.flights[0].source.startswith(source)
        assert flight.flights[0].fly().flight_time_s > 100.0


BAD = {
    # what is changed, into what, and what the message must hold
    "unknown key": ('id = "own"', 'id = "own"\ncolour = 1', "f.toml: colour is not a key here"),
    "unknown key within": ("launch_s = 30.0", "launch_s = 30.0\nspeed = 1", "flight[0].speed"),
    "unknown key of noise": ("range_m = 50.0,", "range_m = 50.0, snr = 3.0,", "noise.snr"),
    "no id": ('id = "own"\n', "", "f.toml: id is missing"),
    "id with a path": ('id = "own"', 'id = "../own"', "'../own': a name has"),
    "not simulated": ("simulated = true", "simulated = false", "simulated must be true"),
    "simulated as text": ("simulated = true", 'simulated = "yes"', "simulated is 'yes'"),
    "no Japanese": ('ja = "自前"\n', "", "title.ja is missing"),
    "empty Korean": ('"자체"', '""', "title.ko is empty"),
    "local time": ("03:00:00Z", "03:00:00", "times are UTC"),
    "other zone": ("03:00:00Z", "03:00:00+09:00", "times are UTC"),
    "time as text": ("2030-03-05T03:00:00Z", '"now"', "begin is 'now'"),
    "not TOML": ("[title]", "[title", "f.toml is not TOML"),
    "twice": ('id = "own"', 'id = "own"\nid = "own"', "f.toml is not TOML"),
    "latitude": ("latitude = 36.5", "latitude = 96.5", "latitude is 96.5: it must be from -90"),
    "text for a number": ("latitude = 36.5", 'latitude = "36.5"', "latitude is '36.5'"),
    "truth for a number": ("latitude = 36.5", "latitude = true", "latitude is True"),
    "not a number": ("latitude = 36.5", "latitude = nan", "latitude is nan"),
    "no end": ("height_m = 50.0", "height_m = inf", "height_m is inf"),
    "noise of nought": ("range_m = 50.0", "range_m = 0", "noise.range_m is 0: it must be above 0"),
    "owner": ('owner = "KR"', 'owner = "KP"', "'KP': it must be one of KR, US, JP"),
    "kind": ("ground-radar", "sonar", "'sonar': it must be one of infrared"),
    "no reach": ("range_max_m = 2_000e3, ", "", "field.range_max_m is missing"),
    "range of infrared": (
        "elevation_rad = 5e-5", "elevation_rad = 5e-5, range_m = 1.0", "measures no range",
    ),
    "floor of a radar": ("elevation_min_deg = 1.0", "floor_m = 1.0", "field.floor_m is not a key"),
    "field upside down": (
        "elevation_min_deg = 1.0", "elevation_min_deg = 5, elevation_max_deg = 4",
        "elevation_max_deg is 4",
    ),
    "sensor twice": ('id = "us-1"', 'id = "kr-1"', "sensor[1].id is 'kr-1': another sensor"),
    "probability": ("height_m = 50.0", "height_m = 50\ndetection_probability = 1.1", "is 1.1"),
    "period": ("height_m = 50.0", "height_m = 50\nperiod_s = 0", "period_s is 0"),
    "set beside sensors": ("[title]", 'sensors = "notional"\n[title]', "beside a shipped set"),
    "no flight": (FLIGHT, "", "flight is missing"),
    "missile": ('"one-stage"', '"ten-stage"', "'ten-stage': it must be one of one-stage"),
    "no class": ('class = "notional"\n', "", "flight[0].class is missing"),
    "two ways": ("[[consent]]", "[flight.record]\nrow = 119\n[[consent]]", "record and missile"),
    "no way": (FLIGHT, '[[flight]]\nname = "A"\nlaunch_s = 0\n\n', "nothing is given"),
    "before": ("launch_s = 30.0", "launch_s = -1.0", "launch_s is -1.0"),
    "flight twice": (FLIGHT, FLIGHT + FLIGHT, "flight[1].name is 'A': another flight"),
    "flight as a table": ("[[flight]]", "[flight]", "flight is {"),
    "unknown sensor fails": ('sensor = "kr-1"', 'sensor = "kr-9"', "'kr-9': it must be one of"),
    "outage backwards": ("end_s = 120.0", "end_s = 99.0", "end_s is 99: it must be after begin_s"),
    "bias of nobody": ("[bias.kr-1]", "[bias.kr-9]", "bias.kr-9 names no sensor here"),
    "bias of nothing": ("azimuth_rad = 1e-3\n", "azimuth = 1\n", "bias.kr-1.azimuth is not a key"),
    "clutter of nobody": ("kr-1 = 2.0", "kr-9 = 2.0", "clutter.kr-9 names no sensor here"),
    "clutter below nought": ("kr-1 = 2.0", "kr-1 = -2.0", "clutter.kr-1 is -2.0"),
    "consent with oneself": ('to = "US"', 'to = "KR"', "KR has its own plots at once"),
    "consent of a stranger": ('from = "KR"\nto = "US"', 'from = "CN"\nto = "US"', "is 'CN'"),
    "consent twice": ('to = "JP"\nstart_s', 'to = "US"\nstart_s', "KR to US is there twice"),
    "negative delay": ("delay_s = 2.0", "delay_s = -2.0", "delay_s is -2.0"),
    "withdrawn twice": (
        "[[outage]]", '[[withdraw]]\nfrom = "KR"\nto = "JP"\nat_s = 9\n[[outage]]', "twice",
    ),
    "withdrawn what is not given": (
        "[[outage]]", '[[withdraw]]\nfrom = "JP"\nto = "US"\nat_s = 9\n[[outage]]', "JP has given",
    ),
    "withdrawn before": ("at_s = 300.0", "at_s = 10.0", "the consent starts at 10 only"),
}  # fmt: skip


@pytest.mark.parametrize("what", BAD)
def test_what_is_not_right_is_refused_with_its_place(what: str) -> None:
    old, new, said = BAD[what]
    assert BASE.count(old) >= 1
    with pytest.raises(ScenarioError) as refused:
        read(BASE.replace(old, new, 1), "f.toml")
    message = str(refused.value)
    assert message.startswith("f.toml")
    assert said in message


RECORD = {
    "no such row": ("row = 9999", "rows of the record run from 2 to"),
    "row as text": ('row = "119"', "row is '119'"),
    "no such day": ('date = "2017-11-29"', "0 launches are meant, name one by row: none"),
    "many that day": ('date = "2017-03-05"', "5 launches are meant, name one by row: row 100"),
    "no apogee": ("row = 94", "the record has no apogee of it, write fit instead"),
    "no bearing": ("row = 213", "the record has no bearing of it, write bearing_deg"),
    "no ballistic flight": ("row = 202", "reported to pullup"),
    "neither": ("", "date is missing"),
}


@pytest.mark.parametrize("what", RECORD)
def test_rows_of_the_record_that_cannot_be_flown_are_refused(what: str) -> None:
    row, said = RECORD[what]
    flight = f'[[flight]]\nname = "A"\nlaunch_s = 0\nrecord = {{ {row} }}\n\n'
    with pytest.raises(ScenarioError, match=re.escape(said)):
        read(BASE.replace(FLIGHT, flight))


def test_what_cannot_fly_is_refused_when_played() -> None:
    fit = "apogee_m = 1e3, range_m = 9_000e3, latitude = 39, longitude = 126, bearing_deg = 80"
    flight = f'[[flight]]\nname = "A"\nclass = "x"\nlaunch_s = 0\nfit = {{ {fit} }}\n\n'
    scenario = read(BASE.replace(FLIGHT, flight), "f.toml")
    with pytest.raises(ScenarioError, match=r"f\.toml: flight A: apogee 1 km at range 9000 km"):
        play(scenario)
    elsewhere = BASE.replace("longitude = 165.0", "longitude = -30.0")
    cluttered = elsewhere.replace("kr-1 = 2.0", "us-1 = 2.0")
    with pytest.raises(ScenarioError, match=r"own: us-1 does not see the area.* no clutter"):
        play(read(cluttered))


def test_a_scenario_that_is_not_there_is_refused_with_those_that_are(tmp_path: Path) -> None:
    with pytest.raises(ScenarioError, match=r"neither a file nor a shipped scenario: .*, single"):
        load("singel")
    with pytest.raises(ScenarioError, match="neither a file"):
        load(tmp_path)
    with pytest.raises(ScenarioError, match="no shipped sensors are called 'real': notional"):
        sensor_set("real")
    assert sensor_sets() == ("notional",)
    latin = tmp_path / "latin.toml"
    latin.write_bytes(b'id = "caf\xe9"')
    with pytest.raises(ScenarioError, match="not UTF-8 at byte 9"):
        load(latin)


JUNK = (
    '""', '"x"', "-1", "0", "1e400", "nan", "inf", "true", "[]", "[1]", "{}", "{ a = 1 }", "1e9",
    "2030-03-05", "2030-03-05T03:00:00Z", "03:00:00", '"KR"', '"JP"', '"US"', "0.5", "",
)  # fmt: skip


@settings(deadline=None, max_examples=300)
@given(st.sampled_from(shipped()), st.data())
def test_a_damaged_file_is_a_scenario_or_is_refused(name: str, data: st.DataObject) -> None:
    """Never another error: a line is dropped, doubled, or given another value."""
    lines = load(name).text.split("\n")
    for _ in range(data.draw(st.integers(1, 3))):
        i = data.draw(st.integers(0, len(lines) - 1))
        how = data.draw(st.sampled_from(("drop", "double", "value")))
        if how == "value" and "=" in lines[i]:
            lines[i] = f"{lines[i].partition('=')[0]}= {data.draw(st.sampled_from(JUNK))}"
        elif how == "double":
            lines.insert(i, lines[i])
        elif len(lines) > 1:
            del lines[i]
    found = error = None
    try:
        found = read("\n".join(lines), "f.toml")
    except ScenarioError as refused:
        error = refused
    assert isinstance(found, Scenario) or str(error).startswith("f.toml")
