"""What a node answers to reports that were filed, one by one or together."""

from __future__ import annotations

from trilogue.marking import Marking
from trilogue.node.answers import Answer
from trilogue.node.inputs import Place

__all__ = ["Batch", "BatchEntry", "Denied", "Submitted", "SubmittedPortion"]


class SubmittedPortion(Answer, frozen=True, kw_only=True):
    """One portion of a new report, in the author's order, with the digest that names it."""

    portion: str
    label: str | None
    payload_type: str
    subject: str
    marking: Marking


class Submitted(Answer, frozen=True, kw_only=True):
    """A new report, and the grants that a standing consent made at once."""

    report: Place
    portions: tuple[SubmittedPortion, ...]
    grants: tuple[Place, ...]


class Denied(Answer, frozen=True, kw_only=True):
    """What the rules did not let pass: where the refusal stands in the log, and why."""

    refusal: Place
    rules: tuple[str, ...]
    reason: str


class BatchEntry(Answer, frozen=True, kw_only=True):
    """What became of one report of a batch: one of the two stands."""

    submitted: Submitted | None
    denied: Denied | None


class Batch(Answer, frozen=True, kw_only=True):
    """What became of reports that were filed together, in their order."""

    reports: tuple[BatchEntry, ...]
