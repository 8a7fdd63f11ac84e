"""The lock: one process at a time works on a node's directory."""

import os
import subprocess
import sys

import pytest

from trilogue.errors import UnavailableError
from trilogue.node.lock import NodeLock

HOLD = """
import pathlib, sys
from trilogue.node.lock import NodeLock
with NodeLock(pathlib.Path(sys.argv[1])):
    print("held", flush=True)
    sys.stdin.read()
"""


def hold(directory):
    """Start a process that holds the lock until its standard input closes."""
    process = subprocess.Popen(
        [sys.executable, "-c", HOLD, directory],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout.readline() == "held\n"
    return process


def test_a_second_process_is_refused_and_told_who_has_it(tmp_path):
    with hold(tmp_path) as process:
        with (
            pytest.raises(UnavailableError, match=f"in use by process {process.pid}") as caught,
            NodeLock(tmp_path),
        ):
            pass
        assert "stop it first" in caught.value.hint
        assert NodeLock(tmp_path).holder() == process.pid
        process.stdin.close()
        process.wait()
    with NodeLock(tmp_path):
        assert NodeLock(tmp_path).holder() == os.getpid()


def test_a_killed_process_holds_nothing(tmp_path):
    with hold(tmp_path) as process:
        process.kill()
        process.wait()
    # The name of the dead still stands in the file; the lock does not.
    assert (tmp_path / "lock").read_text() == f"{process.pid}\n"
    assert NodeLock(tmp_path).holder() is None
    with NodeLock(tmp_path):
        pass


def test_one_process_cannot_take_it_twice(tmp_path):
    with NodeLock(tmp_path), pytest.raises(UnavailableError), NodeLock(tmp_path):
        pass


def test_an_error_gives_it_back(tmp_path):
    with pytest.raises(ZeroDivisionError), NodeLock(tmp_path):
        1 / 0  # noqa: B018
    assert NodeLock(tmp_path).holder() is None


def test_nobody_holds_what_does_not_exist(tmp_path):
    assert NodeLock(tmp_path).holder() is None
    assert list(tmp_path.iterdir()) == []


def test_the_file_is_the_owners_alone(tmp_path):
    with NodeLock(tmp_path):
        assert (tmp_path / "lock").stat().st_mode & 0o777 == 0o600
