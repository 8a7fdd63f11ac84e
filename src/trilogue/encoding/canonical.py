"""Canonical JSON (RFC 8785 subset): encode, and decode by re-encoding and comparing.

>>> encode({"b": 1, "a": [True, None, "é"]})
b'{"a":[true,null,"\\xc3\\xa9"],"b":1}'
>>> decode(b'{"a": 1}')
Traceback (most recent call last):
    ...
trilogue.errors.FormatError: not canonical JSON at byte 5: re-encoding gives other bytes
"""

from __future__ import annotations

import math
import re
from functools import cache
from typing import Annotated, Any, TypeVar, cast, overload

import msgspec
import msgspec.inspect

from trilogue.errors import FormatError

__all__ = [
    "Integer",
    "decode",
    "decode_payload",
    "encode",
    "encode_payload",
    "loads",
    "loads_exact",
    "peek",
]

T = TypeVar("T")

MAX_INTEGER = 2**53 - 1
"""Largest integer that every JSON reader keeps exact (RFC 8785 §3.2.2.3, I-JSON)."""

Integer = Annotated[int, msgspec.Meta(ge=-MAX_INTEGER, le=MAX_INTEGER)]
"""Any integer that the subset admits. What decodes as it need not be looked through again."""

_SUSPECT = re.compile(rb"[\[,:](?<!\d:)-?\d+(?:(?<=\d{16})|[.eE])")
"""A float, or an integer of 16 digits or more, in a list or an object; or a string like one."""
_BARE = frozenset(b"-0123456789")
_DIGITS = bytes(ord("0") if chr(byte).isdigit() and byte < 128 else 0 for byte in range(256))
_SIXTEEN = b"0" * 16
"""How 16 digits in a row look through `_DIGITS`: less than that stays below 2^53."""
_SIMPLE = frozenset({str, int, bool})

_STRING = re.compile(rb'"(?:[^"\\]++|\\.)*+"', re.DOTALL)

_encoder = msgspec.json.Encoder(order="sorted")
_decoders: dict[Any, msgspec.json.Decoder[Any]] = {}

_CLOSED = frozenset(
    {
        msgspec.inspect.BoolType,
        msgspec.inspect.BytesType,
        msgspec.inspect.EnumType,
        msgspec.inspect.IntType,
        msgspec.inspect.LiteralType,
        msgspec.inspect.NoneType,
        msgspec.inspect.StrType,
    }
)
"""Kinds of fields that hold nothing but what the subset admits, as far as integers are bounded."""
_EXACT = _CLOSED | {msgspec.inspect.RawType}
"""The same in what is encoded: `Raw` is bytes of `encode`, or of what `decode` looked through."""


def encode(value: Any, *, counted: bool = False) -> bytes:
    """Return the canonical bytes of `value`.

    `counted` says of a struct that its integers are places and sizes that were counted here, or
    read as such: they are not looked through again, which for a large value is worth saying.

    Raises `TypeError` or `ValueError` when the value holds what the subset does not admit: a
    float, an integer beyond 2^53, a key that is not ASCII, or a string that is not Unicode.
    """
    kind = value.__class__
    if kind is tuple or kind is list:
        exact = all(one.__class__ in _SIMPLE or _exact(one.__class__) for one in value)
    else:
        exact = _exact(kind)
    if exact:
        data = _encoder.encode(value)
        if not counted and _numbered(kind) and _SIXTEEN in data.translate(_DIGITS):
            _check(_decode(data, Any))
        return data
    builtins = msgspec.to_builtins(value)
    _check(builtins)
    return _encoder.encode(builtins)


def encode_payload(value: Any) -> bytes:
    """Return sorted JSON of a portion's payload, in which finite floats are allowed."""
    if _numeric(value.__class__):
        data = _encoder.encode(value)
        # A number that is not finite would stand as null.
        if data.isascii() and b"null" not in data and _SIXTEEN not in data.translate(_DIGITS):
            return data
    builtins = msgspec.to_builtins(value)
    _check(builtins, floats=True)
    return _encoder.encode(builtins)


@overload
def decode(data: bytes) -> Any: ...
@overload
def decode(data: bytes, type: type[T]) -> T: ...
def decode(data: bytes, type: Any = Any) -> Any:  # noqa: A002 - msgspec's own name
    """Read canonical bytes as `type`; refuse any other spelling of the same meaning.

    Duplicate keys, unsorted keys, spaces, floats, NaN, `1.0` for `1`, escapes that need not be
    and unknown fields (for structs that forbid them) all fail here with `FormatError`.
    """
    value = _decode(data, type)
    try:
        again = _encoder.encode(value)
        if not _bounded(type):
            _check_bytes(again)
    except (TypeError, ValueError) as error:
        raise FormatError(f"not canonical JSON: {error}") from error
    if again != data:
        at = next(
            (i for i, (x, y) in enumerate(zip(again, data, strict=False)) if x != y),
            min(len(again), len(data)),
        )
        raise FormatError(f"not canonical JSON at byte {at}: re-encoding gives other bytes")
    return value


def peek(data: bytes, type: type[T]) -> T:  # noqa: A002 - msgspec's own name
    """Read JSON as `type`, whatever its spelling. The caller owes the comparison.

    For a struct with a `Raw` part: its bytes are taken as they stand, and re-encoding would find
    them equal to themselves. Raises `FormatError`.
    """
    return cast("T", _decode(data, type))


def decode_payload(data: bytes, type: type[T]) -> T:  # noqa: A002 - msgspec's own name
    """Read a portion's payload, in which floats are allowed; same strictness otherwise."""
    value = _decode(data, type)
    again = _encoder.encode(value)
    if not again.isascii() or again[0] in _BARE or _SIXTEEN in again.translate(_DIGITS):
        again = encode_payload(value)
    if again != data:
        raise FormatError("payload is not in its sorted form: re-encoding gives other bytes")
    return cast("T", value)


def loads(text: str | bytes) -> Any:
    """Read JSON from a person or an outside format: any spacing, no duplicate key, no NaN.

    Raises `FormatError`, which says where.
    """
    data = text.encode() if isinstance(text, str) else text
    value = _decode(data, Any)
    # msgspec keeps the last of two equal keys; counting them shows that one was lost.
    if _count(value) != _count_text(data):
        raise FormatError("an object names the same key twice")
    return value


def loads_exact(data: bytes) -> Any:
    """Read JSON as `loads` does, and refuse what not every reader reads alike.

    Raises `FormatError`, or what `encode_payload` raises: a number beyond 2^53, a key that is not
    ASCII, a string that is not Unicode.
    """
    value = _decode(data, Any)
    # What is spelled as it would be here names no key twice; plain ASCII with short numbers has
    # nothing else that could be refused.
    plain = data.isascii() and _SIXTEEN not in data.translate(_DIGITS)
    if plain and _encoder.encode(value) == data:
        return value
    value = loads(data)
    encode_payload(value)
    return value


def _decode(data: bytes, type_: Any) -> Any:
    decoder = _decoders.get(type_)
    if decoder is None:
        decoder = _decoders[type_] = msgspec.json.Decoder(type_, strict=True)
    try:
        return decoder.decode(data)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise FormatError(f"not JSON of the expected shape: {error}") from error


def _check_bytes(data: bytes) -> None:
    """Refuse what the subset does not admit in the encoded bytes of a value.

    The value came from JSON or has an exact type: elsewhere NaN may stand behind a null, and a
    number behind a key. Most bytes hold nothing that could be refused, and one look shows it.
    """
    if not data.isascii() or data[0] in _BARE or _SUSPECT.search(data) is not None:
        _check(_decode(data, Any))


@cache
def _leaves(kind: Any) -> tuple[msgspec.inspect.Type, ...]:
    """Return what stands in the fields of a struct, and of those within it."""
    waiting, seen = [msgspec.inspect.type_info(kind)], set[type]()
    found = []
    while waiting:
        one = waiting.pop()
        if isinstance(one, msgspec.inspect.Metadata):
            waiting.append(one.type)
        elif isinstance(one, msgspec.inspect.StructType):
            if one.cls not in seen:
                seen.add(one.cls)
                waiting.extend(field.type for field in one.fields)
        elif isinstance(one, msgspec.inspect.UnionType):
            waiting.extend(one.types)
        elif isinstance(one, msgspec.inspect.ListType | msgspec.inspect.VarTupleType):
            waiting.append(one.item_type)
        elif isinstance(one, msgspec.inspect.TupleType):
            waiting.extend(one.item_types)
        else:
            found.append(one)
    return tuple(found)


def _only(kind: Any, kinds: frozenset[type]) -> bool:
    return all(type(one) in kinds for one in _leaves(kind))


@cache
def _exact(kind: type) -> bool:
    """Whether values of a type are structs without a field that could hold a float or anything."""
    return issubclass(kind, msgspec.Struct) and _only(kind, _EXACT)


@cache
def _numbered(kind: Any) -> bool:
    """Whether a struct has integers at all, or bytes of JSON that may hold some."""
    kinds = {msgspec.inspect.IntType, msgspec.inspect.LiteralType, msgspec.inspect.RawType}
    return not issubclass(kind, msgspec.Struct) or any(type(one) in kinds for one in _leaves(kind))


@cache
def _bounded(kind: Any) -> bool:
    """Whether whatever decodes as a type is in the subset: its integers are bounded, too."""
    return _only(kind, _CLOSED) and all(
        one.le is not None
        and one.ge is not None
        and one.ge >= -MAX_INTEGER
        and one.le <= MAX_INTEGER
        for one in _leaves(kind)
        if isinstance(one, msgspec.inspect.IntType)
    )


@cache
def _numeric(kind: type) -> bool:
    """Whether they are structs that hold nothing but floats beside what is exact."""
    return issubclass(kind, msgspec.Struct) and _only(kind, _EXACT | {msgspec.inspect.FloatType})


def _check(value: Any, *, floats: bool = False) -> None:
    """Walk builtins and refuse what the subset does not admit."""
    stack = [value]
    while stack:
        item = stack.pop()
        if isinstance(item, str | bool) or item is None:
            continue
        if isinstance(item, int):
            if not -MAX_INTEGER <= item <= MAX_INTEGER:
                raise ValueError(f"integer beyond 2^53 - 1: {item}")
        elif isinstance(item, float):
            if not floats:
                raise TypeError(f"a float outside a payload: {item}")
            if not math.isfinite(item):
                raise ValueError("a number that is not finite")
        elif isinstance(item, dict):
            for key in item:
                if not isinstance(key, str) or not key.isascii():
                    raise ValueError(f"a key that is not ASCII: {key!r}")
            stack.extend(item.values())
        elif isinstance(item, list | tuple):
            stack.extend(item)
        else:
            raise TypeError(f"no canonical form for {type(item).__name__}")


def _count(value: Any) -> int:
    """Count the object members of a decoded value."""
    total, stack = 0, [value]
    while stack:
        item = stack.pop()
        if isinstance(item, dict):
            total += len(item)
            stack.extend(item.values())
        elif isinstance(item, list):
            stack.extend(item)
    return total


def _count_text(data: bytes) -> int:
    """Count the object members of JSON text that is known to parse: its colons outside strings."""
    return _STRING.sub(b"", data).count(b":")
