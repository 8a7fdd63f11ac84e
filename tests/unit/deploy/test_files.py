"""What is deployed fits the program: commands exist, metrics exist, units are confined."""

from __future__ import annotations

import re
import shlex
import shutil
import subprocess
from pathlib import Path

import msgspec
import pytest
import yaml

from trilogue.api.openapi import operations
from trilogue.node.metrics import METRICS

from .test_runbook import known

ROOT = Path(__file__).parents[3]
DEPLOY = ROOT / "deploy"
UNITS = sorted((DEPLOY / "systemd").glob("*.service"))
ANALYSE = shutil.which("systemd-analyze")

SERIES = {metric.shown for metric in METRICS}
SERIES |= {f"{metric.shown}{end}" for metric in METRICS for end in ("_bucket", "_count", "_sum")}


def load(name: str) -> dict[str, object]:
    loaded = yaml.safe_load((DEPLOY / name).read_text("utf-8"))
    assert isinstance(loaded, dict)
    return loaded


def alarms() -> list[dict[str, str]]:
    (group,) = load("alarms.yml")["groups"]  # type: ignore[misc]
    return list(group["rules"])


@pytest.mark.parametrize("rule", alarms(), ids=lambda rule: rule["alert"])
def test_an_alarm_asks_for_metrics_that_there_are(rule: dict[str, str]) -> None:
    named = set(re.findall(r"trilogue_[a-z_]+", rule["expr"]))
    assert named <= SERIES
    assert named or rule["expr"].startswith("up{")


def test_an_alarm_leads_to_a_heading_of_the_runbook() -> None:
    runbook = (DEPLOY / "runbook.md").read_text("utf-8")
    headings = re.findall(r"^## (.+)$", runbook, re.MULTILINE)
    anchors = {heading.lower().replace(" ", "-") for heading in headings}
    for rule in alarms():
        where = rule["annotations"].get("runbook", "runbook.md#backup")  # type: ignore[attr-defined]
        assert where.removeprefix("runbook.md#") in anchors


def test_what_advice_names_is_a_heading_of_the_runbook() -> None:
    advice = (ROOT / "src/trilogue/node/advice.py").read_text("utf-8")
    runbook = (DEPLOY / "runbook.md").read_text("utf-8")
    for heading in re.findall(r'runbook, \\?"([^"\\]+)\\?"', advice):
        assert f"## {heading}\n" in runbook


def test_prometheus_scrapes_what_the_api_has() -> None:
    (job,) = load("prometheus.yml")["scrape_configs"]  # type: ignore[misc]
    assert job["metrics_path"] in {path for _, path, _ in operations()}
    assert "credentials_file" in job["authorization"]


def test_every_service_of_the_compose_file_is_confined() -> None:
    compose = load("compose.yml")
    services: dict[str, dict[str, object]] = compose["services"]  # type: ignore[assignment]
    assert set(services) == {"node", "worker", "postgres", "nats", "prometheus"}
    for name in ("node", "worker"):
        assert services[name]["read_only"] is True
        assert services[name]["cap_drop"] == ["ALL"]
        known(services[name]["command"])  # type: ignore[arg-type]
    mounted = [one for service in services.values() for one in service.get("volumes", ())]  # type: ignore[attr-defined]
    for mount in mounted:
        source = mount.partition(":")[0]
        beside = source.startswith("./") and not source.startswith("./secrets/")
        assert not beside or (DEPLOY / source).exists(), source
        assert beside or source.startswith("./") or source in compose["volumes"]  # type: ignore[operator]


def test_the_image_runs_a_command_that_exists() -> None:
    text = (DEPLOY / "Containerfile").read_text("utf-8")
    entry, command = (
        msgspec.json.decode(re.search(rf"^{word} (\[.*\])$", text, re.MULTILINE)[1])  # type: ignore[index]
        for word in ("ENTRYPOINT", "CMD")
    )
    assert entry == ["trilogue"]
    known(command)
    assert re.search(r"^USER trilogue$", text, re.MULTILINE)


def test_what_the_image_copies_is_there() -> None:
    for line in re.findall(
        r"^COPY (?!--from)(.+)$", (DEPLOY / "Containerfile").read_text("utf-8"), re.MULTILINE
    ):
        for name in line.split()[:-1]:
            assert (ROOT / name).exists(), name


@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.name)
def test_a_unit_runs_a_command_that_exists(unit: Path) -> None:
    text = unit.read_text("utf-8").replace("%i", "kr")
    found = re.findall(r"/opt/trilogue/bin/trilogue ([^\n']+)", text)
    assert found
    for command in found:
        known(shlex.split(re.sub(r"\$\([^)]*\)", "now", command)))


@pytest.mark.skipif(ANALYSE is None, reason="systemd is not installed")
@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.name)
def test_a_unit_is_confined(unit: Path) -> None:
    assert ANALYSE is not None
    done = subprocess.run(
        [ANALYSE, "security", "--offline=true", "--threshold=15", str(unit)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout
