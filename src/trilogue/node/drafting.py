"""A grant before anybody approved it: what officers sign, to the last millisecond.

Given when it begins, a draft comes out the same whenever it is made, until what it is of changes.
So an officer can be shown a grant, sign it by their own hand, and have that very grant logged.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from trilogue.consent.acts import Extent, GrantBody
from trilogue.consent.extent import extent_digest
from trilogue.encoding import instant
from trilogue.errors import ConsentError, InputError
from trilogue.node.holdings import Holding
from trilogue.node.inputs import GrantInput
from trilogue.protocol.delivery import MAX_CONTENT

__all__ = ["Draft", "draft_extent", "joined"]


@dataclass(frozen=True)
class Draft:
    """A grant without approvals, and the portions that it is of."""

    holdings: tuple[Holding, ...]
    grant: GrantBody

    @property
    def digest(self) -> bytes:
        """What an approval covers."""
        return extent_digest(self.grant)


def draft_extent(given: GrantInput, at: str, within: int) -> Extent:
    """Return the extent that is asked for at `at`; it must begin `within` so many seconds.

    Raises `InputError` when it would begin later, and `ConsentError` when it has ended.
    """
    not_before = given.not_before or at
    if not_before > instant.plus(at, within):
        raise InputError(
            f"the grant would begin at {not_before}, later than its receipts are due",
            hint=f"grant at most {within} seconds ahead: until then nobody could open it",
        )
    lasts = given.lasts_seconds
    expires = None if lasts is None else instant.plus(not_before, lasts)
    if expires is not None and expires <= at:
        raise ConsentError(
            f"the grant would have ended at {expires}; it is {at}", hint="grant it anew"
        )
    return Extent(
        audience=tuple(sorted(set(given.audience))),
        purposes=tuple(sorted(set(given.purposes))),
        not_before=not_before,
        expires=expires,
        derive_for=tuple(sorted(set(given.derive_for))),
    )


def joined(reports: list[list[Holding]], most: int) -> Iterator[list[Holding]]:
    """Join what is granted of reports, at most so many, into as few grants as may be."""
    together: list[Holding] = []
    count = size = 0
    for holdings in reports:
        more = sum(holding.header.size for holding in holdings)
        if together and (count == most or size + more > MAX_CONTENT):
            yield together
            together, count, size = [], 0, 0
        together, count, size = together + holdings, count + 1, size + more
    if together:
        yield together
