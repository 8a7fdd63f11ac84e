"""`trilogue access`: the register of who opened what."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from trilogue.cli.asking import as_json, asks
from trilogue.cli.lazy import LazyGroup
from trilogue.cli.out import print_json, print_table
from trilogue.cli.telling import name_place, short

if TYPE_CHECKING:
    from trilogue.client import Client

__all__ = ["access"]


@click.group(cls=LazyGroup)
def access() -> None:
    """See who opened what."""


@access.command("list")
@asks
@as_json
def list_(*, client: Client, as_json: bool) -> None:
    """List the access register: who opened which portion, when, what for and why."""
    found = list(client.through(client.accesses))
    if as_json:
        print_json(found)
        return
    print_table(
        ("when", "who", "report", "portion", "purpose", "why"),
        [
            (
                one.at,
                one.officer,
                name_place(one.report),
                short(one.portion),
                one.purpose,
                one.why,
            )
            for one in found
        ],
        empty="nothing was opened",
    )
