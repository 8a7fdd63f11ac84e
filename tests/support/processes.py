"""Three nodes as an operator runs them: directories, processes, TLS between them, and kills.

    nodes = Nodes.copy(tmp_path)          KR, US and JP, the arrangement adopted by all
    nodes.start()
    what = nodes["KR"].submit("seen")
    nodes["JP"].kill()                    SIGKILL: no goodbye, no flush
    nodes["JP"].start()
    nodes.settle()                        until no outbox waits
    with nodes.at_rest() as trio:         the same directories, as engines to look into
        assert trio.held("JP") == set(what.portions)

The nodes are founded by the commands an operator types, once per test process, and copied for each
test. Nothing here asserts how long something takes: `until` gives up after `PATIENCE` and shows
what the nodes wrote to standard error.
"""

from __future__ import annotations

import atexit
import os
import resource
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

import msgspec
from tests.support import stores
from tests.support.stores import free_ports
from tests.support.trio import OFFICERS, PARTICIPANTS, TEMPLATE, Clock, Filed, Trio, portion

from trilogue.client import Client
from trilogue.errors import UnavailableError
from trilogue.node.answers import Granted, StatementEntry, Waiting
from trilogue.node.condition import Status
from trilogue.node.founding import token_file
from trilogue.node.inputs import GrantInput, OpeningInput, Place, ReportInput, WithdrawalInput
from trilogue.node.service import open_engine, wall_clock
from trilogue.node.settings import QUEUE_VARIABLE, Settings

__all__ = ["ADMINISTRATOR", "GUARD", "Node", "Nodes", "command", "open_trio", "until"]

ADMINISTRATOR = "administrator"
GUARD = "guard"
"""The security officer."""

PATIENCE = 180.0
"""Seconds after which a test that waits gives up. None passes or fails by it otherwise."""
LOOK = 0.05

T = TypeVar("T")


class Node:
    """One participant's node: its directory, and its process when it runs.

    With `--workers`, `process` is the sequencer, and API workers share an address beside it.
    """

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self.process: subprocess.Popen[bytes] | None = None
        self.quiet: tuple[str, ...] = ("--quiet",)
        self.workers: list[subprocess.Popen[bytes]] = []
        (self._port,) = free_ports(1) if stores.workers() else (0,)

    @property
    def settings(self) -> Settings:
        """The node's settings as they stand."""
        return Settings.read(self.directory)

    @property
    def name(self) -> str:
        """The participant."""
        return self.directory.name

    @property
    def stderr(self) -> str:
        """Everything that the node's processes wrote to standard error."""
        path = self._stderr
        return path.read_text("utf-8", "replace") if path.exists() else ""

    @property
    def api_url(self) -> str:
        """Where its people ask."""
        return f"http://127.0.0.1:{self._port}" if stores.workers() else self.settings.api_url

    # Life.

    @property
    def running(self) -> bool:
        """Whether the process is there."""
        return self.process is not None and self.process.poll() is None

    def start(
        self,
        *options: str,
        wait: bool = True,
        command: Sequence[str] = (),
        environment: Mapping[str, str] | None = None,
    ) -> None:
        """Start the process, with more options; by default return when it serves.

        `command` is another than `trilogue`, `environment` what it finds beside the usual.
        """
        assert not self.running, f"{self.name} runs already"
        role = ("--role", "sequencer") if stores.workers() else ()
        self.process = self.spawn(*role, *options, command=command, environment=environment)
        for _ in range(stores.workers()):
            self.start_worker()
        if wait:
            self.until_it_serves()

    def start_worker(self) -> subprocess.Popen[bytes]:
        """Start an API worker more at the address that they share."""
        self.workers.append(self.spawn("--role", "api", "--api", f"127.0.0.1:{self._port}"))
        return self.workers[-1]

    def spawn(
        self,
        *options: str,
        command: Sequence[str] = (),
        environment: Mapping[str, str] | None = None,
    ) -> subprocess.Popen[bytes]:
        """Start a process of the node."""
        queue = stores.queue()
        env = {**os.environ, **({QUEUE_VARIABLE: queue} if queue else {})}
        with self._stderr.open("ab") as stderr:
            return subprocess.Popen(
                [*(command or COMMAND), "node", "up", *self.quiet, str(self.directory), *options],
                stderr=stderr,
                stdin=subprocess.DEVNULL,
                env={**env, **(environment or {})},
            )

    def try_to_start(self, *, blocks: int) -> tuple[int, str]:
        """Start it where no file can be larger than so many blocks; return how it ended, and why.

        A block has 512 bytes or 1024, as the shell counts.
        """
        shell = ("sh", "-c", f'ulimit -f {blocks}; exec "$@"', "sh")
        done = subprocess.run(
            [*shell, *COMMAND, "node", "up", "--quiet", str(self.directory)],
            capture_output=True,
            text=True,
            check=False,
            timeout=PATIENCE,
        )
        return done.returncode, done.stderr

    def until_it_serves(self) -> None:
        """Wait until the node says that it serves. Whether anything may move, `readyz` says."""

        def serves() -> bool:
            assert self.process is not None
            assert self.running, f"{self.name} ended: {self.process.poll()}\n{self._said()}"
            if _listeners(self._port) < len(self.workers):
                return False
            with suppress(UnavailableError, ConnectionRefusedError), self.client() as client:
                socket.create_connection(self.settings.listen_address).close()
                return client.healthz().ready
            return False

        until(serves, f"{self.name} does not serve", self)

    def kill(self) -> None:
        """End its processes as a power cut would: SIGKILL, and nothing after it."""
        assert self.process is not None
        for process in (self.process, *self.workers):
            process.kill()
            process.wait()
        self.workers.clear()

    def stop(self) -> int:
        """Ask the process to end, as an operator does; return its exit code."""
        assert self.process is not None
        for process in (self.process, *self.workers):
            process.send_signal(signal.SIGTERM)
        codes = [self.wait(process) for process in (*self.workers, self.process)]
        self.workers.clear()
        return max(codes, key=abs)

    def wait(self, process: subprocess.Popen[bytes] | None = None) -> int:
        """Wait until the process, or one of its processes, has ended; return its exit code."""
        process = process or self.process
        assert process is not None
        try:
            return process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            self.kill()
            raise AssertionError(f"{self.name} does not end\n{self._said()}") from None

    def limit_files(self, largest: int | None) -> None:
        """Let no file that the process writes grow beyond so many bytes, as on a full disk."""
        assert self.process is not None
        limit = resource.RLIM_INFINITY if largest is None else largest
        resource.prlimit(self.process.pid, resource.RLIMIT_FSIZE, (limit, resource.RLIM_INFINITY))

    # The participant's own people, through the API.

    def client(self, officer: str = OFFICERS[0], seconds: float = PATIENCE) -> Client:
        """Return a client with an officer's token, which waits so long for answers; close it."""
        token = token_file(self.directory, officer).read_text("ascii").strip()
        return Client(self.api_url, token, seconds=seconds)

    def status(self) -> Status:
        """Ask how the node is."""
        with self.client() as client:
            return client.status()

    def waiting(self) -> int:
        """Ask how many statements wait in the node's outboxes."""
        return sum(one.waiting for one in self.status().neighbours)

    def statements(self, kind: str | None = None, by: str | None = None) -> list[StatementEntry]:
        """Return what counts here, oldest first: of one kind, said by one participant."""
        with self.client() as client:
            found = list(client.through(client.statements, kind=kind))
        return [one for one in found if by in (None, one.statement.speaker)]

    def submit(self, *texts: str, key: str | None = None, **fields: Any) -> Filed:
        """Submit a report of text portions; `fields` go to each of them."""
        given = ReportInput(portions=tuple(portion(text, **fields) for text in texts or ("seen",)))
        return self.submit_report(given, key=key)

    def submit_report(self, given: ReportInput, *, key: str | None = None) -> Filed:
        """Submit a report."""
        with self.client() as client:
            done = client.submit(given, key=key)
        place = done.report
        return Filed(place.speaker, place.index, tuple(one.portion for one in done.portions))

    def grant(self, what: Filed, *audience: str, **fields: Any) -> Place:
        """Grant a report, by default to everybody else, for analysis."""
        done = self.try_grant(what, *audience, **fields)
        assert isinstance(done, Granted), done
        return done.statement

    def try_grant(self, what: Filed, *audience: str, **fields: Any) -> Granted | Waiting:
        """Grant a report, or have the grant wait for a second officer."""
        given = GrantInput(
            portions=what.sources(),
            audience=audience or tuple(p for p in PARTICIPANTS if p != self.name),
            **{"purposes": ("analysis",), **fields},
        )
        with self.client() as client:
            return client.grant(given)

    def withdraw(self, grant: Place, *audience: str) -> Place:
        """Withdraw a grant, by default for everybody."""
        given = WithdrawalInput(grant=grant, reason="the source is at risk", audience=audience)
        with self.client() as client:
            return client.withdraw(given).statement

    def read(self, what: Filed, which: int = 0, purpose: str = "analysis") -> str:
        """Open a text portion as an officer does; return its text."""
        given = OpeningInput(
            portion=what.portions[which], purpose=purpose, why="the morning report"
        )
        with self.client() as client:
            text: str = client.open_portion(what.place, given).payload["text"]
        return text

    # How it is told.

    @property
    def _stderr(self) -> Path:
        return self.directory.with_suffix(".stderr")

    def _said(self) -> str:
        return f"--- {self.name}\n{self.stderr[-4000:]}"


class Nodes:
    """The three of them, in one directory."""

    def __init__(self, base: Path) -> None:
        self.base = base
        self._nodes = {who: Node(base / who) for who in PARTICIPANTS}

    @classmethod
    def copy(cls, base: Path, *, adopted: bool = True) -> Nodes:
        """Return three nodes in a directory of their own, at ports that are free now.

        They know each other's cards and one arrangement, which is in force when `adopted`.
        """
        stores.copy((_adopted if adopted else _founded)(stores.kind()), base)
        nodes = cls(base)
        ports = free_ports(2 * len(PARTICIPANTS))
        listen = {who: f"127.0.0.1:{ports.pop()}" for who in PARTICIPANTS}
        for node in nodes:
            msgspec.structs.replace(
                node.settings,
                listen=listen[node.name],
                api=f"127.0.0.1:{ports.pop()}",
                store=stores.location(node.directory),
                peers={name: listen[name] for name in TEMPLATE.neighbours(node.name)},
            ).write()
        return nodes

    def __getitem__(self, who: str) -> Node:
        return self._nodes[who]

    def __iter__(self) -> Iterator[Node]:
        return iter(self._nodes.values())

    def start(self, *which: str) -> None:
        """Start those named, or all, unless they run, and wait until they serve."""
        fresh = [self[who] for who in which or PARTICIPANTS if not self[who].running]
        for node in fresh:
            node.start(wait=False)
        for node in fresh:
            node.until_it_serves()

    def stop(self) -> None:
        """Ask those that run to end."""
        for node in self:
            if node.running:
                code = node.stop()
                assert code == 0, f"{node.name} ended with {code}\n{node.stderr[-4000:]}"

    def end(self) -> None:
        """Kill whatever still runs."""
        for node in self:
            if node.process is not None:
                node.kill()

    def settle(self) -> None:
        """Wait until every outbox is empty and nothing new has come to count meanwhile."""

        def look() -> list[tuple[int, int]]:
            found = [node.status() for node in self]
            return [(one.position, sum(n.waiting for n in one.neighbours)) for one in found]

        def still() -> bool:
            before = look()
            return not any(waiting for _, waiting in before) and before == look()

        self.until(still, "the outboxes do not become empty")

    def until(self, true: Callable[[], T], what: str) -> T:
        """Wait until something holds at these nodes; return it."""
        return until(true, what, *self)

    @contextmanager
    def at_rest(self) -> Iterator[Trio]:
        """Stop the nodes and open their directories as engines."""
        self.stop()
        trio = open_trio(self.base)
        try:
            yield trio
        finally:
            trio.close()


COMMAND = [sys.executable, "-W", "error", "-m", "trilogue"]
"""The command `trilogue`, as these tests' own interpreter runs it; a warning is an error."""


def command(*arguments: object) -> str:
    """Run a command to its end and return what it printed; it must succeed."""
    done = subprocess.run(
        [*COMMAND, *map(str, arguments)],
        capture_output=True,
        text=True,
        check=False,
        timeout=PATIENCE,
    )
    assert done.returncode == 0, f"trilogue {arguments}: {done.returncode}\n{done.stderr}"
    return done.stdout


def until(true: Callable[[], T], what: str, *nodes: Node) -> T:
    """Wait until something holds, and return it; say `what` when it never does."""
    end = time.monotonic() + PATIENCE
    while not (found := true()):
        if time.monotonic() > end:
            raise AssertionError("\n".join([what, *(node._said() for node in nodes)]))
        time.sleep(LOOK)
    return found


def _listeners(port: int) -> int:
    """Return how many sockets listen at a port of loopback: workers share one."""
    rows = (line.split() for line in Path("/proc/net/tcp").read_text("ascii").splitlines()[1:])
    return sum(row[1].endswith(f":{port:04X}") and row[3] == "0A" for row in rows)


def open_trio(base: Path) -> Trio:
    """Open the engines of three directories at the true time, to look into or to prepare."""
    engines = {who: open_engine(base / who)[0] for who in PARTICIPANTS}
    return Trio(base, Clock(wall_clock()), engines)


@cache
def _founded(kind: str) -> Path:
    """Make three nodes that know each other and one arrangement; return where."""
    base = _scratch()
    officers = [word for name in OFFICERS for word in ("--officer", name)]
    for who in PARTICIPANTS:
        store = stores.location(base / who)
        chosen = ("--store", store) if store else ()
        command(
            *("node", "init", base / who, "--participant", who, "--of", "tisa-2014"),
            *(*officers, *chosen),
        )
        given = (GUARD, "--role", "security-officer", "-o", token_file(base / who, GUARD))
        command("node", "token", "issue", base / who, *given)
    cards = [word for who in PARTICIPANTS for word in ("--card", base / who / "card.json")]
    arrangement = base / "arrangement"
    command(
        *("arrangement", "draw-up", "tisa-2014", "-o", arrangement, "--publication-delay", 0),
        *cards,
    )
    for who in PARTICIPANTS:
        others = [base / p / "card.json" for p in PARTICIPANTS if p != who]
        given = [word for card in others for word in ("--card", card)]
        command("node", "join", base / who, "--arrangement", arrangement, *given)
    return base


@cache
def _adopted(kind: str) -> Path:
    """Make three nodes under an arrangement that all have adopted; return where."""
    base = _scratch()
    stores.copy(_founded(kind), base)
    for who in PARTICIPANTS:
        settings = Settings.read(base / who)
        msgspec.structs.replace(settings, store=stores.location(base / who)).write()
    trio = open_trio(base)
    for engine in trio:
        engine.act(engine.governing.adopt)
    assert not trio.settle()
    trio.close()
    return base


def _scratch() -> Path:
    base = Path(tempfile.mkdtemp(prefix="nodes-"))
    atexit.register(shutil.rmtree, base, ignore_errors=True)
    return base
