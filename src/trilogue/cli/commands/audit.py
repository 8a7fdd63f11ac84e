"""`trilogue audit`: what the public logs prove."""

from __future__ import annotations

from pathlib import Path

import click

from trilogue.cli.asking import as_json
from trilogue.cli.kinds import moment

__all__ = ["audit"]


@click.command()
@click.argument("logs", metavar="LOG…", nargs=-1, required=True)
@click.option(
    "--arrangement",
    metavar="DIR|URL",
    help="The arrangement that you know: it says whose roots are whose.",
)
@click.option(
    "--root",
    "roots",
    multiple=True,
    metavar="NAME=FILE",
    help="A root that you know, as a file with its two verifier keys.",
)
@click.option(
    "--state",
    type=click.Path(dir_okay=False, path_type=Path),
    help="A file that remembers this audit for the next, so that a forked log is caught.",
)
@click.option("--at", type=moment, help="For which moment to judge; by default now.")
@as_json
def audit(
    *,
    logs: tuple[str, ...],
    arrangement: str | None,
    roots: tuple[str, ...],
    state: Path | None,
    at: str | None,
    as_json: bool,
) -> None:
    """Prove or refute, from the public logs alone, that everybody kept to the arrangement.

    LOG is a folder or an address with a participant's published log; give one for each, or
    several of one log to have them compared. No node and no secret is needed.

    Exit code 0 when every claim is proven, 1 when one is refuted or unproven, 2 when the logs or
    the arrangement cannot be read.
    """
    from trilogue.cli.audit import run

    code = run(logs, arrangement=arrangement, roots=roots, json=as_json, state=state, at=at)
    raise click.exceptions.Exit(code)
