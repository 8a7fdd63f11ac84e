"""What tests of commands share: running one, and three nodes that were founded by commands."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from functools import cache
from pathlib import Path
from tempfile import mkdtemp

import pytest
from click.testing import CliRunner, Result

from trilogue.cli.root import trilogue

PARTICIPANTS = ("KR", "US", "JP")
Run = Callable[..., Result]


def run(*arguments: object, code: int = 0, **settings) -> Result:
    """Run `trilogue` with arguments and check how it exits."""
    done = CliRunner().invoke(trilogue, list(map(str, arguments)), prog_name="trilogue", **settings)
    assert done.exit_code == code, (arguments, done.output, done.exception)
    return done


@pytest.fixture(name="run")
def _run(monkeypatch) -> Run:
    for name in ("NODE", "TOKEN", "TOKEN_FILE"):
        monkeypatch.delenv(f"TRILOGUE_{name}", raising=False)
    return run


@cache
def _founded() -> Path:
    """Found three nodes and draw the arrangement up from their cards, once."""
    base = Path(mkdtemp(prefix="founded-"))
    for who in PARTICIPANTS:
        run(
            "node", "init", base / who, "--participant", who, "--of", "tisa-2014",
            "--officer", "kim", "--officer", "lee",
        )  # fmt: skip
    cards = [part for who in PARTICIPANTS for part in ("--card", base / who / "card.json")]
    run(
        "arrangement", "draw-up", "tisa-2014", *cards, "--publication-delay", "0",
        "-o", base / "tisa",
    )  # fmt: skip
    return base


@pytest.fixture
def three(tmp_path, run) -> Path:
    """Return a directory with the nodes KR, US and JP and the arrangement `tisa`."""
    shutil.copytree(_founded(), tmp_path, dirs_exist_ok=True)
    return tmp_path
