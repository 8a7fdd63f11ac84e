"""The main job, as a newcomer starts it: `trilogue demo` over three real processes."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import msgspec
import pytest

from trilogue.cli.demo.record import DemoRecord

pytestmark = pytest.mark.processes


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, Path]:
    out = tmp_path_factory.mktemp("demo")
    done = subprocess.run(
        [sys.executable, "-m", "trilogue", "demo", "--out", str(out)],
        capture_output=True,
        text=True,
        timeout=240,
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


def test_an_outsider_proves_every_claim(played: tuple[str, Path]) -> None:
    record = msgspec.json.decode((played[1] / "record.json").read_bytes(), type=DemoRecord)
    assert record.audit
    assert all(claim.holds for claim in record.audit)
    assert (played[1] / "index.html").read_text("utf-8").startswith("<!DOCTYPE html>")
