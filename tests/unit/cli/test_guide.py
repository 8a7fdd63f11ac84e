"""The guides to the command line: their commands were run, and the reference is what help says."""

import os
import re
import runpy
import shlex
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from trilogue.cli.exits import Exit

ROOT = Path(__file__).parents[3]
GUIDE = ROOT / "docs" / "guide" / "command-line.md"
FIRST = ROOT / "docs" / "guide" / "first-report.md"
PATTERNS = ROOT / "docs" / "guide" / "patterns.md"
TRILOGUE = [sys.executable, "-m", "trilogue"]
PATIENCE_SECONDS = 40.0
ASKS_ONLY = ("list", "status", "show", "open", "audit", "held")
"""What may be asked again until the nodes have got so far."""


def reference():
    """Return the reference as the tool writes it now."""
    tool = runpy.run_path(str(ROOT / "tools" / "write_command_line.py"))
    return tool["HEADING"], tool["reference"]()


def test_the_reference_is_what_help_says():
    heading, text = reference()
    _, _, written = GUIDE.read_text("utf-8").partition(heading)
    assert heading + written == text, "run tools/write_command_line.py"


def test_the_exit_codes_are_those_of_the_program():
    rows = dict(re.findall(r"^\| (\d+) \| (.+) \|$", GUIDE.read_text("utf-8"), re.MULTILINE))
    assert rows == {str(code.value): code.words for code in Exit}


class Shell:
    """As much of a shell as the guide needs: variables, background processes, their end."""

    def __init__(self, directory, ports):
        self.directory = directory
        self.ports = ports
        self.env = {
            **{name: value for name, value in os.environ.items() if "TRILOGUE" not in name},
            "PYTHONPATH": str(ROOT / "src"),
        }
        self.jobs = []

    def run(self, line):
        """Run one line; return what it printed, errors after output, and its exit code."""
        words = shlex.split(self._local(line))
        if words[0] == "export":
            name, _, value = words[1].partition("=")
            self.env[name] = value
        elif words[0] == "kill":
            self.end()
        elif words[-1] == "&":
            self.jobs.append(
                subprocess.Popen(
                    [*TRILOGUE, *words[1:-1], "--quiet"], cwd=self.directory, env=self.env
                )
            )
        else:
            assert words[0] == "trilogue"
            done = subprocess.run(
                [*TRILOGUE, *words[1:]],
                cwd=self.directory,
                env=self.env,
                capture_output=True,
                text=True,
                timeout=60,
                check=False,
            )
            return self._public(done.stdout + done.stderr), done.returncode
        return "", 0

    def end(self):
        """End what runs in the background, as an operator would."""
        for job in self.jobs:
            job.send_signal(signal.SIGTERM)
        for job in self.jobs:
            assert job.wait(20) == 0
        self.jobs = []

    def _local(self, text):
        for port, free in self.ports.items():
            text = re.sub(rf"\b(127\.0\.0\.1|localhost):{port}\b", rf"\1:{free}", text)
        return text

    def _public(self, text):
        for port, free in self.ports.items():
            text = re.sub(rf"\b(127\.0\.0\.1|localhost):{free}\b", rf"\1:{port}", text)
        return text


def free_ports(wanted):
    """Return a free port for each that the guide names."""
    sockets = [socket.create_server(("127.0.0.1", 0)) for _ in wanted]
    ports = [one.getsockname()[1] for one in sockets]
    for one in sockets:
        one.close()
    return dict(zip(wanted, ports, strict=True))


def steps(text):
    """Return every command of the guide with what it prints."""
    for block in re.findall(r"^```console\n(.*?)^```$", text, re.MULTILINE | re.DOTALL):
        for part in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
            line, _, printed = part.partition("\n")
            yield line, printed


def check(shell, line, printed):
    """Run a line until it prints what the guide says; lines that act are run once."""
    pattern = re.compile(re.escape(printed.strip()).replace("…", ".*"), re.DOTALL)
    told = re.search(r"^exit    (\d+),", printed, re.MULTILINE)
    code = int(told[1]) if told else 0
    again = any(word in ASKS_ONLY for word in line.split())
    until = time.monotonic() + PATIENCE_SECONDS
    while True:
        output, exited = shell.run(line)
        if exited == code and pattern.fullmatch(output.strip()):
            return
        waiting = "no answer from the node" in output  # it has only just been started
        if not (again or waiting) or time.monotonic() > until:
            raise AssertionError(f"$ {line}\nexit {exited}, wanted {code}\n{output}\n--\n{printed}")
        time.sleep(0.3)


def test_what_installs_it_is_what_make_knows():
    (block,) = re.findall(r"^```sh\n(.*?)^```$", FIRST.read_text("utf-8"), re.MULTILINE | re.DOTALL)
    make, *shell = block.splitlines()
    assert shell == ['export PATH="$PWD/.venv/bin:$PATH"', "mkdir first", "cd first"]
    done = subprocess.run(
        ["make", "--dry-run", *shlex.split(make)[1:]], cwd=ROOT, capture_output=True, check=False
    )
    assert (shlex.split(make)[0], done.returncode) == ("make", 0)


@pytest.mark.processes
@pytest.mark.slow
@pytest.mark.parametrize("guide", [GUIDE, FIRST, PATTERNS], ids=lambda guide: guide.stem)
def test_every_command_of_the_guide_does_what_it_says(guide, tmp_path):
    text, _, _ = guide.read_text("utf-8").partition("## Every command\n")
    (report,) = re.findall(r"^```json\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)
    (tmp_path / "report.json").write_text(report, encoding="utf-8")
    shell = Shell(tmp_path, free_ports((7101, 7102, 7103, 7201, 7202, 7203)))
    try:
        for line, printed in steps(text):
            check(shell, line, printed)
    finally:
        for job in shell.jobs:
            job.kill()
            job.wait()
