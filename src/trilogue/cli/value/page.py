"""The page of a campaign: one HTML file that asks nothing of anywhere.

Like the demo's page, whose style it takes: no script, and a content security policy that forbids
every request. Numbers stand in `data` elements, with the value as the CSV beside it has it.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from markupsafe import Markup, escape

from trilogue.cli.demo.words import listed
from trilogue.cli.templates import environment
from trilogue.cli.value import words
from trilogue.cli.value.drawings import inline
from trilogue.figures.value import coalition_label, kind_name

if TYPE_CHECKING:
    from collections.abc import Mapping

    from jinja2 import Environment

    from trilogue.cli.value.drawings import Drawing
    from trilogue.cli.value.results import Results

__all__ = ["render"]


def render(results: Results, drawn: Mapping[str, Drawing]) -> str:
    """Return the page as HTML, ready to be written to a file as UTF-8."""
    campaign = results.campaign
    return (
        _environment()
        .get_template("value/page.html.j2")
        .render(
            results=results,
            campaign=campaign,
            drawn=drawn,
            svg={name: Markup(inline(one)) for name, one in drawn.items()},  # noqa: S704 - our own
            words=words,
            listed=listed,
            moments=[moment.name for moment in campaign.moments],
            kind_name=kind_name,
            label=lambda coalition: coalition_label(coalition, results.participants),
            members=lambda coalition: [results.participants.index(p) for p in coalition.split("+")],
        )
    )


def _length(metres: float | None, none: str = "–") -> Markup:
    """Return a length in kilometres that carries its exact metres."""
    if metres is None:
        return Markup("<span class='unknown'>{}</span>").format(none)
    return Markup('<data value="{}">{}</data>').format(repr(metres), words.kilometres(metres))


def _time(value: float | None, none: str = "–") -> Markup:
    """Return a time in seconds that carries its exact value."""
    if value is None:
        return Markup("<span class='unknown'>{}</span>").format(none)
    return Markup('<data value="{}">{:.0f} s</data>').format(repr(value), value)


def _pair(pair: tuple[float, float] | None) -> Markup:
    """Return an error before and after."""
    if pair is None:
        return Markup("–")
    return Markup("{} → {}").format(*map(_length, pair))


def _change(ratio: float | None) -> Markup:
    """Return a ratio of lengths as a change in per cent."""
    if ratio is None:
        return Markup("–")
    text = f"{100.0 * (ratio - 1.0):+.0f} %".replace("-", "−")
    return Markup('<data value="{}">{}</data>').format(repr(ratio), escape(text))


@cache
def _environment() -> Environment:
    return environment({"km": _length, "sec": _time, "pair": _pair, "change": _change})
