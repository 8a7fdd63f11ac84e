"""What the picture is given: portions that may be read now, each with where it came from."""

from __future__ import annotations

from dataclasses import dataclass

from trilogue.reports.cite import Cite
from trilogue.reports.header import Header
from trilogue.reports.lineage import HeldPortion, independent
from trilogue.reports.payloads.registry import Payload, parse_payload

__all__ = ["Readable", "usable"]


@dataclass(frozen=True)
class Readable:
    """One portion that its reader may open at this moment for this purpose.

    `derive_for` names those to whom what is made of it may go on.
    """

    report: Cite
    portion: str
    header: Header
    payload: Payload
    derive_for: tuple[str, ...]

    @classmethod
    def of(
        cls,
        report: Cite,
        portion: str,
        header: Header,
        plaintext: bytes,
        derive_for: tuple[str, ...],
    ) -> Readable:
        """Make one from a portion's opened content. Raises `FormatError`."""
        return cls(
            report, portion, header, parse_payload(header.payload_type, plaintext), derive_for
        )

    @property
    def held(self) -> HeldPortion:
        """The portion as lineage sees it."""
        return HeldPortion(report=self.report, digest=self.portion, header=self.header)


def usable(readables: list[Readable]) -> list[Readable]:
    """Return the portions that may be used together: nothing counted twice, in a fixed order."""
    kept = {held.digest for held in independent(one.held for one in readables).kept}
    return sorted(
        (one for one in readables if one.portion in kept),
        key=lambda one: (one.report.speaker, one.report.index, one.portion),
    )
