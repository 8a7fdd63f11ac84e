"""`trilogue node passkey`: with what release officers sign grants by their own hand."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import click

from trilogue.cli.asking import as_json
from trilogue.cli.lazy import LazyGroup
from trilogue.cli.opened import DIRECTORY, looked_into
from trilogue.cli.out import print_json, print_lines, print_table

__all__ = ["passkey"]


@click.group(cls=LazyGroup)
def passkey() -> None:
    """Say with what release officers sign grants. It works while the node runs, too.

    An officer registers a passkey at the console. `trilogue node rotate-keys --passkey` publishes
    it; from then on nothing else grants in that officer's name.
    """


@passkey.command("list")
@click.argument("directory", metavar="DIR", type=DIRECTORY)
@as_json
def list_(*, directory: Path, as_json: bool) -> None:
    """List the officers' passkeys, those that wait to be published among them."""
    from trilogue.node.passkeys import listed

    with looked_into(directory) as engine:
        found = listed(engine.db, engine.books)
    if as_json:
        print_json(found)
        return
    print_table(
        ("officer", "fingerprint", "state", "for", "registered"),
        [(one.officer, one.fingerprint, one.state, one.rp, one.since) for one in found],
        empty="no passkey was registered",
    )


@passkey.command()
@click.argument("directory", metavar="DIR", type=DIRECTORY)
@click.argument("fingerprint")
def drop(*, directory: Path, fingerprint: str) -> None:
    """Drop the passkey with FINGERPRINT: lost, copied, or no longer its officer's.

    This node takes nothing from it any more. Others learn it from the next keys. The officer
    signs with another passkey, or with the release key again once the keys are rotated.
    """
    from trilogue.node import passkeys
    from trilogue.node.settings import Settings
    from trilogue.store.database import open_database

    with closing(open_database(Settings.read(directory).store_location)) as db:
        officer = passkeys.drop(db, fingerprint)
    print_lines(
        f"A passkey of {officer} is dropped.",
        f"Go on with: trilogue node rotate-keys {directory}",
    )
