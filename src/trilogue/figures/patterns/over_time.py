"""Over time: occasions a year with their rates, launches by class, and how many at once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING

import numpy as np

from trilogue.analysis.flight.record import Launch
from trilogue.analysis.patterns.findings import Findings
from trilogue.analysis.patterns.occasions import day_of
from trilogue.figures.paper import (
    COAST,
    INK,
    MUTED,
    PAPER,
    RULE,
    Figure,
    paper,
    printed,
    quiet,
    table,
)
from trilogue.figures.patterns.words import Words

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure as Canvas

__all__ = [
    "COLOURS",
    "classes_figure",
    "legend",
    "salvos_figure",
    "tempo_figure",
    "title",
    "year_of",
]

COLOURS = {"success": "#124f9c", "failure": "#b0430a", "unknown": "#8d929a"}
MARKS = {"success": "o", "failure": "X", "unknown": "o"}
_YEAR = 365.25


def tempo_figure(found: Findings, words: Words) -> Figure:
    """Return occasions by year as bars, rates as steps with their bands, changes, nuclear tests."""
    tempo = found.tempo["all", ""]
    years = Counter(one.day.year for one in found.occasions)
    span = range(found.tally.first.year, found.tally.last.year + 1)
    with paper(9.0, 4.2) as canvas:
        axes = canvas.add_axes((0.07, 0.16, 0.91, 0.72))
        quiet(axes)
        axes.bar(
            [y + 0.5 for y in span],
            [years.get(y, 0) for y in span],
            width=0.8,
            color=COAST,
            zorder=2,
        )
        for rate in tempo.rates:
            a, b = year_of(rate.begin), year_of(rate.end)
            axes.fill_between([a, b], rate.low, rate.high, color="#124f9c", alpha=0.18, zorder=3)
            axes.plot([a, b], [rate.value, rate.value], color="#124f9c", linewidth=1.8, zorder=4)
        top = max([*years.values(), *(rate.high for rate in tempo.rates)]) * 1.12
        for change in tempo.changes:
            axes.axvspan(
                year_of(change.low), year_of(change.high + 1), color="#b0430a", alpha=0.22, zorder=1
            )
            axes.plot([year_of(change.day)] * 2, [0.0, top], color="#b0430a", linewidth=0.9)
        axes.plot(
            [year_of(one.day) for one in found.nuclear.tests],
            [0.965 * top] * len(found.nuclear.tests),
            linestyle="none",
            marker="v",
            markersize=6.0,
            color=INK,
            zorder=5,
        )
        axes.set_xlim(span[0], span[-1] + 1)
        axes.set_ylim(0.0, top)
        axes.set_ylabel(words.say("axis.occasions_year"))
        legend(
            axes,
            [
                ("line", "#124f9c", words.say("axis.rate")),
                ("line", "#b0430a", words.say("axis.change")),
                ("v", INK, words.say("axis.nuclear_test")),
            ],
        )
        title(canvas, words.say("figure.tempo"))
        rows: list[Sequence[object]] = [("year", y, y + 1, years.get(y, 0), "", "") for y in span]
        rows += [
            (
                "rate",
                words.day(r.begin),
                words.day(r.end),
                f"{r.value:.4g}",
                f"{r.low:.4g}",
                f"{r.high:.4g}",
            )
            for r in tempo.rates
        ]
        rows += [
            ("change", words.day(c.day), "", "", words.day(c.low), words.day(c.high))
            for c in tempo.changes
        ]
        rows += [
            ("nuclear test", words.day(t.day), "", t.name, "", "") for t in found.nuclear.tests
        ]
        text = words.say(
            "figure.said_tempo",
            years=", ".join(f"{y} {years[y]}" for y in sorted(years)),
            rates=", ".join(
                f"{words.day(r.begin)} {words.say('figure.few', value=f'{r.value:.1f}')}"
                for r in tempo.rates
            ),
        )
        return printed(canvas, table(("what", "from", "to", "value", "low", "high"), rows), text)


def classes_figure(found: Findings, words: Words) -> Figure:
    """Return one line a class, oldest first, with a mark for each launch by its outcome."""
    by_class: dict[str, list[Launch]] = {}
    for one in found.launches:
        by_class.setdefault(one.missile_id, []).append(one)
    order = sorted(by_class, key=lambda m: min(one.date for one in by_class[m]))
    with paper(9.0, 0.6 + 0.2 * len(order)) as canvas:
        height = 0.6 + 0.2 * len(order)
        axes = canvas.add_axes((0.21, 0.32 / height, 0.77, 1.0 - 0.85 / height))
        quiet(axes)
        for level, missile in enumerate(order):
            launches = by_class[missile]
            at = [year_of(_ordinal(one)) for one in launches]
            axes.plot([min(at), max(at)], [level, level], color=RULE, linewidth=2.0, zorder=1)
            _marks(axes, launches, at, level)
        axes.set_yticks(range(len(order)))
        axes.set_yticklabels([words.missile(one) for one in order], fontsize=7.5)
        axes.set_ylim(len(order) - 0.4, -0.6)
        axes.set_xlim(found.tally.first.year, found.tally.last.year + 1)
        legend(
            axes,
            [
                (MARKS[name], COLOURS[name], words.say(f"word.{name}"))
                for name in ("success", "failure", "unknown")
            ],
        )
        title(canvas, words.say("figure.classes"), 1.0 - 0.2 / height)
        rows = [
            (one.row, one.date, one.time or "", missile, one.outcome)
            for missile in order
            for one in by_class[missile]
        ]
        text = words.say(
            "figure.said_classes",
            classes=", ".join(
                f"{words.missile(m)} {len(by_class[m])} ({_span(by_class[m])})" for m in order
            ),
        )
        return printed(canvas, table(("line", "date", "time", "missile", "outcome"), rows), text)


def _marks(axes: Axes, launches: Sequence[Launch], at: Sequence[float], level: int) -> None:
    for outcome, mark in MARKS.items():
        chosen = [x for x, one in zip(at, launches, strict=True) if one.outcome == outcome]
        axes.plot(
            chosen,
            [level] * len(chosen),
            linestyle="none",
            marker=mark,
            markersize=5.0,
            markerfacecolor=PAPER if outcome == "unknown" else COLOURS[outcome],
            markeredgecolor=COLOURS[outcome] if outcome == "unknown" else PAPER,
            markeredgewidth=0.9 if outcome == "unknown" else 0.5,
            zorder=3 if outcome == "failure" else 2,
        )


def salvos_figure(found: Findings, words: Words) -> Figure:
    """Return every occasion as a mark: when, and how many launches it had."""
    with paper(9.0, 3.4) as canvas:
        axes = canvas.add_axes((0.07, 0.17, 0.91, 0.66))
        quiet(axes)
        at = np.array([year_of(one.day.toordinal()) for one in found.occasions])
        size = np.array([len(one.launches) for one in found.occasions])
        axes.vlines(at, 0.0, size, color="#124f9c", linewidth=0.7, alpha=0.5)
        axes.plot(
            at,
            size,
            linestyle="none",
            marker="o",
            markersize=4.5,
            markerfacecolor="#124f9c",
            markeredgecolor=PAPER,
            markeredgewidth=0.5,
        )
        axes.set_xlim(found.tally.first.year, found.tally.last.year + 1)
        axes.set_ylim(0.0, size.max() * 1.1)
        axes.set_ylabel(words.say("axis.launches"))
        title(canvas, words.say("figure.salvos"))
        rows = [
            (
                one.day.isoformat(),
                one.site_id,
                len(one.launches),
                " ".join(f"{gap:g}" for gap in one.gaps_min),
                " ".join(map(str, one.rows)),
            )
            for one in found.occasions
        ]
        text = words.say(
            "figure.said_salvos",
            years=", ".join(f"{one.year} {one.largest}" for one in found.salvos.years),
        )
        columns = ("date", "site", "launches", "minutes_between", "lines")
        return printed(canvas, table(columns, rows), text)


def _ordinal(one: Launch) -> int:
    return (day_of(one) or date.fromisoformat(f"{one.date}-15")).toordinal()


def _span(launches: Sequence[Launch]) -> str:
    years = sorted({one.date[:4] for one in launches})
    return years[0] if len(years) == 1 else f"{years[0]}–{years[-1]}"


def year_of(ordinal: int) -> float:
    """Return a day as a year with its fraction."""
    day = date.fromordinal(ordinal)
    return day.year + (ordinal - date(day.year, 1, 1).toordinal()) / _YEAR


def title(canvas: Canvas, text: str, height: float = 0.94) -> None:
    """Write the title of a figure."""
    canvas.text(0.012, height, text, fontsize=12.0, va="center", color=INK)


def legend(axes: Axes, entries: Sequence[tuple[str, str, str]]) -> None:
    """Write what marks and lines mean, above the axes: mark or `line`, colour, words."""
    from matplotlib.lines import Line2D

    drawn = [
        Line2D(
            [],
            [],
            color=colour,
            linestyle="-" if mark == "line" else "none",
            marker="" if mark == "line" else mark,
            markersize=5.5,
        )
        for mark, colour, _ in entries
    ]
    axes.legend(
        drawn,
        [text for *_, text in entries],
        loc="lower right",
        bbox_to_anchor=(1.0, 1.0),
        ncols=len(entries),
        frameon=False,
        fontsize=8.0,
        labelcolor=MUTED,
        borderaxespad=0.0,
        handletextpad=0.4,
    )
