"""Exit codes, and the one place where an error becomes words for a person.

error   refused by no-pact: there is no channel between KR and JP
rule    no-pact
next    ask through US
exit    1, refused or refuted
"""

from __future__ import annotations

import sys
import traceback
from enum import IntEnum

import click

from trilogue.cli.out import legible
from trilogue.errors import (
    ConsentError,
    FormatError,
    InputError,
    LocalError,
    NotFoundError,
    NotInForceError,
    PeerError,
    RefusedError,
    TrilogueError,
    UnavailableError,
)

__all__ = ["EXITS", "Exit", "UnreachableError", "exit_of", "show"]


class UnreachableError(UnavailableError):
    """Nobody answers where the node should be. Whether it acts there, nobody can say."""


class Exit(IntEnum):
    """What the process says of how it ended; `words` say it to people."""

    DONE = 0
    REFUSED = 1
    WRONG = 2
    NOT_FOUND = 3
    NOT_IN_FORCE = 4
    UNAVAILABLE = 5
    FAULT = 70
    INTERRUPTED = 130

    @property
    def words(self) -> str:
        """The code's meaning."""
        return _WORDS[self]


_WORDS = {
    Exit.DONE: "done",
    Exit.REFUSED: "refused or refuted",
    Exit.WRONG: "wrong use or bad input",
    Exit.NOT_FOUND: "not found, or nobody there",
    Exit.NOT_IN_FORCE: "the arrangement is not in force",
    Exit.UNAVAILABLE: "the node cannot act now",
    Exit.FAULT: "a fault of the program itself",
    Exit.INTERRUPTED: "interrupted",
}

EXITS: dict[type[BaseException], Exit] = {
    RefusedError: Exit.REFUSED,
    ConsentError: Exit.REFUSED,
    PeerError: Exit.REFUSED,
    InputError: Exit.WRONG,
    FormatError: Exit.WRONG,
    NotFoundError: Exit.NOT_FOUND,
    NotInForceError: Exit.NOT_IN_FORCE,
    UnreachableError: Exit.NOT_FOUND,
    UnavailableError: Exit.UNAVAILABLE,
    # What is left of ours is about who asks: an unknown token, a role that may not.
    LocalError: Exit.REFUSED,
    # A file that cannot be read or written is named by the system itself.
    OSError: Exit.WRONG,
}
"""Error to exit code; a class that is not here exits as the nearest one above it."""

_FAULT_HINT = "this should not happen: run it again with --debug and report what it shows"


def exit_of(error: BaseException) -> Exit:
    """Return the exit code of an error."""
    for kind in type(error).__mro__:
        if kind in EXITS:
            return EXITS[kind]
    return Exit.FAULT


def show(error: Exception, *, debug: bool) -> Exit:
    """Write an error to standard error for a person, and return how to exit."""
    if debug:
        traceback.print_exception(error, file=sys.stderr)
    code = exit_of(error)
    message, hint = str(error) or type(error).__name__, ""
    if isinstance(error, TrilogueError):
        message, hint = error.message, error.hint
    if code is Exit.FAULT:
        message, hint = f"{type(error).__name__}: {message}", _FAULT_HINT
    lines = [("error", message)]
    lines += [("rule", rule) for rule in getattr(error, "rules", ())]
    if isinstance(error, PeerError):
        lines.append(("step", f"{error.step} of the acceptance steps"))
    if hint:
        lines.append(("next", hint))
    lines.append(("exit", f"{code.value}, {code.words}"))
    for label, text in lines:
        red = "red" if label == "error" else None
        click.secho(f"{label:<7} {legible(text)}", fg=red, err=True)
    return code
