"""A participant may say anything: well-formed, signed, and senseless. Nobody breaks by hearing it.

Statements of every kind, drawn at random, stand in a speaker's log and go on their way. Whoever
hears them accepts or refuses each; no node stops, nothing good is lost, and what must hold holds.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path
from random import Random
from unittest.mock import patch

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.strategies import bodies
from tests.support.overseer import Overseer
from tests.support.trio import PARTICIPANTS, Trio
from tests.support.wire import flip, voice_of

from trilogue.encoding import canonical
from trilogue.errors import FormatError, PeerError
from trilogue.protocol.delivery import Delivery
from trilogue.protocol.statement import KINDS
from trilogue.store.projection import rebuild

EXAMPLES = max(20, settings.default.max_examples // 5)

sayings = st.sampled_from(KINDS).flatmap(lambda kind: st.tuples(st.just(kind), bodies(kind, "KR")))
orders = st.sampled_from(KINDS).flatmap(lambda kind: st.tuples(st.just(kind), bodies(kind, "US")))


@pytest.mark.threat("T07")
@settings(max_examples=EXAMPLES)
@given(st.lists(sayings, min_size=1, max_size=8))
def test_the_hub_hears_whatever_is_said_and_passes_on_what_it_may(said):
    with a_trio() as trio:
        hear(trio, "KR", "US", said)
        for _ in range(3):
            trio.carry("US", "JP")
        check(trio)


@pytest.mark.threat("T07")
@settings(max_examples=EXAMPLES)
@given(st.lists(orders, min_size=1, max_size=8))
def test_a_recipient_hears_whatever_the_hub_says(said):
    with a_trio() as trio:
        hear(trio, "US", "JP", said)
        check(trio)


@contextmanager
def a_trio() -> Iterator[Trio]:
    base = Path(tempfile.mkdtemp(prefix="strange-"))
    trio = Trio.copy(base)
    yield trio
    trio.close()
    shutil.rmtree(base)


def hear(trio: Trio, speaker: str, listener: str, said: list) -> None:
    """Let a speaker say things without thinking, and a listener hear them all at once."""
    engine, hearer = trio[speaker], trio[listener]
    indices = []
    with patch.object(engine.books, "heed"), patch("trilogue.node.sequencer.fold"):
        for kind, body in said:
            with suppress(PeerError):  # nobody can be addressed who cannot be reached
                log = partial(engine.sequencer.log, kind, body)
                indices.append(engine.act(log).statement.index)
    voice = voice_of(engine, indices, hearer.books.seen(speaker)[0])
    data = canonical.encode(
        Delivery(v=1, sender=speaker, voices=(voice,), ciphertexts=(), boxes=())
    )
    ack = hearer.act(lambda: hearer.receiving.receive(data))
    assert sorted(outcome.index for outcome in ack.outcomes) == indices
    # What counts is remembered as it was heard, after a restart as before it.
    stands = hearer.books.stands()
    trio.restart(listener)
    assert trio[listener].books.stands() == stands
    assert not any(rebuild(trio[listener].db).values())


def check(trio: Trio) -> None:
    """What must hold of those who only listened, holds."""
    overseer = Overseer(trio, liars=set(PARTICIPANTS))
    for who in PARTICIPANTS:
        overseer._read(who)
    for who in ("US", "JP"):
        overseer.check_logs(who)
        overseer.check_paths(who)
        overseer.check_keys(who, list(overseer.keys_of(who)))


@settings(max_examples=4 * EXAMPLES)
@given(st.integers(0, 2**32), st.integers(1, 4))
def test_whatever_arrives_is_answered_or_has_no_shape(seed, changes):
    """Bits of a delivery are changed at random, inside its text."""
    random = Random(seed)
    data, japan, before = arriving()
    for _ in range(changes):
        data = flip(data, random)
    try:
        ack = japan.act(lambda: japan.receiving.receive(data))
    except FormatError:
        return
    assert ack.recipient == "JP"
    assert {holding.portion for holding in japan.holdings.all()} <= before


_PREPARED: list = []


def arriving():
    """Return a delivery to JP, JP's engine, and what the delivery would open."""
    if not _PREPARED:
        trio = Trio.copy(Path(tempfile.mkdtemp(prefix="arriving-")))
        filed = trio.file("KR")
        trio.grant(filed)
        for leg in (("KR", "US"), ("KR", "US"), ("US", "JP")):
            trio.carry(*leg)
        outgoing = trio["US"].sending.outgoing("JP")
        _PREPARED.append((trio, outgoing.data, set(filed.portions)))
    trio, data, portions = _PREPARED[0]
    return data, trio["JP"], portions
