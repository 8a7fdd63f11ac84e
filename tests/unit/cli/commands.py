"""Every command of `trilogue`, by its path."""

from __future__ import annotations

import click

from trilogue.cli.root import trilogue

__all__ = ["every_command"]


def every_command() -> list[tuple[tuple[str, ...], click.Command]]:
    """Return all groups and commands below the root, in the order in which help lists them."""
    return list(_below(trilogue, ()))


def _below(group: click.Group, path: tuple[str, ...]):
    context = click.Context(group, info_name=" ".join(("trilogue", *path)))
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        assert command is not None
        yield (*path, name), command
        if isinstance(command, click.Group):
            yield from _below(command, (*path, name))
