"""Watching: what goes wrong with a node by itself, though its store and its channels are well.

Its clock may be off. A neighbour would then not take in what is said at a time that has not come,
and what has a term would end at the wrong time. Every answer of a neighbour says what its clock
shows; as long as all differ by more than the arrangement allows, the node is not ready, and it
destroys nothing that ran out: what is destroyed never comes back, while nobody may read it anyway.

Its keys may have ended. Whatever it said since then, nobody could verify.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping
from email.utils import parsedate_to_datetime

from trilogue.encoding import instant
from trilogue.node.engine import Engine

__all__ = ["Watching"]

log = logging.getLogger("trilogue.node")

WARNING_DAYS = 30
"""So long before keys end their participant is told."""


class Watching:
    """A node's look at itself. `problems` is what keeps it from being ready."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._ahead: dict[str, float] = {}
        self._told: set[str] = set()
        self.problems: tuple[str, ...] = ()

    def heard(self, neighbour: str, headers: Mapping[str, str], asked: str) -> None:
        """Compare clocks: an answer of a neighbour says in `Date` what its own showed.

        That was between `asked`, by this clock, and now: on a slow link it may be long ago.
        """
        try:
            theirs = parsedate_to_datetime(headers.get("Date", ""))
        except ValueError:
            return  # it does not say
        if theirs.tzinfo is None:
            return
        since, now = instant.to_datetime(asked), instant.to_datetime(self._engine.clock())
        ahead, behind = (since - theirs).total_seconds(), (theirs - now).total_seconds()
        self._ahead[neighbour] = ahead if ahead > 0 else -max(behind, 0.0)

    def clocks_agree(self) -> bool:
        """Say whether any neighbour's clock is as near to this one as the arrangement asks.

        Of three clocks, the one that is alone is wrong.
        """
        return not list(self._clocks())

    def look(self) -> None:
        """Look anew, in the sequencer's thread; say what is new about it."""
        self.problems = (*self._clocks(), *self._keys())
        now = {*self.problems, *self._coming()}
        for one in sorted(now - self._told):
            log.warning("%s", one)
        self._told = now

    def _off(self) -> dict[str, float]:
        """Return whose clocks differ from this one by more than the arrangement allows."""
        arrangement = self._engine.books.arrangement_or_none()
        if arrangement is None:
            return {}
        most = arrangement.text.deadlines.clock_skew_seconds
        return {who: ahead for who, ahead in sorted(self._ahead.items()) if abs(ahead) > most}

    def _clocks(self) -> Iterator[str]:
        if len(self._off()) == len(self._ahead):
            for told in self._differences():
                yield f"{told}: until they agree nothing is destroyed"

    def _differences(self) -> Iterator[str]:
        for neighbour, ahead in self._off().items():
            # In minutes: what is said does not change with every look.
            how = f"{abs(ahead) / 60:.0f} min {'ahead of' if ahead > 0 else 'behind'}"
            yield f"the clock is {how} {neighbour}'s"

    def _keys(self) -> Iterator[str]:
        ends = self._ends()
        if ends is not None and ends <= self._engine.now():
            yield f"the working keys ended at {ends}: stop the node, `trilogue node rotate-keys`"

    def _coming(self) -> Iterator[str]:
        if not list(self._clocks()):
            yield from (f"{told}, and others agree" for told in self._differences())
        ends, at = self._ends(), self._engine.now()
        if ends is not None and at < ends <= instant.plus(at, WARNING_DAYS * 86400):
            yield f"the working keys end at {ends}: `trilogue node rotate-keys` makes new ones"

    def _ends(self) -> str | None:
        materials = [one for _, one in self._engine.books.materials(self._engine.me)]
        return max(materials, key=lambda one: one.sequence).expires if materials else None
