"""k of n: how many of which signers it takes.

>>> quorum = Threshold(2, frozenset({"example.org/kr", "example.org/us", "example.org/jp"}))
>>> quorum.met(["example.org/kr", "example.org/kr"])
False
>>> quorum.met(["example.org/kr", "example.org/us", "example.net/stranger"])
True
>>> sorted(quorum.missing(["example.org/kr"]))
['example.org/jp', 'example.org/us']
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

from trilogue.errors import InputError, SignatureError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from trilogue.signing.keys import PublicKey

__all__ = ["Threshold"]


@dataclass(frozen=True, slots=True)
class Threshold:
    """At least `k` of `names` must have signed. Raises `InputError` unless 1 ≤ k ≤ n."""

    k: int
    names: frozenset[str]

    def __post_init__(self) -> None:
        # A threshold of zero would be met by nobody: an empty rule denies.
        if not 1 <= self.k <= len(self.names):
            raise InputError(f"a threshold of {self.k} over {len(self.names)} names")

    @classmethod
    def over(cls, k: int, publics: Iterable[PublicKey]) -> Self:
        """Return the threshold over the names of distinct keys.

        Raises `InputError` when one key stands under two names: its holder would count twice.
        """
        given = tuple(publics)
        for keys in (
            {p.name for p in given},
            {p.ed25519 for p in given},
            {p.mldsa44 for p in given},
        ):
            if len(keys) != len(given):
                raise InputError("a threshold counts distinct keys under distinct names")
        return cls(k, frozenset(p.name for p in given))

    def met(self, names: Iterable[str]) -> bool:
        """Say whether enough signers are among `names`; strangers and repeats do not count."""
        return len(self.names.intersection(names)) >= self.k

    def missing(self, names: Iterable[str]) -> frozenset[str]:
        """Return the signers who are not among `names`."""
        return self.names.difference(names)

    def require(self, names: Iterable[str]) -> None:
        """Raise `SignatureError`, which says who is missing, unless the threshold is met."""
        given = frozenset(names)
        if not self.met(given):
            raise SignatureError(
                f"{len(self.names & given)} of {len(self.names)} signed where {self.k} must",
                hint=f"missing: {', '.join(sorted(self.missing(given)))}",
            )
