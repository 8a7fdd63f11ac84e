"""Consent in a scenario: what reaches whom when, and until when it may be held.

A consent lets the plots of one participant's sensors reach another from `start_s` on: plots from
before are sent then, later ones as they come, and each arrives `delay_s` after it was sent. After
a withdrawal nothing more arrives, and what has arrived is gone.

KR and JP share through US alone. What one sends the other passes the hub first, so a consent
between them needs the one to the hub, cannot be faster than it, and carries nothing that came to
the hub after a withdrawal there.

>>> import numpy as np
>>> Consent("KR", "JP", 10.0, 4.0).arrival(np.array([0.0, 5.0, 20.0]))
array([14., 14., 24.])
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from trilogue.analysis.scenario.sensors import HUB, PARTICIPANTS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from trilogue.analysis.scenario.reading import Table

__all__ = ["Consent", "consents_of", "reaches"]

_LONGEST_S = 86_400.0


@dataclass(frozen=True, slots=True)
class Consent:
    """Of an owner for a recipient. Seconds count from the beginning of the scenario."""

    owner: str
    recipient: str
    start_s: float
    delay_s: float
    withdrawn_s: float = math.inf

    def arrival(self, time: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return when plots of some times `(n,)` arrive; inf never."""
        at = np.maximum(time, self.start_s) + self.delay_s
        return np.where(at < self.withdrawn_s, at, np.inf)


def reaches(
    consents: Sequence[Consent], owner: str, recipient: str, time: NDArray[np.float64]
) -> tuple[NDArray[np.float64], float]:
    """Return when an owner's plots `(n,)` reach a recipient, inf never, and when they are gone."""
    if owner == recipient:
        return time, math.inf
    consent = _find(consents, owner, recipient)
    if consent is None:
        return np.full(len(time), np.inf), math.inf
    at = consent.arrival(time)
    hub = _find(consents, owner, HUB)
    if HUB not in (owner, recipient) and hub is not None:
        at = np.where(np.isfinite(hub.arrival(time)), at, np.inf)
    return at, consent.withdrawn_s


def consents_of(table: Table) -> tuple[Consent, ...]:
    """Return the consents of the tables `[[consent]]` with the withdrawals of `[[withdraw]]`."""
    withdrawn: dict[tuple[str, str], float] = {}
    places: dict[tuple[str, str], Table] = {}
    for one in table.tables("withdraw"):
        pair = _pair(one)
        if pair in withdrawn:
            raise one.error("to", f"is {pair[1]!r}: {pair[0]} to {pair[1]} is withdrawn twice")
        withdrawn[pair], places[pair] = one.number("at_s", low=0.0, high=_LONGEST_S), one
        one.close()
    found: list[Consent] = []
    tables = table.tables("consent")
    for one in tables:
        pair = _pair(one)
        if _find(found, *pair) is not None:
            raise one.error("to", f"is {pair[1]!r}: {pair[0]} to {pair[1]} is there twice")
        start = one.number("start_s", 0.0, low=0.0, high=_LONGEST_S)
        delay = one.number("delay_s", low=0.0, high=_LONGEST_S)
        one.close()
        until = withdrawn.pop(pair, math.inf)
        if until <= start:
            raise places[pair].error("at_s", f"is {until:g}: the consent starts at {start:g} only")
        found.append(Consent(*pair, start, delay, until))
    for owner, recipient in withdrawn:
        raise places[owner, recipient].error(
            "to", f"is {recipient!r}: {owner} has given no consent for {recipient} to withdraw"
        )
    for one, consent in zip(tables, found, strict=True):
        _through_hub(one, consent, found)
    return tuple(found)


def _through_hub(table: Table, consent: Consent, consents: Sequence[Consent]) -> None:
    """Refuse what would reach the other end before the hub that it passes through."""
    owner, recipient = consent.owner, consent.recipient
    if HUB in (owner, recipient):
        return
    hub = _find(consents, owner, HUB)
    if hub is None:
        raise table.error(
            "to",
            f"is {recipient!r}: {owner} reaches {recipient} through {HUB} alone,"
            f" write a consent from {owner} to {HUB} too",
        )
    if consent.delay_s < hub.delay_s:
        raise table.error(
            "delay_s",
            f"is {consent.delay_s:g}: {owner} to {recipient} passes through {HUB}, which takes"
            f" {hub.delay_s:g} already, write at least that",
        )
    if consent.start_s + consent.delay_s < hub.start_s + hub.delay_s:
        raise table.error(
            "start_s",
            f"is {consent.start_s:g}: the first plots would be with {recipient} before they are"
            f" with {HUB}, write at least {hub.start_s + hub.delay_s - consent.delay_s:g}",
        )


def _pair(table: Table) -> tuple[str, str]:
    owner, recipient = table.choice("from", PARTICIPANTS), table.choice("to", PARTICIPANTS)
    if owner == recipient:
        raise table.error("to", f"is {recipient!r}: {owner} has its own plots at once, remove it")
    return owner, recipient


def _find(consents: Sequence[Consent], owner: str, recipient: str) -> Consent | None:
    return next((c for c in consents if (c.owner, c.recipient) == (owner, recipient)), None)
