"""`trilogue node token`: who may ask a node, and in which roles."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from trilogue.cli.asking import as_json
from trilogue.cli.lazy import LazyGroup
from trilogue.cli.opened import DIRECTORY
from trilogue.cli.out import print_json, print_lines, print_table

if TYPE_CHECKING:
    from trilogue.store.database import Database

__all__ = ["token"]

# `trilogue.node.tokens.Role`, which a test compares: help is quick without importing it.
ROLES = (
    "analyst",
    "release-officer",
    "watch-officer",
    "security-officer",
    "administrator",
    "auditor",
    "monitor",
)


@click.group(cls=LazyGroup)
def token() -> None:
    """Say who may ask a node, and in which roles. It works while the node runs, too."""


@token.command()
@click.argument("directory", metavar="DIR", type=DIRECTORY)
@click.argument("name")
@click.option(
    "--role",
    "roles",
    type=click.Choice(ROLES),
    multiple=True,
    required=True,
    help="What the holder is; one may be several.",
)
@click.option(
    "-o",
    "--output",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Write the token to this new file, for its owner alone, and do not print it.",
)
def issue(*, directory: Path, name: str, roles: tuple[str, ...], output: Path | None) -> None:
    """Issue a token to NAME. It is shown once: the node keeps its digest alone."""
    from trilogue.errors import InputError
    from trilogue.node.keystore import write_private
    from trilogue.node.tokens import issue as issue_token

    if output is not None and output.exists():
        raise InputError(f"{output} exists already", hint="name a new file")
    with _store(directory) as db:
        made = issue_token(db, name, roles)
    if output is None:
        print_lines(made)
    else:
        write_private(output, f"{made}\n".encode("ascii"))
        print_lines(f"{name}'s token is in {output}.")


@token.command()
@click.argument("directory", metavar="DIR", type=DIRECTORY)
@click.argument("name")
def link(*, directory: Path, name: str) -> None:
    """Make a link by which NAME, who holds a token, signs in at the console once.

    It is good for ten minutes.
    """
    from trilogue.node.service import wall_clock
    from trilogue.node.sessions import make_link
    from trilogue.node.settings import Settings

    with _store(directory) as db:
        code = make_link(db, name, wall_clock())
    settings = Settings.read(directory)
    print_lines(f"{settings.console_url or settings.api_url}/sign-in/{code}")


@token.command("list")
@click.argument("directory", metavar="DIR", type=DIRECTORY)
@as_json
def list_(*, directory: Path, as_json: bool) -> None:
    """List who holds a token or signs in elsewhere. The tokens themselves are not kept."""
    from trilogue.node.tokens import issued

    with _store(directory) as db:
        found = issued(db)
    if as_json:
        print_json(found)
        return
    print_table(
        ("name", "roles", "signs in by", "state"),
        [
            (
                one.name,
                ", ".join(one.roles),
                one.provider or "token",
                "revoked" if one.revoked else "valid",
            )
            for one in found
        ],
        empty="no token was issued",
    )


@token.command()
@click.argument("directory", metavar="DIR", type=DIRECTORY)
@click.argument("name")
def revoke(*, directory: Path, name: str) -> None:
    """Revoke every token of NAME, who does not sign in elsewhere either from now on.

    A running node heeds it within a second.
    """
    from trilogue.node.tokens import revoke as revoke_tokens

    with _store(directory) as db:
        count = revoke_tokens(db, name)
    print_lines(f"{count} token{'' if count == 1 else 's'} of {name} revoked.")


@token.command()
@click.argument("directory", metavar="DIR", type=DIRECTORY)
@click.argument("name")
def forget(*, directory: Path, name: str) -> None:
    """Forget whom the OpenID Connect provider called NAME. Their sessions end.

    Whoever it next calls so is NAME from then on: after somebody was shut out by `revoke`, or when
    a name goes to somebody else.
    """
    from trilogue.node.tokens import forget as forget_identity

    with _store(directory) as db:
        forget_identity(db, name)
    print_lines(f"{name} is whoever the provider next calls so.")


@contextmanager
def _store(directory: Path) -> Iterator[Database]:
    """Open the store of a node, running or not: a token is one row, written at once."""
    from trilogue.node.settings import Settings
    from trilogue.store.database import open_database

    with closing(open_database(Settings.read(directory).store_location)) as db:
        yield db
