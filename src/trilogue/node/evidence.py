"""Evidence for derived reports: whose grants stand behind them, and how a recipient is shown them.

A derived portion goes to somebody only where every originator in its lineage has a live grant to
its author that allows derivation for that recipient. The hub relays those grants beside the one
that releases the derived portion, so that the recipient can check the same.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from trilogue.consent.acts import Extent, GrantBody
from trilogue.node.books import Books
from trilogue.node.holdings import Holding
from trilogue.protocol.bodies import RelayBody
from trilogue.protocol.derivation import derivation_permitted
from trilogue.protocol.relaying import make_relay
from trilogue.reports.cite import Cite
from trilogue.reports.header import Header

__all__ = ["Evidence"]


class Evidence:
    """What a node knows of the grants behind its derived reports."""

    def __init__(self, books: Books) -> None:
        self._books = books

    def permits(self, holding: Holding, extent: Extent, at: str) -> bool:
        """Whether every originator behind a portion allows it to go to the extent's audience."""
        return all(
            derivation_permitted(
                holding.header, self._books.me, recipient, extent.purposes, self._books, at
            )
            for recipient in extent.audience
        )

    def relays(self, holdings: Sequence[Holding], extent: Extent) -> list[RelayBody]:
        """At the hub: the relays that show each recipient the evidence for these portions."""
        arrangement = self._books.arrangement
        if self._books.me != arrangement.hub:
            return []
        relays = []
        for recipient in extent.audience:
            cites = self.cites((holding.header for holding in holdings), recipient)
            if cites:
                relays.append(make_relay(recipient, cites, (), arrangement))
        return relays

    def cites(self, headers: Iterable[Header], recipient: str) -> list[Cite]:
        """Return the grants that allow derivation for the recipient and were not made to it.

        Those that were made to it, it has; those that do not allow it are not its business.
        """
        behind = {
            cite for header in headers for source in header.derived_from for cite in source.grants
        }
        return sorted(cite for cite in behind if self._concerns(cite, recipient))

    def _concerns(self, cite: Cite, recipient: str) -> bool:
        grant = self._books.statement(cite)
        if cite.speaker == recipient or grant is None or grant.kind != "grant":
            return False
        extent = grant.says(GrantBody).extent
        return recipient in extent.derive_for and recipient not in extent.audience
