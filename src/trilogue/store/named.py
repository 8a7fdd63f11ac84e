"""The named statements, bound to a store: `db.q.statement_at(speaker=…, idx=…)`.

aiosql reads them and knows what each gives; they are called without it in between, since a report
takes a dozen of them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from aiosql.types import SQLOperationType

from trilogue.store.statements import Statement

__all__ = ["Named"]


class Named:
    """Each statement of `found` as a method.

    `run` gives a statement with its parameters to the database and returns a cursor, and so does
    `read` for one that changes nothing and may be given twice; `change` and `change_many` return
    how many rows were changed.
    """

    def __init__(
        self,
        found: Mapping[str, Statement],
        *,
        run: Callable[..., Any],
        read: Callable[..., Any],
        change: Callable[..., int],
        change_many: Callable[..., int],
    ) -> None:
        self._found = found
        self._run = run
        self._read = read
        self._change = change
        self._change_many = change_many

    def __getattr__(self, name: str) -> Any:
        bound = self._bind(self._found[name])
        setattr(self, name, bound)
        return bound

    def _bind(self, statement: Statement) -> Callable[..., Any]:
        sql, read, change, change_many = (
            statement.sql,
            self._read,
            self._change,
            self._change_many,
        )
        of = self._run if statement.operation is SQLOperationType.INSERT_RETURNING else read

        def value(**given: Any) -> Any:
            row = of(sql, given).fetchone()
            return None if row is None else next(iter(row.values()))

        match statement.operation:
            case SQLOperationType.SELECT:
                return lambda **given: read(sql, given)
            case SQLOperationType.SELECT_ONE:
                return lambda **given: read(sql, given).fetchone()
            case SQLOperationType.INSERT_UPDATE_DELETE:
                return lambda **given: change(sql, given)
            case SQLOperationType.INSERT_UPDATE_DELETE_MANY:
                return lambda rows: change_many(sql, rows)
            case _:
                return value
