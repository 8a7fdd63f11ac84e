"""Write the help of every command into the guide to the command line.

Run it after a change to a command: `python tools/write_command_line.py`. What stands above the
heading `## Every command` is written by hand; a test runs its commands and compares the rest.
"""

from collections.abc import Iterator
from pathlib import Path

import click

from trilogue.cli.root import trilogue

GUIDE = Path(__file__).parents[1] / "docs" / "guide" / "command-line.md"
HEADING = "## Every command\n"
WIDTH = 88


def reference() -> str:
    """Return the reference: the help of every command, as it prints it."""
    return HEADING + "".join(_entry(path, command) for path, command in _commands(trilogue, ()))


def _commands(
    command: click.Command, path: tuple[str, ...]
) -> Iterator[tuple[tuple[str, ...], click.Command]]:
    yield path, command
    if isinstance(command, click.Group):
        for name in command.list_commands(click.Context(command)):
            below = command.get_command(click.Context(command), name)
            assert below is not None
            yield from _commands(below, (*path, name))


def _entry(path: tuple[str, ...], command: click.Command) -> str:
    name = " ".join(("trilogue", *path))
    settings = {**trilogue.context_settings, "terminal_width": WIDTH, "max_content_width": WIDTH}
    with click.Context(command, info_name=name, **settings) as context:
        text = command.get_help(context)
    return f"\n### {name}\n\n```text\n{text}\n```\n"


def main() -> None:
    """Write the reference below the heading."""
    by_hand, _, _ = GUIDE.read_text(encoding="utf-8").partition(HEADING)
    GUIDE.write_text(by_hand + reference(), encoding="utf-8")


if __name__ == "__main__":
    main()
