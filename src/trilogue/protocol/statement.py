"""Statements and leaves: what a participant says, and what of it anybody may see.

A statement is canonical JSON. It names its speaker, its place in the speaker's log, the
arrangement it is said under and its time, so that none can be replayed elsewhere or later.

    {"arrangement":"…","body":{…},"cites":[["KR",17,"…"]],"for":["JP","US"],"index":18,
     "issued":"2016-09-09T00:40:00.000Z","kind":"grant","salt":"…","speaker":"KR","to":["US"],"v":1}

Its leaf is what stands in the log. It shows the kind, who it is delivered to (`to`), whom it
concerns beyond that (`for`), what it builds on and the hour; the rest is a salted commitment:

    {"cites":[["KR",17,"…"]],"commitment":"…","for":["JP","US"],"hour":"2016-09-09T00Z",
     "kind":"grant","to":["US"],"v":1}

A cite carries the leaf hash of what it cites. A salted leaf cannot be foreseen, so whoever cites
it provably came later: order across logs needs no clock.
"""

from __future__ import annotations

from functools import cached_property
from typing import Any, Literal, TypeVar, get_args

import msgspec

from trilogue.encoding import base64, canonical, instant
from trilogue.encoding.digest import Domain, commit
from trilogue.encoding.instant import CheckedInstant
from trilogue.errors import FormatError
from trilogue.protocol.bodies import BODIES, Body, cites_of
from trilogue.reports.cite import Cite, Index
from trilogue.tlog.tree import leaf_hash

__all__ = [
    "KINDS",
    "OPEN_KINDS",
    "SURVIVING_KINDS",
    "Address",
    "Composed",
    "Kind",
    "Leaf",
    "Statement",
    "compose",
    "leaf_of",
    "parse_leaf",
    "parse_statement",
    "read_statement",
]

Kind = Literal[
    "keys",
    "adoption",
    "suspension",
    "resumption",
    "withdrawal-from-arrangement",
    "report",
    "request",
    "grant",
    "standing",
    "refusal",
    "withdrawal",
    "relay",
    "receipt",
    "destruction",
    "reclassification",
    "incident",
    "padding",
]
KINDS: tuple[Kind, ...] = get_args(Kind)

OPEN_KINDS: frozenset[str] = frozenset(
    {"keys", "adoption", "suspension", "resumption", "withdrawal-from-arrangement"}
)
"""Kinds whose whole text is published: keys, and where each stands with the arrangement."""

SURVIVING_KINDS: frozenset[str] = OPEN_KINDS | {
    "withdrawal",
    "receipt",
    "destruction",
    "reclassification",
    "refusal",
    "incident",
    "relay",
    "padding",
}
"""Kinds that still pass when the arrangement is not in force: what protects, never what shares.

A relay passes then only when all that it carries is of these kinds (`passage` checks it).
"""

MAX_STATEMENT = 1 << 20
"""Largest statement in bytes (step 0)."""
MAX_CITES = 512
"""Most cites in a statement: an entry bundle holds leaves below 64 KiB."""

B = TypeVar("B", bound=Body)


class _Head(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What stands beside the body of a statement."""

    v: Literal[1]
    speaker: str
    index: Index
    arrangement: str
    issued: CheckedInstant
    salt: str
    kind: Kind
    to: tuple[str, ...]
    for_: tuple[str, ...] = msgspec.field(name="for")
    cites: tuple[Cite, ...]


class Statement(_Head, frozen=True, kw_only=True, forbid_unknown_fields=True, dict=True):
    """One act of one participant, as signed for by its log."""

    raw_body: msgspec.Raw = msgspec.field(name="body")
    """The canonical bytes of the body."""

    @property
    def body(self) -> dict[str, Any]:
        """The body without a type, for whoever only shows it."""
        shown: dict[str, Any] = msgspec.json.decode(self.raw_body)
        return shown

    def says(self, body_type: type[B]) -> B:
        """Return the body as the type of its kind; `FormatError` when it is another."""
        if BODIES[self.kind] is not body_type:
            raise FormatError(f"a {self.kind} statement says no {body_type.__name__}")
        said: B | None = self.__dict__.get("said")
        if said is None:
            try:
                said = self.__dict__["said"] = canonical.decode(bytes(self.raw_body), body_type)
            except FormatError as error:
                raise FormatError(f"body: {error.message}") from error
        return said


class Address(msgspec.Struct, frozen=True, kw_only=True):
    """Who a statement is delivered to directly, and whom it concerns; both sorted."""

    to: tuple[str, ...]
    for_: tuple[str, ...]


_stored = msgspec.json.Decoder(Statement)


class Leaf(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The public shape of a statement."""

    v: Literal[1]
    kind: Kind
    to: tuple[str, ...]
    for_: tuple[str, ...] = msgspec.field(name="for")
    cites: tuple[Cite, ...]
    hour: str
    commitment: str


class Composed(msgspec.Struct, frozen=True, kw_only=True, dict=True):
    """A statement with its bytes, its leaf and the cite that leads to it."""

    statement: Statement
    raw: bytes
    leaf: bytes
    leaf_hash: bytes

    @cached_property
    def cite(self) -> Cite:
        """The cite by which others build on this statement."""
        return Cite(self.statement.speaker, self.statement.index, base64.encode(self.leaf_hash))


def compose(
    *,
    speaker: str,
    index: int,
    arrangement: str,
    issued: str,
    salt: bytes,
    kind: Kind,
    address: Address,
    body: Body,
) -> Composed:
    """Make the statement that stands at `index` of the speaker's log.

    `salt` is 32 fresh random bytes: it hides the statement behind its leaf's commitment.
    `address` comes from `trilogue.protocol.passage.address`, which every recipient recomputes.
    """
    cites = cites_of(body)
    if len(cites) > MAX_CITES:
        raise FormatError(f"{len(cites)} cites in one statement; at most {MAX_CITES}")
    statement = Statement(
        v=1,
        speaker=speaker,
        index=index,
        arrangement=arrangement,
        issued=issued,
        salt=base64.encode(salt),
        kind=kind,
        to=address.to,
        for_=address.for_,
        cites=cites,
        raw_body=msgspec.Raw(canonical.encode(body)),
    )
    raw = canonical.encode(statement)
    leaf = leaf_of(statement, raw)
    return Composed(statement=statement, raw=raw, leaf=leaf, leaf_hash=leaf_hash(leaf))


def leaf_of(statement: Statement, raw: bytes) -> bytes:
    """Return the leaf of a statement whose exact bytes are `raw`."""
    return canonical.encode(
        Leaf(
            v=1,
            kind=statement.kind,
            to=statement.to,
            for_=statement.for_,
            cites=statement.cites,
            hour=instant.hour(statement.issued),
            commitment=base64.encode(commit(Domain.STATEMENT, raw)),
        )
    )


def parse_statement(raw: bytes) -> Statement:
    """Step 0 for one statement: size, shape, strict re-encoding, cites as the body has them.

    The caller still owes steps 1 to 5: nothing says yet that the speaker said this.
    """
    if len(raw) > MAX_STATEMENT:
        raise FormatError(f"a statement of {len(raw)} bytes; at most {MAX_STATEMENT}")
    # The body first: as bytes within the statement it would pass for canonical as it stands.
    statement = canonical.peek(raw, Statement)
    body = statement.says(BODIES[statement.kind])
    if canonical.encode(statement) != raw:
        raise FormatError("the statement is not canonical JSON: re-encoding gives other bytes")
    base64.decode(statement.salt, 32)
    instant.parse(statement.issued)
    for field in (statement.to, statement.for_):
        if tuple(sorted(set(field))) != field:
            raise FormatError(f"audience is not sorted or repeats a name: {field}")
    if cites_of(body) != statement.cites:
        raise FormatError("the cites of the statement are not those of its body")
    return statement


def read_statement(raw: bytes) -> Statement:
    """Read a statement that was parsed strictly before it was stored: one's own store is trusted.

    What comes from anybody else goes through `parse_statement`.
    """
    return _stored.decode(raw)


def parse_leaf(data: bytes) -> Leaf:
    """Read a leaf as the public log shows it. Raises `FormatError`."""
    leaf = canonical.decode(data, Leaf)
    base64.decode(leaf.commitment, 32)
    return leaf
