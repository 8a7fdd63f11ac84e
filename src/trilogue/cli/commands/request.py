"""`trilogue request`: please release to me, for this purpose, because …"""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from trilogue.cli.asking import as_json, asks
from trilogue.cli.kinds import moment, portion
from trilogue.cli.telling import tell_logged

if TYPE_CHECKING:
    from trilogue.client import Client
    from trilogue.node.inputs import SourceInput

__all__ = ["request"]


@click.command()
@click.option("--originator", required=True, metavar="ID", help="Whom to ask, such as KR.")
@click.option("--purpose", required=True, help="What it is to be used for, such as analysis.")
@click.option("--because", required=True, help="Why. The originator decides by it.")
@click.option(
    "--portion",
    "portions",
    type=portion,
    multiple=True,
    metavar="SPEAKER/INDEX:DIGEST",
    help="A portion that you know of.",
)
@click.option("--subject", help="What it should be about, such as nuclear-test.")
@click.option("--payload-type", help="Of which type it should be, such as seismic-arrivals.")
@click.option("--from", "begins", type=moment, help="From when on; with --to.")
@click.option("--to", "ends", type=moment, help="Until when; with --from.")
@click.option(
    "--direct",
    is_flag=True,
    help="Insist on a channel without the hub. Where no pact stands it is refused, on the record.",
)
@asks
@as_json
def request(
    *,
    client: Client,
    originator: str,
    purpose: str,
    because: str,
    portions: tuple[SourceInput, ...],
    subject: str | None,
    payload_type: str | None,
    begins: str | None,
    ends: str | None,
    direct: bool,
    as_json: bool,
) -> None:
    """Ask an originator to release portions to you.

    Name portions that you know of (--portion), or describe what would fit (--subject,
    --payload-type, --from and --to) when you cannot know what exists. `trilogue release list`
    shows what became of it.
    """
    from trilogue.consent.acts import Description
    from trilogue.node.inputs import RequestInput

    if (begins is None) is not (ends is None):
        raise click.UsageError("--from and --to belong together.")
    period = None if begins is None or ends is None else (begins, ends)
    described = subject is not None or payload_type is not None or period is not None
    if described == bool(portions):
        raise click.UsageError("Name portions or describe them: one of the two.")
    given = RequestInput(
        originator=originator,
        purpose=purpose,
        because=because,
        portions=portions,
        description=Description(subject=subject, payload_type=payload_type, period=period)
        if described
        else None,
        direct=direct,
    )
    tell_logged(client.request(given), as_json=as_json)
