"""Figures of benchmarks: they say what they show, and draw nothing that no logarithm has."""

from __future__ import annotations

import pytest
from benchmarks.drawing import Line, draw


def test_a_figure_says_what_it_shows_and_gives_its_numbers():
    lines = [Line("alone", [(10_000, 5_000.0), (1_000_000, 5_250.0)])]
    figure = draw("What a report costs", "entries", "CPU µs", lines)
    assert figure.svg == draw("What a report costs", "entries", "CPU µs", lines).svg
    assert figure.text.encode() in figure.svg
    assert "alone: 5,000 at 10,000, 5,250 at 1,000,000." in figure.text
    assert figure.csv == "line,entries,CPU µs\nalone,10000,5000\nalone,1e+06,5250\n"


def test_nothing_is_drawn_that_no_logarithm_has():
    with pytest.raises(ValueError, match="alone: a point is not above zero"):
        draw("What a report costs", "entries", "CPU µs", [Line("alone", [(10_000, 0.0)])])
