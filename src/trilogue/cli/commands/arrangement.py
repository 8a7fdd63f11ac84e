"""`trilogue arrangement`: read it, draw it up, and say where one stands with it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from trilogue.cli.asking import as_json, asks, in_language
from trilogue.cli.kinds import duration, moment
from trilogue.cli.lazy import LazyGroup
from trilogue.cli.out import print_json, print_lines
from trilogue.cli.telling import tell_logged

if TYPE_CHECKING:
    from trilogue.arrangement import Arrangement
    from trilogue.client import Client

__all__ = ["arrangement"]

_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
_OF = click.option(
    "--of",
    type=click.Choice(["arrangement", "notice"]),
    default="arrangement",
    show_default=True,
    help="The arrangement itself, or one's notice of withdrawal from it.",
)
_BECAUSE = click.option("--because", required=True, help="Why. It is published.")


@click.group(cls=LazyGroup)
def arrangement() -> None:
    """Read the arrangement, draw it up, and say where you stand with it."""


@arrangement.command()
@click.argument("which", metavar="[NAME|DIR]", default="tisa-2014")
@in_language
@as_json
def show(*, which: str, lang: Any, as_json: bool) -> None:
    """Show an arrangement as a person reads it, from its folder or by the name it ships under."""
    from trilogue.arrangement import render

    found = _read(which)
    if as_json:
        print_json({**_summary(found), "text": found.text})
    else:
        click.echo(render(found, lang), nl=False)


@arrangement.command()
@click.argument("which", metavar="DIR")
@as_json
def check(*, which: str, as_json: bool) -> None:
    """Check that every participant could adopt the arrangement in DIR, as its files stand."""
    found = _read(which)
    found.require_roots()
    if as_json:
        print_json(_summary(found))
        return
    _print_roots(found)
    print_lines("", "It holds together: every participant can adopt it.")


@arrangement.command()
@click.argument("which", metavar="NAME|DIR")
def digest(*, which: str) -> None:
    """Print the digest of an arrangement: what a participant adopts."""
    print_lines(_read(which).digest_text)


@arrangement.command("draw-up")
@click.argument("which", metavar="NAME|DIR")
@click.option(
    "--card",
    "cards",
    type=_FILE,
    multiple=True,
    required=True,
    help="A participant's card, DIR/card.json of its node. Give one for each.",
)
@click.option(
    "--publication-delay",
    type=duration,
    help="How long logs wait before they are published, such as 0 or 24h.",
)
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path),
    required=True,
    help="The new folder for the arrangement.",
)
def draw_up(
    *, which: str, cards: tuple[Path, ...], publication_delay: int | None, output: Path
) -> None:
    """Draw up an arrangement with each participant's root public key, from the cards.

    A card only claims a root. Compare the fingerprints that are printed here with those that each
    participant reads out to you, then send every participant the same folder.
    """
    from trilogue.arrangement import draw_up as draw
    from trilogue.arrangement import parse_arrangement
    from trilogue.errors import InputError
    from trilogue.node.founding import find_arrangement
    from trilogue.node.governing import roots_in
    from trilogue.node.shelf import write_files

    roots: dict[str, tuple[str, str]] = {}
    for path in cards:
        whose, root = roots_in(path.read_bytes())
        if roots.setdefault(whose, root) != root:
            raise InputError(
                f"two cards claim different roots for {whose}",
                hint=f"ask {whose} by telephone which is its own",
            )
    _, files = find_arrangement(which)
    files = draw(files, roots, publication_delay=publication_delay)
    found = parse_arrangement(files)
    found.require_roots()
    write_files(files, output)
    _print_roots(found)
    print_lines(
        "",
        f"The arrangement is in {output}. Each participant goes on with",
        f"  trilogue node join DIR --arrangement {output} --card FILE… --peer NAME=HOST:PORT…",
    )


@arrangement.command()
@click.option("--digest", help="The digest of the version to adopt; by default the newest.")
@asks
@as_json
def adopt(*, client: Client, digest: str | None, as_json: bool) -> None:
    """Adopt the arrangement. It is in force once every participant has adopted the same bytes."""
    tell_logged(client.adopt(digest), as_json=as_json)


@arrangement.command()
@_OF
@_BECAUSE
@asks
@as_json
def suspend(*, client: Client, of: Any, because: str, as_json: bool) -> None:
    """Suspend the arrangement: from then on nothing moves under it until you resume it."""
    from trilogue.node.inputs import StandInput

    tell_logged(client.suspend(StandInput(of=of, reason=because)), as_json=as_json)


@arrangement.command()
@_OF
@_BECAUSE
@asks
@as_json
def resume(*, client: Client, of: Any, because: str, as_json: bool) -> None:
    """Resume what you suspended."""
    from trilogue.node.inputs import StandInput

    tell_logged(client.resume(StandInput(of=of, reason=because)), as_json=as_json)


@arrangement.command()
@_BECAUSE
@click.option(
    "--effective",
    type=moment,
    help="When the notice ends; by default as soon as the arrangement allows.",
)
@asks
@as_json
def withdraw(*, client: Client, because: str, effective: str | None, as_json: bool) -> None:
    """Give notice that you withdraw from the arrangement."""
    from trilogue.node.inputs import LeaveInput

    given = LeaveInput(reason=because, effective=effective)
    tell_logged(client.leave(given), as_json=as_json)


def _read(which: str) -> Arrangement:
    from trilogue.arrangement import parse_arrangement
    from trilogue.node.founding import find_arrangement

    return parse_arrangement(find_arrangement(which)[1])


def _summary(found: Arrangement) -> dict[str, Any]:
    from trilogue.node.founding import fingerprint

    return {
        "id": found.id,
        "digest": found.digest_text,
        "roots": {
            who: {"vkeys": root.vkeys(), "fingerprint": fingerprint(root.vkeys())}
            for who, root in found.roots.items()
        },
    }


def _print_roots(found: Arrangement) -> None:
    from trilogue.node.founding import fingerprint

    print_lines(f"{found.id}, digest {found.digest_text}", "Root fingerprints:")
    for who, root in found.roots.items():
        print_lines(f"  {who}  {fingerprint(root.vkeys())}")
