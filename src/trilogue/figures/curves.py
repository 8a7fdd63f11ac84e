"""Curves over time by coalition: an error or an uncertainty, and the bound that none goes below."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from trilogue.figures.ink import strokes
from trilogue.figures.paper import INK, MUTED, Figure, paper, printed, quiet, table
from trilogue.figures.words import Language, coalition_name, say

if TYPE_CHECKING:
    from collections.abc import Mapping

    from matplotlib.axes import Axes
    from numpy.typing import ArrayLike, NDArray

__all__ = ["curves_figure"]

Coalition = tuple[str, ...]


def curves_figure(
    time_s: ArrayLike,
    curves: Mapping[Coalition, ArrayLike],
    *,
    bounds: Mapping[Coalition, ArrayLike] | None = None,
    what: str = "impact_ellipse_km",
    since: str = "after_burnout_s",
    language: Language = "en",
    title: str | None = None,
) -> Figure:
    """Return curves over `time_s` `(n,)`, each `(n,)`; NaN where a coalition has no estimate.

    `what` and `since` are keys of `figures.words` (`impact_ellipse_km`, `impact_error_km`,
    `launch_error_km`, `position_error_km`; `after_burnout_s`, `after_launch_s`), or the labels
    themselves. `bounds` are drawn dashed, in the colours of their coalitions.

    Raises `ValueError` where lengths differ, or a value is not greater than zero.
    """
    time = np.asarray(time_s, np.float64)
    values = {c: _checked(c, time, v) for c, v in curves.items()}
    below = {c: _checked(c, time, v) for c, v in (bounds or {}).items()}
    y_label, x_label = _label(language, what), _label(language, since)
    with paper(8.0, 4.8) as canvas:
        axes = canvas.add_axes((0.085, 0.125, 0.78, 0.77))
        quiet(axes)
        axes.set_yscale("log")
        for coalition, curve in values.items():
            _line(axes, time, curve, coalition)
        for coalition, curve in below.items():
            axes.plot(
                time, curve, color=strokes(coalition)[-1], linewidth=0.9, linestyle=(0, (5, 3)),
                zorder=3,
            )  # fmt: skip
        axes.margins(x=0.0, y=0.08)
        axes.set_xlabel(x_label)
        axes.set_ylabel(y_label)
        _plain_ticks(axes)
        _end_labels(axes, values, language)
        if below:
            _name_bound(axes, language)
        canvas.text(
            0.012,
            0.95,
            title or say(language, "curves_title"),
            fontsize=13.0,
            va="center",
            color=INK,
        )
        rows = [
            (f"{t:g}", "+".join(c), _cell(values[c][k]), _cell(below[c][k]) if c in below else "")
            for c in values
            for k, t in enumerate(time)
        ]
        numbers = table((x_label, "coalition", y_label, "bound"), rows)
        return printed(canvas, numbers, _said(language, y_label, time, values))


def _label(language: Language, key: str) -> str:
    try:
        return say(language, key)
    except KeyError:
        return key


def _checked(
    coalition: Coalition, time: NDArray[np.float64], curve: ArrayLike
) -> NDArray[np.float64]:
    values = np.asarray(curve, np.float64)
    name = "+".join(coalition)
    if values.shape != time.shape:
        raise ValueError(f"{name}: {values.shape} values for {time.shape} times")
    if (values[np.isfinite(values)] <= 0.0).any():
        raise ValueError(f"{name}: a value is not greater than zero; use NaN for no estimate")
    return values


def _cell(value: float) -> str:
    return f"{value:.6g}" if np.isfinite(value) else ""


def _line(
    axes: Axes, time: NDArray[np.float64], curve: NDArray[np.float64], coalition: Coalition
) -> None:
    first, *others = strokes(coalition)
    width = 2.4 if len(coalition) > 2 else 1.6
    axes.plot(time, curve, color=first, linewidth=width, zorder=4)
    for other in others:
        axes.plot(
            time, curve, color=other, linewidth=width, linestyle=(0, (3, 3)), zorder=4.1,
            dash_capstyle="butt",
        )  # fmt: skip


def _plain_ticks(axes: Axes) -> None:
    """Write 1, 2, 5, 10 … as they are said, not as powers."""
    from matplotlib.ticker import FuncFormatter, LogLocator, NullFormatter

    low, high = axes.get_ylim()
    few = high / low < 200.0
    axes.yaxis.set_major_locator(LogLocator(subs=(1.0, 2.0, 5.0) if few else (1.0,)))
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
    axes.yaxis.set_minor_formatter(NullFormatter())
    axes.tick_params(which="minor", length=0.0)


def _end_labels(
    axes: Axes,
    values: Mapping[Coalition, NDArray[np.float64]],
    language: Language,
) -> None:
    """Name each curve beside its end, names kept apart."""
    ends = [
        (float(np.log(curve[np.isfinite(curve)][-1])), coalition)
        for coalition, curve in values.items()
        if np.isfinite(curve).any()
    ]
    low, high = np.log(axes.get_ylim())
    room = 0.045 * (high - low)
    placed: list[float] = []
    for y, coalition in sorted(ends):
        at = max(y, placed[-1] + room) if placed else y
        placed.append(at)
        text = coalition_name(language, coalition)
        share = (at - low) / (high - low)
        end = (y - low) / (high - low)
        axes.plot(
            [1.0, 1.012], [end, share], transform=axes.transAxes, color=strokes(coalition)[-1],
            linewidth=0.7, clip_on=False,
        )  # fmt: skip
        axes.text(
            1.016, share, text, transform=axes.transAxes, va="center", fontsize=8.5,
            color=strokes(coalition)[0],
        )  # fmt: skip


def _name_bound(axes: Axes, language: Language) -> None:
    from matplotlib.lines import Line2D

    line = Line2D([], [], color=MUTED, linewidth=0.9, linestyle=(0, (5, 3)))
    axes.legend(
        [line], [say(language, "bound")], loc="lower right", bbox_to_anchor=(1.0, 1.005),
        frameon=False, fontsize=8.0, borderaxespad=0.0, labelcolor=MUTED,
    )  # fmt: skip


def _said(
    language: Language,
    label: str,
    time: NDArray[np.float64],
    values: Mapping[Coalition, NDArray[np.float64]],
) -> str:
    said = [say(language, "said_curves", label=label)]
    for coalition, curve in values.items():
        known = np.flatnonzero(np.isfinite(curve))
        name = coalition_name(language, coalition)
        if not len(known):
            said.append(say(language, "said_no_curve", coalition=name))
            continue
        a, b = known[0], known[-1]
        ends = {"first": curve[a], "begin": time[a], "last": curve[b], "end": time[b]}
        said.append(say(language, "said_curve", coalition=name, **ends))
    return "".join(said).strip()
