"""Who may call what: one table, by operation. What does not stand here nobody may call.

Several roles may be one person's. An auditor sees that and when things were done; the content of
reports is for those who work with it, and the register of who opened what for the security
officer alone.
"""

from __future__ import annotations

from collections.abc import Mapping

from trilogue.node.tokens import Role

__all__ = ["EVERYONE", "MAY"]

EVERYONE = frozenset(Role) - {Role.MONITOR}
"""Whoever works with the node. A monitor is a program that reads metrics, and nothing else."""

_ANALYST = Role.ANALYST
_RELEASE = Role.RELEASE_OFFICER
_WATCH = Role.WATCH_OFFICER
_SECURITY = Role.SECURITY_OFFICER
_ADMINISTRATOR = Role.ADMINISTRATOR
_AUDITOR = Role.AUDITOR
_MONITOR = Role.MONITOR

_READERS = frozenset({_ANALYST, _RELEASE, _WATCH})
_AUTHORS = frozenset({_ANALYST, _WATCH})
_KEEPERS = _READERS | {_SECURITY}

MAY: Mapping[str, frozenset[Role]] = {
    "status": EVERYONE,
    "metrics": frozenset({_MONITOR, _ADMINISTRATOR}),
    "arrangement": EVERYONE,
    "adopt": frozenset({_ADMINISTRATOR}),
    "suspend": frozenset({_ADMINISTRATOR}),
    "resume": frozenset({_ADMINISTRATOR}),
    "leave": frozenset({_ADMINISTRATOR}),
    "submit": _AUTHORS,
    "submit_batch": _AUTHORS,
    "reports": _KEEPERS,
    "report": _KEEPERS,
    "open_portion": _READERS,
    "accesses": frozenset({_SECURITY}),
    "reclassify": frozenset({_RELEASE}),
    "request": _READERS,
    "requests": _KEEPERS,
    "grant": frozenset({_RELEASE}),
    "grants": _KEEPERS,
    "pending": frozenset({_RELEASE}),
    "approve": frozenset({_RELEASE}),
    "drop_pending": frozenset({_RELEASE}),
    "refuse": frozenset({_RELEASE}),
    "withdraw": frozenset({_RELEASE}),
    "stand": frozenset({_RELEASE}),
    "standing": _KEEPERS,
    "report_incident": _KEEPERS | {_ADMINISTRATOR},
    "incidents": _KEEPERS | {_ADMINISTRATOR, _AUDITOR},
    "picture": _READERS,
    "file_estimate": _AUTHORS,
    "flights": _READERS,
    "file_flight": _AUTHORS,
    "launch_record": _READERS,
    "findings": _READERS,
    "file_finding": _AUTHORS,
    "statements": EVERYONE,
    "stream": EVERYONE,
}
