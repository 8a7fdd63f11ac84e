"""Strict reading of TOML: what is not known, not of its type or not possible is refused.

Every refusal names the file, the key, the value, and what would do.

>>> table = Table.of_text("flight.toml", "apogee_m = -5.0")
>>> table.number("apogee_m", above=0.0)
Traceback (most recent call last):
    ...
trilogue.analysis.scenario.reading.ScenarioError: flight.toml: apogee_m is -5.0: it must be above 0
>>> Table.of_text("a.toml", "apogee_km = 5.0").close()
Traceback (most recent call last):
    ...
trilogue.analysis.scenario.reading.ScenarioError: a.toml: apogee_km is not a key here: remove it
"""

from __future__ import annotations

import math
import re
import tomllib
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

__all__ = ["ScenarioError", "Table"]

T = TypeVar("T")
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9-]{0,31}")
_NAME_RULE = "1 to 32 letters, digits and hyphens, the first no hyphen"


class ScenarioError(ValueError):
    """A scenario cannot be read or played; the message names file, key, value and way out."""


class Table:
    """A table of a file. What is taken from it is known; `close` refuses what is left."""

    def __init__(self, file: str, path: str, raw: Mapping[str, Any]) -> None:
        self.file, self._path, self._raw = file, path, dict(raw)
        self._known: list[str] = []

    @classmethod
    def of_text(cls, file: str, text: str) -> Table:
        """Read a whole file. Raises `ScenarioError` when it is not TOML."""
        try:
            return cls(file, "", tomllib.loads(text))
        except (ValueError, RecursionError) as error:  # too deep, or a number too long
            raise ScenarioError(f"{file} is not TOML: {error}") from error

    def __contains__(self, key: str) -> bool:
        return key in self._raw

    def error(self, key: str, problem: str) -> ScenarioError:
        """Return the error for a key of this table."""
        return ScenarioError(f"{self.file}: {self._path}{key} {problem}")

    def close(self) -> None:
        """Refuse keys that nobody took."""
        left = [key for key in self._raw if key not in self._known]
        if not left:
            return
        known = list(dict.fromkeys(self._known))
        way_out = f"known are {', '.join(known)}" if known else "remove it"
        raise self.error(left[0], f"is not a key here: {way_out}")

    def text(self, key: str, default: str | None = None) -> str:
        """Take a text that is not empty."""
        value = self._take(key, str, "a text in quotes", default)
        if not value.strip() and value != default:
            raise self.error(key, "is empty: write a text in quotes")
        return value

    def name(self, key: str, default: str | None = None) -> str:
        """Take a name that can stand in a file name."""
        value = self.text(key, default)
        if not _NAME.fullmatch(value):
            raise self.error(key, f"is {value!r}: a name has {_NAME_RULE}")
        return value

    def choice(self, key: str, choices: tuple[str, ...]) -> str:
        """Take one of some texts."""
        value = self.text(key)
        if value not in choices:
            raise self.error(key, f"is {value!r}: it must be one of {', '.join(choices)}")
        return value

    def number(
        self,
        key: str,
        default: float | None = None,
        *,
        low: float = -math.inf,
        high: float = math.inf,
        above: float = -math.inf,
    ) -> float:
        """Take a number from `low` to `high`, greater than `above`."""
        given = self._take(key, (int, float), "a number", default)
        value = float(given)
        if value == default and key not in self._raw:
            return value
        if isinstance(given, bool) or not math.isfinite(value):
            raise self.error(key, f"is {given!r}: write a number")
        if value <= above:
            raise self.error(key, f"is {given!r}: it must be above {above:g}")
        if not low <= value <= high:
            between = f"from {low:g} to {high:g}" if high < math.inf else f"at least {low:g}"
            raise self.error(key, f"is {given!r}: it must be {between}")
        return value

    def whole(self, key: str, *, low: int) -> int:
        """Take a whole number of at least `low`."""
        value = self._take(key, int, "a whole number", None)
        if isinstance(value, bool) or value < low:
            raise self.error(key, f"is {value!r}: write a whole number of at least {low}")
        return value

    def must(self, key: str, value: bool, why: str) -> None:
        """Take a boolean that can have but one value."""
        if self._take(key, bool, "true or false", None) is not value:
            raise self.error(key, f"must be {str(value).lower()}: {why}")

    def moment(self, key: str) -> float:
        """Take a time in UTC; return POSIX seconds."""
        value = self._take(key, datetime, "a time such as 2017-11-28T18:17:00Z", None)
        if value.utcoffset() != timedelta(0):
            raise self.error(key, f"is {value}: times are UTC, write them with Z")
        return value.astimezone(UTC).timestamp()

    def table(self, key: str) -> Table:
        """Take a table; it must be closed on its own."""
        value = self._take(key, dict, "a table", None)
        return Table(self.file, f"{self._path}{key}.", value)

    def part(self, key: str) -> Table | None:
        """Take a table that may be left out."""
        self._known.append(key)
        return self.table(key) if key in self else None

    @property
    def given(self) -> tuple[str, ...]:
        """Return the keys that are given."""
        return tuple(self._raw)

    def tables(self, key: str) -> list[Table]:
        """Take an array of tables; empty when it is not there."""
        value = self._take(key, list, f"an array: [[{key}]]", [])
        found = []
        for i, one in enumerate(value):
            if not isinstance(one, dict):
                raise self.error(f"{key}[{i}]", f"is {one!r}: write it as [[{key}]]")
            found.append(Table(self.file, f"{self._path}{key}[{i}].", one))
        return found

    def _take(
        self, key: str, kind: type[T] | tuple[type[T], ...], wanted: str, default: T | None
    ) -> T:
        self._known.append(key)
        if key not in self._raw:
            if default is None:
                raise self.error(key, f"is missing: write {wanted}")
            return default
        value = self._raw[key]
        if not isinstance(value, kind):
            raise self.error(key, f"is {value!r}: write {wanted}")
        return value
