"""What sharing adds, over a campaign: when a track begins, and the impact over time.

Coalitions of one carry the mark and colour of their participant; of two, both colours; of all, ink.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from trilogue.analysis.value.row import Row
from trilogue.analysis.value.summary import Group, middle, summarise
from trilogue.figures.ink import mark, strokes
from trilogue.figures.paper import INK, MUTED, RULE, Figure, paper, printed, quiet, table

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["first_track_figure", "impact_figure"]

_ROW_IN = 0.42
_ROUND = 6
"""Digits of numbers in the CSV beside a figure."""


def kind_name(missile_class: str, shape: str) -> str:
    """Return what a class of flights is called.

    >>> kind_name("Rodong", "lofted"), kind_name("Rodong", "minimum-energy")
    ('Rodong, lofted', 'Rodong')
    """
    return f"{missile_class}, lofted" if shape == "lofted" else missile_class


def coalition_label(coalition: str, participants: Sequence[str]) -> str:
    """Return a coalition's name: of all participants, `all`."""
    return "all" if coalition == "+".join(participants) else coalition


def first_track_figure(groups: Sequence[Group], participants: Sequence[str]) -> Figure:
    """Return when each participant alone, and all, first have a track: medians by class."""
    shown = [*participants, "+".join(participants)]
    kinds = list(dict.fromkeys((g.missile_class, g.shape) for g in groups))
    first = {(g.missile_class, g.shape, g.coalition): g for g in groups}
    rows, said = [], []
    with paper(8.0, 0.95 + _ROW_IN * len(kinds)) as canvas:
        height = 0.95 + _ROW_IN * len(kinds)
        axes = canvas.add_axes((0.17, 0.52 / height, 0.80, _ROW_IN * len(kinds) / height))
        quiet(axes)
        for y, kind in enumerate(kinds):
            words = []
            for coalition in shown:
                group = first[*kind, coalition]
                seconds = group.first_track_s
                rows.append((*kind, coalition, _cell(seconds), group.tracked, group.flights))
                name = coalition_label(coalition, participants)
                words.append(f"{name} {'never' if seconds is None else f'{seconds:.0f} s'}")
                if seconds is not None:
                    _dot(axes, seconds, y, coalition)
            said.append(f"{kind_name(*kind)}: {', '.join(words)}.")
        axes.set_yticks(range(len(kinds)), [kind_name(*kind) for kind in kinds])
        axes.tick_params(axis="y", length=0.0, labelcolor=INK)
        axes.set_ylim(len(kinds) - 0.5, -0.5)
        axes.set_xlim(left=0.0)
        axes.set_xlabel("first track, seconds after launch (median)")
        _legend(axes, shown, participants, height)
        columns = ("class", "shape", "coalition", "first_track_s", "tracked", "flights")
        text = "Median time of the first track after launch. " + " ".join(said)
        return printed(canvas, table(columns, rows), text)


def impact_figure(rows: Iterable[Row], participants: Sequence[str], title: str) -> Figure:
    """Return the impact's 90 % semi-major axis, its error and bound over time, by coalition.

    All rows are of one class of flights; moments counted from the cut-off are not drawn.
    """
    drawn = [row for row in rows if not row.moment.startswith("burnout")]
    groups = sorted(summarise(drawn), key=lambda g: g.time_s)
    cutoff = middle(row.burnout_s for row in drawn) or 0.0
    coalitions = list(dict.fromkeys(row.coalition for row in drawn))
    numbers = []
    with paper(10.0, 4.1) as canvas:
        left = canvas.add_axes((0.065, 0.125, 0.42, 0.66))
        right = canvas.add_axes((0.565, 0.125, 0.42, 0.66), sharex=left)
        for axes, label in (
            (left, "semi-major axis of the 90 % impact ellipse, km"),
            (right, "impact error, km rms; bound dashed"),
        ):
            quiet(axes)
            axes.set_yscale("log")
            axes.set_xlabel("seconds after launch")
            axes.set_title(label, loc="left", fontsize=9.0, color=MUTED, pad=5.0)
            axes.axvspan(0.0, cutoff, color=RULE, alpha=0.45, linewidth=0.0, zorder=0)
        for coalition in coalitions:
            mine = [g for g in groups if g.coalition == coalition]
            time = [g.time_s for g in mine]
            axis = [g.impact_semi_major_m for g in mine]
            # A mean over few of the flights would be one over the easy ones.
            most = [2 * g.impact_known > g.impact_asked for g in mine]
            error = [g.impact_error_rms_m if m else None for g, m in zip(mine, most, strict=True)]
            bound = [g.impact_bound_rms_m if m else None for g, m in zip(mine, most, strict=True)]
            _curve(left, time, axis, coalition)
            _curve(right, time, error, coalition)
            _curve(right, time, bound, coalition, dashed=True)
            numbers += [
                (coalition, f"{g.time_s:g}", g.impact_asked, g.impact_known,
                 _cell(a), _cell(e), _cell(b))
                for g, a, e, b in zip(mine, axis, error, bound, strict=True)
            ]  # fmt: skip
        left.set_xlim(0.0, max(g.time_s for g in groups) * 1.02)
        for axes in (left, right):
            _kilometres(axes)
            axes.text(
                0.5 * cutoff, 0.985, "engine burns", ha="center", va="top", fontsize=7.5,
                color=MUTED, transform=axes.get_xaxis_transform(),
            )  # fmt: skip
        canvas.text(0.012, 0.945, title, fontsize=12.0, va="center", color=INK)
        _legend(left, coalitions, participants, 4.1)
        columns = (
            "coalition", "after_launch_s", "flights_asked", "impact_known",
            "ellipse_semi_major_median_m", "error_rms_m", "bound_rms_m",
        )  # fmt: skip
        return printed(canvas, table(columns, numbers), _said(title, groups, participants))


def _said(title: str, groups: Sequence[Group], participants: Sequence[str]) -> str:
    said = []
    for coalition in dict.fromkeys(g.coalition for g in groups):
        known = [g for g in groups if g.coalition == coalition and g.impact_semi_major_m]
        name = coalition_label(coalition, participants)
        if not known:
            said.append(f"{name}: no impact known.")
            continue
        ends = (known[0], known[-1]) if len(known) > 1 else (known[0],)
        axes = [f"{(g.impact_semi_major_m or 0.0) / 1e3:.3g} km at {g.time_s:g} s" for g in ends]
        said.append(f"{name}: {', '.join(axes)}.")
    return f"{title}. Median semi-major axis of the 90 % impact ellipse. {' '.join(said)}"


def _cell(value: float | None) -> str:
    return "" if value is None else f"{value:.{_ROUND}g}"


def _dot(axes: Axes, x: float, y: float, coalition: str) -> None:
    members = coalition.split("+")
    one = len(members) == 1
    axes.plot(
        x, y, mark(members[0]) if one else "D", color=strokes(members)[0],
        markersize=7.5 if one else 5.0, markerfacecolor=strokes(members)[0] if one else "none",
        markeredgewidth=1.4, zorder=4 if one else 5, clip_on=False,
    )  # fmt: skip


def _curve(
    axes: Axes,
    time: Sequence[float],
    metres: Sequence[float | None],
    coalition: str,
    *,
    dashed: bool = False,
) -> None:
    members = coalition.split("+")
    first, *others = strokes(members)
    y = [math.nan if value is None else value / 1e3 for value in metres]
    if dashed:
        axes.plot(time, y, color=first, linewidth=0.8, linestyle=(0, (5, 3)), zorder=3)
        return
    width = 2.2 if len(members) > 2 else 1.4
    axes.plot(
        time, y, color=first, linewidth=width, zorder=4,
        marker=mark(members[0]) if len(members) == 1 else ("D" if not others else ""),
        markersize=4.5, label=coalition,
    )  # fmt: skip
    for other in others:
        axes.plot(
            time, y, color=other, linewidth=width, linestyle=(0, (3, 3)), zorder=4.1,
            dash_capstyle="butt", marker=".", markersize=4.5,
        )  # fmt: skip


def _kilometres(axes: Axes) -> None:
    """Write 1, 2, 5, 10 … as they are said, not as powers."""
    from matplotlib.ticker import FuncFormatter, LogLocator, NullFormatter

    low, high = axes.get_ylim()
    subs = (1.0, 1.5, 2.0, 3.0, 5.0, 7.0) if high < 8.0 * low else (1.0, 2.0, 5.0)
    axes.yaxis.set_major_locator(LogLocator(subs=subs if high < 200.0 * low else (1.0,)))
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
    axes.yaxis.set_minor_formatter(NullFormatter())
    axes.tick_params(which="minor", length=0.0)


def _legend(
    axes: Axes, coalitions: Sequence[str], participants: Sequence[str], height_in: float
) -> None:
    """Name the strokes in one row along the top of the figure, at its right."""
    from matplotlib.lines import Line2D

    handles: list[Any] = []
    for coalition in coalitions:
        members = coalition.split("+")
        first, *others = strokes(members)
        style = {"linewidth": 1.8, "color": first}
        line = Line2D(
            [], [], marker=mark(members[0]) if len(members) == 1 else ("" if others else "D"),
            markersize=5.0, **style,  # type: ignore[arg-type]
        )  # fmt: skip
        over = [
            Line2D([], [], color=other, linewidth=1.8, linestyle=(0, (2, 2))) for other in others
        ]
        handles.append((line, *over) if over else line)
    canvas = axes.figure
    canvas.legend(
        handles, [coalition_label(c, participants) for c in coalitions], ncols=len(coalitions),
        loc="upper right", bbox_to_anchor=(0.985, 1.0 - 0.07 / height_in), frameon=False,
        fontsize=8.0, borderaxespad=0.0, columnspacing=1.3, handlelength=2.4,
    )  # fmt: skip
