"""The page of the report: one HTML file that asks nothing of anywhere.

Like the other pages that commands write: no script, and a content security policy that forbids
every request. Numbers of figures and tables lie in the page itself, to be saved as CSV.
"""

from __future__ import annotations

from base64 import b64encode
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from markupsafe import Markup

from trilogue.analysis.patterns.occasions import MINUTES
from trilogue.cli.templates import environment
from trilogue.cli.value.drawings import Drawing, inline
from trilogue.figures.paper import table as as_csv
from trilogue.figures.patterns.said import sentences

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from jinja2 import Environment

    from trilogue.cli.patterns.gather import Results
    from trilogue.cli.patterns.tables import Table
    from trilogue.figures.patterns.words import Words

__all__ = ["SECTIONS", "render", "table_csv"]

SECTIONS = {
    "new": "news",
    "tempo": "tempo",
    "salvos": "salvos",
    "sites": "sites",
    "clock": "clock",
    "trajectories": "trajectories",
    "outcomes": "outcomes",
    "reach": "reach",
    "nuclear": "nuclear",
    "record": None,
}
"""Sections in their order, and the basis that each rests on."""


@dataclass(frozen=True, slots=True)
class Section:
    """One section, in words."""

    name: str
    title: str
    said: Sequence[str]
    method: str
    basis: str
    lines: str
    figures: Sequence[Drawing]
    tables: Sequence[Table]


def table_csv(table: Table) -> str:
    """Return a table as CSV, under the keys of its heads."""
    return as_csv(table.heads, table.rows)


def render(
    results: Results,
    words: Words,
    drawn: Mapping[str, Sequence[Drawing]],
    laid: Mapping[str, Sequence[Table]],
) -> str:
    """Return the page as HTML, ready to be written to a file as UTF-8."""
    found = results.found
    said = sentences(found, words)
    said["record"] = [
        words.say(
            "said.record",
            rows=results.rows,
            sources=", ".join(one.name for one in results.sources),
            launches=len(results.merged),
            conflicts=len(results.conflicts),
        )
    ]
    sections = [
        Section(
            name=name,
            title=words.say(f"page.{name}"),
            said=said[name],
            method=words.say(f"method.{name}"),
            basis=_basis(results, words, basis),
            lines=_lines(results, words, basis),
            figures=drawn.get(name, ()),
            tables=laid.get(name, ()),
        )
        for name, basis in SECTIONS.items()
    ]
    return (
        _environment()
        .get_template("patterns/page.html.j2")
        .render(
            words=words,
            kicker=words.say(
                "page.kicker",
                first=found.tally.first.isoformat(),
                last=found.tally.last.isoformat(),
                launches=len(found.launches),
                occasions=len(found.occasions),
            ),
            what=words.say("page.what", minutes=f"{MINUTES:.0f}"),
            sections=sections,
            svg={
                one.name: Markup(inline(one))  # noqa: S704 - our own
                for each in drawn.values()
                for one in each
            },
            saved={
                **{o.name: _saved(o.figure.csv) for each in drawn.values() for o in each},
                **{t.name: _saved(table_csv(t)) for each in laid.values() for t in each},
            },
        )
    )


def _saved(text: str) -> str:
    """Return CSV as an address that holds it."""
    return f"data:text/csv;base64,{b64encode(text.encode()).decode()}"


def _basis(results: Results, words: Words, name: str | None) -> str:
    if name is None:
        return ""
    one = results.found.basis[name]
    used = words.say("page.rows", used=len(one.used), all=len(results.found.launches))
    if not one.left_out:
        return words.say("page.stop", one=used, two=words.say("page.left_none"))
    reasons = "; ".join(
        words.say(f"reason.{why}", n=len(rows)) for why, rows in one.left_out.items()
    )
    return words.say("page.stop", one=used, two=words.say("page.left", reasons=reasons))


def _lines(results: Results, words: Words, name: str | None) -> str:
    from trilogue.cli.patterns.tables import lines

    if name is None:
        return ""
    return words.say("page.lines", rows=lines(results.found.basis[name].used))


@cache
def _environment() -> Environment:
    return environment({})
