"""`trilogue picture track`: flights from plots in files, said, written; what cannot be, refused."""

from __future__ import annotations

import json
from pathlib import Path

import msgspec
import pytest
from click.testing import CliRunner, Result
from tests.support.flights import cut, grant_plots, played, submit_plots, table
from tests.support.trio import Trio

from trilogue.analysis.geodesy.geodesic import inverse
from trilogue.cli.exits import Exit
from trilogue.cli.root import trilogue
from trilogue.encoding import canonical
from trilogue.picture.told import moment

from .live import open_desks

SENSORS = ("us-east", "kr-ground", "jp-west")


def run(*words: str) -> Result:
    return CliRunner().invoke(trilogue, ["picture", "track", *words])


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Write the plots of three sensors, one a participant, without a word whose they are."""
    folder = tmp_path_factory.mktemp("plots")
    for one in cut(table(every=2)):
        if one.sensor in SENSORS:
            path = folder / f"plots-{one.sensor}.json"
            path.write_bytes(canonical.encode_payload(one.plots))
    return folder


def named(files: Path) -> list[str]:
    """Return the files as words that say whose each is."""
    return [
        f"{owner}={files / f'plots-{sensor}.json'}"
        for owner, sensor in (("US", "us-east"), ("KR", "kr-ground"), ("JP", "jp-west"))
    ]


@pytest.fixture(scope="module")
def simulated(files: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Put beside the plots what `picture simulate` would, the truth among it."""
    folder = tmp_path_factory.mktemp("simulated")
    for path in files.iterdir():
        (folder / path.name).write_bytes(path.read_bytes())
    owners = {"us-east": "US", "kr-ground": "KR", "jp-west": "JP"}
    summary = {
        "simulated": True,
        "title": {"en": "One launch", "ko": "한 발", "ja": "1発"},
        "sensors": [{"id": sensor, "owner": owner} for sensor, owner in owners.items()],
    }
    (folder / "summary.json").write_text(json.dumps(summary), "utf-8")
    positions = played().flights[0].trajectory.at(range(0, 500, 10))[0]
    rows = [",".join(f"{x:.1f}" for x in row) for row in positions]
    (folder / "truth-A.csv").write_text("\n".join(["x_m,y_m,z_m", *rows]), "utf-8")
    return folder


def test_a_program_reads_every_coalition_s_flights(files: Path) -> None:
    said = run(*named(files), "--json")
    assert said.exit_code == 0, said.output
    pictures = json.loads(said.output)
    assert [one["coalition"] for one in pictures] == [
        ["KR"], ["US"], ["JP"], ["KR", "US"], ["KR", "JP"], ["US", "JP"], ["KR", "US", "JP"],
    ]  # fmt: skip
    (flight,) = pictures[-1]["flights"]
    truth = played().flights[0]
    assert flight["phase"] == "midcourse"
    assert sum(flight["phases"].values()) == pytest.approx(1.0)
    assert sum(one["probability"] for one in flight["classes"]) == pytest.approx(1.0)
    assert (
        abs(flight["apogee"]["height_m"] - truth.trajectory.apogee_m)
        < 5.0 * flight["apogee"]["sd_m"]
    )
    for name, place in (("launch", truth.trajectory.launch), ("impact", truth.trajectory.impact)):
        point = flight[name]
        off, *_ = inverse(point["latitude"], point["longitude"], *place)
        assert float(off) < 3.0 * point["ellipse"]["semi_major_m"]
    # The path leads on from what was seen to the impact.
    path = flight["path"]
    assert [one["time"] for one in path] == sorted(one["time"] for one in path)
    assert list(dict.fromkeys(one["known"] for one in path)) == ["before", "seen", "ahead"]
    assert abs(path[-1]["height_m"]) < 100.0
    off, *_ = inverse(
        path[-1]["latitude"], path[-1]["longitude"],
        flight["impact"]["latitude"], flight["impact"]["longitude"],
    )  # fmt: skip
    assert float(off) < 100.0


def test_a_person_reads_one_line_a_flight(files: Path) -> None:
    said = run(*named(files)).output
    line = next(line for line in said.splitlines() if line.startswith("KR+US+JP"))
    assert "midcourse" in line
    assert line.count("km (90%)") == 2
    assert "simulated" not in said


def test_until_looks_at_nothing_later(files: Path) -> None:
    burnout = played().flights[0].launched + played().flights[0].trajectory.burnout_s
    early = json.loads(run(*named(files), "--until", moment(burnout - 5.0), "--json").output)
    assert all(one["at"] is None or one["at"] <= moment(burnout - 5.0) for one in early)
    assert all(flight["impact"] is None for one in early for flight in one["flights"])
    first = min(one.begins for one in cut(table(every=2)) if one.sensor in SENSORS)
    some = json.loads(run(*named(files), "--until", "4", "--json").output)
    assert max(one["at"] for one in some if one["at"]) <= moment(first + 4.1)
    assert {one["reason"] for one in some} <= {"no plots so far", "no flight among plots"}
    assert not any(one["flights"] for one in some)


def test_what_stands_beside_a_simulation_says_whose_and_that(simulated: Path) -> None:
    said = run(str(simulated), "--lang", "ko")
    assert said.exit_code == 0, said.output
    assert "한 발: simulated" in said.output
    assert "KR+US+JP" in said.output


def test_pictures_are_written_for_other_programs_and_drawn(simulated: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    said = run(str(simulated), "--out", str(out))
    assert said.exit_code == 0, said.output
    names = {path.name for path in out.iterdir()}
    for suffix in ("czml", "geojson", "kml", "udl.json"):
        assert f"flights-KR-US-JP.{suffix}" in names
        assert f"flights-KR.{suffix}" in names
    assert {"map.svg", "map.png", "map.csv", "profile.svg"} <= names
    assert (
        "One launch (simulated)" in (out / "map.txt").read_text("utf-8")
        or b"simulated" in (out / "map.svg").read_bytes()
    )
    (record,) = json.loads((out / "flights-KR-US-JP.udl.json").read_bytes())
    assert record["dataMode"] == "SIMULATED"
    assert record["classificationMarking"] == "U"
    czml = json.loads((out / "flights-KR-US-JP.czml").read_bytes())
    assert czml[0]["name"] == "One launch"


def test_only_what_is_asked_for_is_written(files: Path, tmp_path: Path) -> None:
    said = run(*named(files), "--out", str(tmp_path / "o"), "--format", "czml, kml")
    assert said.exit_code == 0, said.output
    assert {path.suffix for path in (tmp_path / "o").iterdir()} == {".czml", ".kml"}


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["plots-kr-ground.json"], "whose sensor is kr-ground"),
        (["KR=missing.json"], "no such file"),
        (["."], None),
        (["KR=plots-kr-ground.json", "--until", "soon"], "neither seconds nor an instant"),
        (["KR=plots-kr-ground.json", "--until", "-3"], "does not lie in"),
        (["KR=plots-kr-ground.json", "--format", "czml"], "Say where to write"),
        (["KR=plots-kr-ground.json", "--out", "o", "--format", "dxf"], "no such format"),
        (["KR=plots-kr-ground.json", "--out", "o", "--format", "udl"], "classificationMarking"),
        (["KR=plots-kr-ground.json", "--own"], "--own asks a node"),
        (["--until", "5"], "want plots in FILEs"),
        ([], "Say which node to ask"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_what_cannot_be_done_is_said(
    files: Path, monkeypatch: pytest.MonkeyPatch, words: list[str], said: str | None
) -> None:
    monkeypatch.chdir(files)
    monkeypatch.delenv("TRILOGUE_NODE", raising=False)
    done = run(*words)
    assert done.exit_code not in (0, 1), done.output
    if said is not None:
        assert said in done.output
    assert done.exception is None or isinstance(done.exception, SystemExit)
    assert not (files / "o").exists() or not list((files / "o").iterdir())


def test_a_file_that_is_no_payload_is_named(tmp_path: Path) -> None:
    wrong = tmp_path / "plots-x.json"
    wrong.write_text('{"frame": "ecef"}', "utf-8")
    done = run(f"KR={wrong}")
    assert done.exit_code == Exit.WRONG
    assert str(wrong) in done.output
    one = next(iter(cut(table(every=2)))).plots
    far = msgspec.structs.replace(one, sensor=msgspec.structs.replace(one.sensor, period_s=1e9))
    wrong.write_bytes(canonical.encode_payload(far))
    done = run(f"KR={wrong}")
    assert done.exit_code == Exit.WRONG
    assert "period_s" in done.output


def test_a_node_says_what_it_sees_now_and_of_its_own_alone(trio: Trio) -> None:
    for one in cut(table(every=4)):
        if one.sensor in SENSORS:
            grant_plots(trio, submit_plots(trio, [one]))
    trio.settle()
    with open_desks(trio) as desks:
        said = desks("JP", "picture", "track").output
        own = desks("JP", "picture", "track", "--own").output
        (raid,) = json.loads(desks("JP", "picture", "track", "--json").output)
        nothing = desks("JP", "picture", "track", "--own", "--purpose", "nonsense", code=2)
    assert raid["first_seen"] in said
    assert "KR+US+JP" in said
    assert "KR" not in own.replace("KR-", "")
    (entry,) = raid["coalitions"][-1]["flights"]
    assert entry["flight"]["track"] in said
    assert {one["report"]["speaker"] for one in entry["sources"]} == {"KR", "US", "JP"}
    assert "not a purpose" in nothing.output
