"""Examples of what an operation may refuse, for the document."""

from __future__ import annotations

from typing import Any

import msgspec

from trilogue.api.problems import problem_of
from trilogue.errors import (
    ConsentError,
    ConsentExpiredError,
    NotFoundError,
    NotInForceError,
    PeerError,
    RefusedError,
    TrilogueError,
    UnavailableError,
)
from trilogue.node.problem import (
    KeyReusedError,
    MalformedError,
    MediaTypeError,
    PasskeyError,
    RoleError,
    SameOfficerError,
    TooLargeError,
    TooManyError,
    UnknownCallerError,
    title,
)

__all__ = ["problem_example"]

_PROBLEMS: tuple[TrilogueError, ...] = (
    MalformedError("portions: Expected `array` of length >= 1"),
    UnknownCallerError("this token is not known here", hint="ask an administrator"),
    RoleError("grant is not for analyst", hint="it is for release-officer"),
    NotFoundError("no report at KR/17 is known here"),
    RefusedError(
        "refused by above-ceiling: It is marked higher than the ceiling of the arrangement.",
        rules=("above-ceiling",),
        index=19,
    ),
    NotInForceError("the arrangement is not in force: Not in force: suspended by JP."),
    ConsentError("grant KR 18 was withdrawn"),
    ConsentExpiredError(
        "the grant ended at 2016-09-10T00:00:00.000Z; it is 2016-09-10T08:13:55.020Z",
        hint="ask the originator again",
    ),
    SameOfficerError("kim-ju has agreed to grant 3 already"),
    PasskeyError(
        "kim-ju has a passkey, so nothing else grants or refuses in that name",
        hint="grant at the console, and sign there",
    ),
    TooLargeError("a request of more than 4194304 bytes"),
    TooManyError(
        "this token asks more often than the node allows",
        hint="wait 1 s, or have [limit] in node.toml changed",
    ),
    MediaTypeError("a body of 'text/plain'", hint="send application/json"),
    KeyReusedError(
        "the idempotency key 'f2c1' was used for another request",
        hint="take a new key for a new request",
    ),
    UnavailableError("the store cannot be written: disk full"),
    PeerError("no pact leads from KR to JP", step=6),
)
_TOLD = {type(error): error for error in _PROBLEMS}


def problem_example(kind: type[TrilogueError]) -> dict[str, Any]:
    """Return problem details of a class, as an example."""
    error = _TOLD.get(kind) or kind(title(kind))
    example: dict[str, Any] = msgspec.to_builtins(problem_of(error))
    return example
