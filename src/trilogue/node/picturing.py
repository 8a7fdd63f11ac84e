"""Picturing: the node's own picture, from what it may read at this moment and nothing else.

What may be read is gathered in the node's one thread; flights are estimated apart from it, since
that can take a second:

    hand = picturing.in_hand("warning")        an act or a question
    raids = picturing.flights_of(hand)         any thread

What is remembered of portions is forgotten when any is destroyed, and so is what others make of
pictures and keep (`beside`).
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

from trilogue.errors import NotFoundError
from trilogue.node.books import Books
from trilogue.node.deriving import check_sources, derived_portion, live_for
from trilogue.node.inputs import Place, PlaceInput, ReportInput, SourceInput
from trilogue.node.reading import Opening, Reading

if TYPE_CHECKING:
    from collections.abc import Sequence

    from trilogue.picture.missiles import Flights, RaidPicture
    from trilogue.picture.seismic import SeismicPicture
    from trilogue.picture.sources import Readable

__all__ = ["InHand", "Picturing", "sources_in"]

T = TypeVar("T")

REMEMBERED = 16
"""Pictures kept in memory."""
FLIGHT_TYPES = ("plots", "track")
"""Payload types that flights are made of."""


@dataclass(frozen=True)
class InHand:
    """The plots and tracks that might be read at a moment, for a purpose, one's own or all."""

    purpose: str
    own_only: bool
    participants: tuple[str, ...]
    openings: tuple[Opening, ...]
    forgotten: int
    """How often something had been forgotten by then."""


def sources_in(hand: InHand, participants: Sequence[str] = ()) -> tuple[SourceInput, ...]:
    """Return the portions in hand, of some participants where any are named."""
    return tuple(
        SourceInput(
            report=Place(speaker=one.report.speaker, index=one.report.index),
            portion=one.holding.portion,
        )
        for one in hand.openings
        if not participants or one.report.speaker in participants
    )


class Picturing:
    """What one node sees. It imports the analysis when it is first asked: numerics are heavy."""

    def __init__(self, books: Books, reading: Reading, clock: Callable[[], str]) -> None:
        self._books = books
        self._reading = reading
        self._clock = clock
        self._remembered: dict[tuple[str, ...], tuple[SeismicPicture, ...]] = {}
        self._flights: dict[tuple[str, bool], Flights] = {}
        self._beside: dict[Callable[[], Any], Any] = {}
        self._forgotten = 0
        self._estimating = threading.Lock()
        """Held while flights are estimated: a tracker takes in one set of plots at a time."""
        self._remembering = threading.Lock()
        """Held for a moment, so that nothing forgotten is remembered after all."""

    def forget(self) -> None:
        """Forget every picture: something that stood behind one was destroyed."""
        with self._remembering:
            self._forgotten += 1
            self._remembered.clear()
            self._flights.clear()
            self._beside.clear()

    def beside(self, kind: Callable[[], T]) -> T:
        """Return what somebody keeps of pictures, made when it is first asked for. In any thread.

        It is forgotten with them: whoever holds on to it holds what may have been destroyed.
        """
        with self._remembering:
            if kind not in self._beside:
                self._beside[kind] = kind()
            kept: T = self._beside[kind]
            return kept

    @property
    def remembered(self) -> frozenset[str]:
        """Digests of the portions of which something is kept in memory."""
        seismic = {portion for key in self._remembered for portion in key}
        return frozenset(seismic).union(*(one.portions for one in self._flights.values()))

    def events(
        self, purpose: str = "analysis", *, own_only: bool = False
    ) -> tuple[SeismicPicture, ...]:
        """Return the nuclear tests that the arrivals in hand show, one estimate a coalition.

        `own_only` leaves out what others shared: what the node would see alone.
        """
        from trilogue.picture.seismic import picture_events

        readables = [
            one
            for one in self._readable(purpose)
            if not own_only or one.report.speaker == self._books.me
        ]
        # The same portions give the same picture, to the last bit: nothing else goes in.
        key = tuple(sorted(one.portion for one in readables))
        if key not in self._remembered:
            if len(self._remembered) >= REMEMBERED:
                self._remembered.clear()
            self._remembered[key] = picture_events(readables, self._books.addressing().participants)
        return self._remembered[key]

    def file(self, first_arrival: str, coalition: tuple[str, ...], purpose: str) -> ReportInput:
        """Return the derived report that states an estimate, ready to be submitted.

        Raises `NotFoundError` for an event or coalition that is not in the picture.
        """
        from trilogue.picture.filing import event_payload, sources_of

        for picture in self.events(purpose):
            if picture.first_arrival != first_arrival:
                continue
            for estimate in picture.estimates:
                if estimate.coalition != coalition:
                    continue
                payload = event_payload(picture, estimate)
                place = PlaceInput(
                    latitude=payload.epicentre.latitude, longitude=payload.epicentre.longitude
                )
                return ReportInput(
                    portions=(
                        derived_portion(self._books, payload, sources_of(picture, estimate), place),
                    )
                )
        raise NotFoundError(
            f"no estimate by {', '.join(coalition)} of an event first seen at {first_arrival}"
        )

    # Flights.

    def in_hand(self, purpose: str = "analysis", *, own_only: bool = False) -> InHand:
        """Gather the plots and tracks that may be read now. In the node's thread.

        `own_only` leaves out what others shared. Raises `InputError` for what is no purpose.
        """
        forgotten = self._forgotten
        return InHand(
            purpose,
            own_only,
            self._books.addressing().participants,
            tuple(
                opening
                for opening in live_for(
                    self._books, self._reading, purpose, self._clock(), FLIGHT_TYPES
                )
                if not own_only or opening.report.speaker == self._books.me
            ),
            forgotten,
        )

    def flights_of(self, hand: InHand) -> tuple[RaidPicture, ...]:
        """Estimate the flights that plots and tracks in hand show. In any thread.

        It costs what changed since it was asked last for the same purpose. The answer depends on
        what is in hand alone.
        """
        from trilogue.picture.missiles import Flights
        from trilogue.picture.sources import Readable

        key = hand.purpose, hand.own_only
        with self._estimating:
            known = self._flights.get(key) or Flights(hand.participants)
            raids = known.picture(
                Readable(
                    opening.report,
                    opening.holding.portion,
                    opening.holding.header,
                    known.payload(
                        opening.holding.portion,
                        opening.holding.header.payload_type,
                        opening.plaintext,
                    ),
                    opening.derive_for,
                )
                for opening in hand.openings
            )
            with self._remembering:
                if hand.forgotten == self._forgotten:
                    self._flights[key] = known
        return raids

    def flights(
        self, purpose: str = "analysis", *, own_only: bool = False
    ) -> tuple[RaidPicture, ...]:
        """Return the missile flights in what may be read now, one picture a coalition."""
        return self.flights_of(self.in_hand(purpose, own_only=own_only))

    def file_flight(
        self, first_seen: str, coalition: tuple[str, ...], track: str, purpose: str
    ) -> ReportInput:
        """Return the derived report that states a flight: its track, and its launch if it shows.

        Raises `NotFoundError` for a flight that is not in the picture.
        """
        from trilogue.picture.flight_filing import flight_named, launch_payload, track_payload
        from trilogue.picture.told import place_of

        found = flight_named(self.flights(purpose), first_seen, coalition, track)
        if found is None:
            raise NotFoundError(
                f"{', '.join(coalition)} together see no flight {track!r} "
                f"in what was first seen at {first_seen}",
                hint="the picture changes as plots come: look again",
            )
        flight, picture = found
        sources = picture.behind(track)
        check_sources(
            sources,
            repr(track),
            "file a smaller coalition's, or have plots reported in longer stretches",
        )
        latitude, longitude = place_of(flight.now)
        place = PlaceInput(latitude=latitude, longitude=longitude, trajectory=True)
        track_made = track_payload(flight, sources)
        portions = [derived_portion(self._books, track_made, sources, place, "track")]
        if flight.launch is not None:
            place = PlaceInput(latitude=flight.launch.latitude, longitude=flight.launch.longitude)
            portions.append(
                derived_portion(self._books, launch_payload(flight), sources, place, "launch")
            )
        return ReportInput(portions=tuple(portions))

    # What both are made of.

    def _readable(self, purpose: str) -> list[Readable]:
        from trilogue.picture.sources import Readable

        return [
            Readable.of(
                opening.report,
                opening.holding.portion,
                opening.holding.header,
                opening.plaintext,
                opening.derive_for,
            )
            for opening in live_for(
                self._books, self._reading, purpose, self._clock(), ("seismic-arrivals",)
            )
        ]
