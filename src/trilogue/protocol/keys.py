"""Key statements: the root vouches for the keys that a participant works with.

The arrangement pins each participant's root; the root signs nothing but key statements. Rotation
is a newer key statement in the same log: the highest sequence that is valid at `at` counts.

The root's note, which an outsider checks from the arrangement alone:

    trilogue/v1/keys
    KR
    <base64 of the material's digest>

    — kr.tisa-2014.trilogue/root …
"""

from __future__ import annotations

from collections.abc import Iterable

from trilogue.encoding import base64, canonical
from trilogue.encoding.digest import Domain, commit
from trilogue.errors import FormatError, InputError, SignatureError
from trilogue.protocol.bodies import KeyMaterial, KeysBody
from trilogue.signing.keys import PublicKey, SecretKey, sign_text, verify_text
from trilogue.signing.passkey import MOST_CREDENTIAL, CredentialKey, check_rp

__all__ = ["key_in_force", "sign_material", "verify_material"]


def sign_material(material: KeyMaterial, root: SecretKey) -> KeysBody:
    """Have the root vouch for the material.

    Raises `InputError` for an empty validity, and for passkeys that nobody would accept.
    """
    if material.expires <= material.not_before:
        raise InputError(f"the keys would end ({material.expires}) before they begin")
    try:
        _check_passkeys(material)
    except FormatError as error:
        raise InputError(error.message, hint=error.hint) from error
    return KeysBody(material=material, note=sign_text(root, _text(material)))


def verify_material(body: KeysBody, root: PublicKey, participant: str) -> KeyMaterial:
    """Return the material when the root vouched for it. Raises `SignatureError` (step 1).

    Raises `FormatError` (step 1), too, when a passkey in it is none.

    The caller still owes: that the statement stands in the log, and the validity at `at`.
    """
    if body.material.participant != participant:
        raise SignatureError(
            f"keys of {body.material.participant} in a statement by {participant}", step=1
        )
    try:
        text = verify_text(root, body.note)
    except SignatureError as error:
        raise SignatureError(f"{participant}'s root: {error.message}", step=1) from error
    if text != _text(body.material):
        raise SignatureError(f"{participant}'s root signed other keys than these", step=1)
    try:
        _check_passkeys(body.material)
    except FormatError as error:
        raise FormatError(f"{participant}'s keys: {error.message}", step=1) from error
    return body.material


def key_in_force(
    materials: Iterable[tuple[int, KeyMaterial]], participant: str, size: int, at: str
) -> KeyMaterial:
    """Step 1: return the key material that must have signed a checkpoint of `size`.

    `materials` are (index of the key statement, material). A checkpoint is signed by the newest
    keys that stand in it, so that a key that was replaced can sign nothing after its replacement.
    Raises `SignatureError`.
    """
    best: KeyMaterial | None = None
    for index, material in materials:
        if index < size and (best is None or material.sequence > best.sequence):
            best = material
    if best is None or not best.not_before <= at < best.expires:
        raise SignatureError(
            f"no key statement of {participant} is valid at {at}",
            step=1,
            hint="the participant must log a newer key statement, signed by its root",
            again=True,  # it may be on its way, and clocks differ: nothing is lost by waiting
        )
    return best


def _check_passkeys(material: KeyMaterial) -> None:
    """Raise `FormatError` unless every passkey is a key, and each credential one officer's."""
    places = [(one.officer, one.credential) for one in material.passkeys]
    if places != sorted(places) or len({one for _, one in places}) != len(places):
        raise FormatError("passkeys are ordered by officer, and each credential stands once")
    for one in material.passkeys:
        if not 1 <= len(base64.decode(one.credential)) <= MOST_CREDENTIAL:
            raise FormatError(f"a passkey's identifier has 1 to {MOST_CREDENTIAL} bytes")
        CredentialKey.parse(base64.decode(one.key))
        check_rp(one.rp)


def _text(material: KeyMaterial) -> str:
    digest = base64.encode(commit(Domain.KEYS, canonical.encode(material)))
    return f"trilogue/v1/keys\n{material.participant}\n{digest}\n"
