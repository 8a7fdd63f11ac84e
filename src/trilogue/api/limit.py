"""The limit: how often the holder of one token may ask, so that one program cannot occupy a node.

A token bucket for each token: it holds `burst` requests, and `per_second` come back. What is asked
beyond that is turned away before its body is read, with 429 and how long to wait. Names of holders
may have a rate of their own, such as a sensor's feed.

>>> limit = Limit(LimitSettings(per_second=2.0, burst=1))
>>> limit.take("token", "lee-min", at=0.0), limit.take("token", "lee-min", at=0.1)
(0.0, 0.4)
>>> limit.take("another", "lee-min", at=0.1), limit.take("token", "lee-min", at=0.5)
(0.0, 0.0)
"""

from __future__ import annotations

from trilogue.node.settings import LimitSettings

__all__ = ["Limit"]

MOST = 10_000
"""Tokens that are remembered; those of nobody who asks lately are forgotten beyond that."""


class Limit:
    """The buckets of one node's tokens. Lives in one event loop."""

    def __init__(self, settings: LimitSettings | None) -> None:
        self._settings = settings
        self._left: dict[str, tuple[float, float]] = {}
        """Token -> how many requests were left, and when."""

    def take(self, token: str, name: str, *, at: float) -> float:
        """Take one request out of a token's bucket at `at`, in seconds of any steady clock.

        Return 0, or how many seconds it will be before there is one.
        """
        if self._settings is None:
            return 0.0
        rate = self._settings.names.get(name, self._settings.per_second)
        most = float(max(self._settings.burst, rate if name in self._settings.names else 0))
        left, since = self._left.pop(token, (most, at))
        left = min(most, left + (at - since) * rate)
        wait = 0.0 if left >= 1 else (1 - left) / rate
        self._left[token] = (left if wait else left - 1, at)
        while len(self._left) > MOST:
            del self._left[next(iter(self._left))]
        return wait
