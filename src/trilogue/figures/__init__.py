"""Figures for people: drawn as SVG and PNG, with their numbers as CSV and what they show in words.

`map_figure`, `profile_figure` and `curves_figure` return a `Figure`. Matplotlib is imported when
the first one is drawn. Words are English, Korean or Japanese, set in a font that is shipped.
"""

from trilogue.figures.curves import curves_figure
from trilogue.figures.map import map_figure
from trilogue.figures.paper import Figure
from trilogue.figures.profile import profile_figure
from trilogue.figures.words import Language

__all__ = ["Figure", "Language", "curves_figure", "map_figure", "profile_figure"]
