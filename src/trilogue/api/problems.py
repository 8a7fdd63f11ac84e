"""Errors as problem details (RFC 9457): one table says under which status each class is told.

No error that the node raises on purpose is a 500. What is not foreseen is one: it is logged here
and told without its text, which might say more than the caller may know.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from http import HTTPStatus
from typing import Any, TypeAlias

import msgspec
from litestar import Request, Response
from litestar.exceptions import HTTPException

from trilogue import errors
from trilogue.errors import TrilogueError
from trilogue.node import problem
from trilogue.node.problem import Problem, TooManyError, describe

__all__ = ["HANDLERS", "STATUS", "Handlers", "encode", "problem_of", "status_of", "unreached"]

log = logging.getLogger("trilogue.api")

MAX_BODY = 4 << 20
"""Largest request body in bytes."""

STATUS: Mapping[type[TrilogueError], int] = {
    errors.TrilogueError: 422,
    errors.LocalError: 422,
    errors.InputError: 422,
    problem.MalformedError: 400,
    problem.TooLargeError: 413,
    problem.MediaTypeError: 415,
    problem.KeyReusedError: 422,
    problem.UnknownCallerError: 401,
    problem.RoleError: 403,
    errors.NotFoundError: 404,
    errors.RefusedError: 403,
    errors.NotInForceError: 409,
    errors.ConsentError: 403,
    errors.ConsentExpiredError: 403,
    problem.SameOfficerError: 409,
    problem.PasskeyError: 403,
    errors.UnavailableError: 503,
    problem.TooManyError: 429,
    errors.PeerError: 400,
    errors.FormatError: 400,
    errors.SignatureError: 400,
    errors.ConsistencyError: 400,
    errors.InclusionError: 400,
    errors.PassageError: 400,
    errors.GrantError: 400,
    errors.RuleError: 400,
    errors.OpeningError: 400,
}
"""The status of every class that is told by its own name. 4xx is the caller's to mend."""

_HEADERS: Mapping[int, Mapping[str, str]] = {
    401: {"WWW-Authenticate": 'Bearer realm="trilogue"'},
    503: {"Retry-After": "1"},
}


def status_of(kind: type[TrilogueError]) -> int:
    """Return the status under which a class is told: its own, or its nearest base's."""
    return next(STATUS[base] for base in kind.__mro__ if base in STATUS)


def problem_of(error: TrilogueError) -> Problem:
    """Return an error as problem details."""
    return describe(error, status_of(type(error)))


def encode(told: Problem) -> bytes:
    """Return problem details as JSON."""
    return msgspec.json.encode(told)


def _answer(told: Problem, headers: Mapping[str, str] | None = None) -> Response[bytes]:
    return Response(
        encode(told),
        status_code=told.status,
        media_type=problem.MEDIA_TYPE,
        headers={"Cache-Control": "no-store", **_HEADERS.get(told.status, {}), **(headers or {})},
    )


def _ours(_: Request[Any, Any, Any], error: TrilogueError) -> Response[bytes]:
    wait = {"Retry-After": str(error.seconds)} if isinstance(error, TooManyError) else None
    return _answer(problem_of(error), wait)


def unreached(_: Request[Any, Any, Any], error: HTTPException) -> Response[bytes]:
    """Tell what the framework found before any operation was reached: path, method, size."""
    if error.status_code == HTTPStatus.REQUEST_ENTITY_TOO_LARGE:
        limit = problem.TooLargeError(f"a request of more than {MAX_BODY} bytes")
        return _answer(problem_of(limit))
    if error.status_code >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return _unforeseen(_, error)
    told = Problem(
        title=HTTPStatus(error.status_code).phrase, status=error.status_code, detail=error.detail
    )
    return _answer(told, error.headers)


def _unforeseen(request: Request[Any, Any, Any], error: Exception) -> Response[bytes]:
    handler = request.scope.get("route_handler")
    operation = "none" if handler is None else handler.name
    log.error("unforeseen in %s", operation, exc_info=error, extra={"operation": operation})
    return _answer(
        Problem(
            title="Internal Server Error",
            status=500,
            detail="this was not foreseen; the node's own log says more",
        )
    )


Handlers: TypeAlias = Mapping[int | type[Exception], Callable[..., Response[Any]]]

HANDLERS: Handlers = {
    TrilogueError: _ours,
    HTTPException: unreached,
    Exception: _unforeseen,
}
"""What Litestar calls for each error that leaves a handler."""
