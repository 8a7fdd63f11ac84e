"""Does a grant cover this use, by this participant, for this purpose, at this moment?

Checked at request, at release and at every read, because a window that was open when a thing was
asked for may be shut when it is opened.
"""

from __future__ import annotations

from trilogue.consent.acts import Act, Extent, GrantBody, GrantItem
from trilogue.encoding import canonical
from trilogue.encoding.digest import Domain, commit
from trilogue.errors import ConsentError, ConsentExpiredError, InputError
from trilogue.reports.cite import Cite

__all__ = ["check_alive", "check_extent", "extent_digest"]


def check_extent(extent: Extent, participants: tuple[str, ...], originator: str) -> None:
    """Refuse an extent that could be read as more than was meant. Empty means deny.

    Raises `InputError`.
    """
    if not extent.audience:
        raise InputError(
            "a grant without an audience grants nothing",
            hint="name participants",
            detail="no-audience",
        )
    if not extent.purposes:
        raise InputError(
            "a grant without a purpose grants nothing", hint="name a purpose", detail="no-purpose"
        )
    for field in ("audience", "purposes", "derive_for"):
        names = getattr(extent, field)
        if tuple(sorted(set(names))) != names:
            raise InputError(f"{field} must be sorted and without repetition: {names}")
    for name in (*extent.audience, *extent.derive_for):
        if name not in participants:
            raise InputError(f"not a participant: {name!r}", hint=f"one of {participants}")
    if originator in extent.audience:
        raise InputError(f"{originator} cannot grant to itself")
    if extent.expires is not None and extent.expires <= extent.not_before:
        raise InputError(f"the grant would end ({extent.expires}) before it begins")


def check_alive(extent: Extent, participant: str, at: str, purpose: str | None = None) -> None:
    """Raise `ConsentError` unless the extent covers the participant (and purpose) at `at`.

    The caller still owes: that the grant was not withdrawn for this participant.
    """
    if participant not in extent.audience:
        raise ConsentError(f"the grant is for {', '.join(extent.audience)}, not for {participant}")
    if at < extent.not_before:
        raise ConsentError(f"the grant begins at {extent.not_before}; it is {at}")
    if extent.expires is not None and at >= extent.expires:
        raise ConsentExpiredError(
            f"the grant ended at {extent.expires}; it is {at}", hint="ask the originator again"
        )
    if purpose is not None and purpose not in extent.purposes:
        raise ConsentError(
            f"the grant is for {', '.join(extent.purposes)}, not for {purpose}",
            hint="ask the originator for this purpose",
        )


def extent_digest(body: GrantBody) -> bytes:
    """Return the digest that officers sign and that boxes are bound to.

    It covers items, extent, request and standing consent: all of the grant but the boxes and the
    approvals themselves.
    """
    covered = _Covered(items=body.items, extent=body.extent, answers=body.answers, under=body.under)
    return commit(Domain.EXTENT, canonical.encode(covered))


class _Covered(Act, frozen=True, kw_only=True):
    """What of a grant its officers sign."""

    items: tuple[GrantItem, ...]
    extent: Extent
    answers: Cite | None
    under: Cite | None
