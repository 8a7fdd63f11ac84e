"""Deriving: what may be made something of at this moment, and how what is made is marked."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from trilogue.errors import InputError
from trilogue.node.books import Books
from trilogue.node.inputs import MarkingInput, Place, PlaceInput, PortionInput, SourceInput
from trilogue.node.reading import Opening, Reading
from trilogue.reports.lineage import derived_marking

if TYPE_CHECKING:
    from collections.abc import Sequence

    from trilogue.picture.sources import Readable
    from trilogue.reports.payloads.registry import Payload

__all__ = ["MOST_SOURCES", "check_sources", "derived_portion", "live_for", "source_of"]

MOST_SOURCES = 1024
"""That a header may name."""


def live_for(
    books: Books, reading: Reading, purpose: str, at: str, payload_types: tuple[str, ...]
) -> Iterator[Opening]:
    """Go through what may be read now for a purpose. Raises `InputError` for what is none."""
    if purpose not in books.addressing().purposes:
        raise InputError(
            f"not a purpose of the arrangement: {purpose!r}",
            hint=f"one of {', '.join(books.addressing().purposes)}",
        )
    return reading.live(purpose, at, payload_types)


def check_sources(sources: Sequence[Readable], what: str, hint: str) -> None:
    """Raise `InputError` where more portions stand behind something than a header names."""
    if len(sources) > MOST_SOURCES:
        raise InputError(
            f"{len(sources)} portions stand behind {what}: a header names {MOST_SOURCES}",
            hint=hint,
        )


def source_of(one: Readable) -> SourceInput:
    """Return a portion as acts and answers name it."""
    return SourceInput(
        report=Place(speaker=one.report.speaker, index=one.report.index), portion=one.portion
    )


def derived_portion(
    books: Books,
    payload: Payload,
    sources: Sequence[Readable],
    place: PlaceInput | None = None,
    label: str | None = None,
) -> PortionInput:
    """Return a portion made from others: marked, released and derived as these say."""
    from trilogue.encoding import canonical
    from trilogue.picture.filing import may_go_to
    from trilogue.reports.payloads.registry import payload_type

    arrangement = books.arrangement
    marking = derived_marking((one.held for one in sources), arrangement.scale)
    return PortionInput(
        payload_type=payload_type(payload),
        payload=canonical.loads(canonical.encode_payload(payload)),
        marking=MarkingInput(
            level=marking.level,
            releasable_to=(*may_go_to(tuple(sources), books.me), books.me),
            caveats=tuple(c for c in marking.caveats if c != arrangement.text.sharing_caveat),
        ),
        subject=sources[0].header.subject,
        label=label,
        place=place,
        derived_from=tuple(map(source_of, sources)),
    )
