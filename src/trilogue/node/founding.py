"""Founding: how a node comes to be, and how it comes to know the others.

    found    DIR/node.toml, keys/, store.sqlite, vault.bin, card.json, tokens/
    join     takes the arrangement that was drawn up, the others' cards, and their addresses

A node is founded whole or not at all: everything is made in a folder beside, which is then
renamed.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from trilogue.arrangement.arrangement import Arrangement
from trilogue.arrangement.files import shipped
from trilogue.arrangement.parse import parse_arrangement
from trilogue.encoding.digest import sha256
from trilogue.errors import InputError, NotFoundError
from trilogue.node.engine import Engine
from trilogue.node.governing import roots_in
from trilogue.node.keystore import write_private
from trilogue.node.lock import NodeLock
from trilogue.node.settings import Settings
from trilogue.node.shelf import read_files, write_files
from trilogue.node.tokens import Role, issue
from trilogue.store.database import open_database

__all__ = [
    "ADMINISTRATOR",
    "CARD",
    "Joined",
    "default_addresses",
    "find_arrangement",
    "fingerprint",
    "found",
    "fresh_store",
    "join",
    "token_file",
    "whole",
]

CARD = "card.json"
"""The participant's card in its node's directory; `governing` says what a card is."""

ADMINISTRATOR = "administrator"
"""The holder of the first token, which may do everything that concerns the node itself."""

_FIRST_PEER_PORT, _FIRST_API_PORT = 7101, 7201


def find_arrangement(which: str) -> tuple[str | None, dict[str, bytes]]:
    """Return the files of an arrangement, by the name it ships under or from its folder.

    The name is None when the files come from a folder. Raises `NotFoundError`.
    """
    try:
        return which, shipped(which)
    except NotFoundError as error:
        if Path(which).is_dir():
            return None, read_files(Path(which))
        raise NotFoundError(
            f"no arrangement {which!r}: neither shipped under that name nor a folder",
            hint=error.hint,
        ) from None


def default_addresses(template: Arrangement, participant: str) -> tuple[str, str]:
    """Return where a node listens for neighbours and for its people, unless told otherwise.

    The ports follow the participants' order, so that all can run on one machine.
    """
    place = template.participants.index(participant)
    return f"127.0.0.1:{_FIRST_PEER_PORT + place}", f"127.0.0.1:{_FIRST_API_PORT + place}"


def fingerprint(vkeys: Sequence[str]) -> str:
    """Return what people compare by telephone: SHA-256 over the root's two verifier keys.

    It is written as sixteen groups of four hexadecimal digits.
    """
    text = sha256("".join(f"{vkey}\n" for vkey in vkeys).encode("ascii")).hex()
    return " ".join(text[start : start + 4] for start in range(0, len(text), 4))


def found(
    directory: Path,
    *,
    participant: str,
    of: str,
    clock: Callable[[], str],
    officers: Sequence[str] = (),
    listen: str | None = None,
    api: str | None = None,
    store: str | None = None,
) -> Settings:
    """Make a participant's node in a new or empty directory; return its settings.

    `of` is an arrangement as it ships, or a folder with one, of which the node keeps a copy. The
    administrator and each officer get a token, in a file that its owner alone may read
    (`token_file`). `store` is a PostgreSQL URL, or None for a file. Raises `InputError` or
    `NotFoundError`; then nothing was made.
    """
    name, files = find_arrangement(of)
    template = parse_arrangement(files)
    template.participant(participant)
    usual = default_addresses(template, participant)
    with whole(directory) as making:
        settings = Settings(
            directory=making,
            participant=participant,
            of=name or "./template",
            listen=listen or usual[0],
            api=api or usual[1],
            store=store,
        )
        if name is None:
            write_files(files, making / "template")
        with fresh_store(settings) as location:
            engine = Engine(making, participant, template, clock, location)
            with closing(engine):
                engine.initialise(officers)
                (making / CARD).write_bytes(engine.governing.card())
                _issue_tokens(engine, officers)
        settings.write()
    return Settings.read(directory)


@contextmanager
def fresh_store(settings: Settings) -> Iterator[str]:
    """Give the location of a store with nothing in it; it vanishes when the block fails.

    Raises `InputError` when there is something in it already.
    """
    location = settings.store_location
    with closing(open_database(location)) as db:
        if db.q.last_position():
            raise InputError(
                f"the store {db.location} is not empty: a node has it", hint="name another schema"
            )
    try:
        yield location
    except BaseException:
        open_database(location).discard()
        raise


def token_file(directory: Path, name: str) -> Path:
    """Return where the token stands that somebody was given when the node was founded."""
    return directory / "tokens" / name


def _issue_tokens(engine: Engine, officers: Sequence[str]) -> None:
    if ADMINISTRATOR in officers:
        raise InputError(f"{ADMINISTRATOR!r} is no officer's name: it is the administrator's")
    roles: dict[str, tuple[Role, ...]] = {ADMINISTRATOR: (Role.ADMINISTRATOR,)}
    roles |= dict.fromkeys(officers, (Role.ANALYST, Role.RELEASE_OFFICER))
    for name, held in roles.items():
        token = issue(engine.db, name, held)
        write_private(token_file(engine.directory, name), f"{token}\n".encode("ascii"))


@dataclass(frozen=True)
class Joined:
    """What a node knows after it joined: the arrangement, and whose keys are still missing."""

    arrangement: Arrangement
    settings: Settings
    known: tuple[str, ...]
    missing: tuple[str, ...]


def join(
    engine: Engine,
    settings: Settings,
    files: Mapping[str, bytes],
    cards: Iterable[bytes],
    peers: Mapping[str, str],
) -> Joined:
    """Give a node the arrangement, the others' cards and its neighbours' addresses.

    All of it or nothing. Raises `InputError` for an arrangement or a peer that does not fit, and
    `PeerError` for a card that its participant's root did not sign.
    """
    cards = list(cards)

    def act() -> Arrangement:
        arrangement = engine.governing.take_arrangement(files)
        for name in peers:
            if name not in arrangement.neighbours(engine.me):
                raise InputError(
                    f"{name} is no neighbour of {engine.me}: no pact stands between them",
                    hint=f"its neighbours are {', '.join(arrangement.neighbours(engine.me))}",
                )
        for card in cards:
            whose, _ = roots_in(card)
            arrangement.participant(whose)
            engine.governing.take_card(card)
        return arrangement

    changed = settings.with_peers(peers)
    arrangement = engine.act(act)
    changed.write()
    others = [name for name in arrangement.participants if name != engine.me]
    known = tuple(name for name in others if list(engine.books.materials(name)))
    return Joined(
        arrangement=arrangement,
        settings=changed,
        known=known,
        missing=tuple(name for name in others if name not in known),
    )


@contextmanager
def whole(directory: Path) -> Iterator[Path]:
    """Give a fresh folder that becomes `directory` when the block ends well, and vanishes if not.

    Raises `InputError` when there is something in the directory already.
    """
    if directory.exists() and (not directory.is_dir() or any(directory.iterdir())):
        raise InputError(f"{directory} is not empty", hint="name a new directory for the node")
    directory.parent.mkdir(parents=True, exist_ok=True)
    making = Path(tempfile.mkdtemp(prefix=f".{directory.name}-", dir=directory.parent))
    try:
        with NodeLock(making):
            yield making
        making.rename(directory)
    except BaseException:
        shutil.rmtree(making)
        raise
    parent = os.open(directory.parent, os.O_RDONLY)
    try:
        os.fsync(parent)
    finally:
        os.close(parent)
