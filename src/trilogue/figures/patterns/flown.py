"""What was flown: shapes of trajectories, ranges at least energy, outcomes, and hours."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import numpy as np

from trilogue.analysis.flight.arc import LOFTED, minimum_energy_apogee_m
from trilogue.analysis.patterns.findings import Findings
from trilogue.analysis.patterns.outcomes import Outcome
from trilogue.figures.paper import INK, MUTED, PAPER, RULE, Figure, paper, printed, quiet, table
from trilogue.figures.patterns.over_time import legend, title
from trilogue.figures.patterns.said import DAYS
from trilogue.figures.patterns.words import Words

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["hours_figure", "outcomes_figure", "ranges_figure", "shapes_figure"]

_SHAPES = {
    "lofted": ("^", "#b0430a"),
    "minimum-energy": ("o", "#124f9c"),
    "depressed": ("v", "#00795c"),
}
_LIGHTS = {"day": "#e0a100", "twilight": "#a58b6f", "night": "#33415c"}


def shapes_figure(found: Findings, words: Words) -> Figure:
    """Return apogee over distance, both logarithmic, with the band near least energy."""
    judged = [one for one in found.trajectories if one.shape is not None]
    shapes = Counter(one.shape for one in judged)
    with paper(8.0, 5.0) as canvas:
        axes = canvas.add_axes((0.09, 0.12, 0.88, 0.76))
        quiet(axes)
        axes.set_xscale("log")
        axes.set_yscale("log")
        across = np.geomspace(80e3, 6_000e3, 120)
        least = np.array([minimum_energy_apogee_m(float(x)) for x in across])
        axes.fill_between(
            across / 1e3, least / LOFTED / 1e3, least * LOFTED / 1e3, color=RULE, alpha=0.6
        )
        axes.plot(across / 1e3, least / 1e3, color=MUTED, linewidth=1.0)
        axes.annotate(
            words.say("axis.least_energy"),
            (across[-1] / 1e3, least[-1] / 1e3),
            xytext=(-4, -14),
            textcoords="offset points",
            ha="right",
            fontsize=8.0,
            color=MUTED,
        )
        for shape, (mark, colour) in _SHAPES.items():
            chosen = [one for one in judged if one.shape == shape]
            axes.plot(
                [one.distance_m / 1e3 for one in chosen if one.distance_m],
                [one.apogee_m / 1e3 for one in chosen if one.apogee_m],
                linestyle="none",
                marker=mark,
                markersize=6.0,
                markerfacecolor=colour,
                markeredgecolor=PAPER,
                markeredgewidth=0.6,
                alpha=0.85,
            )
        axes.set_xlim(90.0, 6_000.0)
        plain(axes)
        axes.set_xlabel(words.say("axis.distance_km"))
        axes.set_ylabel(words.say("axis.apogee_km"))
        legend(axes, [(mark, c, words.say(f"word.{s}")) for s, (mark, c) in _SHAPES.items()])
        title(canvas, words.say("figure.shapes"), 0.955)
        rows = [
            (
                one.row,
                one.missile_id,
                f"{one.apogee_m:.0f}",
                f"{one.distance_m:.0f}",
                one.shape,
                f"{one.shape_probability:.3f}",
                *(
                    ("", "", "")
                    if one.least_energy_m is None
                    else (
                        f"{x:.0f}"
                        for x in (
                            one.least_energy_m.value,
                            one.least_energy_m.low,
                            one.least_energy_m.high,
                        )
                    )
                ),
            )
            for one in judged
        ]
        columns = (
            "line",
            "missile",
            "apogee_m",
            "distance_m",
            "shape",
            "probability",
            "least_energy_m",
            "low_m",
            "high_m",
        )
        text = words.say(
            "figure.said_shapes",
            lofted=shapes["lofted"],
            near=shapes["minimum-energy"],
            depressed=shapes["depressed"],
        )
        return printed(canvas, table(columns, rows), text)


def ranges_figure(found: Findings, words: Words) -> Figure:
    """Return for each class what it flew and what it would go at least energy, with interval."""
    shown = [one for one in found.reach if one.estimated_m is not None][::-1]
    height = 1.1 + 0.24 * len(shown)
    with paper(8.0, height) as canvas:
        axes = canvas.add_axes((0.22, 0.55 / height, 0.75, 1.0 - 1.1 / height))
        quiet(axes)
        axes.set_xscale("log")
        for level, one in enumerate(shown):
            assert one.estimated_m is not None
            low, high = one.estimated_m.low / 1e3, one.estimated_m.high / 1e3
            axes.plot([low, high], [level, level], color="#124f9c", linewidth=4.5, alpha=0.35)
            axes.plot(
                one.estimated_m.value / 1e3, level, marker="D", markersize=4.5, color="#124f9c"
            )
            if one.demonstrated_m is not None:
                axes.plot(one.demonstrated_m / 1e3, level, marker="o", markersize=5.0, color=INK)
        axes.set_yticks(range(len(shown)))
        axes.set_yticklabels([words.missile(one.missile_id) for one in shown], fontsize=8.0)
        axes.set_ylim(-0.6, len(shown) - 0.4)
        plain(axes)
        axes.set_xlabel(words.say("axis.range_km"))
        legend(
            axes,
            [
                ("D", "#124f9c", words.say("axis.least_energy")),
                ("o", INK, words.say("axis.flown")),
            ],
        )
        title(canvas, words.say("figure.ranges"), 1.0 - 0.22 / height)
        rows = [
            (
                one.missile_id,
                "" if one.demonstrated_m is None else f"{one.demonstrated_m:.0f}",
                *(
                    f"{x:.0f}"
                    for x in (one.estimated_m.value, one.estimated_m.low, one.estimated_m.high)
                ),
            )
            for one in shown[::-1]
            if one.estimated_m is not None
        ]
        text = words.say(
            "figure.said_ranges",
            ranges=", ".join(
                f"{words.missile(one.missile_id)} {words.interval(one.estimated_m, 1e-3, 0)}"
                for one in shown[::-1]
                if one.estimated_m is not None
            ),
        )
        columns = ("missile", "demonstrated_m", "least_energy_m", "low_m", "high_m")
        return printed(canvas, table(columns, rows), text)


def outcomes_figure(found: Findings, words: Words) -> Figure:
    """Return the share of successes of each class with enough known outcomes, with interval."""
    shown = [one for one in found.outcomes if one.successes + one.failures >= 3][::-1]
    height = 1.1 + 0.24 * len(shown)
    with paper(8.0, height) as canvas:
        axes = canvas.add_axes((0.22, 0.55 / height, 0.68, 1.0 - 1.1 / height))
        quiet(axes)
        for level, one in enumerate(shown):
            assert one.share is not None
            axes.plot([one.at_least, one.at_most], [level, level], color=RULE, linewidth=7.0)
            axes.plot([one.share.low, one.share.high], [level] * 2, color="#124f9c", linewidth=1.6)
            axes.plot(
                one.share.value, level, marker="o", markersize=5.5, color="#124f9c", clip_on=False
            )
            axes.text(
                1.02,
                level,
                _of(one),
                transform=axes.get_yaxis_transform(),
                va="center",
                fontsize=7.5,
                color=MUTED,
            )
        axes.set_yticks(range(len(shown)))
        axes.set_yticklabels([words.missile(one.missile_id) for one in shown], fontsize=8.0)
        axes.set_ylim(-0.6, len(shown) - 0.4)
        axes.set_xlim(0.0, 1.0)
        axes.xaxis.set_major_formatter(lambda value, _: f"{100.0 * value:.0f} %")
        axes.set_xlabel(words.say("axis.share"))
        title(canvas, words.say("figure.outcomes"), 1.0 - 0.22 / height)
        rows = [
            (
                one.missile_id,
                one.successes,
                one.failures,
                one.unknown,
                *(
                    ("", "", "")
                    if one.share is None
                    else (f"{x:.4f}" for x in (one.share.value, one.share.low, one.share.high))
                ),
                f"{one.at_least:.4f}",
                f"{one.at_most:.4f}",
            )
            for one in found.outcomes
        ]
        text = words.say(
            "figure.said_outcomes",
            shares=", ".join(
                f"{words.missile(one.missile_id)} {words.percent(one.share)}"
                for one in shown[::-1]
                if one.share is not None
            ),
        )
        columns = (
            "missile",
            "successes",
            "failures",
            "unknown",
            "share",
            "low",
            "high",
            "if_unknown_failed",
            "if_unknown_succeeded",
        )
        return printed(canvas, table(columns, rows), text)


def hours_figure(found: Findings, words: Words) -> Figure:
    """Return occasions by hour, by day of the week, and by light in each season."""
    clock = found.clock
    assert clock is not None
    lights = found.tally.lights
    seasons = ("winter", "spring", "summer", "autumn")
    with paper(9.0, 3.4) as canvas:
        axes = canvas.add_axes((0.06, 0.17, 0.42, 0.65))
        quiet(axes)
        axes.bar(range(24), [clock.hours.get(h, 0) for h in range(24)], color="#124f9c", width=0.8)
        axes.set_xticks(range(0, 24, 3))
        axes.set_xlabel(words.say("axis.hour"))
        axes.set_ylabel(words.say("axis.occasions"))
        days = canvas.add_axes((0.53, 0.17, 0.2, 0.65))
        quiet(days)
        days.bar(
            range(7), [clock.weekdays.get(d, 0) for d in range(7)], color="#124f9c", width=0.75
        )
        days.set_xticks(range(7))
        short = 1 if words.language != "en" else 2
        days.set_xticklabels([words.say(f"word.{d}")[:short] for d in DAYS])
        lit = canvas.add_axes((0.78, 0.17, 0.2, 0.65))
        quiet(lit)
        base = np.zeros(4)
        for light, colour in _LIGHTS.items():
            n = np.array([lights.get((s, light), 0) for s in seasons])
            lit.bar(range(4), n, bottom=base, color=colour, width=0.75)
            base += n
        lit.set_xticks(range(4))
        lit.set_xticklabels([words.say(f"word.{s}") for s in seasons], fontsize=7.5)
        legend(lit, [("s", colour, words.say(f"word.{one}")) for one, colour in _LIGHTS.items()])
        title(canvas, words.say("figure.hours"))
        rows = [("hour", h, clock.hours.get(h, 0)) for h in range(24)]
        rows += [("weekday", DAYS[d], clock.weekdays.get(d, 0)) for d in range(7)]  # type: ignore[misc]
        rows += [(s, light, lights.get((s, light), 0)) for s in seasons for light in _LIGHTS]  # type: ignore[misc]
        by_light = {light: sum(lights.get((s, light), 0) for s in seasons) for light in _LIGHTS}
        text = words.say(
            "figure.said_hours",
            hours=", ".join(str(clock.hours.get(h, 0)) for h in range(24)),
            weekdays=", ".join(str(clock.weekdays.get(d, 0)) for d in range(7)),
            lights=", ".join(f"{words.say(f'word.{k}')} {n}" for k, n in by_light.items()),
        )
        return printed(canvas, table(("what", "which", "occasions"), rows), text)


def plain(axes: Axes) -> None:
    """Write the numbers of logarithmic axes as they are said."""
    for axis in (axes.xaxis, axes.yaxis):
        if axis.get_scale() == "log":
            axis.set_major_formatter(lambda value, _: f"{value:,.0f}")
            axis.set_minor_formatter(lambda _value, _: "")


def _of(one: Outcome) -> str:
    more = f" + {one.unknown}?" if one.unknown else ""
    return f"{one.successes}/{one.successes + one.failures}{more}"
