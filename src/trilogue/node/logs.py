"""What a node writes to standard error: lines for people, or JSON lines for programs.

    2016-09-09T00:30:01.353Z INFO    trilogue.node: US is reached
    {"at":"2016-09-09T00:30:01.353Z","level":"info","logger":"trilogue.node",
     "message":"US is reached","peer":"US"}

No line holds content, a key or a token. Messages are written here in the program, with
participants, operations, sizes and statuses in them and nothing that a caller or a peer wrote. What
goes wrong is logged with its class and the places in the program at which it passed, without its
words: the words of an error nobody foresaw may hold the very value at which it arose. Errors of the
system and those that say why the node cannot act are the exception: their words are the system's
and our own.

Beyond the loggers of Trilogue itself only warnings are written, at whatever level.
"""

from __future__ import annotations

import asyncio
import logging
import sys
import traceback
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any, Literal

import msgspec

from trilogue.encoding import instant
from trilogue.errors import UnavailableError

__all__ = ["FIELDS", "Format", "JsonLines", "Level", "TextLines", "loop_failed", "set_up"]

Format = Literal["text", "json"]
Level = Literal["debug", "info", "warning"]

FIELDS = ("peer", "operation", "status", "acts", "seconds", "statements")
"""What a line may carry beside its message, as `extra` of the call that logs."""

_DEEPEST = 8
"""Causes that are followed behind an error."""

log = logging.getLogger("trilogue.node")


class TextLines(logging.Formatter):
    """A line for people; nothing in it moves a cursor or begins a line of its own."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line, and under it where an error passed."""
        head = f"{_at(record)} {record.levelname:<7} {record.name}: {_visible(record.getMessage())}"
        return "\n".join([head, *(f"    {line}" for line in _places(record))])


class JsonLines(logging.Formatter):
    """A JSON object a line, for programs that gather logs."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the object as one line."""
        line: dict[str, Any] = {
            "at": _at(record),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
        }
        line |= {name: getattr(record, name) for name in FIELDS if hasattr(record, name)}
        if record.exc_info:
            line["error"] = list(_places(record))
        return msgspec.json.encode(line).decode()


def set_up(form: Format, level: Level) -> None:
    """Have this process write its log to standard error. Once, before anything is logged."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonLines() if form == "json" else TextLines())
    logging.basicConfig(level=logging.WARNING, handlers=[handler])
    logging.getLogger("trilogue").setLevel(level.upper())


def loop_failed(_loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
    """Log what an event loop could not hand to anybody, without what it has in its hands.

    Its own way to log writes the task and the words of its error.
    """
    error = context.get("exception")
    log.error("%s", "the event loop has an error that nobody takes", exc_info=error)


def _at(record: logging.LogRecord) -> str:
    return instant.from_datetime(datetime.fromtimestamp(record.created, UTC))


def _visible(text: str) -> str:
    return "".join(char if char.isprintable() else f"<U+{ord(char):04X}>" for char in text)


def _places(record: logging.LogRecord) -> Iterator[str]:
    """Go through an error and what caused it: class, words if they may be told, places."""
    error = record.exc_info[1] if record.exc_info else None
    for _ in range(_DEEPEST):
        if error is None:
            return
        yield _visible(_told(error))
        for frame in traceback.extract_tb(error.__traceback__):
            yield f"  {frame.filename}:{frame.lineno} in {frame.name}"
        error = error.__cause__ or error.__context__


def _told(error: BaseException) -> str:
    """Return an error's class, with its words where they cannot hold what somebody wrote."""
    if isinstance(error, OSError) and error.errno is not None:
        return f"{type(error).__name__}: [Errno {error.errno}] {error.strerror}"
    if isinstance(error, UnavailableError):
        return f"{type(error).__name__}: {error.message}"
    return type(error).__name__
