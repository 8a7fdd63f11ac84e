"""The scene: three real nodes with a proxy on every way between them, and what happened so far.

    with Scene(base) as scene:
        scene.links.cut("KR", "US")
        scene.file(3)                        acknowledged by KR, and written down here
        scene.links.mend()
        scene.reckon()                       all of it is held by all exactly once, and proven

What the operator sees is noted word for word, but for what differs from run to run: addresses,
directories, times, sizes of logs.
"""

from __future__ import annotations

import io
import os
import re
import subprocess
import sys
import urllib.error
import urllib.request
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, redirect_stderr, redirect_stdout, suppress
from pathlib import Path
from typing import Any, Self

import msgspec

from tests.faults.entry import VARIABLE
from tests.faults.fault import Seen
from tests.faults.links import Links
from tests.support.processes import COMMAND, PATIENCE, Node, Nodes, open_trio, until
from tests.support.reckoning import check_logs, check_receipts, check_stores
from tests.support.rules import standing
from tests.support.traffic import traffic
from tests.support.trio import PARTICIPANTS, Filed, Trio
from trilogue.cli.audit import run as audit
from trilogue.encoding import instant
from trilogue.errors import UnavailableError
from trilogue.node.inputs import StandingInput
from trilogue.node.service import wall_clock
from trilogue.protocol.publiclog import CHECKPOINT

__all__ = ["ENTRY", "Scene"]

ENTRY = [sys.executable, "-W", "error", "-m", "tests.faults.entry"]
"""The command `trilogue` with something wrong in its process."""

NEIGHBOURS = (("KR", "US"), ("US", "JP"))
PAUSE = 0.3
"""Seconds between two reports of the traffic."""

_CHANGES = (
    (re.compile(r"127\.0\.0\.1:\d+"), "HOST:PORT"),
    (re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d[.,]\d{3}Z?"), "TIME"),
    (re.compile(r"\b(size|has seen|which holds|process|signed|entry) \d+"), r"\1 N"),
    (re.compile(r"\b\d+ (statements|entries|wait)"), r"N \1"),
    (re.compile(r"\bN statements hold, \d+"), "N statements hold, N"),
    (re.compile(r"\b(KR|US|JP)/\d+"), r"\1/N"),
    (re.compile(r"[A-Za-z0-9+/]{43}="), "DIGEST"),
)


class Scene:
    """Three nodes that run, KR grants at once whatever it files, and nothing is under way."""

    def __init__(self, base: Path) -> None:
        self.base = base / "nodes"
        self.seen = Seen()
        self.reckoned = False
        self.figures = ""
        """What the reckoning came to: it differs from run to run."""
        self.acknowledged: list[Filed] = []
        self.unsure = 0
        """Reports that may stand or not: nobody told their submitter."""
        self.nodes = Nodes.copy(self.base)
        self.links = Links(
            (who, whom, self.nodes[whom].settings.listen_address)
            for pair in NEIGHBOURS
            for who, whom in (pair, pair[::-1])
        )
        for node in self.nodes:
            node.quiet = ()
            ways = {whom: self.links[node.name, whom].port for whom in node.settings.peers}
            msgspec.structs.replace(
                node.settings, peers={whom: f"127.0.0.1:{port}" for whom, port in ways.items()}
            ).write()

    def __enter__(self) -> Self:
        try:
            self.nodes.start()
            with self.nodes["KR"].client() as client:
                client.stand(StandingInput(rule=standing(per_hour=100_000_000)))
            self.nodes.settle()
        except BaseException:
            self.close()
            raise
        return self

    def __exit__(self, *_error: object) -> None:
        self.close()

    def close(self) -> None:
        """End all nodes and links."""
        self.nodes.end()
        self.links.close()

    def __getitem__(self, who: str) -> Node:
        return self.nodes[who]

    # What goes on.

    def file(self, count: int = 1, text: str = "seen") -> list[Filed]:
        """Have KR file so many reports, which go to US and JP at once."""
        done = [self["KR"].submit(text) for _ in range(count)]
        self.acknowledged += done
        return done

    @contextmanager
    def traffic(self) -> Iterator[list[Filed]]:
        """Have reports filed at KR while the block runs, each until it is acknowledged."""
        done: list[Filed] = []
        try:
            with traffic(self["KR"], PAUSE, key=f"traffic-{len(self.acknowledged)}") as done:
                yield done
        finally:
            self.acknowledged += done
            self.unsure += 1

    def until_more(self, done: list[Filed], count: int = 3) -> None:
        """Wait until so many reports more were acknowledged."""
        goal = len(done) + count
        until(lambda: len(done) >= goal, "nothing is acknowledged any more", *self.nodes)

    def until_opened(self, who: str, done: list[Filed]) -> None:
        """Wait until a participant has opened reports."""

        def opened() -> bool:
            with self[who].client() as client:
                entries = client.through(client.reports)
                places = {(one.report.speaker, one.report.index) for one in entries if one.banner}
            return {(one.speaker, one.index) for one in done} <= places

        until(opened, f"{who} does not open the reports", *self.nodes)

    # What the operator sees.

    def healthz(self, who: str, expect: str) -> str:
        """Note what `/healthz` answers once it answers what is expected (a pattern)."""
        return self._once(lambda: f"{who} /healthz: {_get(self[who], '/healthz')}", expect)

    def says(self, who: str, expect: str) -> str:
        """Note the line on a node's standard error that fits a pattern, once it stands there."""

        def line() -> str:
            fits = [one for one in self[who].stderr.splitlines() if re.search(expect, one)]
            return f"{who} log: {fits[-1]}" if fits else ""

        return self._once(line, expect)

    def status(self, who: str, neighbour: str, expect: str) -> str:
        """Note what status says of a neighbour once it fits a pattern."""

        def told() -> str:
            (one,) = (n for n in self[who].status().neighbours if n.participant == neighbour)
            return f"{who} status: {neighbour}: {one.waiting} wait; {one.problem or 'no problem'}"

        return self._once(told, expect)

    def ends(self, who: str, code: int, expect: str) -> str:
        """Note how a node ended by itself."""
        node = self[who]
        assert node.wait() == code, f"{who} ended with {node.process.poll()}\n{node.stderr[-4000:]}"
        return self._note_end(f"{who} ends with exit code {code}", node.stderr, expect)

    def starts_not(self, who: str, code: int, expect: str, shell: str = "") -> str:
        """Note how `node up` ends when it cannot start."""
        words = [*COMMAND, "node", "up", "--quiet", str(self[who].directory)]
        if shell:
            words = ["sh", "-c", f'{shell}; exec "$@"', "sh", *words]
        done = subprocess.run(words, capture_output=True, text=True, check=False, timeout=PATIENCE)
        assert done.returncode == code, (done.returncode, done.stderr)
        return self._note_end(f"{who} `node up`: exit code {code}", done.stderr, expect)

    def command(
        self, *words: object, code: int = 0, expect: str = "", clock: Path | None = None
    ) -> str:
        """Note what a command of the operator says; `clock` says how far its clock is off."""
        wrong = {} if clock is None else {VARIABLE: f'{{"clock":"{clock}"}}'}
        done = subprocess.run(
            [*(COMMAND if clock is None else ENTRY), *map(str, words)],
            capture_output=True,
            env={**os.environ, **wrong},
            text=True,
            check=False,
            timeout=PATIENCE,
        )
        told = done.stdout + done.stderr
        assert done.returncode == code, (words, done.returncode, told)
        title = f"`trilogue {' '.join(map(str, words))}`: exit code {code}"
        return self._note_end(title, told, expect) if expect else told

    def note(self, what: str) -> str:
        """Note something else that was seen."""
        told = self._normal(what)
        if told not in self.seen.sights:
            self.seen.sights.append(told)
        return told

    def _note_end(self, title: str, told: str, expect: str) -> str:
        lines = [one.strip() for one in told.splitlines() if re.search(expect, one)]
        assert lines, f"{title}, and nothing that fits {expect!r}:\n{told[-4000:]}"
        return self.note(f"{title}: {lines[-1]}")

    def _once(self, look: Any, expect: str) -> str:
        found = ""

        def fits() -> bool:
            nonlocal found
            with suppress(UnavailableError, OSError):
                found = look()
            return bool(re.search(expect, found))

        try:
            until(fits, f"nothing fits {expect!r}", *self.nodes)
        except AssertionError as error:
            raise AssertionError(f"{error}\nlast seen: {found}") from None
        return self.note(found)

    def _normal(self, text: str) -> str:
        text = text.replace(f"{self.base}/", "").replace(f"{self.base.parent}/", "")
        for pattern, plain in _CHANGES:
            text = pattern.sub(plain, text)
        return text

    # The reckoning.

    def reckon(
        self,
        *,
        innocent: bool = True,
        clocks: Mapping[str, Path] | None = None,
    ) -> None:
        """Make everything whole, and check that nothing was lost and all can be proven.

        `innocent` False: somebody did something wrong, and the log says so. With `clocks`, all
        nodes live in another time.
        """
        self.links.mend()
        if clocks is None:
            self.nodes.start()
        late = self.file(text="late")
        self.nodes.settle()
        assert self["JP"].read(late[0]) == "late"
        self.audit(clocks)
        with self._at_rest(clocks) as trio:
            self._check_reports(trio)
            check_receipts(trio)
            if innocent:
                check_logs(trio)
            else:
                check_stores(trio)
        count = len(self.acknowledged)
        self.figures = f"{count} reports acknowledged, each opened once by US and by JP"
        self.reckoned = True

    def mend(self) -> None:
        """Make everything whole; all that was acknowledged must then be open to JP."""
        self.links.mend()
        self.nodes.start()
        self.until_opened("JP", self.acknowledged)

    @contextmanager
    def _at_rest(self, clocks: Mapping[str, Path] | None) -> Iterator[Trio]:
        if clocks is None:
            with self.nodes.at_rest() as trio:
                yield trio
            return
        self.nodes.stop()
        trio = open_trio(self.base)
        trio.clock.now = instant.plus(trio.clock.now, _seconds(clocks))
        yield trio
        trio.close()

    def audit(self, clocks: Mapping[str, Path] | None = None) -> None:
        """Wait until all three logs are published, and have the public audit prove every claim."""

        def published() -> bool:
            return all(_published(node) == node.status().log_size for node in self.nodes)

        until(published, "the logs are not published to their ends", *self.nodes)
        logs = [str(node.directory / "public") for node in self.nodes]
        told = io.StringIO()
        with redirect_stdout(told), redirect_stderr(told):
            at = instant.plus(wall_clock(), _seconds(clocks)) if clocks else None
            code = audit(logs, arrangement=str(self.base / "arrangement"), at=at)
        assert code == 0, told.getvalue()

    def _check_reports(self, trio: Trio) -> None:
        acknowledged = {(one.speaker, one.index) for one in self.acknowledged}
        assert len(acknowledged) == len(self.acknowledged)
        stand = {(one.speaker, one.index) for one in trio.own("KR", "report")}
        assert acknowledged <= stand
        assert len(stand - acknowledged) <= self.unsure
        held = {who: _held(trio, who) for who in PARTICIPANTS}
        for who in PARTICIPANTS:
            assert set(held[who].values()) == {1}, f"{who} holds something twice"
        assert {report for report, _ in held["KR"]} == stand
        assert set(held["US"]) == set(held["JP"]) == set(held["KR"])


def _seconds(clocks: Mapping[str, Path]) -> float:
    """Return by how much all nodes' clocks are off."""
    (seconds,) = {float(file.read_text("ascii")) for file in clocks.values()}
    return seconds


def _held(trio: Trio, who: str) -> Counter[tuple[tuple[str, int], str]]:
    """Return how often a participant holds each portion: all of them can be opened."""
    holdings = trio[who].holdings
    found: Counter[tuple[tuple[str, int], str]] = Counter()
    for holding in holdings.all():
        holdings.open(holding)
        found[holding.report, holding.portion] += 1
    return found


def _published(node: Node) -> int:
    with suppress(FileNotFoundError):
        return int((node.directory / "public" / CHECKPOINT).read_text("utf-8").splitlines()[1])
    return 0


def _get(node: Node, path: str) -> str:
    try:
        with urllib.request.urlopen(node.settings.api_url + path, timeout=PATIENCE) as answer:
            return f"{answer.status} {answer.read().decode()}"
    except urllib.error.HTTPError as error:
        with error:
            return f"{error.code} {error.read().decode()}"
