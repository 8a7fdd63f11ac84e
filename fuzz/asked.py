"""What comes over the API: bodies, parameters, tokens; and errors, as its client reads them."""

from __future__ import annotations

import asyncio
from functools import cache
from types import SimpleNamespace
from urllib.parse import parse_qsl

import msgspec

from fuzz.target import target
from trilogue.api.gate import Gate
from trilogue.api.openapi import operations
from trilogue.api.reading import read_body, read_parameters
from trilogue.client.connection import _problem
from trilogue.errors import LocalError, TrilogueError
from trilogue.node.problem import MEDIA_TYPE, UnknownCallerError, describe, rebuild
from trilogue.node.tokens import Role, issue
from trilogue.store.database import open_database

_OPERATIONS = sorted((one for _, _, one in operations()), key=lambda one: one.name)
GIVEN = [one.given for one in _OPERATIONS if one.given is not None]
ASKED = [shape for one in _OPERATIONS for shape in (one.path, one.query) if shape is not None]


@target(LocalError)
def body(data: bytes) -> None:
    """The first byte chooses the operation. What was read is read again from what it says."""
    shape, content = GIVEN[(data[0] if data else 0) % len(GIVEN)], data[1:]
    given = read_body("application/json", content, shape)
    assert read_body("application/json", msgspec.json.encode(given), shape) == given


@target(LocalError)
def parameters(data: bytes) -> None:
    """The first byte chooses the shape. One meaning has one spelling."""
    shape, text = ASKED[(data[0] if data else 0) % len(ASKED)], data[1:].decode("latin-1")
    pairs = parse_qsl(text, keep_blank_values=True, max_num_fields=None)
    read = read_parameters(pairs, shape)
    assert {name: str(getattr(read, name)) for name, _ in pairs} == dict(pairs)


@target(UnknownCallerError)
def authorization(data: bytes) -> None:
    """Nobody is let in but by the one token that there is."""
    gate, token = _gate()
    header = data.decode("latin-1")
    caller = asyncio.run(gate.caller(header))
    assert header.partition(" ")[2] == token
    assert caller.name == "lee-min"


@target()
def problem(data: bytes) -> None:
    """Whatever a node or a proxy answers with an error, the client raises an error of ours."""
    error = rebuild(_problem(403, MEDIA_TYPE, data))
    assert isinstance(error, TrilogueError)
    assert type(rebuild(describe(error, 403))) is type(error)


@cache
def _gate() -> tuple[Gate, str]:
    db = open_database(":memory:")
    token = issue(db, "lee-min", [Role.ANALYST])

    async def ask(question):  # noqa: ANN001, ANN202 - as the node's own
        return question()

    return Gate(SimpleNamespace(engine=SimpleNamespace(db=db), ask=ask)), token  # type: ignore[arg-type]


def authorization_seed() -> bytes:
    """Return the header that lets in."""
    return f"Bearer {_gate()[1]}".encode()
