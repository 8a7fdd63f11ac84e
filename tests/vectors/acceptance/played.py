"""What is played for the vectors: KR and US speak, one of them perhaps against a rule.

Deliveries are put together here, and not by the hub's engine, which would refuse to pass on most
of it. Where a rule has to be broken, it is taken out of the speaker's own node for that one act.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any
from unittest.mock import patch

import msgspec
from tests.support.trio import Clock, Trio, introduce
from tests.vectors.acceptance import consent, hands
from tests.vectors.acceptance.stage import Stage, Vector, derived

from trilogue.encoding import base64, instant
from trilogue.node.sending import Outgoing
from trilogue.protocol.bodies import KeyMaterial, KeysBody, RelayBody
from trilogue.protocol.delivery import Ack
from trilogue.protocol.keys import sign_material
from trilogue.protocol.relaying import make_relay
from trilogue.protocol.statement import Address, Composed, compose
from trilogue.signing.keys import SecretKey

# What JP accepts.


def accept_granted(stage: Stage) -> Vector:
    grant = stage.grant(stage.trio.file("KR", "two stations heard it", "and a third"))
    return stage.accept("KR's grant, passed on by the hub", stage.passed_on(grant), holds=2)


def accept_direct(stage: Stage) -> Vector:
    grant = stage.grant(stage.trio.file("US"), audience=("JP",))
    data = stage.delivery(*stage.reports_of(grant), grant)
    return stage.accept("the hub's own grant", data, holds=1)


def accept_derived(stage: Stage) -> Vector:
    behind, grant = derived(stage)
    data = stage.delivery(behind, *stage.reports_of(grant), grant, stage.relay(behind, marks=()))
    return stage.accept("a derived portion, with the grant behind it", data, holds=1)


def accept_rotated(stage: Stage) -> Vector:
    keys = stage.trio["KR"].rotate().cite
    grant = stage.grant(stage.trio.file("KR"))
    data = stage.passed_on(grant, before=(keys,))
    return stage.accept("new keys introduce themselves", data, holds=1)


def accept_standing(stage: Stage) -> Vector:
    under = stage.standing()
    data = stage.passed_on(stage.under_standing(), before=(under,))
    return stage.accept("a grant under a standing consent", data, holds=1)


def accept_expired(stage: Stage) -> Vector:
    data = stage.passed_on(stage.grant(stage.trio.file("KR"), lasts_seconds=60))
    at = instant.plus(stage.trio["JP"].now(), 61)
    rule = "a grant that ended on its way counts as said, and opens nothing"
    return stage.accept(rule, data, at=at)


def accept_withdrawn(stage: Stage) -> Vector:
    grant = stage.grant(stage.trio.file("KR"))
    withdrawal = stage.trio.withdraw(grant)
    data = stage.passed_on(grant, before=(withdrawal,))
    return stage.accept("a withdrawal beside the grant that it ends: nothing opens", data)


def accept_repeated(stage: Stage) -> Vector:
    return {**accept_granted(stage), "rule": "the same delivery twice counts once"}


# Step 1.


def step_1_keys_of_another_root(stage: Stage) -> Vector:
    thief = SecretKey.generate(stage.trio["KR"].keystore.root().name)
    return _rotated(stage, "keys are vouched for by the root", lambda m: sign_material(m, thief))


def step_1_keys_of_another(stage: Stage) -> Vector:
    root = stage.trio["KR"].keystore.root()
    return _rotated(
        stage,
        "keys are the speaker's own",
        lambda m: sign_material(msgspec.structs.replace(m, participant="JP"), root),
    )


def _rotated(stage: Stage, rule: str, sign: Callable[[KeyMaterial], KeysBody]) -> Vector:
    with patch("trilogue.node.governing.sign_material", lambda material, _: sign(material)):
        keys = stage.trio["KR"].rotate().cite
    return stage.refuse(1, keys, rule, stage.delivery(keys, stage.relay(keys)))


# Steps 2 and 3.


def step_2_signed_by_replaced_keys(stage: Stage) -> Vector:
    korea = stage.trio["KR"]
    old = korea.keys
    keys = korea.rotate().cite
    (done,) = korea.sequencer.commit([lambda: korea.governing.leave("said by a thief")], old)
    said = done.result().cite
    data = stage.delivery(keys, said, stage.relay(keys, said))
    return stage.refuse(2, said, "keys that were replaced sign nothing more", data)


def step_3_fork(stage: Stage) -> Vector:
    """Of the size that KR's log has in accept-granted, which a copy of KR's node said."""
    said = stage.trio.act("KR", lambda e: e.governing.leave("said by the copy")).cite
    stage.trio.file("KR")
    data = stage.delivery(said, stage.relay(said))
    rule = "a speaker has one log"
    # The hub's own log is another, too: its relay cannot be heard.
    return stage.refuse(3, said, rule, data, before=["accept-granted"], holds=2)


# Step 6.


def _other(**changes: Any) -> Callable[..., Composed]:
    """Return a composition of statements with other fields than they should have."""
    return lambda **fields: compose(**{**fields, **changes})


def step_6_another_arrangement(stage: Stage) -> Vector:
    with patch("trilogue.node.sequencer.compose", _other(arrangement=base64.encode(bytes(32)))):
        cite = stage.trio.request("US", "JP")
    rule = "a statement is said under an arrangement that is known here"
    return stage.wait(6, cite, rule, stage.delivery(cite))


def step_6_from_the_future(stage: Stage) -> Vector:
    issued = instant.plus(stage.trio["US"].now(), 60)
    with patch("trilogue.node.sequencer.compose", _other(issued=issued)):
        cite = stage.trio.request("US", "JP")
    return stage.wait(6, cite, "its time has come", stage.delivery(cite))


def step_6_addressed_to_more(stage: Stage) -> Vector:
    address = Address(to=("JP", "KR"), for_=("JP", "KR"))
    with patch("trilogue.node.sequencer.address", lambda *_: address):
        cite = stage.trio.request("US", "JP")
    rule = "the address follows from the statement"
    return stage.refuse(6, cite, rule, stage.delivery(cite))


def step_6_relay_hidden_in_its_leaf(stage: Stage) -> Vector:
    """The hub relays, and its public leaf does not say to whom."""
    grant = stage.grant(stage.trio.file("KR"))
    with patch("trilogue.node.sequencer.address", lambda *_: Address(to=(), for_=())):
        data = stage.passed_on(grant)
    return stage.refuse(6, grant, "only a relay that may be here vouches for others", data)


def step_6_relayed_under_another_pact(stage: Stage) -> Vector:
    grant = stage.grant(stage.trio.file("KR"))
    cites = (*stage.reports_of(grant), grant)
    items = make_relay("JP", cites, (), stage.trio.arrangement).items
    wrong = tuple(msgspec.structs.replace(item, pact="us-kr-1987") for item in items)
    data = stage.passed_on(grant, items=wrong)
    return stage.refuse(6, grant, "the pact of a relay protects its leg", data)


def step_6_for_somebody_else(stage: Stage) -> Vector:
    grant = stage.grant(stage.trio.file("KR"), audience=("US",))
    data = stage.passed_on(grant)
    return stage.refuse(6, grant, "the hub relays what is meant for the recipient", data)


def step_6_relayed_by_another(stage: Stage) -> Vector:
    body = RelayBody(recipient="US", items=(), marks=())
    korea = stage.trio["KR"]
    cite = korea.act(lambda: korea.sequencer.log("relay", body)).cite
    data = stage.delivery(cite, stage.relay(cite))
    return stage.refuse(6, cite, "KR is not the hub and relays nothing", data)


def step_6_not_in_force(stage: Stage) -> Vector:
    suspension = stage.trio.act("US", lambda e: e.governing.suspend("arrangement", "review")).cite
    cite = stage.trio.request("US", "JP")
    data = stage.delivery(suspension, cite)
    return stage.wait(6, cite, "nothing moves while the arrangement is suspended", data)


# Putting it on.


PLAYED = {
    name.removeprefix("step_").replace("_", "-"): scene
    for name, scene in (globals() | vars(consent) | vars(hands)).items()
    if name.startswith(("step_", "accept_"))
}
BEFORE = {"accept-repeated": ["accept-repeated"]}


def play() -> tuple[dict[str, Any], dict[str, Vector]]:
    """Play everything with new keys; return the world and the vectors."""
    base = Path(tempfile.mkdtemp(prefix="acceptance-"))
    try:
        world = _world(base / "world")
        vectors = {}
        for name, scene in PLAYED.items():
            shutil.copytree(base / "world", base / name)
            trio = Trio.open(base / name, Clock(world["at"]))
            vectors[name] = scene(Stage(trio))
            vectors[name]["before"] = BEFORE.get(name, vectors[name]["before"])
            trio.close()
    finally:
        shutil.rmtree(base)
    return world, vectors


def _world(base: Path) -> dict[str, Any]:
    trio = Trio.open(base, Clock())
    files = introduce(trio)
    cards = {who: trio[who].governing.card().decode() for who in ("KR", "US")}
    for engine in trio:
        engine.act(engine.governing.adopt)
    deliveries = []
    real = trio.deliver

    def deliver(outgoing: Outgoing, sender: str, data: bytes | None = None) -> Ack:
        if outgoing.peer == "JP":
            deliveries.append(outgoing.data.decode())
        return real(outgoing, sender, data)

    with patch.object(trio, "deliver", deliver):
        trio.settle()
    keys = base / "JP" / "keys"
    world = {
        "at": trio.clock.now,
        "keys": {
            str(path.relative_to(keys)): base64.encode(path.read_bytes())
            for path in sorted(keys.rglob("*"))
            if path.is_file()
        },
        "arrangement": {name: data.decode() for name, data in sorted(files.items())},
        "cards": cards,
        "deliveries": deliveries,
    }
    trio.close()
    return world
