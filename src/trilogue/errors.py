"""The error tree. Every error names the rule that was broken, the value, and the way out.

    TrilogueError
    ├── LocalError               ours: the caller asked for what may not be or cannot be done
    │   ├── InputError           what was given does not parse or does not fit
    │   ├── NotFoundError        no such report, request, grant …
    │   ├── RefusedError         a rule says no; carries the decision
    │   ├── NotInForceError      the arrangement is not in force, so nothing moves
    │   ├── ConsentError         no live grant covers what is asked
    │   │   └── ConsentExpiredError
    │   └── UnavailableError     the node cannot log, so it refuses to act (fail closed)
    └── PeerError                the peer's: what it sent does not verify
        ├── FormatError          step 0: size, shape, strict re-encoding
        ├── SignatureError       steps 1 and 2: key statement, checkpoint signatures
        ├── ConsistencyError     step 3: two views of one log that cannot both be
        ├── InclusionError       steps 4 and 5: leaf or commitment does not stand in the log
        ├── PassageError         step 6: arrangement, pact, or the hub's relay is missing
        ├── GrantError           step 7: no live grant by the originator for the recipient
        ├── RuleError            step 8: the decision denies
        └── OpeningError         step 9: keys, portion or plaintext commitment do not open

A `PeerError` carries the acceptance step of `trilogue.protocol` at which it was raised, so that
a refusal can be logged, counted and tested by step. `hint` says what to do next.

Messages are English. What people meet at the console every day has a name beside it, `detail`,
under which the console says message and hint in the reader's language, with the error's `values`.
"""

from __future__ import annotations

__all__ = [
    "ConsentError",
    "ConsentExpiredError",
    "ConsistencyError",
    "FormatError",
    "GrantError",
    "InclusionError",
    "InputError",
    "LocalError",
    "NotFoundError",
    "NotInForceError",
    "OpeningError",
    "PassageError",
    "PeerError",
    "RefusedError",
    "RuleError",
    "SignatureError",
    "TrilogueError",
    "UnavailableError",
]


class TrilogueError(Exception):
    """Root of every error that Trilogue raises on purpose."""

    def __init__(self, message: str, *, hint: str = "", detail: str = "", **values: str) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
        self.detail = detail
        self.values = values

    def __str__(self) -> str:
        return f"{self.message} ({self.hint})" if self.hint else self.message


class LocalError(TrilogueError):
    """The caller asked for what may not be or cannot be done."""


class InputError(LocalError):
    """What was given does not parse or does not fit."""


class NotFoundError(LocalError):
    """No such thing is held here."""


class RefusedError(LocalError):
    """A rule of the arrangement says no. `rules` names those that determined it."""

    def __init__(
        self, message: str, *, rules: tuple[str, ...] = (), index: int | None = None, hint: str = ""
    ) -> None:
        super().__init__(message, hint=hint)
        self.rules = rules
        self.index = index


class NotInForceError(LocalError):
    """The arrangement is not in force, so nothing moves under it."""


class ConsentError(LocalError):
    """No live grant covers what is asked."""


class ConsentExpiredError(ConsentError):
    """The grant that covered it has run out."""


class UnavailableError(LocalError):
    """The node cannot log or a peer's log forked: it refuses to act until that is resolved."""


class PeerError(TrilogueError):
    """What a peer sent does not verify. `step` is the acceptance step that failed.

    `again` says that nobody is at fault: something that may still come is missing, and the peer
    may send the same once more.
    """

    step = 0

    def __init__(
        self, message: str, *, step: int | None = None, hint: str = "", again: bool = False
    ) -> None:
        super().__init__(message, hint=hint)
        self.again = again
        if step is not None:
            self.step = step


class FormatError(PeerError):
    """Step 0: size, shape or strict re-encoding."""


class SignatureError(PeerError):
    """Steps 1 and 2: the key statement or a checkpoint signature does not verify."""

    step = 2


class ConsistencyError(PeerError):
    """Step 3: two views of one log that cannot both be."""

    step = 3


class InclusionError(PeerError):
    """Steps 4 and 5: the leaf or its commitment does not stand in the log."""

    step = 4


class PassageError(PeerError):
    """Step 6: the arrangement is not in force, no pact on this leg, or no relay by the hub."""

    step = 6


class GrantError(PeerError):
    """Step 7: no live grant by the originator for the recipient."""

    step = 7


class RuleError(PeerError):
    """Step 8: the rules of the arrangement deny."""

    step = 8


class OpeningError(PeerError):
    """Step 9: keys, portion or plaintext commitment do not open."""

    step = 9
