"""`trilogue demo`: three nodes on this machine play a real nuclear test."""

from __future__ import annotations

from pathlib import Path

import click

__all__ = ["demo"]


@click.command()
@click.option(
    "--out",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path("demo-out"),
    show_default=True,
    help="The folder for the page that is written at the end.",
)
@click.option("--serve", is_flag=True, help="Keep the three nodes up afterwards, until Ctrl-C.")
def demo(*, out: Path, serve: bool) -> None:
    """Play the nuclear test of 9 September 2016 with three nodes on this machine.

    Real station readings: each participant's estimate before sharing and after, each consent, the
    withdrawal of one, and at the end the audit of the three public logs.
    """
    from trilogue.cli.demo import run

    raise click.exceptions.Exit(run(out, serve=serve))
