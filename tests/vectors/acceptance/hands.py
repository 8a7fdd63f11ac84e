"""Step 7 where officers sign by hand: grants under a passkey that KR's root vouched for."""

from __future__ import annotations

from collections.abc import Callable
from unittest.mock import patch

import msgspec
from tests.support.authenticator import PRESENT, RP, Authenticator
from tests.support.trio import OFFICERS
from tests.vectors.acceptance.stage import Stage, Vector

from trilogue.consent.acts import Approval, GrantBody
from trilogue.node import passkeys
from trilogue.node.desk import Desk
from trilogue.protocol.granting import approve, approve_with, passkey_challenge
from trilogue.reports.cite import Cite
from trilogue.signing.passkey import CredentialKey, Registered

OFFICER = OFFICERS[0]
ONE, OTHER = Authenticator(b"1" * 32, "ES256"), Authenticator(b"2" * 32)


def accept_signed_by_hand(stage: Stage) -> Vector:
    keys = published(stage)
    data = stage.passed_on(granted(stage, by_hand), before=(keys,))
    return stage.accept("an officer signs with a passkey", data, holds=1)


def accept_approved_before_the_passkey(stage: Stage) -> Vector:
    grant = stage.grant(stage.trio.file("KR"))
    keys = published(stage)
    data = stage.passed_on(grant, before=(keys,))
    rule = "an approval holds under the keys of its place in the log"
    return stage.accept(rule, data, holds=1)


def step_7_passkey_signed_something_else(stage: Stage) -> Vector:
    rule = "an officer signed this very grant"
    return refused(stage, rule, lambda _: by_hand(bytes(32)))


def step_7_passkey_altered(stage: Stage) -> Vector:
    def altered(digest: bytes) -> Approval:
        good = by_hand(digest)
        assert good.passkey is not None
        data = good.passkey.authenticator_data
        # One more on the counter, which was signed.
        wrong = msgspec.structs.replace(good.passkey, authenticator_data=data[:-4] + "Ag==")
        assert wrong != good.passkey
        return msgspec.structs.replace(good, passkey=wrong)

    return refused(stage, "the signature is over the authenticator's own data", altered)


def step_7_passkey_nobody_verified(stage: Stage) -> Vector:
    def sign(digest: bytes) -> Approval:
        made = ONE.get(passkey_challenge(OFFICER, digest), flags=PRESENT)
        return approve_with(OFFICER, ONE.credential, made)

    return refused(stage, "the authenticator knows its owner", sign)


def step_7_passkey_of_another_site(stage: Stage) -> Vector:
    def sign(digest: bytes) -> Approval:
        rp = "elsewhere.example"
        made = ONE.get(passkey_challenge(OFFICER, digest), origin=f"https://{rp}", rp=rp)
        return approve_with(OFFICER, ONE.credential, made)

    return refused(stage, "it was signed on the console", sign)


def step_7_passkey_unpublished(stage: Stage) -> Vector:
    def sign(digest: bytes) -> Approval:
        made = OTHER.get(passkey_challenge(OFFICER, digest))
        return approve_with(OFFICER, OTHER.credential, made)

    return refused(stage, "the root vouched for the passkey", sign)


def step_7_note_where_a_passkey_is(stage: Stage) -> Vector:
    key = stage.trio["KR"].keystore.officer(OFFICER)
    rule = "whoever has a passkey signs grants with it alone"
    return refused(stage, rule, lambda digest: approve(digest, OFFICER, key))


def step_7_signed_once_granted_twice(stage: Stage) -> Vector:
    """KR says again what its officer signed, without asking the officer."""
    korea, keys = stage.trio["KR"], published(stage)
    first = granted(stage, by_hand)
    statement = korea.books.statement(first)
    assert statement is not None
    body = statement.says(GrantBody)
    again = korea.act(lambda: korea.sequencer.log("grant", body)).cite
    data = stage.passed_on(first, again, before=(keys,))
    return stage.refuse(7, again, "what was signed once is granted once", data, holds=1)


def by_hand(digest: bytes) -> Approval:
    ONE.counter = 0
    return approve_with(OFFICER, ONE.credential, ONE.get(passkey_challenge(OFFICER, digest)))


def published(stage: Stage) -> Cite:
    """Let KR publish the officer's passkey."""
    korea = stage.trio["KR"]
    made = Registered(ONE.credential, CredentialKey.parse(ONE.key), 0)
    shown = passkeys.register(korea.db, OFFICER, made, RP, korea.now())
    passkeys.confirm(korea.db, OFFICER, shown)
    return korea.rotate().cite


def granted(stage: Stage, sign: Callable[[bytes], Approval]) -> Cite:
    with patch.object(Desk, "_sign", lambda _, digest, *__: (sign(digest),)):
        return stage.grant(stage.trio.file("KR"))


def refused(stage: Stage, rule: str, sign: Callable[[bytes], Approval]) -> Vector:
    keys = published(stage)
    grant = granted(stage, sign)
    return stage.refuse(7, grant, rule, stage.passed_on(grant, before=(keys,)))
