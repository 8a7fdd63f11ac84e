"""The stage: three nodes on this machine, each a process with its own keys, store and log."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from trilogue.arrangement.arrangement import Arrangement
from trilogue.arrangement.files import draw_up, shipped
from trilogue.arrangement.parse import parse_arrangement
from trilogue.client import Client
from trilogue.errors import UnavailableError
from trilogue.node.founding import CARD, found, join, token_file
from trilogue.node.governing import roots_in
from trilogue.node.service import open_engine, wall_clock
from trilogue.node.sessions import make_link
from trilogue.node.settings import Settings
from trilogue.node.shelf import write_files
from trilogue.node.tokens import Role, issue
from trilogue.store.database import open_database

__all__ = ["OFFICERS", "Player", "Stage", "set_up"]

OFFICERS = ("first-officer", "second-officer")
START_SECONDS = 60.0
PATIENCE_SECONDS = 240.0


@dataclass
class Player:
    """One participant's node: its directory, its process, and a client for each of its officers."""

    name: str
    directory: Path
    settings: Settings
    tokens: dict[str, str]
    process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """Where the participant's own people reach it."""
        return f"http://{self.settings.api}"

    @property
    def console(self) -> str:
        """Where they open its pages: by a host name, for which browsers make passkeys."""
        return self.settings.console_url or self.url

    def client(self, officer: str = OFFICERS[0]) -> Client:
        """Return a client in an officer's name."""
        return Client(self.url, self.tokens[officer])

    def patient(self) -> Client:
        """Return a client that waits while a node follows flights: the first time it compiles."""
        return Client(self.url, self.tokens[OFFICERS[0]], seconds=PATIENCE_SECONDS)

    def links(self) -> Iterator[tuple[str, str]]:
        """Yield a link to the console for each of the demo's people, and for every other role."""
        with closing(open_database(self.settings.store_location)) as db:
            for role in (Role.WATCH_OFFICER, Role.SECURITY_OFFICER, Role.AUDITOR):
                issue(db, role, [role])  # nobody keeps the token: a link stands in for it
            for name in (*self.tokens, Role.WATCH_OFFICER, Role.SECURITY_OFFICER, Role.AUDITOR):
                yield name, f"{self.console}/sign-in/{make_link(db, name, wall_clock())}"

    def start(self) -> None:
        """Start the process; `wait` says when it serves."""
        log = (self.directory / "node.log").open("ab")
        self.process = subprocess.Popen(  # noqa: S603 - this very program
            [sys.executable, "-m", "trilogue", "node", "up", str(self.directory)],
            stdout=log,
            stderr=log,
            env={**os.environ, "PYTHONUNBUFFERED": "1", "PYTHONFAULTHANDLER": "1"},
        )
        log.close()

    def wait(self) -> None:
        """Wait until the node answers. Raises `UnavailableError` with the end of its log."""
        until = time.monotonic() + START_SECONDS
        while time.monotonic() < until:
            if self.process is not None and self.process.poll() is not None:
                break
            try:
                with urllib.request.urlopen(f"{self.url}/healthz", timeout=2):  # noqa: S310
                    return
            except (urllib.error.URLError, OSError):
                time.sleep(0.05)
        tail = (self.directory / "node.log").read_text("utf-8", "replace")[-2000:]
        raise UnavailableError(f"the node of {self.name} does not start:\n{tail}")

    def stop(self) -> None:
        """Stop the process as an operator would."""
        if self.process is not None and self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(10)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()


@dataclass
class Stage:
    """All players, and the arrangement that they are about to adopt."""

    players: dict[str, Player]
    arrangement: Arrangement
    arrangement_directory: Path

    def __getitem__(self, name: str) -> Player:
        return self.players[name]

    @contextmanager
    def running(self) -> Iterator[None]:
        """Run all nodes for the length of a block."""
        try:
            for player in self.players.values():
                player.start()
            for player in self.players.values():
                player.wait()
            yield
        finally:
            for player in self.players.values():
                player.stop()


def set_up(directory: Path, name: str = "tisa-2014", publication_delay: int = 0) -> Stage:
    """Found every participant's node, exchange cards and draw up the arrangement.

    The publication delay is set for the audience's sake; it stands in the bytes that all adopt.
    """
    template = parse_arrangement(shipped(name))
    ports = iter(_free_ports(2 * len(template.participants)))
    cards: dict[str, bytes] = {}
    for participant in template.participants:
        found(
            directory / participant,
            participant=participant,
            of=name,
            clock=wall_clock,
            officers=OFFICERS,
            listen=f"127.0.0.1:{next(ports)}",
            api=f"127.0.0.1:{next(ports)}",
        )
        cards[participant] = (directory / participant / CARD).read_bytes()
    roots = dict(roots_in(card) for card in cards.values())
    files = draw_up(shipped(name), roots, publication_delay=publication_delay)
    write_files(files, directory / "arrangement")
    places = {p: Settings.read(directory / p).listen for p in template.participants}
    players = {}
    for participant in template.participants:
        engine, settings = open_engine(directory / participant)
        others = [card for other, card in cards.items() if other != participant]
        peers = {n: places[n] for n in template.neighbours(participant)}
        joined = join(engine, settings, files, others, peers)
        engine.close()
        players[participant] = Player(
            name=participant,
            directory=directory / participant,
            settings=joined.settings,
            tokens={
                name: token_file(directory / participant, name).read_text("ascii").strip()
                for name in ("administrator", *OFFICERS)
            },
        )
    return Stage(players, parse_arrangement(files), directory / "arrangement")


def _free_ports(count: int) -> list[int]:
    """Return ports that are free now; all are held open together, so that they differ."""
    sockets = [socket.socket() for _ in range(count)]
    try:
        for one in sockets:
            one.bind(("127.0.0.1", 0))
        return [one.getsockname()[1] for one in sockets]
    finally:
        for one in sockets:
            one.close()
