"""`trilogue picture locate`: the shape of what it prints, and what it makes of a file."""

import json
import re
from importlib.resources import files

import pytest

KEYS = {
    "coalition",
    "latitude",
    "longitude",
    "origin_time",
    "ellipse",
    "stations_used",
    "stations_left_out",
}
COALITIONS = [
    ["KR"], ["US"], ["JP"], ["KR", "US"], ["KR", "JP"], ["US", "JP"], ["KR", "US", "JP"],
]  # fmt: skip


@pytest.fixture(scope="module")
def readings():
    """The real readings of two tests, with their heading."""
    return (files("trilogue") / "data" / "seismic_arrivals.csv").read_text("utf-8")


@pytest.fixture
def write(tmp_path, readings):
    """Write the readings that a test on each row lets through."""

    def write(keep):
        heading, *rows = readings.splitlines()
        path = tmp_path / "readings.csv"
        path.write_text("\n".join([heading, *filter(keep, rows)]) + "\n", encoding="utf-8")
        return path

    return write


def fifth(row):
    return row.startswith("DPRK5,")


def test_one_event_needs_no_name(run, write):
    found = json.loads(
        run("picture", "locate", write(fifth), "--by", "participant", "--json").stdout
    )
    assert [one["coalition"] for one in found] == COALITIONS
    for one in found:
        assert set(one) >= KEYS
        assert "event" not in one
        assert set(one["ellipse"]) == {
            "semi_major_m",
            "semi_minor_m",
            "azimuth_deg",
            "probability",
        }
        assert re.fullmatch(r"2016-09-09T00:\d\d:\d\d\.\d{3}Z", one["origin_time"])
        assert all(station.keys() >= {"network", "station"} for station in one["stations_used"])
        assert all(station["reason"] for station in one["stations_left_out"])


def test_several_events_follow_each_other_with_their_names(run, write):
    found = json.loads(run("picture", "locate", write(lambda _: True), "--json").stdout)
    assert [one["event"] for one in found] == ["DPRK5"] * 7 + ["DPRK6"] * 7
    assert [one["coalition"] for one in found] == COALITIONS * 2


def test_one_of_several_is_chosen_by_name(run, write):
    both, alone = write(lambda _: True), None
    chosen = run("picture", "locate", both, "--event", "DPRK5", "--json").stdout
    alone = run("picture", "locate", write(fifth), "--json").stdout
    assert chosen == alone
    done = run("picture", "locate", both, "--event", "DPRK7", code=3)
    assert (
        "it has DPRK5, DPRK6"
        in run("picture", "locate", write(lambda _: True), "--event", "DPRK7", code=3).stderr
    )
    assert "no event 'DPRK7'" in done.stderr


def test_a_table_for_people(run, write):
    shown = run("picture", "locate", write(fifth)).stdout
    assert shown.startswith("Event DPRK5\n\ncoalition")
    assert re.search(r"^KR\+US\+JP +41\.\d{4} +129\.\d{4} .* km at \d+°, 90%", shown, re.MULTILINE)
    assert "every coalition\n  G.INU left out: its network belongs to none" in shown


def test_a_coalition_with_too_few_stations_says_so(run, write):
    path = write(lambda row: fifth(row) and (",KR," not in row or ",TJN," in row))
    (alone, *_) = json.loads(run("picture", "locate", path, "--json").stdout)
    assert alone["coalition"] == ["KR"]
    assert alone["latitude"] is alone["longitude"] is alone["ellipse"] is None
    assert "1 usable arrival" in alone["reason"]
    shown = run("picture", "locate", path).stdout
    assert re.search(r"^KR +– +– +– +no estimate", shown, re.MULTILINE)
    assert "KR\n  1 usable arrival" in shown


def test_participants_of_another_arrangement_are_taken_in_the_files_order(run, write):
    path = write(fifth)
    path.write_text(path.read_text().replace(",KR,", ",NO,").replace(",US,", ",CA,"))
    found = json.loads(run("picture", "locate", path, "--json").stdout)
    assert [one["coalition"] for one in found][:3] == [["JP"], ["CA"], ["NO"]]


def test_readings_come_from_a_pipe_too(run, write):
    path = write(fifth)
    piped = run("picture", "locate", "-", "--json", input=path.read_text()).stdout
    assert piped == run("picture", "locate", path, "--json").stdout


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "line 1: the columns are ''"),
        (b"event,participant\n", "they must be event,participant,network"),
        (b"\xff\xfe", "is not UTF-8 at byte 0"),
    ],
)
def test_a_bad_file_is_bad_input(run, tmp_path, data, message):
    (tmp_path / "bad.csv").write_bytes(data)
    assert message in run("picture", "locate", tmp_path / "bad.csv", code=2).stderr


def test_a_bad_reading_is_named_by_its_line(run, write):
    path = write(fifth)
    path.write_text(path.read_text().replace("36.3805", "96.3805"))
    done = run("picture", "locate", path, code=2)
    assert "line 16: latitude: '96.3805'" in done.stderr


@pytest.mark.filterwarnings("ignore::DeprecationWarning")  # of ObsPy's own imports
@pytest.mark.parametrize("name", ["quakeml", "geojson"])
def test_other_programs_read_the_estimates(run, write, tmp_path, name):
    out = tmp_path / "events"
    run("picture", "locate", write(fifth), "--format", name, "--out", out)
    if name == "quakeml":
        import obspy

        (event,) = obspy.read_events(str(out), format="QUAKEML")
        assert len(event.origins) == len(COALITIONS)
        return
    features = json.loads(out.read_bytes())["features"]
    found = [one["properties"] for one in features if one["properties"]["kind"] == "epicentre"]
    assert [one["coalition"] for one in found] == COALITIONS


@pytest.mark.parametrize("also", [("--out", "events.xml"), ("--format", "quakeml", "--json")])
def test_a_format_is_named_and_stands_alone(run, write, also):
    assert run("picture", "locate", write(fifth), *also, code=2).stdout == ""
