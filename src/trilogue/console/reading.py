"""From what a form brought to what the node is asked for: the same shapes as the API reads."""

from __future__ import annotations

from typing import Any, TypeVar

import msgspec

from trilogue.console.page import Form, Visit
from trilogue.errors import InputError
from trilogue.node.inputs import Place

__all__ = ["decimal", "place_at", "shaped", "source"]

T = TypeVar("T")


def shaped(value: dict[str, Any], shape: type[T]) -> T:
    """Return fields as a shape. Raises `InputError`, which names the field."""
    try:
        return msgspec.convert(value, shape)
    except msgspec.ValidationError as error:
        rule, _, path = str(error).partition(" - at `$.")
        where = path.removesuffix("`")
        raise InputError(f"{where}: {rule}" if where else rule) from error


def place_at(visit: Visit) -> Place:
    """Return the place in a log that the path names."""
    return shaped({"speaker": visit.path("speaker"), "index": visit.path("index")}, Place)


def source(text: str) -> dict[str, Any]:
    """Return a portion that a form names, `KR/17/PORTION`, as it is shaped with what holds it."""
    speaker, _, rest = text.partition("/")
    index, _, portion = rest.partition("/")
    if not (index.isascii() and index.isdecimal() and len(index) < 16):
        raise InputError(f"no portion: {text[:60]!r}")
    return {"report": {"speaker": speaker, "index": int(index)}, "portion": portion}


def decimal(form: Form, name: str) -> float | None:
    """Return a field that is a number, or None when it is empty. Raises `InputError`."""
    text = form.one(name)
    if not text:
        return None
    try:
        return float(text)
    except ValueError as error:
        raise InputError(f"{name} is a number, not {text[:40]!r}") from error
