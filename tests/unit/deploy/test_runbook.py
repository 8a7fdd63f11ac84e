"""The runbook cannot rot: each of its commands is typed, in order, against three real nodes."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from trilogue.cli.root import trilogue
from trilogue.node.settings import Settings

ROOT = Path(__file__).parents[3]
RUNBOOK = (ROOT / "deploy" / "runbook.md").read_text("utf-8")
TRILOGUE = [sys.executable, "-m", "trilogue"]
PATIENCE_SECONDS = 60.0
ASKS_ONLY = ("list", "status", "audit")
"""What may be asked again until the nodes have got so far."""
PORTS = (7101, 7102, 7103, 7201, 7202, 7203)


def commands(text: str) -> Iterator[list[str]]:
    """Go through every `trilogue` command of a text: of its blocks, and in its sentences."""
    lines = re.findall(r"^\$ (trilogue .*)$", text, re.MULTILINE)
    for line in lines + re.findall(r"`(trilogue [a-z][^`]*)`", text):
        words = shlex.split(re.split(r" (?:\|\||&)(?: |$)", line)[0])
        yield words[1:]


def known(words: list[str]) -> None:
    """Assert that a command exists and knows the options that are given to it."""
    command: click.Command = trilogue
    rest = list(words)
    while isinstance(command, click.Group):
        found = command.get_command(click.Context(command), rest.pop(0)) if rest else None
        assert found is not None, f"no command: trilogue {shlex.join(words)}"
        command = found
    options = {name for one in command.params for name in (*one.opts, *one.secondary_opts)}
    for word in rest:
        if word.startswith("-"):
            assert word.partition("=")[0] in options, f"no option {word}: {shlex.join(words)}"


@pytest.mark.parametrize("words", list(commands(RUNBOOK)), ids=shlex.join)
def test_every_command_of_the_runbook_exists(words: list[str]) -> None:
    known(words)


@pytest.mark.parametrize("words", [["node", "mend", "kr"], ["node", "status", "kr", "--quick"]])
def test_a_command_that_does_not_exist_is_found(words: list[str]) -> None:
    with pytest.raises(AssertionError, match=r"no (command|option)"):
        known(words)


class Machine:
    """A folder with nodes, a shell in it, and as much of systemd as starts and stops them."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        sockets = [socket.create_server(("127.0.0.1", 0)) for _ in PORTS]
        self.ports = {port: one.getsockname()[1] for port, one in zip(PORTS, sockets, strict=True)}
        for one in sockets:
            one.close()
        programs = directory / ".bin"
        programs.mkdir()
        program = programs / "trilogue"
        program.write_text(f'#!/bin/sh\nexec {shlex.join(TRILOGUE)} "$@"\n')
        program.chmod(0o755)
        clean = {name: value for name, value in os.environ.items() if "TRILOGUE" not in name}
        self.env = {**clean, "PATH": f"{programs}:{clean['PATH']}", "PYTHONPATH": f"{ROOT}/src"}
        self.units: dict[str, subprocess.Popen[bytes]] = {}

    def run(self, line: str) -> tuple[str, int]:
        """Run a line; return what it printed, errors after output, and how it exited."""
        words = shlex.split(line)
        if words[0] == "systemctl":
            for unit in words[2:]:
                getattr(self, words[1])(unit.removeprefix("trilogue@"))
            return "", 0
        back = {free: port for port, free in self.ports.items()}
        if words[0] == "trilogue" and "||" not in words:
            # In this process: what takes a second to import is imported once.
            swapped = shlex.split(self._swap(line, self.ports))
            told = CliRunner().invoke(trilogue, swapped[1:], prog_name="trilogue")
            return self._swap(told.stdout + told.stderr, back), told.exit_code
        done = subprocess.run(
            ["sh", "-c", self._swap(line, self.ports)],
            cwd=self.directory,
            env=self.env,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        return self._swap(done.stdout + done.stderr, back), done.returncode

    def start(self, name: str) -> None:
        """Start a unit, and return when its node answers."""
        self.units[name] = subprocess.Popen(
            [*TRILOGUE, "node", "up", name, "--quiet"], cwd=self.directory, env=self.env
        )
        address = Settings.read(self.directory / name).api_address
        until = time.monotonic() + PATIENCE_SECONDS
        while True:
            with suppress(ConnectionRefusedError):
                socket.create_connection(address).close()
                return
            assert self.units[name].poll() is None, f"{name} ended"
            assert time.monotonic() < until, f"{name} does not answer"
            time.sleep(0.1)

    def stop(self, name: str) -> None:
        """Stop a unit; its node must end well."""
        unit = self.units.pop(name)
        unit.send_signal(signal.SIGTERM)
        assert unit.wait(60) == 0, name

    def end(self) -> None:
        """End whatever still runs."""
        for unit in self.units.values():
            unit.kill()
            unit.wait()

    @staticmethod
    def _swap(text: str, ports: dict[int, int]) -> str:
        return re.sub(
            r"127\.0\.0\.1:(\d+)",
            lambda found: f"127.0.0.1:{ports.get(int(found[1]), found[1])}",
            text,
        )


def steps(text: str) -> Iterator[tuple[str, str]]:
    """Go through every line that is typed, with what it prints."""
    for block in re.findall(r"^```console\n(.*?)^```$", text, re.MULTILINE | re.DOTALL):
        for part in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
            line, _, printed = part.partition("\n")
            yield line, printed


def check(machine: Machine, line: str, printed: str) -> None:
    """Run a line until it prints what the runbook says; a line that acts is run once."""
    pattern = re.compile(re.escape(printed.strip()).replace("…", ".*"), re.DOTALL)
    again = any(word in ASKS_ONLY for word in line.split())
    until = time.monotonic() + PATIENCE_SECONDS
    while True:
        output, code = machine.run(line)
        if code == 0 and pattern.fullmatch(output.strip()):
            return
        waiting = "no answer from the node" in output  # it has only just been started
        waiting = waiting or "not said yet how much" in output  # it was restored
        if not (again or waiting) or time.monotonic() > until:
            raise AssertionError(f"$ {line}\nexit {code}\n{output}\n--\n{printed}")
        time.sleep(0.3)


@pytest.fixture
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Machine]:
    """Three nodes that run under an adopted arrangement, and their administrators' tokens."""
    monkeypatch.chdir(tmp_path)
    for name in [name for name in os.environ if "TRILOGUE" in name]:
        monkeypatch.delenv(name)
    made = Machine(tmp_path)
    names = ("kr", "us", "jp")
    for place, name in enumerate(names):
        given = f"--listen 127.0.0.1:{7101 + place} --api 127.0.0.1:{7201 + place}"
        given += " --officer kim --officer lee"
        command = f"trilogue node init {name} --participant {name.upper()} --of tisa-2014 {given}"
        assert made.run(command)[1] == 0
        shutil.copy(tmp_path / name / "tokens" / "administrator", tmp_path / f"{name}-admin")
    cards = " ".join(f"--card {name}/card.json" for name in names)
    drawn, code = made.run(
        f"trilogue arrangement draw-up tisa-2014 {cards} --publication-delay 0 -o tisa"
    )
    assert code == 0, drawn
    peers = {"kr": "US", "jp": "US", "us": "KR JP"}
    at = {"KR": 7101, "US": 7102, "JP": 7103}
    for name in names:
        given = " ".join(f"--peer {peer}=127.0.0.1:{at[peer]}" for peer in peers[name].split())
        joined, code = made.run(f"trilogue node join {name} --arrangement tisa {cards} {given}")
        assert code == 0, joined
        made.start(name)
    try:
        for place, name in enumerate(names):
            url = f"http://127.0.0.1:{7201 + place}"
            adopt = f"trilogue arrangement adopt --node {url} --token-file {name}-admin"
            check(made, adopt, f"{name.upper()}/…  adoption, logged at …")
        status = "trilogue node status --node http://127.0.0.1:7201 --token-file kr-admin"
        check(made, status, "KR, …\nIn force: …")
        yield made
    finally:
        made.end()


@pytest.mark.processes
@pytest.mark.slow
@pytest.mark.timeout(1800)  # it starts twenty nodes, one after another
def test_the_runbook_does_what_it_says(machine: Machine) -> None:
    for line, printed in steps(RUNBOOK):
        check(machine, line, printed)
