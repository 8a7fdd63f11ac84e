"""Evidence for derived reports: whose grants stand behind them, and how a recipient is shown them.

A derived portion goes to somebody only where every originator in its lineage has a live grant to
its author that allows derivation for that recipient. The hub relays those grants beside its own,
so that the recipient can check the same.
"""

from __future__ import annotations

from trilogue.consent.acts import Extent
from trilogue.node.books import Books
from trilogue.node.holdings import Holding
from trilogue.protocol.bodies import RelayBody
from trilogue.protocol.derivation import derivation_permitted
from trilogue.protocol.relaying import make_relay

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

    def relays(self, holdings: list[Holding], extent: Extent) -> list[RelayBody]:
        """At the hub: the relays that show each recipient grants it could not hear directly."""
        arrangement = self._books.arrangement
        if self._books.me != arrangement.hub:
            return []
        cites = {
            cite
            for holding in holdings
            for source in holding.header.derived_from
            for cite in source.grants
        }
        relays = []
        for recipient in extent.audience:
            unheard = sorted(
                cite
                for cite in cites
                if cite.speaker not in (recipient, self._books.me)
                and cite.speaker not in arrangement.neighbours(recipient)
            )
            if unheard:
                relays.append(make_relay(recipient, unheard, (), arrangement))
        return relays
