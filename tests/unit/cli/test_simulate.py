"""`trilogue picture simulate`: what a person and a program read, and the files it leaves."""

import csv
import json
import math
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner, Result

from trilogue.analysis.scenario.play import Played, play
from trilogue.analysis.scenario.scenario import load, shipped
from trilogue.cli.exits import Exit
from trilogue.cli.root import trilogue
from trilogue.encoding import canonical
from trilogue.picture.plotted import of_payloads, posix
from trilogue.reports.payloads import Plots


def run(*words: str) -> Result:
    return CliRunner().invoke(trilogue, ["picture", "simulate", *words])


def rows(path: Path) -> list[dict[str, str]]:
    return list(csv.DictReader(path.read_text("utf-8").splitlines(), strict=True))


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Played]:
    out = tmp_path_factory.mktemp("runs") / "withdrawal"
    done = run("withdrawal", "--seed", "3", "--out", str(out))
    assert done.exit_code == 0, done.output
    return out, play(load("withdrawal"), 3)


def test_a_person_reads_what_flies_who_looks_and_who_lets_whom_know() -> None:
    said = run("lofted-icbm", "--seed", "1")
    assert said.exit_code == 0, said.output
    assert "Lofted ICBM of 29 November 2017: simulated, seed 1" in said.output
    flight = next(line for line in said.output.splitlines() if "row 119 of the record" in line)
    assert flight.split()[0] == "Hwasong-15"
    assert "447" in flight
    assert "simulated" in flight
    played = play(load("lofted-icbm"), 1)
    counts = np.bincount(played.observed.plots.sensor)
    for sensor, count in zip(played.scenario.sensors, counts, strict=True):
        line = next(x for x in said.output.splitlines() if x.startswith(sensor.id))
        assert line.split()[1:4] == [sensor.owner, sensor.kind, str(count)]
    assert "2017년 11월 29일" in run("lofted-icbm", "--lang", "ko").output


def test_the_shipped_scenarios_are_listed_in_three_languages() -> None:
    for language, title in (("en", "Sensor outage"), ("ko", "센서 중단"), ("ja", "センサーの停止")):
        said = run("--list", "--lang", language).output
        assert title in said
        assert all(name in said for name in shipped())
        assert said.count("simulated") == len(shipped())
    listed = json.loads(run("--list", "--json").output)
    assert [one["scenario"] for one in listed] == list(shipped())


def test_a_program_reads_the_same_as_is_written(written: tuple[Path, Played]) -> None:
    out, played = written
    told = json.loads(run("withdrawal", "--seed", "3", "--json").output)
    assert told == json.loads((out / "summary.json").read_text("utf-8"))
    assert told["simulated"] is True
    assert told["seed"] == 3
    assert told["flights"][0]["flight_time_s"] == played.flights[0].trajectory.flight_time_s
    assert told["sensors"][0]["bias"]["range_m"] == played.biases["kr-ground"][2]
    gone = {(c["from"], c["to"]): c["withdrawn_s"] for c in told["consents"]}
    assert gone["KR", "JP"] == 302.0
    assert gone["JP", "KR"] is None


def test_the_payloads_are_what_the_sensors_saw_to_the_last_bit(
    written: tuple[Path, Played],
) -> None:
    out, played = written
    owners = {s.id: s.owner for s in played.scenario.sensors}
    given = []
    for path in out.glob("plots-*.json"):
        payload = canonical.decode_payload(path.read_bytes(), Plots)
        assert path.name == f"plots-{payload.sensor.id}.json"
        given.append((owners[payload.sensor.id], path.name, payload))
    table, plots = of_payloads(given), played.observed.plots
    assert len(table) == len(plots)
    by_id = {s.id: s for s in plots.sensors}
    assert {s.id for s in table.sensors} == set(by_id)
    # All that is said of a sensor is the same, but what its payload need not say.
    for sensor in table.sensors:
        assert sensor == by_id[sensor.id]
    for theirs, sensor in enumerate(plots.sensors):
        mine = [s.id for s in table.sensors].index(sensor.id)
        a, b = table.sensor == mine, plots.sensor == theirs
        assert (table.time[a] == plots.time[b]).all()
        assert np.array_equal(table.values[a], plots.values[b], equal_nan=True)
        assert np.array_equal(table.sd[a], plots.sd[b], equal_nan=True)


def test_delivery_and_origins_say_what_was_played(written: tuple[Path, Played]) -> None:
    out, played = written
    delivery = rows(out / "delivery.csv")
    names = [f"plots-{s.id}.json" for s in played.observed.plots.sensors]
    for who in ("KR", "US", "JP"):
        at = played.scenario.begin + 301.0
        held = Counter(
            one["file"]
            for one in delivery
            if one["recipient"] == who
            and posix(one["received_utc"]) <= at
            and not (one["withdrawn_utc"] and posix(one["withdrawn_utc"]) <= at)
        )
        expected = np.bincount(
            played.observed.plots.sensor[played.held(who, at)], minlength=len(names)
        )
        assert [held[name] for name in names] == expected.tolist()
    assert {one["originator"] for one in delivery if one["file"] == "plots-jp-west.json"} == {"JP"}
    # Rows of a file are counted from nought, as a payload has them.
    one = next(d for d in delivery if d["file"] == "plots-us-east.json" and d["recipient"] == "US")
    payload = canonical.decode_payload((out / one["file"]).read_bytes(), Plots)
    assert payload.rows[int(one["row"])].time.instant == one["received_utc"]
    origins = rows(out / "origins.csv")
    assert len(origins) == len(played.observed.plots)
    assert sum(not o["flight"] for o in origins) == (played.observed.origin < 0).sum()


def test_truth_is_the_flight_once_a_second(written: tuple[Path, Played]) -> None:
    out, played = written
    flight = played.flights[0]
    truth = rows(out / "truth-A.csv")
    assert len(truth) == math.floor(flight.trajectory.flight_time_s) + 2
    for row in (truth[0], truth[100], truth[-1]):
        t = posix(row["time_utc"]) - flight.launched
        position, velocity = flight.trajectory.at(t)
        assert [float(row[k]) for k in ("x_m", "y_m", "z_m")] == pytest.approx(position, abs=1e-2)
        speeds = [float(row[k]) for k in ("vx_mps", "vy_mps", "vz_mps")]
        assert speeds == pytest.approx(velocity, abs=1e-3)
        assert (row["burning"] == "true") == bool(flight.trajectory.burns_at(t))
    assert all(row["simulated"] == "true" for row in truth)
    assert 0.0 <= flight.landed - posix(truth[-1]["time_utc"]) < 2e-3


def test_the_copy_plays_the_same_run(written: tuple[Path, Played], tmp_path: Path) -> None:
    out, _ = written
    again = tmp_path / "again"
    assert run(str(out / "scenario.toml"), "--seed", "3", "--out", str(again)).exit_code == 0
    for path in out.iterdir():
        assert (again / path.name).read_bytes() == path.read_bytes()


def test_nothing_is_written_over_and_nothing_without_being_asked(
    written: tuple[Path, Played], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out, _ = written
    refused = run("single", "--out", str(out))
    assert refused.exit_code == Exit.WRONG
    assert "is not empty" in refused.output
    monkeypatch.chdir(tmp_path)
    assert run("single").exit_code == 0
    assert not any(tmp_path.iterdir())


def test_bad_use_says_what_to_do(tmp_path: Path) -> None:
    missing = run("singel")
    assert missing.exit_code == Exit.WRONG
    assert "shipped scenario: biased-radar" in missing.output
    assert "--list shows" in run().output
    assert run("single", "--seed", "-1").exit_code == 2
    bad = tmp_path / "bad.toml"
    bad.write_text(load("single").text.replace("launch_s = 30.0", "launch_s = -30.0"), "utf-8")
    refused = run(str(bad))
    assert refused.exit_code == Exit.WRONG
    assert f"{bad}: flight[0].launch_s is -30.0" in refused.output


def test_more_than_a_portion_holds_is_refused_before_it_is_written(tmp_path: Path) -> None:
    text = load("single").text.replace(
        "[[flight]]", "[clutter]\nkr-ground = 200.0\n\n[[flight]]", 1
    )
    heavy = tmp_path / "heavy.toml"
    heavy.write_text(text, "utf-8")
    refused = run(str(heavy), "--out", str(tmp_path / "out"))
    assert refused.exit_code == Exit.WRONG
    assert "kr-ground has 12" in refused.output
    assert "less clutter" in refused.output
    assert not (tmp_path / "out").exists()
