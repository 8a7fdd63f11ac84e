"""Granting and relaying: what binds a box, what officers sign, and what the hub may say."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from tests.support.authenticator import PRESENT, VERIFIED, Authenticator
from tests.support.trio import TEMPLATE
from tests.unit.consent.test_standing import HEADER

from trilogue.consent.acts import Approval, Extent, GrantBody, GrantItem
from trilogue.consent.extent import extent_digest
from trilogue.encoding import base64, canonical
from trilogue.encoding.digest import Domain, commit
from trilogue.errors import FormatError, OpeningError, PassageError, RuleError, SignatureError
from trilogue.marking import mark
from trilogue.protocol.bodies import KeyMaterial, ReleaseKey, ReleasePasskey
from trilogue.protocol.granting import (
    Bundle,
    BundleItem,
    approve,
    approve_with,
    box_info,
    check_approvals,
    make_grant,
    passkey_challenge,
    seal_boxes,
)
from trilogue.protocol.opening import Opened
from trilogue.protocol.relaying import check_marks, equivalent, make_relay
from trilogue.reports.cite import Cite
from trilogue.sealing.box import SealingSecret, open_box
from trilogue.signing.keys import SecretKey

DIGEST = base64.encode(bytes(32))
ITEMS = (GrantItem(report=Cite("KR", 2, DIGEST), portions=(DIGEST,)),)
EXTENT = Extent(
    audience=("JP", "US"),
    purposes=("analysis",),
    not_before="2016-09-09T00:30:01.353Z",
    expires=None,
    derive_for=(),
)
BUNDLE = (BundleItem(header=b"{}", key=bytes(32)),)
JP, US = SealingSecret.generate(), SealingSecret.generate()
PUBLICS = {"JP": JP.public, "US": US.public}


def sealed(grant: GrantBody) -> tuple[GrantBody, dict[str, bytes]]:
    return seal_boxes(grant, BUNDLE, PUBLICS, originator="KR", arrangement="A")


def info(grant: GrantBody, **changes: str) -> bytes:
    fields = {"arrangement": "A", "originator": "KR", "recipient": "JP", **changes}
    return box_info(
        fields["arrangement"], fields["originator"], fields["recipient"], extent_digest(grant)
    )


def test_each_of_the_audience_opens_its_own_box():
    grant, boxes = sealed(make_grant(ITEMS, EXTENT))
    for who, secret in (("JP", JP), ("US", US)):
        plaintext = open_box(boxes[who], secret, info(grant, recipient=who))
        assert canonical.decode(plaintext, Bundle) == BUNDLE
    assert {box.participant: box.digest for box in grant.boxes} == {
        who: base64.encode(commit(Domain.BOX, box)) for who, box in boxes.items()
    }


@pytest.mark.threat("T21")
@pytest.mark.parametrize(
    "changes",
    [
        {"extent": msgspec.structs.replace(EXTENT, purposes=("analysis", "warning"))},
        {"extent": msgspec.structs.replace(EXTENT, expires="2099-01-01T00:00:00.000Z")},
        {"extent": msgspec.structs.replace(EXTENT, derive_for=("JP",))},
        {"items": (GrantItem(report=Cite("KR", 3, DIGEST), portions=(DIGEST,)),)},
        {"answers": Cite("JP", 1, DIGEST)},
        {"under": Cite("KR", 1, DIGEST)},
    ],
    ids=["purposes", "expiry", "derivation", "report", "request", "standing"],
)
def test_a_box_opens_under_the_extent_that_it_was_sealed_for_only(changes: dict[str, object]):
    grant, boxes = sealed(make_grant(ITEMS, EXTENT))
    other = msgspec.structs.replace(grant, **changes)
    with pytest.raises(OpeningError):
        open_box(boxes["JP"], JP, info(other))


@pytest.mark.threat("T21")
@pytest.mark.parametrize(
    "changes",
    [{"arrangement": "B"}, {"originator": "US"}, {"recipient": "US"}],
    ids=["arrangement", "originator", "recipient"],
)
def test_a_box_is_bound_to_its_path(changes: dict[str, str]):
    grant, boxes = sealed(make_grant(ITEMS, EXTENT))
    with pytest.raises(OpeningError):
        open_box(boxes["JP"], JP, info(grant, **changes))


def test_another_does_not_open_it():
    grant, boxes = sealed(make_grant(ITEMS, EXTENT))
    with pytest.raises(OpeningError):
        open_box(boxes["JP"], US, info(grant))


# Approvals.

KEYS = {name: SecretKey.generate(f"kr.test/officer/{name}") for name in ("a", "b")}
MATERIAL = KeyMaterial(
    participant="KR",
    sequence=0,
    checkpoint=("", ""),
    sealing="",
    tls="",
    release=tuple(ReleaseKey(officer=n, vkeys=k.public.vkeys()) for n, k in KEYS.items()),
    not_before="2016-01-01T00:00:00.000Z",
    expires="2017-01-01T00:00:00.000Z",
)
WHAT = extent_digest(make_grant(ITEMS, EXTENT))


@pytest.mark.threat("T05")
def test_distinct_officers_are_counted():
    a, b = approve(WHAT, "a", KEYS["a"]), approve(WHAT, "b", KEYS["b"])
    assert check_approvals([a, b], WHAT, MATERIAL) == ("a", "b")
    assert check_approvals([a, a], WHAT, MATERIAL) == ("a",)
    assert check_approvals([], WHAT, MATERIAL) == ()


@pytest.mark.parametrize(
    ("approval", "says"),
    [
        (approve(WHAT, "c", KEYS["a"]), "no release officer 'c'"),
        (approve(WHAT, "b", KEYS["a"]), "approval"),
        (approve(bytes(32), "a", KEYS["a"]), "approved something else"),
        (
            Approval(officer="a", note=approve(WHAT, "b", KEYS["a"]).note),
            "approved something else",
        ),
        (approve(WHAT, "a", SecretKey.generate("kr.test/officer/a")), "approval"),
    ],
    ids=["unknown", "another's key", "another grant", "another's name", "another key"],
)
def test_an_approval_is_good_or_a_lie(approval: Approval, says: str):
    good = approve(WHAT, "a", KEYS["a"])
    with pytest.raises(SignatureError, match=says) as caught:
        check_approvals([good, approval], WHAT, MATERIAL)
    assert caught.value.step == 7


# Passkeys.

HANDS = {
    "a": Authenticator(b"a" * 32),
    "c": Authenticator(b"c" * 32, "ES256"),
}
WITH_PASSKEYS = msgspec.structs.replace(
    MATERIAL,
    passkeys=tuple(
        ReleasePasskey(
            officer=officer,
            credential=base64.encode(one.credential),
            key=base64.encode(one.key),
            rp="localhost",
        )
        for officer, one in HANDS.items()
    ),
)


def signed(officer: str, by: str | None = None, digest: bytes = WHAT, **wrong: Any) -> Approval:
    one = HANDS[by or officer]
    made = one.get(passkey_challenge(officer, digest), **wrong)
    return approve_with(officer, one.credential, made)


def refused(approval: Approval, says: str, material: KeyMaterial = WITH_PASSKEYS) -> None:
    with pytest.raises((SignatureError, FormatError), match=says) as caught:
        check_approvals([approval], WHAT, material)
    assert caught.value.step == 7


def test_officers_sign_by_hand_or_by_a_key_of_their_node():
    b = approve(WHAT, "b", KEYS["b"])
    assert check_approvals([signed("a"), b, signed("c")], WHAT, WITH_PASSKEYS) == ("a", "b", "c")


@pytest.mark.threat("T29")
def test_whoever_has_a_passkey_signs_grants_with_it_alone():
    note = approve(WHAT, "a", KEYS["a"])
    refused(note, "a has a passkey, and did not sign with it")
    # A standing consent is given on the command line.
    assert check_approvals([note], WHAT, WITH_PASSKEYS, standing=True) == ("a",)
    assert check_approvals([note], WHAT, MATERIAL) == ("a",)


@pytest.mark.threat("T29")
def test_an_assertion_is_for_one_grant_one_officer_and_one_key():
    refused(signed("a", digest=bytes(32)), "step 12")
    refused(signed("c", by="a"), "no passkey")
    refused(signed("a"), "no passkey", MATERIAL)
    refused(signed("b", by="a"), "no passkey")
    swapped = msgspec.structs.replace(signed("a"), officer="c")
    refused(swapped, "no passkey")
    key_of_another = tuple(
        msgspec.structs.replace(one, key=base64.encode(HANDS["c"].key))
        for one in WITH_PASSKEYS.passkeys[:1]
    )
    refused(signed("a"), "step 20", msgspec.structs.replace(WITH_PASSKEYS, passkeys=key_of_another))


@pytest.mark.threat("T29")
@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"origin": "https://elsewhere.example"}, "step 13"),
        ({"rp": "elsewhere.example"}, "step 15"),
        ({"flags": VERIFIED}, "step 16"),
        ({"flags": PRESENT}, "step 17"),
    ],
    ids=["page", "rp", "present", "verified"],
)
def test_the_step_of_an_assertion_that_fails_is_named(wrong: dict[str, Any], says: str):
    refused(signed("a", **wrong), f"approval by a: passkey: .*{says}")


@pytest.mark.threat("T29")
@pytest.mark.parametrize("field", ["authenticator_data", "client_data", "signature"])
def test_an_assertion_that_was_tampered_with_is_a_lie(field: str):
    good = signed("a")
    assert good.passkey is not None
    data = bytearray(base64.decode(getattr(good.passkey, field)))
    data[-2] ^= 1
    other = msgspec.structs.replace(good.passkey, **{field: base64.encode(bytes(data))})
    refused(msgspec.structs.replace(good, passkey=other), "approval by a")
    spelled = msgspec.structs.replace(good.passkey, **{field: "AA==\n"})
    refused(msgspec.structs.replace(good, passkey=spelled), "base64")


@pytest.mark.parametrize(
    "text",
    [
        b'{"officer":"a"}',
        b'{"note":null,"officer":"a"}',
        b'{"note":"x","officer":"a","passkey":null}',
        (
            b'{"note":"x","officer":"a","passkey":{"authenticator_data":"","client_data":"",'
            b'"credential":"","signature":""}}'
        ),
    ],
    ids=["none", "null", "null beside a note", "both"],
)
def test_an_approval_has_one_signature_and_one_spelling(text: bytes):
    with pytest.raises(FormatError):
        canonical.decode(text, Approval)
    for good in (signed("a"), approve(WHAT, "b", KEYS["b"])):
        assert canonical.decode(canonical.encode(good), Approval) == good


# The hub's marks.


def opened(level: str = "CONFIDENTIAL") -> Opened:
    marking = mark(level, ["KR"], releasable_to=["JP", "US"])
    return Opened(
        report=Cite("KR", 2, DIGEST),
        grant=Cite("KR", 3, DIGEST),
        portion=DIGEST,
        header=msgspec.structs.replace(HEADER, marking=marking),
        header_bytes=b"",
        key=bytes(32),
    )


def test_the_hub_marks_with_its_own_equivalent():
    relay = make_relay("JP", [Cite("KR", 2, DIGEST)], [opened()], TEMPLATE)
    assert [m.equivalent for m in relay.marks] == ["군사III급비밀 (KR) = CONFIDENTIAL"]
    check_marks([opened()], {m.portion: m.equivalent for m in relay.marks}, TEMPLATE)


@pytest.mark.parametrize(
    "marks",
    [{}, {DIGEST: "UNCLASSIFIED"}, {DIGEST: equivalent(opened("SECRET"), TEMPLATE)}],
    ids=["none", "lower", "higher"],
)
def test_a_mark_that_is_not_the_tables_is_refused(marks: dict[str, str]):
    with pytest.raises(RuleError, match="the hub marked portion") as caught:
        check_marks([opened()], marks, TEMPLATE)
    assert caught.value.step == 8


def test_a_relay_names_each_statement_once_and_the_pact_of_its_leg():
    one, two = Cite("KR", 2, DIGEST), Cite("KR", 3, DIGEST)
    relay = make_relay("JP", [one, two, one], [], TEMPLATE)
    assert [(i.statement, i.pact) for i in relay.items] == [
        (one, "us-jp-2007"),
        (two, "us-jp-2007"),
    ]
    assert make_relay("KR", [one], [], TEMPLATE).items[0].pact == "us-kr-1987"


def test_there_is_no_relay_to_whom_no_pact_leads():
    with pytest.raises(PassageError, match="no pact between US and CN"):
        make_relay("CN", [], [], TEMPLATE)
