"""A row: one fault, in words that the run has to bear out, and what brings it about."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.faults.scene import Scene

__all__ = ["FAULTS", "Fault", "Seen", "fault"]


@dataclass(frozen=True)
class Fault:
    """A fault. `does` and `recovers` are the author's words; `run` asserts what they say."""

    group: str
    name: str
    does: str
    recovers: str
    run: Callable[[Scene], None]
    quick: bool
    """Whether it is one of the few that every test run shows, on nodes shared with others."""
    alone: bool
    """Whether it needs three nodes of its own: it leaves traces that the reckoning has to allow."""
    needs: str
    """What the machine must allow, or empty: `mounts`, `block devices`."""


@dataclass
class Seen:
    """What a run of a row has shown: what the operator saw, word for word."""

    sights: list[str] = field(default_factory=list)


FAULTS: dict[str, Fault] = {}
"""All rows by name, in the order in which they are told."""


def fault(
    group: str,
    name: str,
    *,
    does: str,
    recovers: str,
    quick: bool = False,
    alone: bool = False,
    needs: str = "",
) -> Callable[[Callable[[Scene], None]], Callable[[Scene], None]]:
    """Make a function a row."""

    def register(run: Callable[[Scene], None]) -> Callable[[Scene], None]:
        if name in FAULTS:
            raise AssertionError(f"two faults are called {name!r}")
        FAULTS[name] = Fault(group, name, does, recovers, run, quick, alone, needs)
        return run

    return register
