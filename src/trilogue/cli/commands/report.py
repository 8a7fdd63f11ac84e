"""`trilogue report`: submit reports, see what is held, open a portion."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from trilogue.cli.asking import as_json, asks, in_language
from trilogue.cli.kinds import place
from trilogue.cli.lazy import LazyGroup
from trilogue.cli.out import legible, print_json, print_lines, print_table
from trilogue.cli.reading import JSON_FILE, complete, read_input
from trilogue.cli.telling import name_place, short, standing, tell_logged

if TYPE_CHECKING:
    from trilogue.client import Client
    from trilogue.node.answers import PortionEntry
    from trilogue.node.inputs import Place

__all__ = ["report"]

_WHERE = click.argument("where", metavar="SPEAKER/INDEX", type=place)
_PORTION = click.argument("portion", metavar="[PORTION]", default="")


@click.group(cls=LazyGroup)
def report() -> None:
    """Submit reports, see what is held of others', and open a portion."""


@report.command()
@click.argument("file", metavar="FILE.json", type=JSON_FILE)
@asks
@as_json
def submit(*, client: Client, file: Path, as_json: bool) -> None:
    """Seal the report in FILE.json and log it. Nobody can open it before it is granted."""
    from trilogue.node.inputs import ReportInput

    done = client.submit(read_input(file, ReportInput))
    if as_json:
        print_json(done)
        return
    print_lines(f"{name_place(done.report)}  report, logged", "")
    print_table(
        ("portion", "label", "level", "releasable to", "type", "subject"),
        [
            (
                short(one.portion),
                one.label or "",
                one.marking.level,
                ", ".join(one.marking.releasable_to) or "nobody",
                one.payload_type,
                one.subject,
            )
            for one in done.portions
        ],
        empty="no portions",
    )
    for grant in done.grants:
        print_lines(f"A standing consent granted it at once: {name_place(grant)}")


@report.command("list")
@asks
@in_language
@as_json
def list_(*, client: Client, lang: Any, as_json: bool) -> None:
    """List every report that is known here, and what of it is held. Never content."""
    found = list(client.through(client.reports, lang=lang))
    if as_json:
        print_json(found)
        return
    print_table(
        ("report", "issued", "portion", "state", "mark", "type", "subject"),
        [
            (name_place(one.report), one.issued, *_row(portion))
            for one in found
            for portion in one.portions
        ],
        empty="no report is known here",
    )


@report.command()
@_WHERE
@asks
@in_language
@as_json
def show(*, client: Client, where: Place, lang: Any, as_json: bool) -> None:
    """Show one report: its portions as they are marked now, and under which grants."""
    found = client.report(where, lang=lang)
    if as_json:
        print_json(found)
        return
    banner = [found.banner] if found.banner else []
    print_lines(*banner, f"{name_place(found.report)}, issued {found.issued}")
    for portion in found.portions:
        print_lines("", *_describe(portion))
    print_lines(*([""] if banner else []), *banner)


@report.command("open")
@_WHERE
@_PORTION
@click.option("--purpose", required=True, help="What it is to be used for, such as analysis.")
@click.option("--why", required=True, help="The occasion. It stands in the access register.")
@asks
@in_language
@as_json
def open_(
    *, client: Client, where: Place, portion: str, purpose: str, why: str, lang: Any, as_json: bool
) -> None:
    """Open one portion of a report. That you did stands in the access register.

    PORTION is its digest, or enough of its beginning, where more than one may be read.
    """
    from trilogue.node.inputs import OpeningInput, SourceInput

    source = complete(client, SourceInput(report=where, portion=portion))
    given = OpeningInput(portion=source.portion, purpose=purpose, why=why)
    found = client.open_portion(where, given, lang=lang)
    if as_json:
        print_json(found)
        return
    import msgspec

    content = msgspec.json.format(msgspec.json.encode(found.payload), indent=2).decode()
    relayed = [f"relayed as {found.relayed}"] if found.relayed else []
    print_lines(found.banner, found.mark, found.equivalent, *relayed)
    click.echo(legible(content, keep="\n"))
    if found.expires:
        print_lines(f"The grant ends at {found.expires}.")
    print_lines(found.banner)


@report.command()
@click.argument("type_", metavar="[TYPE]", required=False)
def schema(*, type_: str | None) -> None:
    """Print the JSON Schema of a payload TYPE; without one, list the types."""
    from trilogue.reports.payloads.registry import PAYLOADS, json_schema

    if type_ is None:
        print_lines(*PAYLOADS)
        return
    from trilogue.errors import FormatError, NotFoundError

    try:
        print_json(json_schema(type_))
    except FormatError as error:
        raise NotFoundError(error.message, hint=error.hint) from error


@report.command()
@_WHERE
@_PORTION
@click.option("--level", required=True, help="The new level, such as SECRET.")
@click.option("--releasable-to", multiple=True, metavar="NAME", help="Who may be granted it.")
@click.option(
    "--caveat", "caveats", multiple=True, default=["ORCON"], show_default=True, help="A caveat."
)
@click.option("--because", required=True, help="Why. Everybody who was granted it reads it.")
@asks
@as_json
def reclassify(
    *,
    client: Client,
    where: Place,
    portion: str,
    level: str,
    releasable_to: tuple[str, ...],
    caveats: tuple[str, ...],
    because: str,
    as_json: bool,
) -> None:
    """Change the marking of a portion of your own. Everybody who was granted it is told."""
    from trilogue.node.inputs import MarkingInput, ReclassifyInput, SourceInput

    given = ReclassifyInput(
        portion=complete(client, SourceInput(report=where, portion=portion)),
        marking=MarkingInput(level=level, releasable_to=releasable_to, caveats=caveats),
        reason=because,
    )
    tell_logged(client.reclassify(given), as_json=as_json)


def _row(portion: PortionEntry) -> tuple[str, ...]:
    header = portion.header
    return (
        short(portion.portion),
        portion.state,
        portion.mark or "",
        "" if header is None else header.payload_type,
        "" if header is None else header.subject,
    )


def _describe(portion: PortionEntry) -> list[str]:
    header = portion.header
    lines = [f"{portion.portion}  {portion.state}"]
    facts = {
        "mark": portion.mark,
        "here": portion.equivalent,
        "relayed as": portion.relayed,
        "type": header and header.payload_type,
        "subject": header and header.subject,
        "language": header and header.language,
        "size": header and f"{header.size} bytes",
        "grant": name_place(portion.grant),
        "until": portion.expires,
        "stands": standing(portion.gone) if header and header.derived_from else "",
    }
    return lines + [f"  {label:<10}  {value}" for label, value in facts.items() if value]
