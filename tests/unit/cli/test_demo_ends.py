"""The demo ends whatever it started, however it is ended."""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path

import pytest

from trilogue.cli import demo
from trilogue.cli.demo import acts


def test_a_demo_that_is_terminated_ends_as_if_interrupted(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    stages: list[Path] = []

    def perform(directory: Path, *_: object, serve: bool) -> int:
        stages.append(directory)
        os.kill(os.getpid(), signal.SIGTERM)
        time.sleep(5)
        return 0

    monkeypatch.setattr(acts, "perform", perform)
    before = signal.getsignal(signal.SIGTERM)
    with pytest.raises(KeyboardInterrupt):
        demo.run(tmp_path)
    assert not stages[0].exists()
    assert signal.getsignal(signal.SIGTERM) == before
