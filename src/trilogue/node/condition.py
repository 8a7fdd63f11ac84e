"""How a node is: the shapes of `GET /v1/status`, of `trilogue node status`, and of its metrics.

They stand beside `trilogue.node.answers`, and grow as those do. What only a running node knows (its
queue, whom it reaches) is null where the node does not run. Sizes are statements, times instants.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from trilogue.encoding.instant import Instant
from trilogue.node.answers import Answer, ForceAnswer
from trilogue.node.inputs import Place

__all__ = [
    "Failed",
    "Fork",
    "Health",
    "KeysStatus",
    "NeighbourStatus",
    "Overdue",
    "Reached",
    "Running",
    "Status",
]


class NeighbourStatus(Answer, frozen=True, kw_only=True):
    """A participant with which a channel stands."""

    participant: str
    waiting: int
    """Statements in the outbox that it has not acknowledged."""
    oldest: Instant | None = None
    """When the oldest of them was said."""
    seen: int
    """Size of its log as last verified here."""
    cosigned: int = 0
    """Size of the newest checkpoint of this node that it cosigned."""
    keys_until: Instant | None = None
    """When its keys run out; null when none of its keys are known."""
    reachable: bool | None = None
    """Whether the last attempt reached it; null before one was made."""
    heard: Instant | None = None
    """When it last answered or delivered, since this node was started."""
    problem: str = ""
    """Why the last attempt failed, or empty."""


class Failed(Answer, frozen=True, kw_only=True):
    """A statement of this node that a neighbour did not accept."""

    neighbour: str
    index: int
    reason: str


class Fork(Answer, frozen=True, kw_only=True):
    """A participant showed two logs of one size: nothing more is taken from it."""

    speaker: str
    size: int
    noticed: Instant


class KeysStatus(Answer, frozen=True, kw_only=True):
    """The working keys in use."""

    sequence: int
    since: Instant
    until: Instant
    """When they run out: without newer ones nothing that the node signs counts from then on."""


class Overdue(Answer, frozen=True, kw_only=True):
    """A destruction that a participant owes and has not certified in time."""

    grant: Place
    participant: str
    withdrawn: Instant


class Status(Answer, frozen=True, kw_only=True):
    """How this node is."""

    participant: str
    at: Instant
    arrangement: str | None
    """Digest of the arrangement under which the node works."""
    force: ForceAnswer
    log_size: int
    """Statements in this participant's log."""
    position: int
    """Statements that count here, own and heard: the newest cursor of `/v1/statements`."""
    signed: Instant | None = None
    """When the newest checkpoint of this participant's log was signed."""
    keys: KeysStatus | None = None
    neighbours: tuple[NeighbourStatus, ...]
    failed: tuple[Failed, ...]
    forks: tuple[Fork, ...]
    lapsed: int = 0
    """Grants that ran out while something is still held under them."""
    overdue: tuple[Overdue, ...] = ()
    incidents: int = 0
    """Incidents that are known here, own and heard."""
    queued: int | None = None
    """Acts that wait for their group; null where the node does not run."""
    free_bytes: int = 0
    """What is left on the disk under the node's directory."""
    halted: str
    """Why nothing can be logged, or empty."""
    advice: tuple[str, ...] = ()
    """What is wrong, and what to do about it, the gravest first."""


@dataclass(frozen=True)
class Reached:
    """What a running node knows of the way to one neighbour."""

    reachable: bool | None = None
    heard: str | None = None
    problem: str = ""


@dataclass(frozen=True)
class Running:
    """What only a running node knows of itself."""

    queued: int
    neighbours: Mapping[str, Reached] = field(default_factory=dict)


@dataclass(frozen=True)
class Health:
    """Whether the node serves (`ready`), and everything that stands in its way."""

    ready: bool
    reasons: tuple[str, ...] = field(default=())
    stale: str = ""
    """Why nothing of the store is served, or empty: it may be older than a withdrawal."""
