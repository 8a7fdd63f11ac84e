"""Lineages: whether what stands behind a derived portion still stands, or went since it was made.

Nothing is marked as gone: it follows, each time it is asked, from the grants that the lineage
cites, from what was said of these since, and from what is held. A source is gone when no grant of
it to the author holds any more (withdrawn, or run out), or when its own originator superseded it.
Whoever was told of a withdrawal knows it; a third participant knows what was passed on to it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Literal

from trilogue.consent.acts import GrantBody
from trilogue.errors import ConsentError
from trilogue.node.answers import Gone
from trilogue.node.books import Books
from trilogue.node.contents import Contents
from trilogue.node.holdings import Holding, Holdings
from trilogue.node.inputs import Place, SourceInput
from trilogue.node.reading import Reading
from trilogue.reports.cite import Cite
from trilogue.reports.header import Source

__all__ = ["Lineages"]


class Lineages:
    """What one node knows of the sources of derived portions."""

    def __init__(
        self,
        books: Books,
        reading: Reading,
        holdings: Holdings,
        contents: Contents,
        clock: Callable[[], str],
    ) -> None:
        self._books = books
        self._reading = reading
        self._holdings = holdings
        self._contents = contents
        self._clock = clock

    def gone(self, holding: Holding) -> tuple[Gone, ...]:
        """Return which sources of a portion are gone; while there is one, it stands no longer."""
        return tuple(self._gone(holding.report[0], holding.header.derived_from))

    def _gone(self, author: str, sources: tuple[Source, ...]) -> Iterator[Gone]:
        at = self._clock()
        for source in sources:
            why, by = (
                self._ended(author, source, at) or self._superseded(source, at) or (None, None)
            )
            if why is not None:
                place = Place(speaker=source.report.speaker, index=source.report.index)
                yield Gone(source=SourceInput(report=place, portion=source.portion), why=why, by=by)

    def _ended(
        self, author: str, source: Source, at: str
    ) -> tuple[Literal["withdrawn", "expired"], Place | None] | None:
        """Return how the last grant of a source to the author ended, or None while one holds.

        An author needs none for its own. A grant that was not heard here says nothing.
        """
        if source.report.speaker == author:
            return None
        ended: tuple[Literal["withdrawn", "expired"], Place | None] | None = None
        for grant in self._grants(author, source):
            statement = self._books.statement(grant)
            if statement is None:
                continue
            withdrawal = self._books.ended_by(grant, author)
            expires = statement.says(GrantBody).extent.expires
            if withdrawal is not None:
                ended = "withdrawn", Place(speaker=grant.speaker, index=withdrawal)
            elif expires is None or at < expires:
                return None
            else:
                ended = ended or ("expired", None)
        return ended

    def _grants(self, author: str, source: Source) -> Iterator[Cite]:
        """Go through the grants that the lineage cites, and those that this author had since."""
        yield from source.grants
        if author != self._books.me:
            return
        report = source.report
        for holding in self._holdings.of_portion(report.speaker, report.index, source.portion):
            cite = self._books.cite(*holding.grant)
            if cite is not None and cite not in source.grants:
                yield cite

    def _superseded(self, source: Source, at: str) -> tuple[Literal["superseded"], Place] | None:
        """Return the report that supersedes a source, where it may be read now."""
        speaker = source.report.speaker
        for (_, index), portion in self._contents.superseding(speaker, source.portion):
            for holding in self._holdings.of_portion(speaker, index, portion):
                try:
                    self._reading.consent(holding, at, None)
                except ConsentError:
                    continue
                return "superseded", Place(speaker=speaker, index=index)
        return None
