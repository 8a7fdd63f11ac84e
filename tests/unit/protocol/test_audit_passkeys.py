"""Key statements with passkeys: proven in the audit, or believed by nobody."""

from __future__ import annotations

import msgspec
import pytest
from tests.support.oversight import DAY, HOUR, audited
from tests.support.trio import Trio
from tests.unit.node.test_passkeys import begun, enrolled, finish

from trilogue.encoding import base64
from trilogue.protocol import keys
from trilogue.protocol.bodies import KeyMaterial


def test_grants_signed_by_hand_are_proven(trio: Trio) -> None:
    trio.clock.advance(2 * HOUR)
    one = enrolled(trio)
    finish(trio, one, begun(trio, trio.file("KR")))
    trio.settle()
    trio.clock.advance(DAY)
    report = audited(trio)
    assert report.holds, [(c.id, c.evidence) for c in report.claims if not c.holds]


@pytest.mark.threat("T29")
def test_a_passkey_that_is_none_is_believed_by_nobody(
    trio: Trio, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody cosigns a log from then on, so no audit is shown it: it is not published."""
    trio.clock.advance(2 * HOUR)

    def sign(material: KeyMaterial, root: keys.SecretKey) -> keys.KeysBody:
        (one,) = material.passkeys
        other = msgspec.structs.replace(one, key=base64.encode(bytes(42)))
        with monkeypatch.context() as unchecked:
            unchecked.setattr(keys, "_check_passkeys", lambda _: None)
            return keys.sign_material(msgspec.structs.replace(material, passkeys=(other,)), root)

    monkeypatch.setattr("trilogue.node.governing.sign_material", sign)
    enrolled(trio)
    assert {outcome.step for _, _, outcome in trio.failures if not outcome.again} == {1}
    assert not trio["JP"].books.keys_of("KR", trio["JP"].now()).passkeys
