"""What must not show: a value that holds a key or content is printed by the name of its type alone.

Representations end up where nobody meant them to: in logs, in tracebacks with their locals, in a
debugger's window, in a test's report. A class that holds secrets says so by its base.

>>> class Key(Hidden):
...     def __init__(self) -> None:
...         self.data = b"secret"
>>> Key()
Key(…)
"""

from __future__ import annotations

from typing import Any

__all__ = ["Hidden"]


class Hidden:
    """Base of values that hold secrets. It has no fields, so structs may have it as a base."""

    __slots__ = ()

    def __repr__(self) -> str:
        return f"{type(self).__name__}(…)"

    def __rich_repr__(self) -> list[tuple[str, Any]]:
        """Show as little to rich, which asks structs for their fields itself."""
        return []
