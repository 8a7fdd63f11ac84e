"""Public oversight from end to end: participants publish, an outsider reads and judges.

Everything the outsider has is the published files and the arrangement.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from tests.support.oversight import (
    DAY,
    HOUR,
    arrangement_folder,
    bring,
    pad,
    publish,
    publishing,
    say,
)
from tests.support.trio import PARTICIPANTS, TEMPLATE, Trio

from trilogue.arrangement.files import root_file
from trilogue.cli.audit import CANNOT_READ, run
from trilogue.encoding import canonical
from trilogue.node.engine import Engine
from trilogue.protocol.bodies import PaddingBody, RelayBody, RelayItem
from trilogue.protocol.publiclog import CHECKPOINT
from trilogue.signing.keys import SecretKey
from trilogue.tlog.cosignature import cosign

PROVEN, REFUTED = 0, 1


@pytest.fixture
def shared(trio: Trio) -> Trio:
    """A trio in which KR granted a report to US and JP, and both gave receipts."""
    trio.clock.advance(2 * HOUR)
    trio.grant(trio.file("KR"))
    trio.settle()
    return trio


@pytest.fixture
def agreed(trio: Trio, tmp_path: Path) -> str:
    """The arrangement in the auditor's own hands."""
    return str(arrangement_folder(trio, tmp_path / "agreed"))


def locations(folders: dict[str, Path]) -> list[str]:
    return [str(folder) for folder in folders.values()]


# Each lie, as one exit code.


def relay_without_a_grant(trio: Trio) -> None:
    filed = trio.file("KR")
    trio.grant(filed, audience=("US",))
    trio.settle()
    cite = trio["KR"].books.cite("KR", filed.index)
    assert cite is not None
    item = RelayItem(statement=cite, pact="us-jp-2007")
    say(trio["US"], "relay", RelayBody(recipient="JP", items=(item,), marks=()))


def missing_receipt(trio: Trio) -> None:
    trio.grant(trio.file("KR"))
    bring(trio, "KR", "US")
    bring(trio, "US", "KR")
    trio.clock.advance(DAY)


def across_a_missing_pact(trio: Trio) -> None:
    say(trio["KR"], "padding", PaddingBody(), to=("JP",), for_=("JP",))


def withdrawal_without_destruction(trio: Trio) -> None:
    grant = trio.grant(trio.file("KR"))
    trio.settle()
    trio.withdraw(grant)
    trio.clock.advance(5 * DAY)


def keys_without_the_root(trio: Trio) -> None:
    (trio.base / "JP" / "keys" / "root.json").unlink()
    trio["JP"].rotate()
    _cosign_by_hand(trio["JP"], trio["US"])


LIES = {
    "relays": relay_without_a_grant,
    "receipts": missing_receipt,
    "addresses": across_a_missing_pact,
    "destructions": withdrawal_without_destruction,
    "JP/keys": keys_without_the_root,
}


@pytest.mark.parametrize("claim", LIES)
def test_a_lie_is_refuted(
    shared: Trio, agreed: str, claim: str, capsys: pytest.CaptureFixture[str]
):
    LIES[claim](shared)
    code = run(locations(publish(shared)), arrangement=agreed, at=shared.clock.now)
    assert code == REFUTED
    said = capsys.readouterr().out
    (outcome,) = (line for line in said.splitlines() if line.startswith("Refuted: "))
    assert claim in outcome


def change_a_leaf(folder: Path) -> None:
    path = next((folder / "tile/entries").rglob("5"))
    path.write_bytes(path.read_bytes().replace(b'"kind":"grant"', b'"kind":"relay"'))


def change_a_tile(folder: Path) -> None:
    path = next((folder / "tile/0").rglob("5"))
    path.write_bytes(path.read_bytes()[::-1])


@pytest.mark.parametrize("change", [change_a_leaf, change_a_tile])
def test_a_changed_file_is_refuted(shared: Trio, agreed: str, change: Callable[[Path], None]):
    shared.clock.advance(HOUR)
    pad(shared["KR"], 1)
    folders = publish(shared)
    check = partial(run, locations(folders), arrangement=agreed, at=shared.clock.now)
    assert check() == PROVEN
    change(folders["KR"])
    assert check() == REFUTED


@pytest.mark.sqlite
@pytest.mark.threat("T14")
def test_a_fork_is_refuted_by_memory_or_by_a_second_source(
    shared: Trio, agreed: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    publish(shared)
    fork = _fork(shared, "US", tmp_path / "fork")
    pad(shared["US"], 1)
    folders = publish(shared)
    check = partial(run, arrangement=agreed, at=shared.clock.now)
    state = tmp_path / "state.json"
    assert check(locations(folders), state=state) == PROVEN
    assert check(locations(folders), state=state) == PROVEN
    kept = state.read_bytes()

    forked = locations({**folders, "US": fork})
    assert check(forked) == PROVEN, "alone, each of the two is a good log"
    assert check(forked, state=state) == REFUTED
    assert state.read_bytes() == kept, "what was proven first stays the measure"
    assert check([*locations(folders), str(fork)]) == REFUTED
    assert "the log forked" in capsys.readouterr().out


def test_two_sources_of_one_log_agree(shared: Trio, agreed: str, tmp_path: Path):
    """A copy that is older than the log is a copy all the same."""
    folders = publish(shared)
    shutil.copytree(folders["KR"], tmp_path / "copy")
    pad(shared["KR"], 5)
    publish(shared)
    sources = [str(tmp_path / "copy"), *locations(folders)]
    assert run(sources, arrangement=agreed, at=shared.clock.now) == PROVEN


# Roots.


def test_roots_may_only_be_claimed(shared: Trio, capsys: pytest.CaptureFixture[str]):
    """Without an arrangement of the auditor's own, the logs agree; whose they are, they claim."""
    assert run(locations(publish(shared)), at=shared.clock.now) == PROVEN
    captured = capsys.readouterr()
    assert "the roots are only claimed by the logs" in captured.err
    assert "Proven: every claim holds." in captured.out


def test_roots_may_be_given_one_by_one(
    shared: Trio, agreed: str, capsys: pytest.CaptureFixture[str]
):
    roots = [f"{who}={agreed}/{root_file(who)}" for who in PARTICIPANTS]
    folders = locations(publish(shared))
    assert run(folders, roots=roots, at=shared.clock.now) == PROVEN
    assert "only claimed" not in capsys.readouterr().err
    assert run(folders, roots=roots[:2], at=shared.clock.now) == PROVEN
    assert "only claimed" in capsys.readouterr().err


@pytest.mark.threat("T20")
def test_another_root_than_the_one_given(shared: Trio, tmp_path: Path):
    """Three logs that agree with each other, and are not KR's."""
    other = SecretKey.generate("kr.tisa-2014.trilogue/root").public
    path = tmp_path / "KR.vkeys"
    path.write_text("".join(f"{vkey}\n" for vkey in other.vkeys()))
    assert run(locations(publish(shared)), roots=[f"KR={path}"], at=shared.clock.now) == REFUTED


# For programs.


def test_json_holds_the_whole_report(shared: Trio, agreed: str, capsys: pytest.CaptureFixture[str]):
    relay_without_a_grant(shared)
    at = shared.clock.now
    assert run(locations(publish(shared)), arrangement=agreed, json=True, at=at) == REFUTED
    said = canonical.loads(capsys.readouterr().out)
    assert (said["exit"], said["roots"]) == (REFUTED, "given")
    claims = {claim["id"]: claim for claim in said["report"]["claims"]}
    assert claims["relays"]["verdict"] == "refuted"
    assert claims["relays"]["evidence"][0]["where"] == "US 8"
    assert said["report"]["counts"]["KR"]["2016-09"]["grant"] == 2
    assert said["report"]["logs"]["KR"]["origin"] == "kr.tisa-2014.trilogue"


def test_the_audit_runs_alone(shared: Trio, agreed: str):
    """In a process of its own, with nothing but files: no node, no keys, no store."""
    folders = publish(shared)
    away = shared.base / "published"
    for who, folder in folders.items():
        shutil.copytree(folder, away / who)
        shared[who].close()
        shutil.rmtree(shared.base / who)
    shared.engines.clear()
    program = (
        "import sys; from trilogue.cli.audit import run;"
        "sys.exit(run(sys.argv[3:], arrangement=sys.argv[1], at=sys.argv[2]))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, agreed, shared.clock.now]
        + [str(away / who) for who in PARTICIPANTS],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == PROVEN, done.stderr
    assert "Proven: every claim holds." in done.stdout


# The web.


@pytest.fixture
def web(tmp_path: Path) -> Iterator[str]:
    """Serve the trio's directories over HTTP; return the base URL."""
    handler = partial(_Quiet, directory=str(tmp_path))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *args: object) -> None:
        pass


def test_logs_are_read_from_the_web(shared: Trio, web: str):
    """With more bundles than are fetched ahead, and partial tiles that are gone."""
    publish(shared)
    pad(shared["KR"], 3000)
    publish(shared)
    urls = [f"{web}/{who}/public" for who in PARTICIPANTS]
    at = shared.clock.now
    assert run(urls, arrangement=f"{web}/KR/public/arrangement", at=at) == PROVEN
    bundle = shared.base / "KR/public/tile/entries/009"
    bundle.write_bytes(bundle.read_bytes().replace(b"T02Z", b"T03Z", 1))
    assert run(urls, arrangement=f"{web}/KR/public/arrangement", at=at) == REFUTED
    bundle.unlink()
    assert run(urls, arrangement=f"{web}/KR/public/arrangement", at=at) == REFUTED


# What cannot be read.


def _unreadable(tmp_path: Path) -> dict[str, list[str]]:
    (tmp_path / "empty").mkdir()
    (tmp_path / "odd").mkdir()
    (tmp_path / "odd" / CHECKPOINT).write_bytes(b"\xff\xfe")
    return {
        "a folder that is not there": [str(tmp_path / "nowhere")],
        "a folder without a log": [str(tmp_path / "empty")],
        "a file that is no checkpoint": [str(tmp_path / "odd")],
        "another scheme": ["ftp://example.org/log"],
        "nobody there": ["http://127.0.0.1:9/log"],
        "no location": [],
    }


@pytest.mark.parametrize("case", range(6))
def test_what_cannot_be_read_is_no_verdict(
    shared: Trio,
    agreed: str,
    tmp_path: Path,
    case: int,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
):
    monkeypatch.setattr("trilogue.cli.auditing.locations.time.sleep", lambda _: None)
    publish(shared)
    given = list(_unreadable(tmp_path).values())[case]
    assert run(given, arrangement=agreed) == CANNOT_READ
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.startswith("error")


def test_a_missing_participant_is_no_verdict(
    shared: Trio, agreed: str, capsys: pytest.CaptureFixture[str]
):
    folders = publish(shared)
    assert run(locations(folders)[:2], arrangement=agreed) == CANNOT_READ
    assert "an audit needs the logs of KR, US, JP" in capsys.readouterr().err


def test_logs_that_show_different_arrangements(shared: Trio, capsys: pytest.CaptureFixture[str]):
    folders = publish(shared)
    path = folders["JP"] / "arrangement" / "rules.cedar"
    path.write_bytes(path.read_bytes() + b"\n")
    assert run(locations(folders), at=shared.clock.now) == CANNOT_READ
    assert "the logs show different arrangements" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("root", "state"), [("KR", None), ("KR=/nowhere/KR.vkeys", None), (None, b'{"v":2}')]
)
def test_wrong_options_are_no_verdict(
    shared: Trio, agreed: str, tmp_path: Path, root: str | None, state: bytes | None
):
    folders = locations(publish(shared))
    path = tmp_path / "state.json"
    if state is not None:
        path.write_bytes(state)
    roots = [] if root is None else [root]
    assert run(folders, arrangement=agreed, roots=roots, state=path) == CANNOT_READ
    assert run(folders, arrangement=agreed, at="yesterday") == CANNOT_READ


@pytest.mark.threat("T27")
def test_what_others_wrote_cannot_move_the_cursor(
    shared: Trio, agreed: str, capsys: pytest.CaptureFixture[str]
):
    """A leaf names whom it concerns, and a liar may name anything."""
    say(shared["KR"], "padding", PaddingBody(), to=(), for_=("\x1b[2J\x1b[1;1Hproven",))
    assert run(locations(publish(shared)), arrangement=agreed, at=shared.clock.now) == REFUTED
    assert "\x1b" not in capsys.readouterr().out


# How lies are told.


def _fork(trio: Trio, who: str, base: Path) -> Path:
    """Return the public log of a second history of a participant, from now on."""
    shutil.copytree(trio.base / who, base)
    shutil.rmtree(base / "public")
    engine = Engine(base, who, TEMPLATE, trio.clock.of(who))
    pad(engine, 1)
    _cosign_by_hand(engine, trio["KR"])
    publishing(engine).publish()
    engine.close()
    return base / "public"


def _cosign_by_hand(engine: Engine, witness: Engine) -> None:
    """Have a witness cosign what no honest witness would."""
    row = engine.db.q.last_checkpoint()
    lines = cosign(row["note"], witness.keys.checkpoint, 1473381005)
    engine.db.q.add_cosignature(size=row["size"], witness=witness.me, lines=lines)
