"""The OpenAPI 3.1 document, made from the operations and from the types that decode and encode.

Nothing is described twice: schemas are msgspec's own of the very structs that are read and
written, documentation is the handlers', errors are the table of `problems`, roles that of `roles`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import msgspec

from trilogue import __version__
from trilogue.api import reading
from trilogue.api.call import IDEMPOTENCY_KEY, KEY_PATTERN
from trilogue.api.controllers import SUBJECTS
from trilogue.api.descriptions import describe_structs
from trilogue.api.examples import ANSWERS, GIVEN
from trilogue.api.operation import EVENTS, Operation
from trilogue.api.parameter_examples import EVENT, PARAMETERS
from trilogue.api.problem_examples import problem_example
from trilogue.api.problems import status_of
from trilogue.api.roles import EVERYONE, MAY
from trilogue.api.tags import IF_NONE_MATCH
from trilogue.errors import TrilogueError, UnavailableError
from trilogue.node import problem
from trilogue.node.problem import Problem, problem_type, title

__all__ = ["document", "operations"]

_REF = "#/components/schemas/{name}"

_TITLE = "Trilogue: a participant's own interface"
_ABOUT = """\
What a participant's people and programs ask of its node. Other participants never do: nodes speak
over a channel of their own, and only in statements that stand in their logs.

Lists are read by cursor: go on from `next`. Errors are problem details (RFC 9457) with a stable
`type`; a refusal by the rules names them, and where in the log the refusal stands. Acts take an
`Idempotency-Key`: asked for again within a day, they are answered again and not done again.
What is asked for has an `ETag`: while the answer is the same still, `If-None-Match` gets 304.
The published log stands under `/log/`, as c2sp.org/tlog-tiles has it, and needs no token.
"""

_OUTCOMES = {
    200: "As asked.",
    201: "Done: it is on disk and signed for.",
    202: "Waiting for a second officer.",
    204: "Done.",
    503: "The node does not serve.",
}


_TAG = {
    "description": "A strong tag of this very answer, for `If-None-Match`.",
    "schema": {"type": "string", "pattern": r'^"[A-Za-z0-9_-]{22}"$'},
    "example": '"jzhbWtjLRTRnvl2Ag1Rz-g"',
}
_UNCHANGED = {
    "description": "The answer is the one that the caller has.",
    "headers": {"ETag": _TAG},
}


def operations() -> Iterable[tuple[str, str, Operation]]:
    """Go through all operations: subject, path as OpenAPI writes it, operation."""
    for subject, module in SUBJECTS.items():
        for handler in module.HANDLERS:
            (path,) = handler.paths
            yield subject, re.sub(r"{(\w+):\w+}", r"{\1}", path), handler.opt["operation"]


def document() -> dict[str, Any]:
    """Return the document. It is the same for every node of this version."""
    all_operations = tuple(operations())
    types = list(dict.fromkeys(_types(operation for _, _, operation in all_operations)))
    schemas, components = msgspec.json.schema_components(types, ref_template=_REF)
    describe_structs(types, components)
    schema_of = dict(zip(types, schemas, strict=True))
    paths: dict[str, dict[str, Any]] = {}
    for subject, path, operation in all_operations:
        paths.setdefault(path, {})[operation.method.lower()] = {
            "tags": [subject],
            **_describe(operation, schema_of),
        }
    return {
        "openapi": "3.1.0",
        "info": {
            "title": _TITLE,
            "version": __version__,
            "description": _ABOUT,
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "servers": [{"url": "/"}],
        "security": [{"token": []}],
        "tags": [
            {"name": subject, "description": module.__doc__} for subject, module in SUBJECTS.items()
        ],
        "paths": paths,
        "components": {
            "schemas": components,
            "securitySchemes": {
                "token": {
                    "type": "http",
                    "scheme": "bearer",
                    "description": "A token that `trilogue node token issue` made.",
                }
            },
        },
    }


def _types(described: Iterable[Operation]) -> Iterator[Any]:
    """Go through the types that are sent and received."""
    for operation in described:
        if operation.given is not None:
            yield operation.given
        yield from (shape for shape in operation.gives.values() if shape is not None)
    yield Problem


def _describe(operation: Operation, schema_of: Mapping[Any, Any]) -> dict[str, Any]:
    described: dict[str, Any] = {
        "operationId": operation.name,
        "summary": operation.summary,
        "description": f"{operation.description}\n\n{_who(operation)}".strip(),
        "parameters": _parameters(operation),
        "responses": {
            **{str(status): _answer(operation, status, schema_of) for status in operation.gives},
            **({"304": _UNCHANGED} if operation.tagged else {}),
            **_problems(operation, schema_of),
        },
    }
    if operation.public:
        described["security"] = []
    else:
        described["x-roles"] = sorted(MAY[operation.name])
    if operation.given is not None:
        described["requestBody"] = {
            "required": True,
            "content": {
                reading.MEDIA_TYPE: {
                    "schema": schema_of[operation.given],
                    "example": GIVEN[operation.name],
                }
            },
        }
    return described


def _who(operation: Operation) -> str:
    if operation.public:
        return "Needs no token."
    roles = MAY[operation.name]
    return f"For {'every role but monitor' if roles == EVERYONE else ', '.join(sorted(roles))}."


def _parameters(operation: Operation) -> list[dict[str, Any]]:
    parameters = [
        {
            "name": name,
            "in": where,
            "required": required,
            "schema": schema,
            "example": PARAMETERS[name],
        }
        for where, struct in (("path", operation.path), ("query", operation.query))
        if struct is not None
        for name, required, schema in _members(struct)
    ]
    if operation.once:
        key = {"type": "string", "pattern": KEY_PATTERN, "minLength": 1, "maxLength": 64}
        parameters.append(_header(IDEMPOTENCY_KEY, key, "Asked for again, it is done once."))
    if operation.tagged:
        given = {"type": "string"}
        parameters.append(_header(IF_NONE_MATCH, given, "Tags of answers that the caller has."))
    if operation.name == "stream":
        last = {"type": "integer", "minimum": 0, "maximum": 2**53 - 1}
        parameters.append(_header("Last-Event-ID", last, "Go on behind this position."))
    return parameters


def _header(name: str, schema: dict[str, Any], description: str) -> dict[str, Any]:
    return {
        "name": name,
        "in": "header",
        "required": False,
        "schema": schema,
        "description": description,
    }


def _members(struct: type[msgspec.Struct]) -> Iterator[tuple[str, bool, dict[str, Any]]]:
    """Go through the parameters of a struct: name, whether it must be there, schema."""
    schema = msgspec.json.schema(struct)["$defs"][struct.__name__]
    for name, member in schema["properties"].items():
        # A parameter cannot be null: one that may be is left out instead.
        options = [one for one in member.get("anyOf", ()) if one != {"type": "null"}]
        shown = options[0] if options else member
        if None in shown.get("enum", ()):
            shown = {"enum": [value for value in shown["enum"] if value is not None]}
        yield name, name in schema["required"], shown


def _answer(operation: Operation, status: int, schema_of: Mapping[Any, Any]) -> dict[str, Any]:
    shape = operation.gives[status]
    if shape is None:
        return {"description": _OUTCOMES[status]}
    content: dict[str, Any] = {"schema": schema_of[shape]}
    if operation.media_type == EVENTS:
        content = {"schema": {"type": "string"}, "x-data": schema_of[shape], "example": EVENT}
    elif (example := ANSWERS.get((operation.name, status))) is not None:
        content["example"] = example
    return {
        "description": _OUTCOMES[status],
        **({"headers": {"ETag": _TAG}} if operation.tagged else {}),
        "content": {operation.media_type: content},
    }


def _problems(operation: Operation, schema_of: Mapping[Any, Any]) -> dict[str, Any]:
    """Return what an operation may be answered instead, by status."""
    by_status: dict[int, list[type[TrilogueError]]] = {}
    for kind in dict.fromkeys((*_always(operation), *operation.raises)):
        by_status.setdefault(status_of(kind), []).append(kind)
    return {
        str(status): {
            "description": " Or: ".join(title(kind) for kind in kinds),
            "content": {
                problem.MEDIA_TYPE: {
                    "schema": schema_of[Problem],
                    "examples": {
                        problem_type(kind).rpartition(":")[2]: {"value": problem_example(kind)}
                        for kind in kinds
                    },
                }
            },
        }
        for status, kinds in sorted(by_status.items())
    }


def _always(operation: Operation) -> Iterator[type[TrilogueError]]:
    """Go through what any operation of its sort may be answered."""
    if operation.public:
        return
    yield problem.MalformedError
    yield problem.UnknownCallerError
    yield problem.RoleError
    yield UnavailableError
    yield problem.TooManyError
    if operation.writes:
        yield problem.TooLargeError
    if operation.given is not None:
        yield problem.MediaTypeError
    if operation.once:
        yield problem.KeyReusedError
