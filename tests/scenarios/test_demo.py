"""The main job, as a newcomer starts it: `trilogue demo` over three real processes."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import msgspec
import pytest

from trilogue.cli.demo.flight_record import PointObject
from trilogue.cli.demo.flight_sight import check_bought
from trilogue.cli.demo.play import StageError
from trilogue.cli.demo.record import DemoRecord

pytestmark = pytest.mark.processes


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, Path]:
    out = tmp_path_factory.mktemp("demo")
    done = subprocess.run(
        [sys.executable, "-m", "trilogue", "demo", "--out", str(out)],
        capture_output=True,
        text=True,
        timeout=580,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout, out


def test_every_act_stands_in_a_log_or_is_refused_with_a_reason(played: tuple[str, Path]) -> None:
    record = msgspec.json.decode((played[1] / "record.json").read_bytes(), type=DemoRecord)
    for step in record.timeline:
        if step.outcome == "done":
            assert step.place.startswith(f"{step.participant}/"), step
        else:
            assert step.reason, step
    refused = {rule for step in record.timeline for rule in step.rules}
    assert refused == {"no-pact", "outside-place", "above-ceiling"}
    kinds = {step.kind for step in record.timeline}
    assert {"adoption", "standing", "report", "request", "grant", "receipt"} <= kinds
    assert {"refusal", "withdrawal", "destruction"} <= kinds


def test_sharing_buys_on_real_readings(played: tuple[str, Path]) -> None:
    record = msgspec.json.decode((played[1] / "record.json").read_bytes(), type=DemoRecord)
    by_coalition = {tuple(one["coalition"]): one for one in record.estimates}
    together = by_coalition["KR", "US", "JP"]
    assert together["error_m"] is not None
    assert together["error_m"] < 2000
    assert len(by_coalition) == 7
    for one in record.estimates:
        assert one["contains"] or one["note"]
    assert together["ellipse"] is not None
    area = together["ellipse"]["semi_major_m"] * together["ellipse"]["semi_minor_m"]
    for name in ("KR", "JP"):
        alone = by_coalition[(name,)]["ellipse"]
        assert alone is not None
        assert area <= alone["semi_major_m"] * alone["semi_minor_m"] / 20


def test_the_picture_falls_back_with_the_withdrawal(played: tuple[str, Path]) -> None:
    record = msgspec.json.decode((played[1] / "record.json").read_bytes(), type=DemoRecord)
    seen = {(view.participant, view.phase): view for view in record.views}
    assert seen["JP", "own readings only"].coalition == ("JP",)
    assert seen["JP", "after sharing"].coalition == ("KR", "US", "JP")
    assert seen["JP", "after the withdrawal"].coalition == ("US", "JP")
    # Each node fuses for itself, and from the same portions comes the same picture.
    assert seen["JP", "after sharing"].ellipse == seen["KR", "after sharing"].ellipse


def test_sharing_buys_on_simulated_plots(played: tuple[str, Path]) -> None:
    record = msgspec.json.decode((played[1] / "record.json").read_bytes(), type=DemoRecord)
    launch = record.launch
    assert launch is not None
    # The flight is simulated; apogee and range are the public ones.
    assert (launch.recorded_apogee_m, launch.recorded_range_m) == (4_475_000, 950_000)
    assert abs(launch.apogee_m - launch.recorded_apogee_m) < 1000
    assert abs(launch.range_m - launch.recorded_range_m) < 1000
    seen = {(v.stretch, v.participant, v.alone): v for v in launch.views}
    first, *later = launch.stretches
    assert len(seen) == 2 * 3 * len(launch.stretches)
    for name in ("KR", "US", "JP"):
        for alone in (True, False):
            assert seen[first, name, alone].impact is None
        for stretch in later:
            before, after = seen[stretch, name, True], seen[stretch, name, False]
            assert before.coalition == (name,)
            assert after.coalition == ("KR", "US", "JP")
            assert before.impact is not None
            assert after.impact is not None
            assert _area(after.impact) < _area(before.impact)
            # Each node fuses for itself, and from the same portions comes the same picture.
            assert after.impact == seen[stretch, "US", False].impact
            assert after.apogee_m is not None
            assert after.apogee_sd_m is not None
            assert abs(after.apogee_m - launch.apogee_m) < 4 * after.apogee_sd_m


def test_what_is_simulated_is_called_so_and_a_miss_is_told(played: tuple[str, Path]) -> None:
    printed, out = played
    record = msgspec.json.decode((out / "record.json").read_bytes(), type=DemoRecord)
    assert record.launch is not None
    assert "29 November 2017: a launch, simulated sensors, real apogee and range" in printed
    missed = [
        point
        for view in record.launch.views
        for point in (view.launch, view.impact)
        if point is not None and not point["contains"]
    ]
    assert printed.count(", missed") == len(missed)
    page = (out / "index.html").read_text("utf-8")
    assert "Launch of 29 November 2017 (simulated)" in page
    for figure in record.launch.figures:
        assert (out / f"{figure.name}.csv").read_text("utf-8") == figure.csv
        assert figure.svg in page


def test_the_play_stops_where_sharing_bought_nothing(played: tuple[str, Path]) -> None:
    record = msgspec.json.decode((played[1] / "record.json").read_bytes(), type=DemoRecord)
    assert record.launch is not None
    views, everybody = record.launch.views, record.participants
    check_bought(views, everybody)
    alone = next(v for v in views if v.alone and v.impact is not None)
    assert alone.impact is not None
    small = {**alone.impact["ellipse"], "semi_major_m": 1.0, "semi_minor_m": 1.0}
    better = replace(alone, impact={**alone.impact, "ellipse": small})  # type: ignore[typeddict-item]
    with pytest.raises(StageError, match=f"did not shrink {alone.participant}'s"):
        check_bought(tuple(better if v is alone else v for v in views), everybody)
    with pytest.raises(StageError, match="nothing to compare"):
        check_bought(tuple(v for v in views if v.impact is None), everybody)
    with pytest.raises(StageError, match="and then all"):
        check_bought(tuple(v for v in views if v is not alone), everybody)


def _area(point: PointObject) -> float:
    return point["ellipse"]["semi_major_m"] * point["ellipse"]["semi_minor_m"]


def test_an_outsider_proves_every_claim(played: tuple[str, Path]) -> None:
    record = msgspec.json.decode((played[1] / "record.json").read_bytes(), type=DemoRecord)
    assert record.audit
    assert all(claim.holds for claim in record.audit)
    assert (played[1] / "index.html").read_text("utf-8").startswith("<!DOCTYPE html>")
