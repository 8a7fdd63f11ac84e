"""The paper that figures are drawn on: one font, quiet lines, and bytes that never differ.

Matplotlib keeps its settings for the whole process, so figures are drawn one at a time.
"""

from __future__ import annotations

import csv
import io
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from importlib import resources
from threading import RLock
from typing import TYPE_CHECKING, Any
from xml.sax.saxutils import escape

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure as Canvas

__all__ = [
    "COAST", "GRID", "INK", "LAND", "MUTED", "PAPER", "RULE", "SEA",
    "Figure", "paper", "printed", "quiet", "table",
]  # fmt: skip

# The colours of the demo's page, on light paper.
PAPER, INK, MUTED, RULE = "#fdfcf9", "#1d2126", "#575d64", "#dcd8cf"
SEA, LAND, COAST, GRID = "#f3f5f6", "#e9e6df", "#bcb7ab", "#d5dade"

_FAMILY = "Trilogue Sans CJK"
_DPI = 150
_one_at_a_time = RLock()


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure: drawn twice, its numbers as CSV, and a sentence or two for who cannot see it."""

    svg: bytes
    png: bytes
    csv: str
    text: str


@cache
def _font() -> str:
    """Make the shipped font known to Matplotlib, and return its family."""
    from matplotlib.font_manager import fontManager

    with resources.as_file(resources.files(__package__) / "data" / "TrilogueSansCJK.otf") as path:
        fontManager.addfont(path)
    return _FAMILY


@contextmanager
def paper(width_in: float, height_in: float) -> Iterator[Canvas]:
    """Yield a figure to draw on, in inches; `printed` must be called before it is left."""
    import matplotlib as mpl
    from matplotlib.figure import Figure as Canvas

    with _one_at_a_time, warnings.catch_warnings():
        # A character that the font lacks is drawn as an empty box: a title is no reason to fail.
        warnings.filterwarnings("ignore", message="Glyph .* missing from")
        settings: dict[Any, Any] = {
            "font.family": [_font(), "DejaVu Sans"],
            "font.size": 9.0,
            "mathtext.default": "regular",
            "axes.unicode_minus": True,
            "axes.edgecolor": RULE,
            "axes.labelcolor": MUTED,
            "axes.linewidth": 0.8,
            "text.color": INK,
            "xtick.color": RULE,
            "ytick.color": RULE,
            "xtick.labelcolor": MUTED,
            "ytick.labelcolor": MUTED,
            "xtick.labelsize": 8.0,
            "ytick.labelsize": 8.0,
            "svg.fonttype": "path",  # the reader's machine need not have the font
            "svg.hashsalt": "trilogue",
            "path.simplify": True,
            "lines.solid_capstyle": "round",
        }
        with mpl.rc_context(settings):
            yield Canvas(figsize=(width_in, height_in), facecolor=PAPER)


def printed(canvas: Canvas, numbers: str, text: str) -> Figure:
    """Return a figure as bytes: the same drawing is the same bytes."""
    svg, png = io.BytesIO(), io.BytesIO()
    canvas.savefig(svg, format="svg", metadata={"Date": None, "Creator": None}, facecolor=PAPER)
    canvas.savefig(png, format="png", dpi=_DPI, metadata={"Software": None}, facecolor=PAPER)
    return Figure(_accessible(svg.getvalue(), text), png.getvalue(), numbers, text)


def _accessible(svg: bytes, text: str) -> bytes:
    """Return a drawing that says what it shows: `role`, and a `desc` as its first child."""
    head, tag, rest = svg.partition(b"<svg ")
    attributes, close, body = rest.partition(b">")
    described = f'\n <desc id="said">{escape(text)}</desc>'.encode()
    return b"".join(
        (head, tag, b'role="img" aria-labelledby="said" ', attributes, close, described, body)
    )


def quiet(axes: Axes) -> None:
    """Take away what a reader does not need: the upper and right frame, and heavy ticks."""
    axes.set_facecolor(PAPER)
    for side in ("top", "right"):
        axes.spines[side].set_visible(False)
    axes.grid(visible=True, color=RULE, linewidth=0.5, alpha=0.7)
    axes.set_axisbelow(True)
    axes.tick_params(length=3.0, width=0.8)


def table(columns: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    """Return rows as CSV (RFC 4180, lines end in a line feed)."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows(rows)
    return out.getvalue()
