"""Picturing: the node's own picture, from what it may read at this moment and nothing else."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from trilogue.errors import InputError, NotFoundError
from trilogue.node.books import Books
from trilogue.node.inputs import (
    MarkingInput,
    Place,
    PlaceInput,
    PortionInput,
    ReportInput,
    SourceInput,
)
from trilogue.node.reading import Reading
from trilogue.reports.lineage import derived_marking

if TYPE_CHECKING:
    from trilogue.picture.seismic import SeismicPicture
    from trilogue.picture.sources import Readable

__all__ = ["Picturing"]

REMEMBERED = 16
"""Pictures kept in memory."""


class Picturing:
    """What one node sees. It imports the analysis when it is first asked: numerics are heavy."""

    def __init__(self, books: Books, reading: Reading, clock: Callable[[], str]) -> None:
        self._books = books
        self._reading = reading
        self._clock = clock
        self._remembered: dict[tuple[str, ...], tuple[SeismicPicture, ...]] = {}

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
        from trilogue.encoding import canonical
        from trilogue.picture.filing import event_payload, may_go_to, sources_of

        for picture in self.events(purpose):
            if picture.first_arrival != first_arrival:
                continue
            for estimate in picture.estimates:
                if estimate.coalition != coalition:
                    continue
                sources = sources_of(picture, estimate)
                marking = derived_marking(
                    (one.held for one in sources), self._books.arrangement.scale
                )
                payload = event_payload(picture, estimate)
                return ReportInput(
                    portions=(
                        PortionInput(
                            payload_type="seismic-event",
                            payload=canonical.loads(canonical.encode_payload(payload)),
                            marking=MarkingInput(
                                level=marking.level,
                                releasable_to=(*may_go_to(sources, self._books.me), self._books.me),
                                caveats=tuple(
                                    c
                                    for c in marking.caveats
                                    if c != self._books.arrangement.text.sharing_caveat
                                ),
                            ),
                            subject=sources[0].header.subject,
                            place=PlaceInput(
                                latitude=payload.epicentre.latitude,
                                longitude=payload.epicentre.longitude,
                            ),
                            derived_from=tuple(
                                SourceInput(
                                    report=Place(
                                        speaker=one.report.speaker, index=one.report.index
                                    ),
                                    portion=one.portion,
                                )
                                for one in sources
                            ),
                        ),
                    )
                )
        raise NotFoundError(
            f"no estimate by {', '.join(coalition)} of an event first seen at {first_arrival}"
        )

    def _readable(self, purpose: str) -> list[Readable]:
        from trilogue.picture.sources import Readable

        if purpose not in self._books.addressing().purposes:
            raise InputError(
                f"not a purpose of the arrangement: {purpose!r}",
                hint=f"one of {', '.join(self._books.addressing().purposes)}",
            )
        return [
            Readable.of(
                opening.report,
                opening.holding.portion,
                opening.holding.header,
                opening.plaintext,
                opening.derive_for,
            )
            for opening in self._reading.live(purpose, self._clock())
            if opening.holding.header.payload_type == "seismic-arrivals"
        ]
