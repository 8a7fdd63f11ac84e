"""Strict reading of what a request brings: one meaning has one spelling, and nothing is guessed.

A body is JSON of exactly the shape that its operation takes. Unknown fields, a key named twice,
NaN, a lone surrogate, a number beyond 2^53 - 1 or a string where a number belongs are refused.
Numbers in paths and queries are plain decimal digits; a parameter is known and stands once.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, TypeVar

import msgspec

from trilogue.encoding import canonical
from trilogue.errors import FormatError
from trilogue.node.problem import MalformedError, MediaTypeError

__all__ = ["read_body", "read_no_body", "read_parameters"]

T = TypeVar("T", bound=msgspec.Struct)

MEDIA_TYPE = "application/json"


def read_body(content_type: str, data: bytes, shape: type[T]) -> T:
    """Return a body as `shape`. Raises `MediaTypeError` or `MalformedError`."""
    if content_type.partition(";")[0].strip().lower() != MEDIA_TYPE:
        raise MediaTypeError(
            f"a body of {content_type or 'no stated type'!r}", hint=f"send {MEDIA_TYPE}"
        )
    try:
        value = canonical.loads_exact(data)
    except FormatError as error:
        raise MalformedError(error.message) from error
    except (ValueError, TypeError) as error:
        raise MalformedError(f"not JSON that every reader reads alike: {error}") from error
    return _shaped(value, shape)


def read_no_body(data: bytes) -> None:
    """Refuse a body where none belongs. Raises `MalformedError`."""
    if data:
        raise MalformedError("this operation takes no body", hint="send it without one")


def read_parameters(given: Iterable[tuple[str, str]], shape: type[T]) -> T:
    """Return the parameters of a path or of a query as `shape`. Raises `MalformedError`.

    >>> class Slice(msgspec.Struct, forbid_unknown_fields=True):
    ...     after: int = 0
    >>> read_parameters([("after", "17")], Slice)
    Slice(after=17)
    >>> read_parameters([("after", "017")], Slice)
    Traceback (most recent call last):
        ...
    trilogue.node.problem.MalformedError: after: Expected `int`, got `str`
    """
    value: dict[str, str] = {}
    for name, text in given:
        if name in value:
            raise MalformedError(f"{name} is given twice")
        value[name] = text
    read = _shaped(value, shape, strict=False)
    for name, text in value.items():
        # msgspec also reads `1e3`, `1.0` and `null`: what was read must be written as it was.
        if str(getattr(read, name)) != text:
            raise MalformedError(f"{name}: {text!r} is another spelling of {getattr(read, name)!r}")
    return read


def _shaped(value: Any, shape: type[T], *, strict: bool = True) -> T:
    try:
        return msgspec.convert(value, shape, strict=strict)
    except msgspec.ValidationError as error:
        rule, _, path = str(error).partition(" - at `")
        where = path.removesuffix("`").removeprefix("$.")
        raise MalformedError(f"{where}: {rule}" if where else rule) from error
    except UnicodeEncodeError as error:
        raise MalformedError(f"text that is not Unicode: {error}") from error
