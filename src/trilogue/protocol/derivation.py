"""May a derived portion go to somebody? Only where every originator behind it has said so.

Asked by the author before it grants, and by the recipient, of the evidence that came with it,
before it accepts. An originator needs no consent of its own to see what was made of its own.
"""

from __future__ import annotations

from trilogue.consent.acts import GrantBody
from trilogue.consent.extent import check_alive
from trilogue.errors import ConsentError
from trilogue.protocol.view import View
from trilogue.reports.cite import Cite
from trilogue.reports.header import Header
from trilogue.reports.lineage import DerivationGrant, may_release

__all__ = ["derivation_permitted"]


def derivation_permitted(
    header: Header, author: str, recipient: str, purposes: tuple[str, ...], view: View, at: str
) -> bool:
    """Whether live grants to the author allow what it derived to go to the recipient.

    A portion that is not derived is its author's own affair: True.
    """
    if not header.derived_from:
        return True
    sources = tuple(s for s in header.derived_from if s.report.speaker != recipient)
    if not sources:
        return True
    cites = {cite for source in sources for cite in source.grants}
    live = {cite: grant for cite in cites if (grant := _live(cite, author, view, at)) is not None}
    permitted, _ = may_release(sources, live, author=author, recipient=recipient, purposes=purposes)
    return permitted


def _live(cite: Cite, author: str, view: View, at: str) -> DerivationGrant | None:
    statement = view.statement(cite)
    if statement is None or statement.kind != "grant" or view.ended(cite, author):
        return None
    grant = statement.says(GrantBody)
    try:
        check_alive(grant.extent, author, at)
    except ConsentError:
        return None
    return DerivationGrant(
        originator=cite.speaker,
        portions=frozenset(portion for item in grant.items for portion in item.portions),
        audience=frozenset(grant.extent.audience),
        purposes=frozenset(grant.extent.purposes),
        derived_for=frozenset(grant.extent.derive_for),
    )
