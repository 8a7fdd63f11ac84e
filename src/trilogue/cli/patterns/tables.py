"""The tables of the report, each with its heads in words and its cells as text."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from trilogue.analysis.flight.record import disputes
from trilogue.analysis.patterns.intervals import Estimate
from trilogue.analysis.patterns.news import ALERT_BITS
from trilogue.analysis.patterns.reach import areas
from trilogue.figures.patterns.said import item

if TYPE_CHECKING:
    from trilogue.cli.patterns.gather import Results
    from trilogue.figures.patterns.words import Words

__all__ = ["Table", "lines", "tables"]

_LEAST_BITS = 1.0
"""What is no less likely than a coin is not told as new."""
_MOST_CONFLICTS = 200
"""Conflicts shown on the page; the file beside it has all."""
_NUMBERS = frozenset(
    ("bits", "rate", "months", "alerted", "alerts", "lasted", "nothing", "undecided", "chance",
     "threshold", "occasions", "launches", "several", "largest", "gap", "same", "coast", "south",
     "north", "moves", "stayed", "distance", "apogee", "sites", "probability", "range", "success",
     "failure", "unknown", "share", "bounds", "factor", "improving", "tests", "days", "before",
     "after", "uses", "leaves", "year")
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Table:
    """A table: a name for its file, keys of its heads, and rows of text."""

    name: str
    heads: tuple[str, ...]
    rows: Sequence[tuple[str, ...]]
    caption: str = ""
    folded: bool = field(default=False)
    """Whether the page shows it only when asked."""

    def number(self, column: int) -> bool:
        """Say whether a column holds numbers."""
        return self.heads[column] in _NUMBERS


def tables(results: Results, words: Words) -> dict[str, list[Table]]:
    """Return the tables of each section."""
    return {
        "new": [_news(results, words), _backtest(results), _thresholds(results)],
        "tempo": [_tempo(results, words)],
        "salvos": [_salvos(results, words)],
        "sites": [_mobility(results, words), _sites(results, words)],
        "clock": [],
        "trajectories": [_trajectories(results, words)],
        "outcomes": [
            _outcomes(results, words),
            _learning(results, words),
            _reliable(results, words),
        ],
        "reach": [_reach(results, words)],
        "nuclear": [_nuclear(results)],
        "record": [_basis(results, words), *_conflicts(results, words)],
    }


def lines(rows: Sequence[int]) -> str:
    """Return lines of the record, runs drawn together: 2, 5–7."""
    parts: list[str] = []
    ordered = sorted(rows)
    start = previous = None
    for row in [*ordered, None]:
        if previous is not None and row != previous + 1:
            parts.append(f"{start}" if start == previous else f"{start}–{previous}")
            start = row
        elif start is None:
            start = row
        previous = row
    return ", ".join(parts)


def _km(metres: float | None) -> str:
    return "–" if metres is None else f"{metres / 1e3:,.0f}"


def _news(results: Results, words: Words) -> Table:
    news = results.found.news
    seen: set[tuple[str, str, str]] = set()
    rows = []
    for one in news.items:
        text = item(one, news, words)
        key = (one.kind, text, one.day.isoformat())
        if key in seen or one.bits < _LEAST_BITS:
            continue
        seen.add(key)
        rows.append(
            (
                words.say(f"word.{one.kind}"),
                text,
                one.day.isoformat(),
                f"{one.bits:.1f}",
                lines(one.rows),
            )
        )
    return Table("new", ("kind", "what", "day", "bits", "lines"), rows)


def _backtest(results: Results) -> Table:
    rows = [
        (
            str(one.year),
            str(one.periods),
            str(one.alerted),
            str(one.alerts),
            str(one.lasted),
            str(one.for_nothing),
            str(one.undecided),
            f"{one.by_chance:.1f}",
        )
        for one in results.found.backtests[ALERT_BITS].years
    ]
    heads = (
        "year",
        "months",
        "alerted",
        "alerts",
        "lasted",
        "nothing",
        "undecided",
        "chance",
    )
    return Table("backtest", heads, rows)


def _thresholds(results: Results) -> Table:
    rows = []
    for bits, back in results.found.backtests.items():
        years = back.years
        rows.append(
            (
                f"{bits:g}",
                str(sum(one.alerted for one in years)),
                *(
                    str(sum(getattr(one, name) for one in years))
                    for name in ("alerts", "lasted", "for_nothing", "undecided")
                ),
                f"{sum(one.by_chance for one in years):.0f}",
            )
        )
    heads = ("threshold", "alerted", "alerts", "lasted", "nothing", "undecided", "chance")
    return Table("thresholds", heads, rows)


def _tempo(results: Results, words: Words) -> Table:
    rows = []
    for group, tempo in results.found.tempo.items():
        for k, rate in enumerate(tempo.rates):
            change = tempo.changes[k - 1] if k else None
            rows.append(
                (
                    words.group(group),
                    words.day(rate.begin),
                    "–"
                    if change is None
                    else f"{words.day(change.low)} – {words.day(change.high)}",
                    words.interval(Estimate(rate.value, rate.low, rate.high)),
                    str(rate.occasions),
                )
            )
    return Table("tempo-groups", ("group", "since", "change", "rate", "occasions"), rows)


def _salvos(results: Results, words: Words) -> Table:
    rows = [
        (
            str(one.year),
            str(one.occasions),
            str(one.launches),
            words.percent(one.several),
            str(one.largest),
            "–" if one.gap_min is None else words.interval(one.gap_min, digits=0),
            str(one.same_minute),
        )
        for one in results.found.salvos.years
    ]
    heads = ("year", "occasions", "launches", "several", "largest", "gap", "same")
    return Table("salvo-years", heads, rows)


def _mobility(results: Results, words: Words) -> Table:
    rows = [
        (
            words.missile(one.missile_id),
            str(one.moves),
            words.percent(one.stayed),
            words.interval(one.distance_m, 1e-3, 0),
            str(one.sites),
        )
        for one in results.found.mobility
    ]
    return Table("mobility", ("missile", "moves", "stayed", "distance", "sites"), rows)


def _sites(results: Results, words: Words) -> Table:
    rows = [
        (
            words.site(one.site_id),
            one.first,
            one.last,
            str(one.launches),
            *(
                ("–",) * 3
                if one.away is None
                else map(_km, (one.away.coast_m, one.away.south_m, one.away.north_m))
            ),
        )
        for one in results.found.sites
    ]
    heads = ("site", "first", "last", "launches", "coast", "south", "north")
    return Table("site-list", heads, rows, folded=True)


def _trajectories(results: Results, words: Words) -> Table:
    by_row = {one.row: one for one in results.found.launches}
    groups: dict[tuple[str, ...], list[int]] = {}
    for one in results.found.trajectories:
        if one.shape is None:
            continue
        launch = by_row[one.row]
        far = one.least_energy_m
        key = (
            words.missile(one.missile_id),
            launch.date,
            _km(one.apogee_m),
            _km(one.distance_m),
            words.say(f"word.{one.shape}"),
            f"{one.shape_probability:.2f}",
            "–" if far is None else words.interval(far, 1e-3, 0),
        )
        groups.setdefault(key, []).append(one.row)
    rows = [(*key, lines(at)) for key, at in groups.items()]
    heads = (
        "missile",
        "day",
        "apogee",
        "distance",
        "shape",
        "probability",
        "range",
        "lines",
    )
    return Table("trajectory-list", heads, rows, folded=True)


def _outcomes(results: Results, words: Words) -> Table:
    rows = [
        (
            words.missile(one.missile_id),
            str(one.successes),
            str(one.failures),
            str(one.unknown),
            "–" if one.share is None else words.percent(one.share),
            f"{100.0 * one.at_least:.0f} % / {100.0 * one.at_most:.0f} %",
        )
        for one in results.found.outcomes
    ]
    heads = ("missile", "success", "failure", "unknown", "share", "bounds")
    return Table("outcome-list", heads, rows, folded=True)


def _learning(results: Results, words: Words) -> Table:
    rows = [
        (
            words.say("word.all") if one.missile_id == "all" else words.missile(one.missile_id),
            str(one.tests),
            words.interval(one.odds_factor),
            f"{100.0 * one.improving:.0f} %",
        )
        for one in results.found.learning
    ]
    return Table("learning", ("missile", "tests", "factor", "improving"), rows)


def _reliable(results: Results, words: Words) -> Table:
    rows = [
        (
            words.missile(missile),
            first.isoformat(),
            "–" if last is None else last.isoformat(),
            "–" if last is None else f"{(last - first).days:,}",
        )
        for missile, first, last in sorted(
            results.found.reliability.each, key=lambda one: (one[1], one[0])
        )
    ]
    return Table("reliable", ("missile", "first", "reliable", "days"), rows, folded=True)


def _reach(results: Results, words: Words) -> Table:
    """Name for each area the classes that reach it: shown, and by estimate alone."""
    rows = []
    for area in areas():
        shown: list[str] = []
        guessed: list[str] = []
        for reach in results.found.reach:
            one = next(a for a in reach.areas if a.area == area.area)
            name = words.missile(reach.missile_id)
            if one.demonstrated != "not":
                shown.append(name)
            elif one.probability is not None and one.probability >= 0.05:
                guessed.append(f"{name} {100.0 * one.probability:.0f} %")
        rows.append(
            (
                words.say(f"word.{area.participant}"),
                words.say(f"area.{area.area}"),
                _few(shown),
                _few(guessed),
            )
        )
    return Table("reach-areas", ("group", "area", "demonstrated", "estimated"), rows)


def _few(names: Sequence[str], most: int = 6) -> str:
    if not names:
        return "–"
    more = f" +{len(names) - most}" if len(names) > most else ""
    return f"{len(names)}: {', '.join(names[:most])}{more}"


def _nuclear(results: Results) -> Table:
    from datetime import date

    rows = [
        (one.name, date.fromordinal(one.day).isoformat(), str(one.before), str(one.after))
        for one in results.found.nuclear.tests
    ]
    return Table("nuclear", ("test", "day", "before", "after"), rows)


def _basis(results: Results, words: Words) -> Table:
    rows = []
    for name, one in results.found.basis.items():
        left = sum(map(len, one.left_out.values()))
        why = "; ".join(
            words.say(f"reason.{reason}", n=len(at)) for reason, at in one.left_out.items()
        )
        rows.append((_section(name, words), str(len(one.used)), str(left), why or "–"))
    return Table("basis", ("finding", "uses", "leaves", "why"), rows)


_SECTIONS = {
    "spacing": "head.gap",
    "mobility": "head.moves",
    "learning": "head.factor",
    "news": "page.new",
}


def _section(name: str, words: Words) -> str:
    return words.say(_SECTIONS.get(name, f"page.{name}"))


def _conflicts(results: Results, words: Words) -> Iterable[Table]:
    """Yield what sources contradict: among those merged, and what is known of others."""
    rows = [
        (
            words.say(f"word.{one.kind}"),
            one.date,
            ", ".join(one.columns) or "–",
            "; ".join(
                f"{source} {line}: {', '.join(map(_value, values))}"
                if values
                else f"{source} {line}"
                for source, line, values in one.said
            ),
        )
        for one in results.conflicts
    ]
    heads = ("kind", "day", "column", "said")
    if rows:
        yield Table("conflicts", heads, rows[:_MOST_CONFLICTS])
    known: list[tuple[str, ...]] = [
        (words.say("word.other"), one.date, "time_utc", f"{one.time} | {one.time_conflict}")
        for one in results.found.launches
        if one.time_conflict
    ]
    known += [
        (words.say("word.other"), one.date, ", ".join(one.fields), one.note) for one in disputes()
    ]
    yield Table("disputes", heads, known)


def _value(value: str | float | None) -> str:
    return "–" if value is None else f"{value:g}" if isinstance(value, float) else value
