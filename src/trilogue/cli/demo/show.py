"""What the play prints: one line an act, two tables, and the audit's claims."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from trilogue.cli.demo.flight_record import FlightView, PointObject
from trilogue.cli.demo.record import Claim, Step, View

__all__ = ["Show"]

_COLOURS = {"KR": "bright_cyan", "US": "bright_yellow", "JP": "bright_magenta"}


class Show:
    """The stage's voice on a terminal."""

    def __init__(self) -> None:
        self._console = Console(highlight=False)

    def scene(self, title: str) -> None:
        """Begin a scene."""
        self._console.print(f"\n[bold]{escape(title)}[/bold]")

    def line(self, text: str) -> None:
        """Say something beside the acts."""
        self._console.print(f"  [dim]{escape(text)}[/dim]", soft_wrap=True)

    def step(self, step: Step) -> None:
        """Say what was done, and where it stands in the log."""
        colour = _COLOURS.get(step.participant, "white")
        sign = "[green]✓[/green]" if step.outcome == "done" else "[red]✗[/red]"
        place = step.place or "–"
        words = escape(step.text)
        if step.outcome == "refused":
            because = f"{', '.join(step.rules)}: {step.reason}" if step.rules else step.reason
            words += f" [red]refused[/red]: {escape(because)}"
        self._console.print(
            f"  {sign} [{colour}]{step.participant}[/{colour}] {words}"
            f" [dim]{escape(step.kind)} {place}[/dim]",
            soft_wrap=True,
        )

    def estimates(self, title: str, estimates: Iterable[Mapping[str, Any]]) -> None:
        """Show one line a coalition: error, ellipse, stations used and left out."""
        table = Table(title=title, title_justify="left", box=None, pad_edge=False, title_style="")
        for name, side in (
            ("coalition", "left"),
            ("error", "right"),
            ("90 % ellipse", "right"),
            ("holds the place", "left"),
            ("used", "right"),
            ("left out", "left"),
        ):
            table.add_column(name, justify=side)  # type: ignore[arg-type]
        for one in estimates:
            ellipse = one["ellipse"]
            left = ", ".join(s["station"] for s in one["stations_left_out"])
            if ellipse is None:
                table.add_row(" + ".join(one["coalition"]), "–", "–", one["reason"], "0", left)
                continue
            table.add_row(
                " + ".join(one["coalition"]),
                f"{one['error_m'] / 1000:.1f} km",
                f"{ellipse['semi_major_m'] / 1000:.1f} × {ellipse['semi_minor_m'] / 1000:.1f} km",
                "yes" if one["contains"] else f"no: {one['note']}",
                str(len(one["stations_used"])),
                left or "–",
            )
        self._console.print(table)

    def views(self, title: str, views: Iterable[View]) -> None:
        """Show what each node sees by itself."""
        table = Table(title=title, title_justify="left", box=None, pad_edge=False, title_style="")
        for name in ("node", "when", "from readings of", "error", "90 % ellipse", "stations"):
            table.add_column(name)
        for view in views:
            size = view.ellipse
            table.add_row(
                view.participant,
                view.phase,
                " + ".join(view.coalition),
                "–" if view.error_m is None else f"{view.error_m / 1000:.1f} km",
                "–"
                if size is None
                else f"{size['semi_major_m'] / 1000:.1f} × {size['semi_minor_m'] / 1000:.1f} km",
                str(view.stations),
            )
        self._console.print(table)

    def flights(self, title: str, views: Iterable[FlightView]) -> None:
        """Show what each node says of a flight, its own plots alone and then with all."""
        table = Table(title=title, title_justify="left", box=None, pad_edge=False, title_style="")
        for name in ("node, plots", "impact", "launch", "apogee", "class"):
            table.add_column(name, no_wrap=True)
        for view in views:
            table.add_row(
                f"{view.participant}, {'own' if view.alone else 'all'}\n{view.phase}",
                "unbounded" if view.impact is None else _point(view.impact),
                "–" if view.launch is None else _point(view.launch),
                _apogee(view),
                "\n".join(f"{name} {probability:.2f}" for name, probability in view.classes),
            )
        self._console.print(table)

    def failure(self, text: str) -> None:
        """Say what stopped the play."""
        self._console.print(f"  [red]✗[/red] {escape(text)}")

    def claims(self, claims: Iterable[Claim]) -> None:
        """Show what an outsider proved."""
        for claim in claims:
            sign = "[green]✓[/green]" if claim.holds else "[red]✗[/red]"
            self._console.print(f"  {sign} {escape(claim.text)}", soft_wrap=True)


def _point(point: PointObject) -> str:
    """Return a point's ellipse, how far off it is, and whether the ellipse holds the truth."""
    size = point["ellipse"]
    return (
        f"{size['semi_major_m'] / 1000:.1f} × {size['semi_minor_m'] / 1000:.1f} km\n"
        f"off {point['error_m'] / 1000:.1f} km, {'held' if point['contains'] else 'missed'}"
    )


def _apogee(view: FlightView) -> str:
    if view.apogee_m is None or view.apogee_sd_m is None:
        return "–"
    return f"{view.apogee_m / 1000:.1f}\n± {view.apogee_sd_m / 1000:.1f} km"
