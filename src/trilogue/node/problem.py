"""Problem details (RFC 9457): how an error is told to those who ask a node, and read back.

    {"type":"urn:trilogue:error:not-in-force","title":"The arrangement is not in force, so nothing
     moves under it","status":409,"detail":"the arrangement is not in force: …","hint":"…"}

The type is stable: it is made of the class's name. A class that is not told by its own name is
told by that of its nearest base that is.

>>> problem_type(errors.NotInForceError)
'urn:trilogue:error:not-in-force'
>>> error = RefusedError("refused by above-ceiling: …", rules=("above-ceiling",), index=7)
>>> again = rebuild(describe(error, 403))
>>> type(again).__name__, again.rules, again.index
('RefusedError', ('above-ceiling',), 7)
"""

from __future__ import annotations

import re

import msgspec

from trilogue import errors
from trilogue.errors import (
    ConsentError,
    InputError,
    LocalError,
    PeerError,
    RefusedError,
    TrilogueError,
    UnavailableError,
)

__all__ = [
    "TOLD",
    "KeyReusedError",
    "MalformedError",
    "MediaTypeError",
    "PasskeyError",
    "Problem",
    "RoleError",
    "SameOfficerError",
    "TooLargeError",
    "TooManyError",
    "UnknownCallerError",
    "describe",
    "problem_type",
    "rebuild",
    "title",
]

MEDIA_TYPE = "application/problem+json"


class UnknownCallerError(LocalError):
    """The request carries no token, or one that is not known here."""


class RoleError(LocalError):
    """The caller's roles do not allow this."""


class MalformedError(InputError):
    """The request does not parse, or does not have the shape of its operation."""


class TooLargeError(InputError):
    """The request is larger than a node reads."""


class TooManyError(UnavailableError):
    """The holder of this token asks more often than the node allows.

    `seconds` says how long to wait.
    """

    def __init__(self, message: str, *, hint: str = "", seconds: int = 1) -> None:
        super().__init__(message, hint=hint)
        self.seconds = seconds


class MediaTypeError(InputError):
    """The body of the request is not said to be JSON."""


class KeyReusedError(InputError):
    """The idempotency key was used before, for another request."""


class SameOfficerError(ConsentError):
    """Two different officers must agree, and this one has agreed already."""


class PasskeyError(ConsentError):
    """The officer's own passkey must sign this, and did not."""


class Problem(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """An error as JSON (RFC 9457, section 3). Members that say nothing are left out.

    `rules` and `index` belong to a refusal: the rules that determined it, and where in this
    node's log it stands. `step` is the acceptance step at which something of a peer's failed.
    """

    type: str = "about:blank"
    title: str
    status: int
    detail: str = ""
    hint: str = ""
    rules: tuple[str, ...] = ()
    index: int | None = None
    step: int | None = None


def title(kind: type[TrilogueError]) -> str:
    """Return what an error of this class says, whatever its occasion."""
    return re.split(r"\.(?:\s|$)", _told(kind).__doc__ or "", maxsplit=1)[0]


def problem_type(kind: type[TrilogueError]) -> str:
    """Return the stable URN of an error class."""
    words = re.findall("[A-Z][a-z]*", _told(kind).__name__.removesuffix("Error"))
    return "urn:trilogue:error:" + "-".join(words).lower()


def describe(error: TrilogueError, status: int) -> Problem:
    """Return an error as problem details, under an HTTP status."""
    refused = error if isinstance(error, RefusedError) else None
    return Problem(
        type=problem_type(type(error)),
        title=title(type(error)),
        status=status,
        detail=error.message,
        hint=error.hint,
        rules=refused.rules if refused else (),
        index=refused.index if refused else None,
        step=error.step if isinstance(error, PeerError) else None,
    )


def rebuild(problem: Problem) -> TrilogueError:
    """Return the error that a problem tells of.

    One of an unknown type is an `UnavailableError` when the node is at fault (5xx) and an
    `InputError` otherwise.
    """
    detail = problem.detail or problem.title
    kind = TOLD.get(problem.type)
    if kind is None:
        kind = UnavailableError if problem.status >= 500 else InputError
    if issubclass(kind, RefusedError):
        return kind(detail, rules=problem.rules, index=problem.index, hint=problem.hint)
    if issubclass(kind, PeerError):
        return kind(detail, step=problem.step, hint=problem.hint)
    return kind(detail, hint=problem.hint)


_CLASSES: tuple[type[TrilogueError], ...] = (
    *(getattr(errors, name) for name in errors.__all__),
    UnknownCallerError,
    RoleError,
    MalformedError,
    TooLargeError,
    TooManyError,
    MediaTypeError,
    KeyReusedError,
    SameOfficerError,
    PasskeyError,
)


def _told(kind: type[TrilogueError]) -> type[TrilogueError]:
    return next(base for base in kind.__mro__ if base in _CLASSES)


TOLD: dict[str, type[TrilogueError]] = {problem_type(kind): kind for kind in _CLASSES}
"""Every error class that is told by its own name, by its URN."""
