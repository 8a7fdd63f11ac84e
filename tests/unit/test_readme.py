"""The README and the documentation cannot rot: their commands run, their links lead somewhere."""

from __future__ import annotations

import re
import shlex
import subprocess
from pathlib import Path

import pytest
from click.testing import CliRunner

from trilogue.cli.root import trilogue

ROOT = Path(__file__).parents[2]
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])

_LINK = re.compile(r"\]\((?!https?://|#)([^)#\s]+)")


def _commands() -> list[str]:
    """Return the commands of the README: its lines that are indented as code."""
    lines = (ROOT / "README.md").read_text("utf-8").splitlines()
    return [line.strip() for line in lines if re.match(r"    (make|trilogue) ", line)]


def test_the_readme_has_the_two_commands() -> None:
    assert {"make demo", "make test"} <= set(_commands())


@pytest.mark.parametrize("command", [c for c in _commands() if c.startswith("make ")])
def test_make_knows_what_the_readme_says(command: str) -> None:
    done = subprocess.run(
        ["make", "--dry-run", *shlex.split(command)[1:]],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("command", [c for c in _commands() if c.startswith("trilogue ")])
def test_the_readme_s_commands_run(
    command: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    readings = (ROOT / "src/trilogue/data/seismic_arrivals.csv").read_text("utf-8").splitlines()
    one_event = [readings[0], *(line for line in readings if line.startswith("DPRK6"))]
    Path("arrivals.csv").write_text("\n".join(one_event) + "\n", "utf-8")
    result = CliRunner().invoke(trilogue, shlex.split(command)[1:])
    assert result.exit_code == 0, result.output
    assert result.output.strip()


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_lead_to_files(page: Path) -> None:
    for target in _LINK.findall(page.read_text("utf-8")):
        assert (page.parent / target).exists(), target
