"""The figures of the report, by section and name."""

from __future__ import annotations

from typing import TYPE_CHECKING

from trilogue.cli.value.drawings import Drawing
from trilogue.figures.patterns.drawn import FIGURES

if TYPE_CHECKING:
    from trilogue.analysis.patterns.findings import Findings
    from trilogue.figures.patterns.words import Words

__all__ = ["drawings"]


def drawings(found: Findings, words: Words) -> dict[str, list[Drawing]]:
    """Return the figures of each section; what nothing is known of is not drawn."""
    return {
        section: [
            Drawing(name, draw(found, words))
            for name, draw in figures.items()
            if name != "hours" or found.clock is not None
        ]
        for section, figures in FIGURES.items()
    }
