"""The arrangement: one value that everything else asks.

>>> from trilogue.arrangement import parse_arrangement, shipped
>>> tisa = parse_arrangement(shipped("tisa-2014"))
>>> tisa.participants, tisa.hub
(('KR', 'US', 'JP'), 'US')
>>> tisa.legs("KR", "JP")
(Leg(giver='KR', taker='US', pact='us-kr-1987'), Leg(giver='US', taker='JP', pact='us-jp-2007'))
>>> tisa.pact("KR", "JP") is None
True
>>> tisa.place((4_129_000, 12_907_000)), tisa.place((3_756_650, 12_697_800))
('inside', 'outside')
>>> tisa.name("subject", "nuclear-test", "ko")
'핵실험'
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

from trilogue.arrangement.files import root_file
from trilogue.arrangement.region import place_test
from trilogue.arrangement.rules import Rules
from trilogue.encoding import base64
from trilogue.errors import InputError, PassageError
from trilogue.marking import Scale

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from trilogue.arrangement.policies import Policies
    from trilogue.arrangement.region import Position, Where
    from trilogue.arrangement.text import Lang, Pact, Participant, Text
    from trilogue.arrangement.vocabulary import Vocabulary
    from trilogue.signing.keys import PublicKey

__all__ = ["Arrangement", "Leg"]


class Leg(NamedTuple):
    """One step of the way from an originator to a recipient, and the pact that protects it."""

    giver: str
    taker: str
    pact: str


MOST_REACHED = 1024


@dataclass(frozen=True, eq=False)
class Arrangement:
    """An arrangement that parsed. `digest` (32 bytes) is what every participant signs.

    `trilogue.arrangement.parse.parse_arrangement` builds it. Who adopted it stands in
    `trilogue.arrangement.adoption`.
    """

    digest: bytes
    text: Text
    policies: Policies
    vocabularies: Mapping[Lang, Vocabulary]
    roots: Mapping[str, PublicKey]

    @property
    def id(self) -> str:
        """The arrangement's name, such as `tisa-2014`."""
        return self.text.id

    @property
    def hub(self) -> str:
        """The participant through which the others share."""
        return self.text.hub

    @property
    def ceiling(self) -> str:
        """The highest level that may be shared."""
        return self.text.ceiling.level

    @property
    def purposes(self) -> tuple[str, ...]:
        """For what information may be used."""
        return self.text.purposes

    @property
    def subjects(self) -> tuple[str, ...]:
        """What information may be about."""
        return self.text.scope.subjects

    @cached_property
    def digest_text(self) -> str:
        """The digest in base64, as statements carry it."""
        return base64.encode(self.digest)

    @cached_property
    def participants(self) -> tuple[str, ...]:
        """The participants' ids in the order of the text."""
        return tuple(self._participants)

    @cached_property
    def scale(self) -> Scale:
        """The levels with their equivalents."""
        languages = {participant.id: participant.language for participant in self.text.participants}
        return Scale((level.level for level in self.text.levels), languages)

    @cached_property
    def _neighbours(self) -> dict[str, tuple[str, ...]]:
        return {
            who: tuple(other for other in self.participants if self.pact(who, other))
            for who in self.participants
        }

    @cached_property
    def _legs(self) -> dict[tuple[str, str], tuple[Leg, ...]]:
        """The ways that were asked for."""
        return {}

    @cached_property
    def rules(self) -> Rules:
        """The rules, ready to decide; one instance, so that it remembers for all its users."""
        return Rules(self)

    def participant(self, who: str) -> Participant:
        """Return what the text says of a participant; raise `InputError` if it is none."""
        try:
            return self._participants[who]
        except KeyError:
            raise InputError(f"{who!r} is no participant of {self.id}") from None

    def root(self, who: str) -> PublicKey:
        """Return a participant's root public key; raise `InputError` if none is drawn up."""
        self.participant(who)
        try:
            return self.roots[who]
        except KeyError:
            raise InputError(
                f"{self.id} holds no root public key of {who}",
                hint=f"draw the arrangement up with {root_file(who)} of every participant",
            ) from None

    def require_roots(self) -> None:
        """Raise `InputError` unless every participant's root public key stands in it.

        Nobody can adopt an arrangement without them: no statement could be verified under it.
        """
        for who in self.participants:
            self.root(who)

    def pact(self, a: str, b: str) -> Pact | None:
        """Return the pact between two participants, or None: then they have no channel."""
        return self._pacts.get(frozenset((a, b)))

    def neighbours(self, who: str) -> tuple[str, ...]:
        """Return the participants with which `who` has a pact, in the order of the text."""
        self.participant(who)
        return self._neighbours[who]

    def legs(self, originator: str, recipient: str) -> tuple[Leg, ...]:
        """Return the way from originator to recipient: one leg, or two by way of the hub.

        There is no leg from a participant to itself.
        Raises `PassageError` when there is none, and `InputError` for somebody unknown.
        """
        known = self._legs.get((originator, recipient))
        if known is None:
            known = self._legs[originator, recipient] = self._find_legs(originator, recipient)
        return known

    def _find_legs(self, originator: str, recipient: str) -> tuple[Leg, ...]:
        self.participant(originator)
        self.participant(recipient)
        if originator == recipient:
            return ()
        direct = self.pact(originator, recipient) is not None
        stops = (originator, recipient) if direct else (originator, self.hub, recipient)
        legs: list[Leg] = []
        for giver, taker in itertools.pairwise(stops):
            pact = self.pact(giver, taker)
            if pact is None:
                raise PassageError(
                    f"no way from {originator} to {recipient}: no pact between {giver} and {taker}",
                    hint=f"{originator} has a pact with {', '.join(self.neighbours(originator))}",
                )
            legs.append(Leg(giver, taker, pact.id))
        return tuple(legs)

    def reaches(self, originator: str, audience: tuple[str, ...]) -> bool:
        """Whether a pact protects each leg of the way to everybody in the audience."""
        known = self._reached.get((originator, audience))
        if known is None:
            known = all(self._reach(originator, participant) for participant in audience)
            if len(self._reached) == MOST_REACHED:
                self._reached.clear()
            self._reached[originator, audience] = known
        return known

    def _reach(self, originator: str, participant: str) -> bool:
        try:
            self.legs(originator, participant)
        except PassageError:
            return False
        return True

    @cached_property
    def _reached(self) -> dict[tuple[str, tuple[str, ...]], bool]:
        """The answers for whom was asked: few, unless somebody makes up audiences."""
        return {}

    def place(self, position: Position | None, *, trajectory: bool = False) -> Where:
        """Return where a report's place lies: (latitude, longitude) in 1e-5 degree.

        `trajectory` is the originator's word that the place lies on a trajectory that began in
        the region; what lies inside is inside all the same.
        """
        if position is None:
            return "unstated"
        if self._inside(position):
            return "inside"
        return "trajectory" if trajectory else "outside"

    def name(self, kind: str, key: str, lang: Lang) -> str:
        """Return the words for a thing, such as `name("rule", "above-ceiling", "ja")`.

        The kinds are `trilogue.arrangement.vocabulary.KINDS`. Raises `NotFoundError`.
        """
        return self.vocabularies[lang].name(kind, key)

    @cached_property
    def _participants(self) -> dict[str, Participant]:
        return {participant.id: participant for participant in self.text.participants}

    @cached_property
    def _pacts(self) -> dict[frozenset[str], Pact]:
        return {frozenset(pact.between): pact for pact in self.text.pacts}

    @cached_property
    def _inside(self) -> Callable[[Position], bool]:
        return place_test(self.text.scope.region.ring)
