"""Statements and leaves: one spelling, one place, and nothing said twice differently."""

from __future__ import annotations

from random import Random

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.strategies import bodies, instants, participants
from tests.support.trio import TEMPLATE
from tests.support.wire import flip

from trilogue.encoding import base64, canonical
from trilogue.encoding.digest import Domain, commit
from trilogue.errors import FormatError
from trilogue.protocol.bodies import BODIES, RelayBody, RelayItem, cites_of
from trilogue.protocol.passage import address
from trilogue.protocol.statement import (
    KINDS,
    MAX_CITES,
    MAX_STATEMENT,
    OPEN_KINDS,
    SURVIVING_KINDS,
    Composed,
    compose,
    leaf_of,
    parse_leaf,
    parse_statement,
)
from trilogue.reports.cite import Cite
from trilogue.tlog.tree import leaf_hash

ARRANGEMENT = base64.encode(b"\x01" * 32)


def said(kind: str, speaker: str, body: msgspec.Struct, issued: str, salt: bytes) -> Composed:
    return compose(
        speaker=speaker,
        index=7,
        arrangement=ARRANGEMENT,
        issued=issued,
        salt=salt,
        kind=kind,
        address=address(kind, speaker, body, TEMPLATE),
        body=body,
    )


statements = st.tuples(st.sampled_from(KINDS), participants).flatmap(
    lambda drawn: st.builds(
        said,
        st.just(drawn[0]),
        st.just(drawn[1]),
        bodies(*drawn),
        instants,
        st.binary(min_size=32, max_size=32),
    )
)


@given(statements)
def test_what_is_composed_reads_back(composed: Composed):
    statement = parse_statement(composed.raw)
    assert canonical.encode(statement) == composed.raw == canonical.encode(composed.statement)
    body = statement.says(BODIES[statement.kind])
    assert statement.cites == cites_of(body)


@pytest.mark.threat("T01")
@given(statements)
def test_the_leaf_shows_shape_and_commits_to_the_rest(composed: Composed):
    statement, leaf = composed.statement, parse_leaf(composed.leaf)
    assert (leaf.kind, leaf.to, leaf.for_, leaf.cites) == (
        statement.kind,
        statement.to,
        statement.for_,
        statement.cites,
    )
    assert leaf.hour == statement.issued[:13] + "Z"
    assert base64.decode(leaf.commitment) == commit(Domain.STATEMENT, composed.raw)
    assert composed.leaf_hash == leaf_hash(composed.leaf)
    assert composed.cite == Cite(statement.speaker, 7, base64.encode(composed.leaf_hash))


@given(statements, st.integers(0, 2**32))
def test_a_changed_bit_is_refused_or_gives_another_leaf(composed: Composed, seed: int):
    changed = flip(composed.raw, Random(seed))
    try:
        statement = parse_statement(changed)
    except FormatError:
        return
    assert leaf_of(statement, changed) != composed.leaf


@given(statements, statements)
def test_two_statements_have_two_leaves(one: Composed, other: Composed):
    assert (one.leaf == other.leaf) == (one.raw == other.raw)


@pytest.mark.threat("T01")
def test_the_salt_hides_what_could_be_guessed():
    body = BODIES["padding"]()
    issued = "2016-09-09T00:30:01.353Z"
    one, other = (said("padding", "KR", body, issued, bytes([n]) * 32) for n in (1, 2))
    assert one.leaf_hash != other.leaf_hash


# Strictness: each of these differs from a good statement in one respect.

GOOD = said(
    "relay",
    "US",
    RelayBody(
        recipient="JP",
        items=(RelayItem(statement=Cite("KR", 3, ARRANGEMENT), pact="us-jp-2007"),),
        marks=(),
    ),
    "2016-09-09T00:30:01.353Z",
    bytes(32),
)


def but(**changes: object) -> bytes:
    """Return the good statement with other fields, spelled canonically."""
    return canonical.encode({**canonical.decode(GOOD.raw, dict), **changes})


def without(field: str) -> bytes:
    statement = canonical.decode(GOOD.raw, dict)
    del statement[field]
    return canonical.encode(statement)


LEAF = base64.encode(bytes(32))

BAD = {
    "another version": (but(v=2), "v"),
    "an unknown kind": (but(kind="order"), "kind"),
    "an unknown field": (but(note="x"), "note"),
    "a field less": (without("salt"), "salt"),
    "a salt that is too short": (but(salt=base64.encode(bytes(31))), "31 bytes"),
    "a salt in another spelling": (but(salt="A" * 43), "base64"),
    "an instant without milliseconds": (but(issued="2016-09-09T00:30:01Z"), "issued"),
    "a day that does not exist": (but(issued="2016-02-30T00:30:01.353Z"), "no such moment"),
    "a negative index": (but(index=-1), "index"),
    "an index that is text": (but(index="7"), "index"),
    "an audience out of order": (but(to=["KR", "JP"]), "not sorted"),
    "an audience with a repetition": (but(**{"for": ["JP", "JP"]}), "repeats"),
    "a body of another kind": (but(kind="receipt"), "body"),
    "a body with an unknown field": (
        but(body={"recipient": "JP", "items": [], "marks": [], "more": 1}),
        "body",
    ),
    "cites that the body does not have": (but(cites=[]), "cites"),
    "cites that the body has otherwise": (but(cites=[["KR", 4, ARRANGEMENT]]), "cites"),
    "spaces": (GOOD.raw.replace(b",", b", ", 1), "canonical"),
    "keys out of order": (b'{"z":1,"a":2}', "shape"),
    "spaces in the body": (GOOD.raw.replace(b'"items":[', b'"items": [', 1), "body.*canonical"),
    "a key twice in the body": (
        GOOD.raw.replace(b'"recipient":', b'"recipient":"US","recipient":', 1),
        "body.*canonical",
    ),
    "an index in the body that is no integer": (
        but(body={"recipient": "JP", "items": [], "marks": []}, cites=[]).replace(
            b'"items":[]', b'"items":[{"pact":"p","statement":["KR",4.0,"%s"]}]' % LEAF.encode()
        ),
        "body",
    ),
    "no object": (b"[]", "shape"),
    "nothing": (b"", "shape"),
    "a byte more": (GOOD.raw + b"\n", "canonical|JSON"),
    "a duplicate key": (GOOD.raw.replace(b'"v":1}', b'"v":1,"v":1}'), "canonical"),
    "too many bytes": (b" " * (MAX_STATEMENT + 1), "at most"),
}


@pytest.mark.parametrize("name", BAD)
def test_strictness(name: str):
    raw, says = BAD[name]
    with pytest.raises(FormatError, match=says):
        parse_statement(raw)


def test_the_good_one_is_good():
    assert parse_statement(GOOD.raw).says(RelayBody) == GOOD.statement.says(RelayBody)


def test_cites_are_limited():
    items = tuple(
        RelayItem(statement=Cite("KR", n, ARRANGEMENT), pact="x") for n in range(MAX_CITES + 1)
    )
    body = RelayBody(recipient="JP", items=items, marks=())
    with pytest.raises(FormatError, match="513 cites"):
        said("relay", "US", body, "2016-09-09T00:30:01.353Z", bytes(32))


def test_a_statement_says_what_its_kind_says():
    with pytest.raises(FormatError, match="says no ReportBody"):
        GOOD.statement.says(BODIES["report"])


@pytest.mark.parametrize(
    "changes",
    [{"commitment": "AAAA"}, {"v": 2}, {"kind": "order"}, {"hour": 5}, {"more": 1}],
    ids=str,
)
def test_a_leaf_is_read_strictly(changes: dict[str, object]):
    leaf = canonical.decode(GOOD.leaf, dict)
    parse_leaf(canonical.encode(leaf))
    with pytest.raises(FormatError):
        parse_leaf(canonical.encode({**leaf, **changes}))


def test_what_is_public_passes_out_of_force_too():
    assert OPEN_KINDS < SURVIVING_KINDS < set(KINDS)
    assert set(KINDS) - SURVIVING_KINDS == {"report", "request", "grant", "standing"}


def test_every_kind_has_a_body():
    assert set(BODIES) == set(KINDS)
