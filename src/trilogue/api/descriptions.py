"""What structs and their fields mean, as their docstrings say it: for the OpenAPI document.

A field is described by the string that stands under it in the source, where a reader of the code
looks for it, too. Python drops these strings, so they are read from the source.
"""

from __future__ import annotations

import ast
import inspect
import textwrap
from collections.abc import Iterable, Iterator
from itertools import pairwise
from typing import Any

import msgspec

__all__ = ["describe_structs"]


def describe_structs(types: Iterable[Any], components: dict[str, dict[str, Any]]) -> None:
    """Put into the schemas of `components` what the structs among `types` say of themselves."""
    for struct in _structs(types):
        schema = components.get(struct.__name__)
        if schema is None:
            continue
        schema["description"] = inspect.cleandoc(struct.__doc__ or "")
        notes = _field_notes(struct)
        for field in msgspec.structs.fields(struct):
            if field.name in notes:
                schema["properties"][field.encode_name]["description"] = notes[field.name]


def _structs(types: Iterable[Any]) -> Iterator[type[msgspec.Struct]]:
    """Go through all structs that types are made of, each once."""
    seen: set[type] = set()
    stack: list[Any] = list(msgspec.inspect.multi_type_info(types))
    while stack:
        match stack.pop():
            case msgspec.inspect.StructType(cls=cls, fields=fields) if cls not in seen:
                seen.add(cls)
                yield cls
                stack += [field.type for field in fields]
            case (
                msgspec.inspect.UnionType(types=inner) | msgspec.inspect.TupleType(item_types=inner)
            ):
                stack += inner
            case (
                msgspec.inspect.VarTupleType(item_type=inner) | msgspec.inspect.Metadata(type=inner)
            ):
                stack.append(inner)
            case _:
                pass


def _field_notes(struct: type[msgspec.Struct]) -> dict[str, str]:
    """Return the string under each field of a struct and of what it is built on."""
    notes: dict[str, str] = {}
    for base in reversed(struct.__mro__):
        if base.__module__.startswith("trilogue."):
            (definition,) = ast.parse(textwrap.dedent(inspect.getsource(base))).body
            assert isinstance(definition, ast.ClassDef)
            for field, note in pairwise(definition.body):
                match field, note:
                    case (
                        ast.AnnAssign(target=ast.Name(id=name)),
                        ast.Expr(value=ast.Constant(value=str(text))),
                    ):
                        notes[name] = inspect.cleandoc(text)
                    case _:
                        pass
    return notes
