"""Canonical and loose JSON, base64, instants. Where another reader exists, both must agree."""

from __future__ import annotations

import base64 as stdlib_base64
import json
from typing import Any

import rfc8785

from fuzz.target import target
from trilogue.encoding import base64, canonical, instant
from trilogue.errors import FormatError


@target(FormatError)
def canonical_json(data: bytes) -> None:
    """What is canonical here is what RFC 8785 makes of it, by another hand."""
    value = canonical.decode(data)
    assert canonical.encode(value) == data
    assert rfc8785.dumps(json.loads(data)) == data


@target(FormatError)
def loose_json(data: bytes) -> None:
    """What a person may write is read as the standard library reads it."""
    value = canonical.loads(data)
    assert _same(value, json.loads(data, object_pairs_hook=_once, parse_constant=_never))
    try:
        spelled = canonical.encode_payload(value)
    except (ValueError, TypeError):
        return
    assert canonical.encode_payload(canonical.loads(spelled)) == spelled


@target(FormatError)
def base64_text(data: bytes) -> None:
    text = data.decode("latin-1")
    read = base64.decode(text)
    assert base64.encode(read) == text
    assert stdlib_base64.b64decode(text, validate=True) == read


@target(FormatError)
def instants(data: bytes) -> None:
    text = data.decode("latin-1")
    moment = instant.to_datetime(instant.parse(text))
    assert instant.from_datetime(moment) == text
    for seconds in (-1e9, 0.0, 0.001, 1e12):
        try:
            later = instant.plus(text, seconds)
        except FormatError:
            continue  # before the year 1 or after 9999
        assert (later > text) is (seconds > 0)
        assert abs(instant.seconds_between(text, later) - seconds) < 1e-3


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    assert len(dict(pairs)) == len(pairs), "a key stands twice"
    return dict(pairs)


def _never(word: str) -> Any:
    raise AssertionError(f"{word} is no JSON")


def _same(one: Any, other: Any) -> bool:
    """Compare values and types: 1 is not 1.0, and True is not 1. Depth is no matter."""
    waiting = [(one, other)]
    while waiting:
        left, right = waiting.pop()
        if type(left) is not type(right):
            return False
        if isinstance(left, dict):
            if left.keys() != right.keys():
                return False
            waiting += ((left[key], right[key]) for key in left)
        elif isinstance(left, list):
            if len(left) != len(right):
                return False
            waiting += zip(left, right, strict=True)
        elif left != right:
            return False
    return True
