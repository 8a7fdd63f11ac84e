"""Help: quick, whole sentences, and true."""

import subprocess
import sys
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from trilogue.cli.exits import Exit
from trilogue.cli.root import trilogue

from .commands import every_command

HEAVY = ("numpy", "scipy", "litestar", "uvicorn", "aiohttp", "cryptography", "cedarpy", "rich")
ASK = """
import sys
from click.testing import CliRunner
from trilogue.cli.root import trilogue
done = CliRunner().invoke(trilogue, sys.argv[1:])
assert done.exit_code == 0, done.output
print(" ".join(sorted(sys.modules)))
"""


def loaded_by(*arguments):
    """Return the modules that a fresh process has imported after it ran a command."""
    done = subprocess.run(
        [sys.executable, "-c", ASK, *arguments], capture_output=True, text=True, check=True
    )
    return set(done.stdout.split())


@pytest.mark.parametrize(
    "arguments",
    [
        ("--help",),
        ("--version",),
        ("node", "init", "--help"),
        ("node", "token", "issue", "--help"),
        ("picture", "locate", "--help"),
        ("audit", "--help"),
        ("demo", "--help"),
        ("completion", "zsh"),
    ],
    ids=" ".join,
)
def test_help_imports_nothing_heavy(arguments):
    modules = loaded_by(*arguments)
    assert "click" in modules
    assert not modules & set(HEAVY)


def test_no_help_at_all_imports_anything_heavy_or_any_room_of_the_exchange():
    show_all = ASK.replace(
        "done = CliRunner().invoke(trilogue, sys.argv[1:])",
        "from tests.unit.cli.commands import every_command\n"
        "for path, _ in every_command():\n"
        "    done = CliRunner().invoke(trilogue, [*path, '--help'])",
    )
    done = subprocess.run(
        [sys.executable, "-c", show_all],
        capture_output=True,
        text=True,
        check=True,
        cwd=Path(__file__).parents[3],
    )
    modules = set(done.stdout.split())
    assert not modules & set(HEAVY)
    rooms = {name for name in modules if name.startswith("trilogue.")}
    assert {name.split(".")[1] for name in rooms} == {"cli", "errors"}


@pytest.mark.parametrize(("path", "command"), every_command(), ids=str)
def test_every_help_reads_like_sentences(path, command):
    assert command.help, path
    first = command.help.partition("\n\n")[0].strip()
    assert first[0].isupper()
    assert first.endswith((".", ":"))
    for parameter in command.params:
        if isinstance(parameter, click.Option):
            assert parameter.help, (path, parameter.name)
            assert parameter.help[0].isupper(), (path, parameter.name)
            assert parameter.help.endswith("."), (path, parameter.name)


PRINTS_NO_DATA = {
    # What they print is for a person who goes on, or is one plain value.
    "node init",
    "node join",
    "node up",
    "node backup",
    "node passkey drop",
    "node restore",
    "node settle-fork",
    "node rotate-keys",
    "node token forget",
    "node token issue",
    "node token link",
    "node token revoke",
    "arrangement draw-up",
    "arrangement digest",
    "release drop",
    "report schema",  # is JSON
    "demo",
    "completion",
}


def test_every_command_that_prints_data_has_json():
    without = {
        " ".join(path)
        for path, command in every_command()
        if not isinstance(command, click.Group)
        and not any("--json" in parameter.opts for parameter in command.params)
    }
    assert without == PRINTS_NO_DATA


def test_the_root_documents_every_exit_code():
    output = CliRunner().invoke(trilogue, ["--help"]).output
    for code in Exit:
        assert f"{code.value:>3}  {code.words}" in output


def test_the_module_is_the_command():
    done = subprocess.run(
        [sys.executable, "-m", "trilogue", "--version"], capture_output=True, text=True, check=True
    )
    assert done.stdout.startswith("trilogue ")


def test_a_group_without_a_command_shows_its_help():
    done = CliRunner().invoke(trilogue, ["node"])
    assert done.exit_code == Exit.WRONG
    assert "Commands:" in done.output


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion_completes(shell):
    source = CliRunner().invoke(trilogue, ["completion", shell]).output
    assert "_TRILOGUE_COMPLETE" in source
    done = CliRunner().invoke(
        trilogue,
        env={
            "_TRILOGUE_COMPLETE": f"{shell}_complete",
            "COMP_WORDS": "trilogue arrangement dr",
            "COMP_CWORD": "dr" if shell == "fish" else "2",
        },
        prog_name="trilogue",
    )
    assert "draw-up" in done.output
