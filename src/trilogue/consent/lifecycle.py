"""The life of a request and of a grant, as one table each.

Everything that may happen stands here; what is not in the table is refused. `diagram()` draws it.

>>> advance(REQUEST, "open", "grant")
'granted'
>>> advance(GRANT, "withdrawn", "receipt")
'withdrawn'
>>> advance(REQUEST, "refused", "withdrawal")
Traceback (most recent call last):
    ...
trilogue.errors.InputError: a request that is refused cannot take a withdrawal
"""

from __future__ import annotations

from collections.abc import Mapping

from trilogue.errors import InputError

__all__ = ["GRANT", "REQUEST", "Table", "advance", "diagram"]

Table = tuple[str, Mapping[tuple[str, str], str]]
"""The name of what lives, and (state, event) -> state."""

REQUEST: Table = (
    "request",
    {
        ("none", "request"): "open",
        ("open", "grant"): "granted",
        ("open", "refusal"): "refused",
        # An originator may change its mind, and a description may be answered more than once.
        ("refused", "grant"): "granted",
        ("granted", "grant"): "granted",
    },
)

GRANT: Table = (
    "grant",
    {
        ("none", "grant"): "live",
        # A withdrawal may overtake the grant that it ends: the grant is then dead on arrival.
        ("none", "withdrawal"): "withdrawn",
        ("withdrawn", "grant"): "withdrawn",
        ("live", "receipt"): "held",
        ("held", "receipt"): "held",
        ("live", "withdrawal"): "withdrawn",
        ("held", "withdrawal"): "withdrawn",
        # A receipt that crossed the withdrawal on its way changes nothing.
        ("withdrawn", "receipt"): "withdrawn",
        ("withdrawn", "withdrawal"): "withdrawn",
        ("withdrawn", "destruction"): "destroyed",
        ("live", "destruction"): "destroyed",
        ("held", "destruction"): "destroyed",
        ("destroyed", "destruction"): "destroyed",
        # After an expiry the originator may still withdraw: nothing is left to destroy.
        ("destroyed", "withdrawal"): "destroyed",
        ("destroyed", "receipt"): "destroyed",
    },
)


def advance(table: Table, state: str, event: str) -> str:
    """Return the next state; raise `InputError` when the table has no such transition."""
    what, transitions = table
    following = transitions.get((state, event))
    if following is None:
        raise InputError(f"a {what} that is {state} cannot take a {event}")
    return following


def diagram(table: Table) -> str:
    """Return the table as a Mermaid state diagram."""
    what, transitions = table
    lines = [f"---\ntitle: {what}\n---", "stateDiagram-v2"]
    for (state, event), following in transitions.items():
        source = "[*]" if state == "none" else state
        lines.append(f"    {source} --> {following}: {event}")
    return "\n".join(lines) + "\n"
