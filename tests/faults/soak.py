"""A long run under full load with kills and cuts: `make soak MINUTES=30 SEED=7`.

    KR  posts batches without a pause, in bursts                          ┐
    US, JP  post small batches now and then                               ├─ each until acknowledged
    JP requests, KR grants by hand, and withdraws half of that again      ┘
    meanwhile   SIGKILL of a random node; cuts and holes on a random link; each is mended soon

At the end everything must come to rest, and then: each report that was acknowledged stands once,
is held by each of the two others exactly once, and its author has one receipt by each; what was
withdrawn is destroyed, and certified; the public audit proves every claim; no projection differs;
no log forked; memory did not grow. The exit code is 0 only if all of that holds.

What breaks when is laid down by the seed before the run begins. What is under way at that moment
is not: the machine decides that.
"""

from __future__ import annotations

import argparse
import random
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

from tests.faults.scene import NEIGHBOURS, Scene
from tests.support.reckoning import check_logs
from tests.support.rules import standing
from tests.support.trio import PARTICIPANTS, Filed, Trio, portion
from trilogue.client import Client
from trilogue.consent.acts import Description, GrantBody
from trilogue.errors import UnavailableError
from trilogue.node.filed import Batch, Submitted
from trilogue.node.inputs import (
    BatchInput,
    GrantInput,
    Place,
    ReportInput,
    RequestInput,
    StandingInput,
    WithdrawalInput,
)
from trilogue.protocol.bodies import DestructionBody, ReceiptBody

T = TypeVar("T")

BATCH = {"KR": 64, "US": 8, "JP": 8}
PAUSE = {"KR": 0.0, "US": 1.0, "JP": 1.0}
"""Seconds between two batches of one submitter."""
SUBMITTERS = {"KR": 2, "US": 1, "JP": 1}
MOST_WAITING = 3000
"""Statements in outboxes beyond which KR's submitters pause: the end must come some day."""
BURST = 10_000
"""Reports that KR's submitters post without a pause ..."""
RATE = 150.0
"""... and reports a second over the whole run: what stands has to be stored, and reckoned up."""
BY_HAND = 2.0
"""Seconds between two grants by hand."""
LOOK_SECONDS, WORD_SECONDS = 2.0, 15.0
LONG = 900.0
"""Seconds after which nodes that do not come to rest have failed."""
LEAST_GROWTH_MB = 48.0
GROWTH = 1.25


@dataclass(frozen=True)
class Break:
    """Something that breaks at a time of the run, and for how long."""

    at: float
    what: str
    """A participant whose node is killed, or "cut KR–US", "hole US–JP"."""
    seconds: float


def schedule(seed: int, seconds: float) -> list[Break]:
    """Lay down what breaks when."""
    chance = random.Random(seed)
    found, at = [], chance.uniform(5, 15)
    while at < seconds - 20:
        if chance.random() < 0.5:
            found.append(Break(at, chance.choice(PARTICIPANTS), chance.uniform(0, 3)))
        else:
            kind = "hole" if chance.random() < 0.3 else "cut"
            one, other = chance.choice(NEIGHBOURS)
            found.append(Break(at, f"{kind} {one}–{other}", chance.uniform(0.5, 8)))
        at += chance.uniform(4, 20)
    return found


@dataclass
class Load:
    """What was asked for and acknowledged."""

    scene: Scene
    filed: dict[str, set[tuple[str, int]]] = field(
        default_factory=lambda: {who: set() for who in PARTICIPANTS}
    )
    granted: list[Place] = field(default_factory=list)
    withdrawn: list[Place] = field(default_factory=list)
    again: int = 0
    """Requests whose answer was lost and that were sent again."""
    over: threading.Event = field(default_factory=threading.Event)
    full: threading.Event = field(default_factory=threading.Event)
    failed: list[BaseException] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def threads(self) -> Iterator[threading.Thread]:
        """Go through the threads that make the load; none is started."""
        for who, count in SUBMITTERS.items():
            for number in range(count):
                yield self._thread(lambda who=who, number=number: self._submit(who, number))  # type: ignore[misc]
        yield self._thread(self._by_hand)
        yield self._thread(self._hold_back)

    def _thread(self, work: Callable[[], None]) -> threading.Thread:
        def run() -> None:
            try:
                work()
            except BaseException as error:  # noqa: BLE001 - told by the thread that waits
                self.failed.append(error)

        return threading.Thread(target=run)

    def _submit(self, who: str, number: int) -> None:
        count = 0
        with self.scene[who].client(seconds=20) as client:
            while not self.over.wait(PAUSE[who]):
                if who == "KR" and self.full.is_set():
                    self.over.wait(0.2)
                    continue
                given = BatchInput(
                    reports=tuple(
                        ReportInput(portions=(portion(f"{who} {number} {count} {k}"),))
                        for k in range(BATCH[who])
                    )
                )
                key = f"soak-{number}-{count}"
                done = self._until(lambda given=given, key=key: client.submit_batch(given, key=key))  # type: ignore[misc]
                places = {(one.report.speaker, one.report.index) for one in _submitted(done)}
                assert len(places) == BATCH[who]
                with self._lock:
                    self.filed[who] |= places
                count += 1

    def _by_hand(self) -> None:
        """Let JP ask, KR grant what no standing consent covers, and KR withdraw half of it."""
        count = 0
        with self.scene["KR"].client(seconds=20) as kr, self.scene["JP"].client(seconds=20) as jp:
            while not self.over.wait(BY_HAND):
                what = self._report(kr, count)
                asked = RequestInput(
                    originator="KR",
                    purpose="analysis",
                    because="our stations heard it, too",
                    description=Description(subject="nuclear-site", payload_type=None, period=None),
                )
                self._until(lambda: jp.request(asked, key=f"ask-{count}"))  # noqa: B023 - called at once
                grant = self._grant(kr, what, count)
                self.granted.append(grant)
                if count % 2:
                    ended = WithdrawalInput(
                        grant=grant, reason="the source is at risk", audience=()
                    )
                    self._until(lambda ended=ended: kr.withdraw(ended, key=f"end-{count}"))  # type: ignore[misc]  # noqa: B023
                    self.withdrawn.append(grant)
                count += 1

    def _report(self, kr: Client, count: int) -> Filed:
        given = ReportInput(portions=(portion(f"by hand {count}", subject="nuclear-site"),))
        done = self._until(lambda: kr.submit(given, key=f"hand-{count}"))
        place = done.report
        self.filed["KR"].add((place.speaker, place.index))
        return Filed(place.speaker, place.index, tuple(one.portion for one in done.portions))

    def _grant(self, kr: Client, what: Filed, count: int) -> Place:
        given = GrantInput(portions=what.sources(), audience=("JP", "US"), purposes=("analysis",))
        done = self._until(lambda: kr.grant(given, key=f"grant-{count}"))
        return done.statement  # type: ignore[union-attr]

    def _hold_back(self) -> None:
        """Have KR's submitters pause while much waits, and after each burst."""
        begun = time.monotonic()
        while not self.over.wait(0.5):
            waiting = 0
            for who in PARTICIPANTS:
                with suppress(UnavailableError, OSError):
                    waiting = max(waiting, self.scene[who].waiting())
            ahead = len(self.filed["KR"]) - RATE * (time.monotonic() - begun)
            if waiting > MOST_WAITING or ahead > BURST:
                self.full.set()
            elif ahead < 0:
                self.full.clear()

    def _until(self, act: Callable[[], T]) -> T:
        """Ask for an act until it is acknowledged, also after the end: nobody is left unsure."""
        while True:
            try:
                return act()
            except UnavailableError:
                self.again += 1
                time.sleep(0.2)


class Memory:
    """How much memory each node's process has, over the run."""

    def __init__(self) -> None:
        self._samples: dict[str, list[tuple[float, float]]] = {who: [] for who in PARTICIPANTS}

    def look(self, scene: Scene, at: float) -> str:
        """Take a sample of each node that runs; return it for people."""
        told = []
        for who in PARTICIPANTS:
            process = scene[who].process
            with suppress(OSError, StopIteration):
                assert process is not None
                status = Path(f"/proc/{process.pid}/status").read_text("ascii")
                line = next(line for line in status.splitlines() if line.startswith("VmRSS"))
                self._samples[who].append((at, int(line.split()[1]) / 1024))
                told.append(f"{who} {self._samples[who][-1][1]:.0f}")
        return ", ".join(told)

    def flat(self, seconds: float) -> tuple[bool, list[str]]:
        """Compare the second half of the run with the first: the most that each node had."""
        holds, told = True, []
        for who, samples in self._samples.items():
            halves = [
                max((mb for at, mb in samples if (at < seconds / 2) is first), default=0.0)
                for first in (True, False)
            ]
            within = halves[1] <= max(GROWTH * halves[0], halves[0] + LEAST_GROWTH_MB)
            holds = holds and within
            told.append(f"{who}: at most {halves[0]:.0f} MB, in the second half {halves[1]:.0f}")
        return holds, told


def main() -> int:
    """Run, reckon up, and return the exit code."""
    parser = argparse.ArgumentParser(prog="python -m tests.faults.soak", description=__doc__)
    parser.add_argument("--minutes", type=float, default=30.0)
    parser.add_argument("--seed", type=int, default=None, help="by default a new one")
    given = parser.parse_args()
    seed = random.SystemRandom().randrange(10**6) if given.seed is None else given.seed
    _say(f"SEED={seed} MINUTES={given.minutes:g}")
    with tempfile.TemporaryDirectory(prefix="soak-") as base, Scene(Path(base)) as scene:
        for who in ("US", "JP"):  # as KR has done already
            audience = tuple(sorted(p for p in PARTICIPANTS if p != who))
            rule = standing(audience=audience, per_hour=100_000_000)
            with scene[who].client() as client:
                client.stand(StandingInput(rule=rule))
        try:
            run(scene, seed, given.minutes * 60)
        except AssertionError as error:
            _say(f"it does not hold: {error}\nSEED={seed}")
            for node in scene.nodes:
                _say(f"--- {node.name}\n{node.stderr[-4000:]}")
            return 1
    _say("all of it holds")
    return 0


def run(scene: Scene, seed: int, seconds: float) -> None:
    """Make the load, break what is to break, and reckon up. Raises `AssertionError`."""
    load, memory, coming = Load(scene), Memory(), schedule(seed, seconds)
    _say(f"{len(coming)} breaks are laid down")
    threads = list(load.threads())
    begun = time.monotonic()
    for thread in threads:
        thread.start()
    try:
        _go_through(scene, load, memory, coming, begun, seconds)
    finally:
        load.over.set()
        scene.links.mend()
        for node in scene.nodes:
            if not node.running:
                node.start()
        for thread in threads:
            thread.join()
    assert not load.failed, load.failed
    _say("the load has ended; waiting until nothing is under way")
    _come_to_rest(scene)
    told = ", ".join(f"{who} {len(load.filed[who])}" for who in PARTICIPANTS)
    _say(f"acknowledged reports: {told}; {load.again} requests were sent again")
    _say(f"granted by hand {len(load.granted)}, withdrawn {len(load.withdrawn)}")
    scene.audit()
    _say("the public audit proves every claim")
    with scene.nodes.at_rest() as trio:
        check_logs(trio)
        _say("every store holds, no projection differs, no log forked")
        reckon(trio, load)
        _say("each report is held exactly once by each, and receipted exactly once")
    holds, lines = memory.flat(seconds)
    for line in lines:
        _say(line)
    assert holds, "memory grows"


def _go_through(
    scene: Scene,
    load: Load,
    memory: Memory,
    coming: list[Break],
    begun: float,
    seconds: float,
) -> None:
    next_look, next_word, kills, cuts = 0.0, 0.0, 0, 0
    waiting = list(coming)
    while (now := time.monotonic() - begun) < seconds and not load.failed:
        if now >= next_look:
            megabytes = memory.look(scene, now)
            next_look = now + LOOK_SECONDS
        if now >= next_word:
            counts = ", ".join(f"{who} {len(load.filed[who])}" for who in PARTICIPANTS)
            _say(f"{now:6.0f} s  filed {counts}; {kills} kills, {cuts} cuts; MB {megabytes}")
            next_word = now + WORD_SECONDS
        if waiting and now >= waiting[0].at:
            one = waiting.pop(0)
            if one.what in PARTICIPANTS:
                kills += 1
                scene[one.what].kill()
                time.sleep(one.seconds)
                scene[one.what].start()
            else:
                cuts += 1
                kind, pair = one.what.split()
                between = tuple(pair.split("–"))
                (scene.links.cut if kind == "cut" else scene.links.swallow)(*between)
                time.sleep(one.seconds)
                scene.links.mend(between)  # type: ignore[arg-type]
        time.sleep(0.1)


def _come_to_rest(scene: Scene) -> None:
    end, before = time.monotonic() + LONG, None
    while True:
        with suppress(UnavailableError):
            found = [scene[who].status() for who in PARTICIPANTS]
            now = [one.position for one in found]
            if now == before and not any(n.waiting for one in found for n in one.neighbours):
                return
            before = now
        assert time.monotonic() < end, "the nodes do not come to rest"
        time.sleep(1)


def reckon(trio: Trio, load: Load) -> None:
    """Compare what was acknowledged with what stands. Raises `AssertionError`."""
    ended = {(one.speaker, one.index) for one in load.withdrawn}
    destroyed: Counter[tuple[str, tuple[str, int]]] = Counter()
    receipts: Counter[tuple[str, str]] = Counter()
    due: Counter[tuple[str, str]] = Counter()
    for author in PARTICIPANTS:
        stand = {(one.speaker, one.index) for one in trio.own(author, "report")}
        assert stand == load.filed[author], f"{author}: {len(stand ^ load.filed[author])} differ"
        gone: set[str] = set()
        for grant in trio.own(author, "grant"):
            body = grant.says(GrantBody)
            portions = [digest for item in body.items for digest in item.portions]
            if (grant.speaker, grant.index) in ended:
                gone.update(portions)
                continue
            for who in body.extent.audience:
                due.update((who, digest) for digest in portions)
        for said in trio.statements(author, "receipt"):
            for item in said.says(ReceiptBody).items:
                ends = (item.grant.speaker, item.grant.index) in ended
                if item.report.speaker == author and not ends:
                    receipts[said.speaker, item.portion] += 1
        for said in trio.statements(author, "destruction"):
            cite = said.says(DestructionBody).grant
            if cite.speaker == author:
                destroyed[said.speaker, (cite.speaker, cite.index)] += 1
        _check_held(trio, author, gone)
    assert receipts == due, (
        f"{len(receipts - due)} receipts too many, {len(due - receipts)} missing"
    )
    assert set(destroyed) == {(who, grant) for who in ("US", "JP") for grant in ended}
    assert set(destroyed.values()) <= {1}


def _check_held(trio: Trio, author: str, gone: set[str]) -> None:
    """Each other holds what the author holds, once; of what was withdrawn, nothing."""
    own = {one.portion for one in trio[author].holdings.all() if one.own}
    for who in PARTICIPANTS:
        if who != author:
            held = Counter(
                one.portion for one in trio[who].holdings.all() if one.report[0] == author
            )
            assert set(held.values()) <= {1}, f"{who} holds something of {author} twice"
            assert set(held) == own - gone, f"{who}: {len(set(held) ^ (own - gone))} differ"


def _submitted(batch: Batch) -> list[Submitted]:
    done = [one.submitted for one in batch.reports if one.submitted]
    assert len(done) == len(batch.reports)
    return done


def _say(text: str) -> None:
    print(text, flush=True)  # noqa: T201


if __name__ == "__main__":
    sys.exit(main())
