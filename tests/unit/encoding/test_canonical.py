"""Canonical JSON: one spelling per meaning, and everything else refused."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import msgspec
import pytest
import rfc8785
from hypothesis import given, settings
from hypothesis import strategies as st

from trilogue.encoding import canonical
from trilogue.errors import FormatError

INTEGERS = st.integers(-canonical.MAX_INTEGER, canonical.MAX_INTEGER)
ASCII_KEYS = st.text(st.characters(max_codepoint=127), max_size=8)
SCALARS = st.none() | st.booleans() | INTEGERS | st.text(max_size=12)
SUBSET = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(ASCII_KEYS, inner, max_size=4),
    max_leaves=12,
)
"""Values of the subset: no floats, ASCII keys, integers below 2^53, strings that are Unicode."""


class Leaf(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    v: int
    to: list[str] = []


@pytest.mark.threat("T23")
@given(SUBSET)
@settings(max_examples=300)
def test_agrees_with_rfc8785_on_the_subset(value: Any):
    assert canonical.encode(value) == rfc8785.dumps(value)


@given(SUBSET)
@settings(max_examples=200)
def test_reads_back_what_it_wrote(value: Any):
    assert canonical.decode(canonical.encode(value)) == value


@pytest.mark.threat("T23")
@pytest.mark.parametrize(
    ("text", "why"),
    [
        (b'{"a":1,"a":1}', "duplicate key with equal values"),
        (b'{"a":1,"a":2}', "duplicate key with other values"),
        (b'{"b":1,"a":2}', "keys out of order"),
        (b'{"a": 1}', "space after a colon"),
        (b'{"a":1}\n', "newline at the end"),
        (b' {"a":1}', "space at the start"),
        (b'{"a":1}{"a":1}', "two values"),
        (b'{"a":1.0}', "a float that is whole"),
        (b'{"a":0.5}', "a float"),
        (b'{"a":1e3}', "an exponent"),
        (b'{"a":-0}', "minus zero"),
        (b'{"a":01}', "a leading zero"),
        (b'{"a":+1}', "a plus sign"),
        (b'{"a":1_0}', "an underscore in a number"),
        (b'{"a":9007199254740992}', "an integer of 2^53"),
        (b'{"a":-9007199254740992}', "an integer of -2^53"),
        (b'{"a":NaN}', "NaN"),
        (b'{"a":Infinity}', "Infinity"),
        (b'{"a":"\\u0061"}', "an escape that need not be"),
        (b'{"a":"\\/"}', "an escaped solidus"),
        (b'{"a":"\\u00E9"}', "an escape for a character beyond ASCII"),
        (b'{"a":"\\n\\u000a"}', "a long escape for a newline"),
        (b'{"a":"\x01"}', "a bare control character"),
        (b'{"a":"\xff"}', "bytes that are not UTF-8"),
        (b'{"a":"\\ud800"}', "a lone surrogate"),
        (b'{"\xc3\xa9":1}', "a key that is not ASCII"),
        (b"{'a':1}", "single quotes"),
        (b'{"a":1,}', "a trailing comma"),
        (b'{"a":1}//', "a comment"),
        (b"\xef\xbb\xbf{}", "a byte order mark"),
        (b"", "nothing"),
        (b"[" * 5000 + b"]" * 5000, "nesting without end"),
    ],
    ids=lambda value: value.replace(" ", "-") if isinstance(value, str) else "",
)
def test_refuses_another_spelling(text: bytes, why: str):
    with pytest.raises(FormatError):
        canonical.decode(text)


def test_names_the_byte_where_the_spelling_differs():
    with pytest.raises(FormatError, match="at byte 5"):
        canonical.decode(b'{"a": 1}')


@pytest.mark.parametrize(
    "value",
    [
        0.5,
        float("nan"),
        [float("inf")],
        2**53,
        -(2**53),
        {"é": 1},
        {1: 2},
        "\ud800",
        {"a": ["\udfff"]},
    ],
    ids=repr,
)
def test_encodes_nothing_outside_the_subset(value: Any):
    with pytest.raises((TypeError, ValueError)):
        canonical.encode(value)


def test_a_payload_may_hold_finite_floats():
    data = canonical.encode_payload({"z": [1.5, 2], "depth": 0.1})
    assert data == b'{"depth":0.1,"z":[1.5,2]}'
    assert canonical.decode_payload(data, dict[str, Any]) == {"depth": 0.1, "z": [1.5, 2]}


@pytest.mark.parametrize("value", [float("nan"), float("inf"), -float("inf")])
def test_a_payload_holds_no_number_that_is_not_finite(value: float):
    with pytest.raises(ValueError, match="not finite"):
        canonical.encode_payload({"z": value})


@pytest.mark.parametrize(
    "text", [b'{"b":1,"a":2}', b'{"a":1,"a":1}', b'{"a":1.50}', b'{"a": 1}', b'{"a":NaN}']
)
def test_a_payload_has_one_spelling(text: bytes):
    with pytest.raises(FormatError):
        canonical.decode_payload(text, dict[str, Any])


def test_a_struct_refuses_unknown_and_missing_fields():
    assert canonical.decode(b'{"to":["US"],"v":1}', Leaf) == Leaf(v=1, to=["US"])
    for text in (b'{"to":[],"v":1,"x":0}', b'{"to":[]}', b'{"to":[1],"v":1}', b'{"to":[],"v":"1"}'):
        with pytest.raises(FormatError):
            canonical.decode(text, Leaf)


def test_a_struct_must_spell_its_defaults():
    with pytest.raises(FormatError, match="re-encoding gives other bytes"):
        canonical.decode(b'{"v":1}', Leaf)


@pytest.mark.parametrize(
    "text", ['{"a":1,"a":1}', '{"a":{"b":1,"b":2}}', '[{"x":"\\":","x":""}]', '{"a":NaN}', "{"]
)
def test_loads_refuses_what_a_person_cannot_have_meant(text: str):
    with pytest.raises(FormatError):
        canonical.loads(text)


def test_loads_admits_any_spacing():
    assert canonical.loads(' { "b" : 0.5 ,\n"a:b" : "\\"{:" } ') == {"b": 0.5, "a:b": '"{:'}


class Plain(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A shape in which no float fits: the quick way applies to it."""

    b: str
    a: int
    inner: tuple[Leaf, ...] = ()
    none: None = None
    raw: bytes = b""


class Loose(msgspec.Struct, frozen=True, kw_only=True):
    a: Any = None


STRINGS = st.text(max_size=30) | st.from_regex(r"[\[:,]-?\d{14,18}[.e]?\d?", fullmatch=True)


@given(STRINGS, st.integers(-(2**60), 2**60), st.binary(max_size=9))
@settings(max_examples=300)
def test_the_quick_way_writes_and_refuses_what_the_long_way_does(b: str, a: int, raw: bytes):
    value = Plain(b=b, a=a, inner=(Leaf(v=1, to=[b]),), raw=raw)
    assert canonical._exact(Plain)
    if abs(a) > canonical.MAX_INTEGER:
        with pytest.raises(ValueError, match="beyond"):
            canonical.encode(value)
        with pytest.raises(FormatError):
            canonical.decode(msgspec.json.encode(value, order="sorted"), Plain)
    else:
        data = canonical.encode(value)
        assert data == canonical.encode(msgspec.to_builtins(value))
        assert canonical.decode(data, Plain) == value


@pytest.mark.parametrize("value", [float("nan"), float("inf"), 0.5, {1: 2}, {"é": 1}, 2**53])
def test_what_may_hold_anything_is_looked_through(value: Any):
    assert not canonical._exact(Loose)
    with pytest.raises((TypeError, ValueError)):
        canonical.encode(Loose(a=value))


ANYTHING = st.recursive(
    SCALARS | st.integers() | st.floats() | st.text(st.characters(), max_size=4),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.text(st.characters(), max_size=4), inner, max_size=4)
    ),
    max_leaves=12,
)
"""Whatever Python writes as JSON, in the subset or not."""


def _either(read: Callable[[], object]) -> object:
    try:
        return read()
    except (FormatError, ValueError, TypeError):
        return FormatError


def _slowly(data: bytes) -> object:
    value = canonical.loads(data)
    canonical.encode_payload(value)
    return value


@given(ANYTHING, st.booleans())
def test_loads_exact_refuses_what_not_every_reader_reads_alike(value: object, sort: bool):
    data = json.dumps(value, separators=(",", ":"), sort_keys=sort, ensure_ascii=False).encode(
        errors="surrogatepass"
    )
    assert _either(lambda: canonical.loads_exact(data)) == _either(lambda: _slowly(data))


@pytest.mark.parametrize(
    "data",
    [
        b'{"a":1,"a":2}',
        b'{"a":9007199254740993}',
        b'{"\\u00e9":1}',
        b'"\\ud800"',
        b"[1e400]",
        b"NaN",
    ],
)
def test_loads_exact_refuses(data: bytes):
    with pytest.raises((FormatError, ValueError, TypeError)):
        canonical.loads_exact(data)
