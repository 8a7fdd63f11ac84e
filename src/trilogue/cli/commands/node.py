"""`trilogue node`: found a node, run it, look after it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from trilogue.cli.asking import as_json, in_language, may_ask
from trilogue.cli.exits import Exit, exit_of
from trilogue.cli.kinds import confirmation, peer
from trilogue.cli.lazy import LazyGroup
from trilogue.cli.opened import DIRECTORY, looked_into, opened
from trilogue.cli.out import print_json, print_lines, progress, working

if TYPE_CHECKING:
    from trilogue.client import Client
    from trilogue.node.verifying import Verified

__all__ = ["node"]

_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
_NEW_FILE = click.Path(dir_okay=False, path_type=Path)


@click.group(
    cls=LazyGroup,
    lazy={
        "passkey": "trilogue.cli.commands.passkey:passkey",
        "token": "trilogue.cli.commands.token:token",
    },
)
def node() -> None:
    """Found a participant's node, run it, and look after it."""


@node.command()
@click.argument("directory", metavar="DIR", type=DIRECTORY)
@click.option("--participant", required=True, metavar="ID", help="Whose node it is, such as KR.")
@click.option(
    "--of",
    required=True,
    metavar="NAME|DIR",
    help="The arrangement it is for: as it ships, such as tisa-2014, or a folder with one.",
)
@click.option(
    "--officer",
    "officers",
    multiple=True,
    metavar="NAME",
    help="A release officer, who gets a release key and a token. Grants above a level need two.",
)
@click.option("--listen", metavar="HOST:PORT", help="Where neighbours deliver.")
@click.option("--api", metavar="HOST:PORT", help="Where the participant's own people ask.")
@click.option(
    "--store", metavar="URL", help="A PostgreSQL database for the store, in place of a file."
)
def init(
    *,
    directory: Path,
    participant: str,
    of: str,
    officers: tuple[str, ...],
    listen: str | None,
    api: str | None,
    store: str | None,
) -> None:
    """Found a node in DIR: its settings, keys, store, card and tokens.

    The card, DIR/card.json, introduces the participant to the others. The folder is made whole or
    not at all.
    """
    from trilogue.node.founding import fingerprint, found
    from trilogue.node.governing import roots_in
    from trilogue.node.service import wall_clock

    with working("Making keys"):
        settings = found(
            directory,
            participant=participant,
            of=of,
            clock=wall_clock,
            officers=officers,
            listen=listen,
            api=api,
            store=store,
        )
    _, root = roots_in((directory / "card.json").read_bytes())
    print_lines(
        f"{participant}'s node is in {directory}.",
        f"Its root: {fingerprint(root)}",
        f"It listens at {settings.listen}; its API is {settings.api_url}.",
        *([f"Its console is {settings.console_url}."] if settings.console_url else []),
        "",
        "Go on so:",
        f"  1. Give {directory / 'card.json'} to the others, and read them the root by telephone.",
        f"  2. trilogue arrangement draw-up {of} --card FILE… -o ADIR   (one of you, for all)",
        f"  3. trilogue node join {directory} --arrangement ADIR --card FILE…"
        " --peer NAME=HOST:PORT…",
        f"  4. trilogue node up {directory}",
        f"  5. trilogue arrangement adopt --node {settings.api_url}"
        f" --token-file {directory / 'tokens' / 'administrator'}",
    )


@node.command()
@click.argument("directory", metavar="DIR", type=DIRECTORY)
@click.option(
    "--arrangement",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    required=True,
    help="The folder with the arrangement that was drawn up.",
)
@click.option("--card", "cards", type=_FILE, multiple=True, help="Another participant's card.")
@click.option(
    "--peer",
    "peers",
    type=peer,
    multiple=True,
    metavar="NAME=HOST:PORT",
    help="A neighbour, and where it listens.",
)
def join(
    *,
    directory: Path,
    arrangement: Path,
    cards: tuple[Path, ...],
    peers: tuple[tuple[str, str], ...],
) -> None:
    """Give the node in DIR the arrangement, the others' cards and its neighbours' addresses.

    Nothing is adopted by it. A card counts only if the root that the arrangement pins signed it.
    """
    from trilogue.node.founding import join as join_node
    from trilogue.node.shelf import read_files

    with opened(directory) as (engine, settings):
        joined = join_node(
            engine,
            settings,
            read_files(arrangement),
            [card.read_bytes() for card in cards],
            dict(peers),
        )
        neighbours = joined.arrangement.neighbours(engine.me)
    print_lines(
        f"{settings.participant} has the arrangement {joined.arrangement.digest_text}",
        f"and the keys of {', '.join(joined.known) or 'nobody'}.",
    )
    unreached = [name for name in neighbours if name not in joined.settings.peers]
    if joined.missing:
        print_lines(f"Still missing: the cards of {', '.join(joined.missing)} (--card).")
    if unreached:
        print_lines(f"Still missing: the addresses of {', '.join(unreached)} (--peer).")
    print_lines(f"Go on with: trilogue node up {directory}")


@node.command()
@click.argument("directory", metavar="DIR", type=DIRECTORY)
@click.option(
    "--role",
    type=click.Choice(["all", "sequencer", "api", "picture"]),
    default="all",
    show_default=True,
    help="What this process does, where the store is in PostgreSQL and several share it.",
)
@click.option("--listen", metavar="HOST:PORT", help="Where neighbours deliver to this process.")
@click.option("--api", metavar="HOST:PORT", help="Where this process answers.")
@click.option("--quiet", is_flag=True, help="Write warnings and errors alone.")
@click.option(
    "--unasked",
    multiple=True,
    metavar="NAME",
    help="A neighbour without whose word a restored node goes on: you know by other means that it"
    " has seen no more of this log than was restored.",
)
def up(
    *,
    directory: Path,
    role: str,
    listen: str | None,
    api: str | None,
    quiet: bool,
    unasked: tuple[str, ...],
) -> None:
    """Run the node in DIR until it is told to stop (Ctrl-C, SIGTERM).

    A node that was restored says nothing before each of its neighbours has told how much of its
    log it has seen.

    A sequencer stands by while another process leads, and takes over when that one ends. Workers
    answer what they can at an address of their own, which several may share, and hand acts over to
    the sequencer. A picture worker answers what they pass on of the picture, so that they need not
    compute.
    """
    import logging

    from trilogue.console import create_app
    from trilogue.node.lock import NodeLock
    from trilogue.node.logs import set_up
    from trilogue.node.serving import serve
    from trilogue.node.settings import Settings

    known = Settings.read(directory)
    settings = known.at(listen, api)
    if role != "all" and not settings.shares_store:
        raise click.UsageError("--role is for a node whose store is in PostgreSQL.")
    if role == "api" and api is None:
        raise click.UsageError("--role api needs --api: node.toml's address is the sequencer's.")
    if role == "picture" and known.queue is None:
        raise click.UsageError("--role picture needs a queue: set TRILOGUE_QUEUE.")
    if role == "all":
        with NodeLock(directory):
            _check_free("listen", settings.listen_address)
            _check_free("api", settings.api_address)
            if settings.metrics is not None:
                _check_free("metrics", settings.metrics_address)
    set_up(settings.log.format, "warning" if quiet else settings.log.level)
    log = logging.getLogger("trilogue.node")

    def tell(text: str) -> None:
        if settings.log.format == "json":
            log.info("%s", text)
        elif not quiet:
            click.echo(text, err=True)

    where = {
        "api": f"API at {settings.api_url}",
        "picture": "pictures through the queue",
    }.get(role, f"neighbours at {settings.listen}, API at {settings.api_url}")
    tell(f"{settings.participant}'s node: {where}. Ctrl-C stops it.")
    try:
        if role in ("api", "picture"):
            from trilogue.node.worker import work

            work(settings, known, create_app, draws=role == "picture")
        else:
            serve(
                directory,
                create_app,
                unasked=unasked,
                listen=listen,
                api=api,
                standby=role == "sequencer",
            )
    except Exception as error:
        if exit_of(error) is not Exit.FAULT:
            raise
        # Told without its words, as everything that the node writes: they may hold anything.
        log.critical("the node ends: this was not foreseen", exc_info=error)
        raise click.exceptions.Exit(Exit.FAULT) from None
    tell(f"{settings.participant}'s node has stopped.")


@node.command()
@click.argument("directory", metavar="[DIR]", type=DIRECTORY, required=False)
@may_ask
@in_language
@as_json
def status(
    *,
    directory: Path | None,
    asked: Callable[[], Client],
    lang: Any,
    as_json: bool,
) -> None:
    """Say how a node is, and what to do about whatever is wrong.

    The one in DIR, whether it runs or not, or the one at --node URL, which alone knows its queue
    and whom it reaches.

    Exit code 4 when the arrangement is not in force, 5 when the node cannot act.
    """
    from trilogue.cli.condition import print_status

    holder = None
    if directory is None:
        with asked() as client:
            found = client.status(lang=lang)
    else:
        from trilogue.node.lock import NodeLock
        from trilogue.node.watch import status as look

        with looked_into(directory) as engine:
            found = look(engine, lang)
        holder = NodeLock(directory).holder()
    if as_json:
        print_json(found)
    else:
        print_status(found, holder)
    if found.halted or found.forks:
        raise click.exceptions.Exit(Exit.UNAVAILABLE)
    if not found.force.in_force:
        raise click.exceptions.Exit(Exit.NOT_IN_FORCE)


@node.command()
@click.argument("directory", metavar="DIR", type=DIRECTORY)
@as_json
def rebuild(*, directory: Path, as_json: bool) -> None:
    """Check everything in DIR against the statements, and fold the state tables anew.

    Exit code 1 when a table differed: it is right now. Exit code 5 when the store is damaged.
    """
    from trilogue.node.verifying import verify

    with opened(directory) as (engine, _), progress("Checking", engine.db.q.last_position()) as on:
        found = verify(engine, on)
    if as_json:
        print_json(
            {
                "size": found.size,
                "statements": found.statements,
                "differences": found.differences,
                "unopened": found.unopened,
            }
        )
    else:
        _print_verified(found)
        changed = {table: count for table, count in found.differences.items() if count}
        for table, count in changed.items():
            print_lines(f"  {table}: {count} rows differed and were set right")
        if not changed:
            print_lines("No state table differed.")
    if found.unopened:
        raise click.exceptions.Exit(Exit.UNAVAILABLE)
    if any(found.differences.values()):
        raise click.exceptions.Exit(Exit.REFUSED)


@node.command()
@click.argument("directory", metavar="DIR", type=DIRECTORY)
@click.argument("file", metavar="FILE", type=_NEW_FILE)
@click.option(
    "--vault",
    "copy",
    type=_NEW_FILE,
    metavar="FILE",
    help="Where to write the vault's copy, over the last one; by default FILE.vault.",
)
@click.option("--unchecked", is_flag=True, help="Do not restore it for a trial afterwards.")
def backup(*, directory: Path, file: Path, copy: Path | None, unchecked: bool) -> None:
    """Write a backup of the node in DIR to FILE, and its vault to FILE.vault, and check it.

    It works while the node runs. FILE alone opens nothing that was shared. FILE.vault holds the
    keys of what is held now: keep it elsewhere, take it anew after every withdrawal, and keep no
    older copy, for an older copy would bring withdrawn content back.
    """
    from trilogue.node.archive import back_up, check
    from trilogue.node.service import wall_clock

    with looked_into(directory) as engine, working("Writing the backup"):
        vault = back_up(engine, file, copy)
    print_lines(f"{file} holds the log, the keys and the store.")
    if not unchecked:
        with progress("Checking", None) as on:
            _print_verified(check(file, directory, clock=wall_clock, progress=on))
    print_lines(f"{vault} holds the vault: keep it in another place, and no older copy of it.")


@node.command()
@click.argument("file", metavar="FILE", type=_FILE)
@click.argument("directory", metavar="DIR", type=DIRECTORY)
@click.option("--vault", type=_FILE, help="The vault's copy; by default FILE.vault.")
@click.option("--without-vault", is_flag=True, help="Restore the log alone: nothing held opens.")
@click.option(
    "--seen",
    type=click.IntRange(min=0),
    metavar="SIZE",
    help="To which size the neighbours have seen this log: their `node status` says it.",
)
def restore(
    *, file: Path, directory: Path, vault: Path | None, without_vault: bool, seen: int | None
) -> None:
    """Make a node in DIR from the backup in FILE, checked whole, or make nothing.

    What was destroyed before the backup is destroyed again. A node that went on from a backup
    that is older than what its neighbours have seen would fork its own log: brought up, it asks
    them first, and stops for good when one has seen more.
    """
    from trilogue.node.archive import restore as bring_back
    from trilogue.node.archive import vault_of
    from trilogue.node.service import wall_clock

    if vault is not None and without_vault:
        raise click.UsageError("--vault and --without-vault exclude each other.")
    with progress("Checking", None) as on:
        found = bring_back(
            file,
            directory,
            clock=wall_clock,
            vault=None if without_vault else vault or vault_of(file),
            seen=seen or 0,
            progress=on,
        )
    print_lines(f"The node is in {directory}.")
    _print_verified(found)
    print_lines(
        "It says nothing before each neighbour has told how much of its log it has seen: bring it"
        f" up, and it asks them. None may have seen more than {found.size} entries."
    )
    print_lines("Tokens come back with the store; files with tokens do not.")


@node.command("rotate-keys")
@click.argument("directory", metavar="DIR", type=DIRECTORY)
@click.option(
    "--add-officer",
    "officers",
    multiple=True,
    metavar="NAME",
    help="A release officer more, whose key is published with the new ones.",
)
@click.option(
    "--passkey",
    "confirmed",
    type=confirmation,
    multiple=True,
    metavar="OFFICER=FINGERPRINT",
    help="A passkey that waits, and whose fingerprint its owner read to you: it is published.",
)
def rotate_keys(
    *, directory: Path, officers: tuple[str, ...], confirmed: tuple[tuple[str, str], ...]
) -> None:
    """Make new working keys for the node in DIR, signed by its root.

    Neighbours learn them from the log. An officer who was added still needs a token: see
    `trilogue node token issue`. Passkeys that were dropped are not published any more.
    """
    from trilogue.node import passkeys

    with opened(directory) as (engine, _), working("Making keys"):
        for officer, shown in confirmed:
            passkeys.confirm(engine.db, officer, shown)
        for name in officers:
            engine.keystore.add_officer(name)
        logged = engine.rotate()
        sequence = engine.keys.sequence
    print_lines(f"Keys number {sequence} are in use, published as entry {logged.statement.index}.")


@node.command("settle-fork")
@click.argument("directory", metavar="DIR", type=DIRECTORY)
@click.argument("participant")
@click.option("--because", required=True, metavar="TEXT", help="What was found out, for the log.")
def settle_fork(*, directory: Path, participant: str, because: str) -> None:
    """Hear PARTICIPANT again, whose log forked, at the node in DIR.

    It goes on from the branch that this node saw first. First find out how two logs came to be,
    and have the keys rotated if they were stolen: the finding stands in the log.
    """
    with opened(directory) as (engine, _):
        logged = engine.act(lambda: engine.governing.settle_fork(participant, because))
    print_lines(
        f"{participant} is heard again; the finding is entry {logged.statement.index}.",
        "The two checkpoints that prove the fork stay in the store.",
    )


def _check_free(name: str, address: tuple[str, int]) -> None:
    """Raise `UnavailableError` when an address cannot be listened at: a server would just exit."""
    import socket

    from trilogue.errors import UnavailableError

    host, port = address
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        socket.create_server(address, family=family).close()
    except OSError as error:
        raise UnavailableError(
            f"{name}: nobody can listen at {host}:{port}: {error.strerror or error}",
            hint=f"stop what has it, or change `{name}` in node.toml",
        ) from None


def _print_verified(found: Verified) -> None:
    print_lines(
        f"{found.statements} statements hold, {found.size} of them this participant's own:"
        " leaves, proofs, tree and checkpoint."
    )
    if found.unopened:
        print_lines(
            f"{found.unopened} portions are held and do not open: their keys in the vault are"
            " damaged or gone. Put the vault's copy back: FILE.vault of the newest backup."
        )
