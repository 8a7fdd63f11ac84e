"""What is drawn of each finding: figures by section and name, in the order in which they stand."""

from __future__ import annotations

from typing import TYPE_CHECKING

from trilogue.figures.patterns.flown import (
    hours_figure,
    outcomes_figure,
    ranges_figure,
    shapes_figure,
)
from trilogue.figures.patterns.maps import reach_figure, sites_figure
from trilogue.figures.patterns.over_time import classes_figure, salvos_figure, tempo_figure

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from trilogue.analysis.patterns.findings import Findings
    from trilogue.figures.paper import Figure
    from trilogue.figures.patterns.words import Words

__all__ = ["FIGURES"]

FIGURES: Mapping[str, Mapping[str, Callable[[Findings, Words], Figure]]] = {
    "tempo": {"tempo": tempo_figure, "classes": classes_figure},
    "salvos": {"salvos": salvos_figure},
    "sites": {"sites": sites_figure},
    "clock": {"hours": hours_figure},
    "trajectories": {"shapes": shapes_figure, "ranges": ranges_figure},
    "outcomes": {"outcomes": outcomes_figure},
    "reach": {"reach": reach_figure},
}
