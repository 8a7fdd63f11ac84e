"""Groups that list their commands in the order of their telling, and import them when named."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from types import MappingProxyType
from typing import Any

import click

__all__ = ["LazyGroup"]

_NONE: Mapping[str, str] = MappingProxyType({})
_WHOLE_SENTENCE = 200


class LazyGroup(click.Group):
    """A group; `lazy` says where further commands stand, as `module:attribute`.

    They are imported when they are named, or when help lists them. Help lists all commands in the
    order in which they were given, each with its whole first sentence.
    """

    def __init__(self, *args: Any, lazy: Mapping[str, str] = _NONE, **settings: Any) -> None:
        super().__init__(*args, **settings)
        self._lazy = lazy

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        """Return the names of all commands."""
        return [*self.commands, *self._lazy]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import the command of that name, or return None."""
        place = self._lazy.get(cmd_name)
        if place is None:
            return super().get_command(ctx, cmd_name)
        module, _, attribute = place.partition(":")
        command = getattr(import_module(module), attribute)
        assert isinstance(command, click.Command)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the commands into the help of the group."""
        rows = []
        for name in self.list_commands(ctx):
            command = self.get_command(ctx, name)
            assert command is not None
            rows.append((name, command.get_short_help_str(_WHOLE_SENTENCE)))
        with formatter.section("Commands"):
            formatter.write_dl(rows)
