"""What an auditor meets: a trio that cosigns and publishes, and participants that lie.

A lie is said with the liar's own sequencer and keys, so that its log is as good as any other and
only what it says is wrong.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping
from pathlib import Path

import msgspec
from tests.support.trio import PARTICIPANTS, TEMPLATE, Trio

from trilogue.cli.auditing.locations import open_location
from trilogue.encoding import base64, canonical
from trilogue.node.engine import Engine
from trilogue.node.publishing import Publishing
from trilogue.node.witnessing import Witnessing
from trilogue.protocol.audit import AuditReport, audit
from trilogue.protocol.bodies import Body, PaddingBody
from trilogue.protocol.passage import address
from trilogue.protocol.publiclog import PublicLog
from trilogue.protocol.statement import Address, Composed, Kind, compose
from trilogue.tlog.tree import leaf_hash

HOUR = 3600
DAY = 24 * HOUR


def cosign(trio: Trio) -> None:
    """Have every node cosign its neighbours' newest checkpoints."""
    sides = {e.me: Witnessing(e.db, e.books, e.sequencer, _keys(e), e.now) for e in trio}
    for who in PARTICIPANTS:
        for witness in TEMPLATE.neighbours(who):
            for _ in range(3):  # a 409 says where to begin
                question = sides[who].question(witness)
                if question is None:
                    break
                size, body = question
                answer = trio.act(
                    witness, lambda _, side=sides[witness], body=body: side.answer(body.encode())
                )
                sides[who].heard(witness, size, answer.status, answer.body)


def publish(trio: Trio, *which: str) -> dict[str, Path]:
    """Cosign, then publish what may be; return where each participant's public log is."""
    cosign(trio)
    for who in which or PARTICIPANTS:
        publishing(trio[who]).publish()
    return {who: public(trio, who) for who in PARTICIPANTS}


def publishing(engine: Engine) -> Publishing:
    """Return what publishes an engine's log, as its service makes it."""
    return Publishing(
        engine.db, engine.books, engine.sequencer, engine.directory / "public", engine.now
    )


def bring(trio: Trio, sender: str, receiver: str) -> None:
    """Carry what waits from one to the other, and nothing else."""
    for _ in range(4):  # the first try may only say how far the other has seen
        trio.carry(sender, receiver)


def public(trio: Trio, who: str) -> Path:
    """Return where a participant's public log is."""
    return trio.base / who / "public"


def reader(folder: Path) -> Callable[[str], bytes]:
    """Return how a public log in a folder is read."""
    return open_location(str(folder)).read


def audited(
    trio: Trio, at: str | None = None, earlier: Mapping[str, bytes] | None = None
) -> AuditReport:
    """Publish everything and audit it, by default at the trio's own time."""
    folders = publish(trio)
    return judged(trio, folders, at, earlier)


def judged(
    trio: Trio,
    folders: Mapping[str, Path],
    at: str | None = None,
    earlier: Mapping[str, bytes] | None = None,
) -> AuditReport:
    """Audit what is published already."""
    logs = {who: PublicLog(reader(folder)) for who, folder in folders.items()}
    return audit(logs, trio["US"].books.addressing(), at or trio.clock.now, earlier)


def refuted(report: AuditReport) -> set[str]:
    """Return the ids of the claims that are refuted."""
    return {claim.id for claim in report.claims if claim.verdict == "refuted"}


def arrangement_folder(trio: Trio, folder: Path) -> Path:
    """Write the arrangement's files into a folder of the auditor's own."""
    (row, *_) = trio["US"].db.q.arrangements()
    for name, data in canonical.decode(row["files"], dict[str, str]).items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(base64.decode(data))
    return folder


def say(
    engine: Engine,
    kind: Kind,
    body: Body,
    *,
    to: tuple[str, ...] | None = None,
    for_: tuple[str, ...] | None = None,
    forge: Callable[[bytes], bytes] | None = None,
    send: bool = False,
) -> Composed:
    """Log something as it is, whatever the rules say, and `send` it or keep it to oneself.

    `forge` changes the leaf that is signed.
    """
    arrangement = engine.books.addressing()

    def act() -> Composed:
        sequencer = engine.sequencer
        said = address(kind, engine.me, body, arrangement)
        composed = compose(
            speaker=engine.me,
            index=sequencer._next,
            arrangement=arrangement.digest_text,
            issued=engine.now(),
            salt=secrets.token_bytes(32),
            kind=kind,
            address=Address(
                to=said.to if to is None else to, for_=said.for_ if for_ is None else for_
            ),
            body=body,
        )
        if forge is not None:
            leaf = forge(composed.leaf)
            composed = msgspec.structs.replace(composed, leaf=leaf, leaf_hash=leaf_hash(leaf))
        sequencer._staged.append(composed)
        sequencer._next += 1
        sequencer.keep((composed,))
        if send:
            engine.db.q.add_outbox(
                [{"peer": peer, "idx": composed.statement.index} for peer in composed.statement.to]
            )
        return composed

    return engine.act(act)


def pad(engine: Engine, count: int) -> None:
    """Let a log grow by entries that say nothing, in one group."""
    engine.act(lambda: [engine.sequencer.log("padding", PaddingBody()) for _ in range(count)])


def _keys(engine: Engine) -> Callable[[], object]:
    return lambda: engine.keys


def texts(report: AuditReport, claim: str) -> list[str]:
    """Return what speaks against a claim."""
    return [f"{one.where} {one.text}" for one in report.claim(claim).evidence]


def unsettled(report: AuditReport, claim: str) -> list[str]:
    """Return what leaves a claim open."""
    return [f"{one.where} {one.text}" for one in report.claim(claim).open]
