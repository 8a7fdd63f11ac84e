"""Every node is killed again and again while reports pass, and in the end nothing is amiss.

What a submitter was told is done is done: held by US and JP exactly once, with one receipt from
each. What it was not told may be done or not, and is never half done.

    submitters ──Idempotency-Key──> KR ──> US ──> JP
                                    †      †      †     SIGKILL, also while one starts
"""

from __future__ import annotations

import random
import threading
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field

import pytest
from tests.support.processes import Nodes
from tests.support.reckoning import check_logs, check_receipts
from tests.support.rules import standing
from tests.support.trio import PARTICIPANTS, Filed, Trio, portion

from trilogue.client import Client
from trilogue.consent.acts import GrantBody
from trilogue.encoding import canonical
from trilogue.errors import UnavailableError
from trilogue.node.inputs import ReportInput, StandingInput
from trilogue.reports.payloads.assessment import Assessment

pytestmark = [pytest.mark.processes, pytest.mark.slow]

SEED = 20160909
REPORTS = 500
SUBMITTERS = 4
KILLS_EACH = 5
ABANDONED = 10
"""One report in so many is offered once, whatever becomes of it."""
UNHEARD = 3
"""Of one report in so many the submitter hangs up before the first answer can come."""


@dataclass
class Submitters:
    """They offer every report until the node says where it stands in its log."""

    nodes: Nodes
    done: dict[str, Filed] = field(default_factory=dict)
    lost: Counter[str] = field(default_factory=Counter)
    over: threading.Event = field(default_factory=threading.Event)

    def offer_all(self) -> None:
        """Offer all reports, several at once."""
        texts = [f"report {number}" for number in range(REPORTS)]
        with ThreadPoolExecutor(SUBMITTERS) as pool:
            for _ in pool.map(self._some, (texts[i::SUBMITTERS] for i in range(SUBMITTERS))):
                pass

    def _some(self, texts: list[str]) -> None:
        with self.nodes["KR"].client() as client:
            for text in texts:
                self._offer(client, text)

    def _offer(self, client: Client, text: str) -> None:
        given = ReportInput(portions=(portion(text),))
        number, key = int(text.split()[1]), text.replace(" ", "-")
        abandoned = number % ABANDONED == 0
        if number % UNHEARD == 0:
            with self.nodes["KR"].client(seconds=0.005) as hasty, suppress(UnavailableError):
                hasty.submit(given, key=key)
        while not self.over.is_set():
            try:
                done = client.submit(given, key=key)
            except UnavailableError:
                self.lost[text] += 1
                if abandoned:
                    return
                self.over.wait(0.1)
                continue
            place = done.report
            self.done[text] = Filed(
                place.speaker, place.index, tuple(one.portion for one in done.portions)
            )
            return


def kill_at_random(nodes: Nodes, chance: random.Random) -> None:
    """Kill each node in turn while there is traffic; every second time once more as it starts."""
    for number in range(KILLS_EACH):
        for who in chance.sample(PARTICIPANTS, len(PARTICIPANTS)):
            time.sleep(chance.uniform(0, 0.5))
            nodes[who].kill()
            if number % 2:
                nodes[who].start(wait=False)
                time.sleep(chance.uniform(0, 1.5))
                nodes[who].kill()
            time.sleep(chance.uniform(0, 0.3))
            nodes[who].start()


def test_what_was_acknowledged_is_held_by_both_exactly_once(nodes: Nodes) -> None:
    nodes.start()
    with nodes["KR"].client() as client:
        client.stand(StandingInput(rule=standing()))
    submitters = Submitters(nodes)
    traffic = threading.Thread(target=submitters.offer_all)
    traffic.start()
    try:
        kill_at_random(nodes, random.Random(SEED))
        nodes.until(lambda: not traffic.is_alive(), "the submitters do not come to an end")
    finally:
        submitters.over.set()
        traffic.join()
    nodes.settle()
    assert len(submitters.done) >= REPORTS - REPORTS // ABANDONED
    with nodes.at_rest() as trio:
        check_reports(trio, submitters.done)
        check_receipts(trio)
        check_logs(trio)


def check_reports(trio: Trio, done: dict[str, Filed]) -> None:
    """Each report stands once with one grant; both hold all of what stands, and nothing else."""
    texts = Counter(_texts(trio, "KR"))
    assert set(done) <= set(texts)
    assert set(texts.values()) == {1}
    for who in ("US", "JP"):
        assert Counter(_texts(trio, who)) == texts
        assert trio.held(who) == trio.held("KR")
    reports = {(one.speaker, one.index) for one in trio.own("KR", "report")}
    assert {(filed.speaker, filed.index) for filed in done.values()} <= reports
    granted = Counter(
        (item.report.speaker, item.report.index)
        for one in trio.own("KR", "grant")
        for item in one.says(GrantBody).items
    )
    assert granted == Counter(reports)


def _texts(trio: Trio, who: str) -> Iterator[str]:
    for holding in trio[who].holdings.all():
        yield canonical.decode_payload(trio[who].holdings.open(holding), Assessment).text
