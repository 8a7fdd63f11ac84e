"""Statements, deliveries, answers and cards; and a whole delivery at a node that is in force."""

from __future__ import annotations

import atexit
import shutil
import tempfile
from contextlib import suppress
from functools import cache
from pathlib import Path

from tests.support.japan import Japan, bring_to_life
from tests.vectors.acceptance import generate

from fuzz.target import target
from trilogue.encoding import canonical
from trilogue.errors import FormatError, PeerError
from trilogue.node.governing import roots_in
from trilogue.protocol.bodies import BODIES
from trilogue.protocol.delivery import Ack, Delivery, parse_delivery
from trilogue.protocol.statement import (
    leaf_of,
    parse_leaf,
    parse_statement,
    read_statement,
)


class _Undone(Exception):  # noqa: N818 - nothing went wrong
    """What a node did is to be taken back."""


@target(FormatError)
def statement(data: bytes) -> None:
    """The reader that trusts its store reads what the strict one reads; the leaf says the same."""
    said = parse_statement(data)
    assert canonical.encode(said) == data
    assert read_statement(data) == said
    shown = parse_leaf(leaf_of(said, data))
    assert (shown.kind, shown.to, shown.for_, shown.cites) == (
        said.kind,
        said.to,
        said.for_,
        said.cites,
    )
    said.says(BODIES[said.kind])


@target(FormatError)
def delivery(data: bytes) -> None:
    assert canonical.encode(parse_delivery(data)) == data


@target(FormatError)
def acknowledgement(data: bytes) -> None:
    assert canonical.encode(canonical.decode(data, Ack)) == data


@target(PeerError)
def card(data: bytes) -> None:
    """Whose card it is; and a node that takes it learns keys that the arrangement's root signed."""
    who, root = roots_in(data)
    assert all(isinstance(one, str) for one in (who, *root))
    engine = japan().engine

    def take() -> None:
        taken = engine.governing.take_card(data)
        assert taken in ("KR", "US", "JP")
        raise _Undone

    with suppress(_Undone):
        engine.act(take)


@target(FormatError)
def received(data: bytes) -> None:
    """JP takes in what somebody really said, or nothing. What is not its doing is taken back."""
    node = japan()
    engine = node.engine

    def receive() -> None:
        ack = engine.receiving.receive(data)
        assert canonical.decode(canonical.encode(ack), Ack) == ack
        sent = canonical.decode(data, Delivery)
        assert len(ack.outcomes) == sum(len(voice.statements) for voice in sent.voices)
        for outcome in ack.outcomes:
            if outcome.step is None:
                row = engine.db.q.statement_at(speaker=outcome.speaker, idx=outcome.index)
                assert row["raw"] in _really_said()
        raise _Undone

    with suppress(_Undone):
        engine.act(receive)


@cache
def japan() -> Japan:
    """Return JP's node, with a store that need not outlive this process."""
    directory = Path(tempfile.mkdtemp(prefix="trilogue-fuzz-"))
    atexit.register(shutil.rmtree, directory, ignore_errors=True)
    made = bring_to_life(directory)
    made.at = generate.read("accept-granted")["at"]
    made.engine.db._connection.execute("PRAGMA synchronous=OFF")
    return made


@cache
def _really_said() -> frozenset[bytes]:
    """Return every statement that a vector holds, whose speakers signed for them."""
    files = [file.stem for file in generate.HERE.glob("*.json") if file.stem != "world"]
    world = generate.read("world")
    texts = [generate.read(name)["delivery"] for name in files] + world["deliveries"]
    said = set()
    for text in texts:
        with suppress(FormatError):
            for voice in parse_delivery(text.encode()).voices:
                said |= {spoken.raw for spoken in voice.statements}
    for text in world["cards"].values():
        sent = canonical.decode(canonical.encode(canonical.decode(text.encode())["card"]), Delivery)
        said |= {spoken.raw for voice in sent.voices for spoken in voice.statements}
    return frozenset(said)
