"""The same counts of a file of any size: DuckDB reads it in pieces and hands over counts alone.

    with bulk(path) as file:
        count = file.tally()
        found = counted(count, tests, best_estimates(count.flights))
        new = file.news(begin, end)

The file is CSV or Parquet with the columns of the record. What is counted is what `tally` counts,
by the same rules (`occasions`, `sun`); a test holds the two to each other. DuckDB keeps to `memory`
and puts what is more on disk. It is an extra: `pip install trilogue[scale]`.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from trilogue.analysis.flight.record import Launch
from trilogue.analysis.patterns.news import BASELINE_DAYS, Moments, News, Past, news
from trilogue.analysis.patterns.occasions import MINUTES, occasions
from trilogue.analysis.patterns.source import COLUMNS
from trilogue.analysis.patterns.sun import CIVIL_DEG, HALF_HOUR, HORIZON_DEG
from trilogue.analysis.patterns.tally import IN_A_ROW, Days, Group, SiteUse, Tally

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

__all__ = ["Bulk", "bulk"]

_CENTURY = 36_525.0


@contextmanager
def bulk(path: Path, *, memory: str = "512MB", threads: int | None = None) -> Iterator[Bulk]:
    """Open a record as CSV or Parquet. Raises `ValueError` for other columns."""
    import duckdb

    settings: dict[str, Any] = {"memory_limit": memory, "preserve_insertion_order": True}
    if threads is not None:
        settings["threads"] = threads
    with duckdb.connect(":memory:", config=settings) as connection:
        yield Bulk(connection, path)


class Bulk:
    """A record in a file, read once and laid out by occasion."""

    def __init__(self, connection: DuckDBPyConnection, path: Path) -> None:
        self._connection = connection
        name = str(path).replace("'", "''")
        reading = (
            f"read_parquet('{name}')"
            if path.suffix == ".parquet"
            else f"read_csv('{name}', header = true, all_varchar = true, delim = ',', quote = '\"')"
        )
        found = {row[0] for row in self._rows(f"DESCRIBE SELECT * FROM {reading}")}  # noqa: S608 - quoted
        if found != set(COLUMNS):
            raise ValueError(f"{path}: the columns are not those of a launch record")
        for statement in _script("layout", reading=reading).split(";\n\n"):
            connection.execute(statement)

    def _rows(self, sql: str, *values: object) -> list[tuple[Any, ...]]:
        return self._connection.execute(sql, values).fetchall()

    def tally(self) -> Tally:
        """Return the counts. Raises `ValueError` when no launch has a day."""
        ((total, first, last),) = self._rows("SELECT count(*), min(day), max(day) FROM launch")
        if first is None:
            raise ValueError("a record needs one launch at least of which the day is known")
        clock = self._clock()
        return Tally(
            launches=total,
            first=first,
            last=last,
            occasions=self._by_group(),
            daily=_days(self._rows(
                "SELECT day, count(*) FROM launch WHERE day IS NOT NULL GROUP BY day ORDER BY day"
            )),
            sizes=_pairs(self._rows(
                "SELECT year(day), size, count(*) FROM occasion GROUP BY ALL"
            )),
            gaps=_pairs(self._rows("SELECT year, gap, count(*) FROM gap GROUP BY ALL")),
            together=dict(self._rows(
                "SELECT sites, count(*) FROM (SELECT day, count(DISTINCT site) AS sites"
                " FROM launch WHERE day IS NOT NULL GROUP BY day) GROUP BY sites"
            )),
            sites=self._sites(),
            used={
                missile: frozenset(used)
                for missile, used in self._rows(
                    "SELECT missile, list(DISTINCT site) FROM launch GROUP BY missile"
                )
            },
            moves={(m, a, b): n for m, a, b, n in self._rows(_script("moves"))},
            outcomes=_pairs(self._rows(
                "SELECT missile, outcome, count(*) FROM launch GROUP BY ALL"
            )),
            tests={(m, int(b), good): n for m, b, good, n in self._rows(
                "SELECT missile, floor(log2(number)), good, count(*) FROM test GROUP BY ALL"
            )},
            reliable={m: (a, b) for m, a, b in self._rows(_script("reliable", row=IN_A_ROW))},
            flights={(m, a, d): n for m, a, d, n in self._rows(
                "SELECT missile, apogee_m, distance_m, count(*) FROM launch WHERE apogee_m > 0"
                " AND distance_m > 0 AND manoeuvre = '' AND outcome <> 'failure' GROUP BY ALL"
            )},
            farthest=dict(self._rows(
                "SELECT missile, max(distance_m) FROM launch WHERE distance_m IS NOT NULL"
                " AND outcome <> 'failure' GROUP BY missile"
            )),
            kinds=dict(self._rows(
                "SELECT missile, arg_max(kind, line) FROM launch GROUP BY missile"
            )),
            **clock,
        )  # fmt: skip

    def news(self, begin: date, end: date) -> News:
        """Return what is new from a day up to another, not included."""
        ((occasion, excess, recent),) = self._rows(
            "SELECT count(*), coalesce(sum(size - 1), 0), count(*) FILTER (WHERE day >= ?)"
            " FROM occasion WHERE day < ?",
            begin - timedelta(days=BASELINE_DAYS),
            begin,
        )
        before = Past(
            missiles=dict(self._rows(
                "SELECT missile, count(DISTINCT occasion) FROM member"
                " JOIN occasion USING (occasion) WHERE occasion.day < ? AND missile <> 'unknown'"
                " GROUP BY missile", begin
            )),
            sites=dict(self._rows(
                "SELECT site, count(*) FROM occasion WHERE day < ? AND site <> 'unknown'"
                " GROUP BY site", begin
            )),
            occasions=occasion,
            excess=int(excess),
            distances=self._moments("distance_m", begin),
            apogees=self._moments("apogee_m", begin),
            recent=recent,
        )  # fmt: skip
        # A day more on either side, so that no occasion is cut.
        rows = self._rows(_script("recent"), begin - timedelta(days=1), end + timedelta(days=1))
        return news(before, occasions(map(_launch, rows)), begin, end)

    def _moments(self, column: str, at: date) -> dict[str, Moments]:
        rows = self._rows(_script("moments", column=column), at)
        return {m: Moments(n, mean, float(squares or 0.0)) for m, n, mean, squares in rows}

    def _by_group(self) -> dict[Group, Days]:
        found: dict[Group, list[tuple[date, int]]] = defaultdict(list)
        for what, name, day, n in self._rows(_script("groups")):
            found[what, name].append((day, n))
        return {group: _days(rows) for group, rows in found.items()}

    def _sites(self) -> dict[str, SiteUse]:
        return {
            site: SiteUse(latitude=lat, longitude=lon, first=first, last=last, launches=n)
            for site, lat, lon, first, last, n in self._rows(
                "SELECT site, arg_min(latitude, line), arg_min(longitude, line), min(date_utc),"
                " max(date_utc), count(*) FROM launch GROUP BY site"
            )
        }

    def _clock(self) -> dict[str, Any]:
        hours: Counter[int] = Counter()
        weekdays: Counter[int] = Counter()
        seasons: Counter[str] = Counter()
        lights: Counter[tuple[str, str]] = Counter()
        script = _script(
            "clock",
            begun=HALF_HOUR[0].strftime("%Y-%m-%d %H:%M:%S"),
            ended=HALF_HOUR[1].strftime("%Y-%m-%d %H:%M:%S"),
            horizon=HORIZON_DEG,
            civil=CIVIL_DEG,
            century=_CENTURY,
        )
        for hour, weekday, season, light, n in self._rows(script):
            hours[hour] += n
            weekdays[weekday] += n
            seasons[season] += n
            if light is not None:
                lights[season, light] += n
        return {"hours": hours, "weekdays": weekdays, "seasons": seasons, "lights": lights}


def _launch(row: tuple[Any, ...]) -> Launch:
    """Return what `news` looks at of a launch: identifiers without names, no place, no bearing."""
    line, day, time, missile, kind, manoeuvre, site, apogee, distance, outcome = row
    return Launch(
        row=line, date=day, time=time, serial=None, missile_id=missile, missile=missile, kind=kind,
        manoeuvre=manoeuvre or None, site_id=site, site=site, latitude=None, longitude=None,
        area="", apogee_m=apogee, distance_m=distance, bearing_deg=None, bearing_known=False,
        outcome=outcome, time_conflict=None,
    )  # fmt: skip


def _script(name: str, **values: object) -> str:
    """Return a statement of `bulk.sql` by its name, with its values."""
    text = (resources.files(__package__) / "bulk.sql").read_text("utf-8")
    parts = text.split("-- name: ")[1:]
    found = {part.partition("\n")[0].strip(): part.partition("\n")[2].strip() for part in parts}
    return found[name].format(minutes=MINUTES, **values).rstrip(";")


def _days(rows: list[tuple[date, int]]) -> Days:
    return Days(
        np.array([day.toordinal() for day, _ in rows], np.int64),
        np.array([n for _, n in rows], np.int64),
    )


def _pairs(rows: list[tuple[Any, ...]]) -> dict[tuple[Any, Any], int]:
    return {(a, b): n for a, b, n in rows}
