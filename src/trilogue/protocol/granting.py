"""The originator's side of consent: seal the keys of portions to an audience, and approve it.

A grant is made once; each participant of its audience gets its own box, sealed to its sealing key
(HPKE, one encapsulation for all keys of the grant). The box is bound to the grant's extent: the
same keys under another extent do not open.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache

import msgspec

from trilogue.consent.acts import Approval, Box, Extent, GrantBody, GrantItem
from trilogue.consent.extent import extent_digest
from trilogue.encoding import base64, canonical
from trilogue.encoding.digest import Domain, commit
from trilogue.errors import SignatureError
from trilogue.protocol.bodies import KeyMaterial
from trilogue.reports.cite import Cite
from trilogue.sealing.box import SealingPublic, seal_box
from trilogue.sealing.hidden import Hidden
from trilogue.signing.keys import PublicKey, SecretKey, sign_text, verify_text

__all__ = [
    "Bundle",
    "BundleItem",
    "approve",
    "box_info",
    "check_approvals",
    "make_grant",
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
    """Sign what is approved in the officer's name. `digest` is `extent_digest` of a grant."""
    return Approval(officer=officer, note=sign_text(release_key, _approval_text(officer, digest)))


def check_approvals(
    approvals: Sequence[Approval], digest: bytes, material: KeyMaterial
) -> tuple[str, ...]:
    """Return the distinct officers whose approval verifies under the originator's release keys.

    Raises `SignatureError` (step 7) when one does not: an approval is either good or a lie.
    """
    keys = {key.officer: key.vkeys for key in material.release}
    for approval in approvals:
        vkeys = keys.get(approval.officer)
        if vkeys is None:
            raise SignatureError(
                f"{material.participant} has no release officer {approval.officer!r}", step=7
            )
        try:
            text = _approved(vkeys, approval.note)
        except SignatureError as error:
            raise SignatureError(f"approval: {error.message}", step=7) from error
        if text != _approval_text(approval.officer, digest):
            raise SignatureError(f"{approval.officer} approved something else", step=7)
    return tuple(sorted({approval.officer for approval in approvals}))


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


@lru_cache(maxsize=1024)
def _approved(vkeys: tuple[str, str], note: str) -> str:
    """Return what a note says, once it verified. A standing consent comes with every grant."""
    return verify_text(PublicKey.parse(vkeys), note)


def _approval_text(officer: str, digest: bytes) -> str:
    return f"trilogue/v1/approval\n{officer}\n{base64.encode(digest)}\n"
