"""News: whoever waits for something new to count here is told, within one process."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress

__all__ = ["News"]


class News:
    """The newest position that is known, and those who wait for the next one."""

    def __init__(self, position: int = 0) -> None:
        self.position = position
        self._condition = asyncio.Condition()
        self._ended = False

    async def tell(self, position: int) -> bool:
        """Wake those who wait if this position is another; say whether it is."""
        if position == self.position:
            return False
        async with self._condition:
            self.position = position
            self._condition.notify_all()
        return True

    async def wait(self, seconds: float) -> None:
        """Wait for the next news, and no longer than so many seconds."""
        async with self._condition:
            with suppress(TimeoutError):
                await asyncio.wait_for(self._condition.wait(), seconds)

    async def follow(self) -> AsyncIterator[int]:
        """Yield the newest position each time there is another, until the end."""
        known = self.position
        while not self._ended:
            async with self._condition:
                await self._condition.wait_for(lambda: self.position > known or self._ended)  # noqa: B023 - read at once
                known = self.position
            yield known

    async def end(self) -> None:
        """Let nobody wait any more."""
        async with self._condition:
            self._ended = True
            self._condition.notify_all()
