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
    """Play a nuclear test and a missile launch with three nodes on this machine.

    The test of 9 September 2016, with real station readings: each participant's estimate before
    sharing and after, each consent, the withdrawal of one. The launch of 29 November 2017, with its
    public apogee and range and simulated sensors: where each says that it comes down, alone and
    together. At the end the audit of the three public logs.
    """
    from trilogue.cli.demo import run

    raise click.exceptions.Exit(run(out, serve=serve))
