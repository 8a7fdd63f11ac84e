"""A node of several processes over PostgreSQL: workers, one sequencer, and a standby.

Whatever store the other tests use, these have theirs on the server.
"""

from __future__ import annotations

import re
import signal
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path
from subprocess import Popen

import httpx
import msgspec
import psycopg
import pytest
from tests.support import stores
from tests.support.authenticator import Authenticator, answered
from tests.support.processes import Node, Nodes, command, free_ports, until
from tests.support.trio import OFFICERS, portion

from trilogue.cli.exits import Exit
from trilogue.client import Client
from trilogue.encoding import canonical
from trilogue.errors import NotFoundError, UnavailableError
from trilogue.node.founding import token_file
from trilogue.node.inputs import ReportInput
from trilogue.node.passkeys import fingerprint
from trilogue.node.problem import UnknownCallerError
from trilogue.node.service import open_engine
from trilogue.node.tokens import revoke
from trilogue.node.verifying import verify
from trilogue.reports.payloads.assessment import Assessment
from trilogue.store.database import open_database

pytestmark = pytest.mark.processes


@pytest.fixture(params=["api", "queue"])
def on_server(request: pytest.FixtureRequest) -> Iterator[None]:
    """Have stores on the server and two workers at each node, for one test.

    They reach the sequencer at its API, or through a queue.
    """
    before = stores.kind(), stores.workers(), stores.queue() is not None
    stores.use(stores.POSTGRESQL, 2, request.param == "queue")
    yield
    stores.use(*before)


@pytest.fixture
def korea(on_server: None, tmp_path: Path) -> Iterator[Node]:
    """KR's node of a sequencer and two workers; its neighbours do not run."""
    nodes = Nodes.copy(tmp_path / "nodes")
    nodes.start("KR")
    yield nodes["KR"]
    nodes.end()
    assert "Traceback" not in nodes["KR"].stderr


def texts(node: Node) -> Counter[str]:
    """Return what stands in the node's own reports, once it has stopped."""
    engine, _ = open_engine(node.directory)
    with closing(engine):
        assert not any(verify(engine).differences.values())
        return Counter(
            canonical.decode_payload(engine.holdings.open(holding), Assessment).text
            for holding in engine.holdings.all()
            if holding.own
        )


def test_workers_answer_and_hand_acts_over(korea: Node) -> None:
    what = korea.submit("seen", key="a-key")
    assert korea.submit("seen", key="a-key") == what
    assert korea.read(what) == "seen"
    assert [one.statement for one in korea.statements("report")] == [what.place]
    with korea.client() as client, pytest.raises(NotFoundError):
        client.report(msgspec.structs.replace(what.place, index=999))
    korea.stop()
    assert texts(korea) == Counter(["seen"])


def test_people_sign_in_at_a_worker_and_the_sequencer_acts_on_their_forms(korea: Node) -> None:
    token = token_file(korea.directory, OFFICERS[0]).read_text("ascii").strip()
    with httpx.Client(base_url=korea.api_url, timeout=30) as browser:
        assert browser.post("/sign-in", data={"token": token}).status_code == 303
        page = browser.get("/write")
        (form,) = set(re.findall(r'name="form" value="([^"]+)"', page.text))
        answer = browser.post(
            "/write",
            data={
                "form": form,
                "do": "submit",
                "count": "1",
                "title-1": "seen",
                "text-1": "seen, and written down",
                "language-1": "en",
                "level-1": "CONFIDENTIAL",
                "releasable_to-1": ["KR", "US", "JP"],
                "relation-1": "",
                "confidence": "moderate",
                "subject": "nuclear-test",
                "latitude": "41.3",
                "longitude": "129.08",
            },
        )
        assert answer.status_code == 303, answer.text
        assert "(C//TISA//REL TO JP, US)" in browser.get(answer.headers["location"]).text
        assert browser.post("/sign-out", data={"form": form}).status_code == 303
        assert browser.get("/reports").status_code == 303
    korea.stop()
    assert texts(korea) == Counter(["seen, and written down"])


def test_an_officer_signs_with_a_passkey_at_a_worker(korea: Node) -> None:
    what = korea.submit("seen")
    origin = korea.api_url.replace("127.0.0.1", "localhost")
    one = Authenticator(b"a" * 32)

    def restarted(*arguments: str) -> None:
        korea.stop()
        msgspec.structs.replace(korea.settings, console=origin).write()
        command("node", "rotate-keys", korea.directory, *arguments)
        korea.start()

    def sent(browser: httpx.Client, path: str, **fields: object) -> str:
        (form,) = set(re.findall(r'name="form" value="([^"]+)"', browser.get("/passkeys").text))
        answer = browser.post(path, data={"form": form, **fields})
        assert answer.status_code == 303, answer.text
        return answer.headers["location"]

    restarted()
    token = token_file(korea.directory, OFFICERS[0]).read_text("ascii").strip()
    with httpx.Client(base_url=korea.api_url, timeout=30) as browser:
        assert browser.post("/sign-in", data={"token": token}).status_code == 303
        page = browser.get(sent(browser, "/passkeys")).text
        path, fields = answered(page, one, origin)
        assert sent(browser, path, **fields) == "/passkeys"
        shown = fingerprint(one.credential, one.key)
        assert shown in browser.get("/passkeys").text
        restarted("--passkey", f"{OFFICERS[0]}={shown}")
        assert browser.post("/sign-in", data={"token": token}).status_code == 303
        (source,) = what.sources()
        path = sent(
            browser,
            "/grants",
            portions=f"KR/{what.index}/{source.portion}",
            audience=["US", "JP"],
            purposes="analysis",
        )
        path, fields = answered(browser.get(path).text, one, origin)
        assert sent(browser, path, **fields) == "/desk"
        (form,) = set(re.findall(r'name="form" value="([^"]+)"', browser.get("/passkeys").text))
        assert browser.post(path, data={"form": form, **fields}).status_code == 404  # once
    assert len(korea.statements("grant")) == 1


def test_without_the_sequencer_workers_read_on_and_do_not_act(korea: Node) -> None:
    what = korea.submit("before")
    korea.process.kill()
    korea.process.wait()
    assert [one.statement for one in korea.statements("report")] == [what.place]
    with korea.client() as client:
        until(lambda: not client.healthz().ready, "the workers do not notice", korea)
        with pytest.raises(UnavailableError, match="the sequencer does not answer"):
            client.submit(ReportInput(portions=(portion("lost"),)))
    korea.process = korea.spawn("--role", "sequencer")
    korea.until_it_serves()
    korea.submit("after")
    korea.stop()
    found = texts(korea)
    # A queue may still have had it when the sequencer came back: whoever asked was told so.
    assert found.pop("lost", 0) <= (stores.queue() is not None)
    assert found == Counter(["before", "after"])


def test_a_worker_that_is_killed_leaves_the_others(korea: Node) -> None:
    korea.submit("one")
    korea.workers[0].kill()
    korea.workers[0].wait()
    for number in range(5):
        with suppress(UnavailableError):  # on a connection that the killed one had accepted
            korea.submit(f"more {number}")
    assert korea.submit("two")


def test_a_revoked_token_is_shut_out_of_every_worker(korea: Node) -> None:
    with korea.client() as client:
        client.statements()
        with closing(open_database(korea.settings.store_location)) as db:
            revoke(db, OFFICERS[0])

        def shut_out() -> bool:
            try:
                client.statements()
            except UnknownCallerError:
                return True
            return False

        until(shut_out, "the token still opens", korea)


def test_news_come_through_a_worker(korea: Node) -> None:
    korea.submit("first")
    told: list[str] = []

    def follow() -> None:
        with korea.client() as client, suppress(UnavailableError):
            for entry in client.stream(after=0):
                told.append(entry.kind)
                if told.count("report") == 2:
                    return

    following = threading.Thread(target=follow)
    following.start()
    until(lambda: "report" in told, "no news come", korea)
    korea.submit("second")
    following.join(60)
    assert not following.is_alive()


def test_a_picture_worker_draws_and_without_one_workers_do(korea: Node) -> None:
    if stores.queue() is None:
        with korea.client() as client:
            assert client.picture(purpose="analysis").events == ()
        return
    drawing = korea.spawn("--role", "picture")
    with korea.client() as client:
        until(lambda: client.picture(purpose="analysis").events == (), "no picture", korea)
        drawing.kill()
        drawing.wait()
        assert client.picture(purpose="analysis").events == ()


def test_a_node_goes_on_when_its_database_comes_back(korea: Node) -> None:
    korea.submit("before")
    url = korea.settings.store_location.partition("&schema")[0]
    (name,) = re.findall(r"/(t[0-9a-f]+)[?]", url)
    with psycopg.connect(stores.server(), autocommit=True) as server:
        server.execute(f"ALTER DATABASE {name} ALLOW_CONNECTIONS false")
        server.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", (name,)
        )
        with korea.client() as client, pytest.raises(UnavailableError):
            client.submit(ReportInput(portions=(portion("lost"),)))
        until(lambda: not _serves(korea), "nobody notices", korea)
        server.execute(f"ALTER DATABASE {name} ALLOW_CONNECTIONS true")
    until(lambda: _serves(korea), "it does not go on", korea)
    korea.submit("after")
    assert korea.running
    assert korea.stop() == 0
    assert texts(korea) == Counter(["before", "after"])


def _serves(node: Node) -> bool:
    with suppress(UnavailableError), node.client() as client:
        return client.healthz().ready
    return False


def test_a_standby_takes_over_when_the_sequencer_is_killed(korea: Node) -> None:
    """Submitters go on meanwhile; what they were told is done is done once."""
    standby = korea.spawn("--role", "sequencer")
    done: list[str] = []
    over = threading.Event()

    def submit() -> None:
        number = 0
        while not over.is_set():
            text = f"report {number}"
            with suppress(UnavailableError):
                korea.submit(text, key=text.replace(" ", "-"))
                done.append(text)
                number += 1

    submitting = threading.Thread(target=submit)
    submitting.start()
    until(lambda: len(done) > 5, "nothing is submitted", korea)
    korea.process.kill()
    korea.process.wait()
    korea.process, count = standby, len(done)
    until(lambda: len(done) > count + 5, "the standby does not take over", korea)
    over.set()
    submitting.join()
    assert korea.stop() == 0
    found = texts(korea)
    assert set(done) <= set(found)
    assert set(found.values()) == {1}


def test_a_sequencer_that_was_stopped_never_writes_again(korea: Node) -> None:
    """It sleeps with requests underway; a standby leads; it wakes, and can only end."""
    listen, api = free_ports(2)
    korea.submit("before")
    slept = korea.process
    korea.process = korea.spawn(
        *("--role", "sequencer", "--listen", f"127.0.0.1:{listen}", "--api", f"127.0.0.1:{api}")
    )
    slept.send_signal(signal.SIGSTOP)
    asking = [
        threading.Thread(target=_ask, args=(korea.settings.api_url, korea, f"key-{number}"))
        for number in range(8)
    ]
    for thread in asking:
        thread.start()
    # Through a queue the workers find whoever leads; at an address they find whoever is there.
    url = korea.api_url if stores.queue() else f"http://127.0.0.1:{api}"
    until(lambda: _ask(url, korea, "key-0"), "nobody takes over", korea)
    slept.send_signal(signal.SIGCONT)
    assert _ended(slept) == Exit.UNAVAILABLE
    for thread in asking:
        thread.join()
    assert _ask(url, korea, "last")
    assert korea.stop() == 0
    assert texts(korea) == Counter(["before", "key-0", "last"])


def _ask(url: str, node: Node, key: str) -> bool:
    """Submit a report at an address with a key that is its text; say whether it stands."""
    token = token_file(node.directory, OFFICERS[0]).read_text("ascii").strip()
    with Client(url, token, seconds=60) as client:
        try:
            client.submit(ReportInput(portions=(portion(key),)), key=key)
        except UnavailableError:
            return False
    return True


def _ended(process: Popen[bytes]) -> int:
    until(lambda: process.poll() is not None, "the process does not end")
    return process.returncode
