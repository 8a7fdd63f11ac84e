"""The originator's side of consent: seal the keys of portions to an audience, and approve it.

A refusal is approved as a grant is: whoever asked learns which officer said no.

A grant is made once; each participant of its audience gets its own box, sealed to its sealing key
(HPKE, one encapsulation for all keys of the grant). The box is bound to the grant's extent: the
same keys under another extent do not open.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache

import msgspec

from trilogue.consent.acts import (
    Approval,
    AssertionBody,
    Box,
    Extent,
    GrantBody,
    GrantItem,
    RefusalBody,
)
from trilogue.consent.extent import extent_digest
from trilogue.encoding import base64, canonical
from trilogue.encoding.digest import Domain, commit, sha256
from trilogue.errors import FormatError, SignatureError
from trilogue.protocol.bodies import KeyMaterial, ReleasePasskey
from trilogue.reports.cite import Cite
from trilogue.sealing.box import SealingPublic, seal_box
from trilogue.sealing.hidden import Hidden
from trilogue.signing.keys import PublicKey, SecretKey, sign_text, verify_text
from trilogue.signing.passkey import Assertion, AuthenticatorData, CredentialKey, verify_assertion

__all__ = [
    "Bundle",
    "BundleItem",
    "approve",
    "approve_with",
    "box_info",
    "check_approvals",
    "check_passkey",
    "make_grant",
    "passkey_challenge",
    "refusal_digest",
    "seal_boxes",
]


class BundleItem(Hidden, msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What opens one portion: its header's exact bytes and its key."""

    header: bytes
    key: bytes


Bundle = tuple[BundleItem, ...]
"""What a box holds: the items in the order of the grant's items and portions."""


def make_grant(
    items: tuple[GrantItem, ...],
    extent: Extent,
    *,
    answers: Cite | None = None,
    under: Cite | None = None,
) -> GrantBody:
    """Return a grant that still wants its approvals and its boxes."""
    return GrantBody(
        items=items, extent=extent, boxes=(), answers=answers, under=under, approvals=()
    )


def approve(digest: bytes, officer: str, release_key: SecretKey) -> Approval:
    """Sign what is approved in the officer's name.

    `digest` is `extent_digest` of a grant, or `refusal_digest`.
    """
    return Approval(officer=officer, note=sign_text(release_key, _approval_text(officer, digest)))


def passkey_challenge(officer: str, digest: bytes) -> bytes:
    """Return what an officer's passkey is asked to sign: SHA-256 of the text that `approve` signs.

    WebAuthn §13.4.3 asks for a random challenge, so that no old answer serves again. Here an
    answer serves for nothing but this grant, to the millisecond at which it begins, or for the
    refusal of this request.
    """
    return sha256(_approval_text(officer, digest).encode())


def approve_with(officer: str, credential: bytes, assertion: Assertion) -> Approval:
    """Return the approval that an assertion makes. The caller owes `check_passkey`."""
    return Approval(
        officer=officer,
        passkey=AssertionBody(
            credential=base64.encode(credential),
            authenticator_data=base64.encode(assertion.authenticator_data),
            client_data=base64.encode(assertion.client_data),
            signature=base64.encode(assertion.signature),
        ),
    )


def check_approvals(
    approvals: Sequence[Approval], digest: bytes, material: KeyMaterial, *, standing: bool = False
) -> tuple[str, ...]:
    """Return the distinct officers whose approval verifies under the originator's release keys.

    `material` is what was in force where the approved statement stands. Whoever has a passkey in it
    approves with it alone, unless what is approved is a `standing` consent. Raises `SignatureError`
    or `FormatError` (step 7) when an approval does not hold: it is either good or a lie.
    """
    passkeys = _by_officer(material.passkeys)
    keys = {key.officer: key.vkeys for key in material.release}
    for approval in approvals:
        officer = approval.officer
        if approval.passkey is not None:
            check_passkey(officer, approval.passkey, digest, passkeys.get(officer, {}))
            continue
        vkeys = keys.get(officer)
        if vkeys is None:
            raise SignatureError(
                f"{material.participant} has no release officer {officer!r}", step=7
            )
        if officer in passkeys and not standing:
            raise SignatureError(f"{officer} has a passkey, and did not sign with it", step=7)
        assert approval.note is not None
        try:
            text = _approved(vkeys, approval.note)
        except SignatureError as error:
            raise SignatureError(f"approval: {error.message}", step=7) from error
        if text != _approval_text(officer, digest):
            raise SignatureError(f"{officer} approved something else", step=7)
    return tuple(sorted({approval.officer for approval in approvals}))


def check_passkey(
    officer: str,
    body: AssertionBody,
    digest: bytes,
    known: Mapping[str, ReleasePasskey],
    origin: str | None = None,
) -> AuthenticatorData:
    """Check an officer's assertion under the officer's passkeys, by credential.

    `origin` is the page on which it must have been made; only the officer's own node knows it.

    Raises `SignatureError` or `FormatError`, both of step 7; the message names the step of
    WebAuthn. The caller owes the counter, which only the officer's own node knows.
    """
    key = known.get(body.credential)
    if key is None:
        raise SignatureError(
            f"no passkey {body.credential[:12]}… of {officer!r} was published", step=7
        )
    try:
        return verify_assertion(
            CredentialKey.parse(base64.decode(key.key)),
            Assertion(
                base64.decode(body.authenticator_data),
                base64.decode(body.client_data),
                base64.decode(body.signature),
            ),
            rp=key.rp,
            challenge=passkey_challenge(officer, digest),
            origin=origin,
        )
    except (FormatError, SignatureError) as error:
        raise type(error)(f"approval by {officer}: {error.message}", step=7) from error


def refusal_digest(body: RefusalBody) -> bytes:
    """Return the digest that an officer signs: all of a refusal but its approvals."""
    return commit(Domain.REFUSAL, canonical.encode(msgspec.structs.replace(body, approvals=())))


def box_info(arrangement: str, originator: str, recipient: str, digest: bytes) -> bytes:
    """Return the HPKE `info` that binds a box to its arrangement, path and extent."""
    return b"trilogue/v1/box\n" + canonical.encode(
        {
            "arrangement": arrangement,
            "extent": base64.encode(digest),
            "from": originator,
            "to": recipient,
        }
    )


def seal_boxes(
    grant: GrantBody,
    bundle: Bundle,
    publics: Mapping[str, SealingPublic],
    *,
    originator: str,
    arrangement: str,
) -> tuple[GrantBody, dict[str, bytes]]:
    """Seal the bundle to each of the audience; return the grant that names the boxes, and them.

    `publics` holds the sealing key of everybody in the audience. The boxes are by participant.
    """
    digest = extent_digest(grant)
    plaintext = canonical.encode(bundle)
    boxes = {
        participant: seal_box(
            plaintext,
            publics[participant],
            box_info(arrangement, originator, participant, digest),
        )
        for participant in grant.extent.audience
    }
    named = tuple(
        Box(participant=participant, digest=base64.encode(commit(Domain.BOX, box)))
        for participant, box in sorted(boxes.items())
    )
    return msgspec.structs.replace(grant, boxes=named), boxes


def _by_officer(passkeys: Sequence[ReleasePasskey]) -> dict[str, dict[str, ReleasePasskey]]:
    found: dict[str, dict[str, ReleasePasskey]] = {}
    for one in passkeys:
        found.setdefault(one.officer, {})[one.credential] = one
    return found


@lru_cache(maxsize=1024)
def _approved(vkeys: tuple[str, str], note: str) -> str:
    """Return what a note says, once it verified. A standing consent comes with every grant."""
    return verify_text(PublicKey.parse(vkeys), note)


def _approval_text(officer: str, digest: bytes) -> str:
    return f"trilogue/v1/approval\n{officer}\n{base64.encode(digest)}\n"
