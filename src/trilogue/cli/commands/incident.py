"""`trilogue incident`: loss or compromise, and what was found out about it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from trilogue.cli.asking import as_json, asks
from trilogue.cli.kinds import place
from trilogue.cli.lazy import LazyGroup
from trilogue.cli.out import print_json, print_table
from trilogue.cli.telling import name_place, tell_logged

if TYPE_CHECKING:
    from trilogue.client import Client
    from trilogue.node.inputs import Place

__all__ = ["incident"]


@click.group(cls=LazyGroup)
def incident() -> None:
    """Report loss or compromise, and see what was reported."""


@incident.command("report")
@click.option(
    "--nature", type=click.Choice(["loss", "compromise"]), required=True, help="What happened."
)
@click.option(
    "--certainty", type=click.Choice(["actual", "possible"]), required=True, help="How sure it is."
)
@click.option(
    "--concerns",
    type=place,
    multiple=True,
    metavar="SPEAKER/INDEX",
    help="A report or grant that it is about. Its originator is told at once.",
)
@click.option(
    "--findings-of",
    type=place,
    metavar="SPEAKER/INDEX",
    help="The incident about which this says what was found out.",
)
@click.option("--text", required=True, help="What is known.")
@asks
@as_json
def report(
    *,
    client: Client,
    nature: Any,
    certainty: Any,
    concerns: tuple[Place, ...],
    findings_of: Place | None,
    text: str,
    as_json: bool,
) -> None:
    """Report a loss or a compromise, actual or possible."""
    from trilogue.node.inputs import IncidentInput

    given = IncidentInput(
        nature=nature, certainty=certainty, concerns=concerns, findings_of=findings_of, text=text
    )
    tell_logged(client.report_incident(given), as_json=as_json)


@incident.command("list")
@asks
@as_json
def list_(*, client: Client, as_json: bool) -> None:
    """List incidents and findings, one's own and those one was told of."""
    found = list(client.through(client.incidents))
    if as_json:
        print_json(found)
        return
    print_table(
        ("incident", "issued", "what", "concerns", "text"),
        [
            (
                name_place(one.incident),
                one.issued,
                f"fault of {one.peer} at step {one.step}"
                if one.peer
                else f"{one.certainty} {one.nature}",
                ", ".join(map(name_place, one.concerns)) or name_place(one.findings_of),
                one.text,
            )
            for one in found
        ],
        empty="no incident",
    )
