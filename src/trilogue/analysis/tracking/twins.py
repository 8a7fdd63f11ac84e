"""Twins: two tracks that share the plots of one object.

A false plot beside an object's first one, or an object's plot that lay outside every gate, opens a
track of its own. Both tracks then compete for what sensors see of the object, and each takes plots
enough to be no chance, until one of them starves. Alone, either would have taken nearly all.

So where two tracks go on at one time, and no sensor saw both at once, their plots are given out
anew: once to as many tracks as come, and once to a single one, opened by one of the first plots of
either. The score of the association decides (`pool`): it is the logarithm of how much likelier the
plots are under such objects than under clutter, whatever is left over being clutter. Two objects
side by side leave the plots of one of them over.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from trilogue.analysis.tracking.association import CONFIRM, LEAST_PLOTS, Association
from trilogue.analysis.tracking.stitching import at_once

if TYPE_CHECKING:
    from trilogue.analysis.tracking.plots import PlotTable
    from trilogue.analysis.tracking.settings import EstimateSettings

__all__ = ["Weighed", "without_twins"]

LEAD = 20
"""Plots of the earlier track, before the later one begins, that tell where it is;"""
FEW = 60
"""so many of both, where neither would take any of the other's, tell that they are strangers,"""
ENOUGH = 200
"""and so many whether they may be one object's, before all of them are weighed."""

Outcome = tuple[float, NDArray[np.int64]]
"""The score of some tracks, and which rows they took."""
Weighed = dict[tuple[bytes, frozenset[int] | None], Outcome]
"""By the digest of a table, and the rows of it that may open a track."""


def without_twins(
    parts: list[NDArray[np.int64]],
    table: PlotTable,
    settings: EstimateSettings,
    before: Weighed | None = None,
) -> tuple[list[NDArray[np.int64]], Weighed]:
    """Return tracks, given as rows of each, with those made one that one object explains.

    And what was weighed for that, which next time is given as `before`.
    """
    scales = _Scales(table, settings, before or {}, {})
    parts = list(parts)
    kept = 0
    pairs = list(combinations(range(len(parts)), 2))
    while kept < len(pairs):
        i, j = pairs[kept]
        kept += 1
        one = _as_one(parts[i], parts[j], scales)
        if one is not None:
            parts = [*(part for k, part in enumerate(parts) if k not in (i, j)), one]
            pairs, kept = list(combinations(range(len(parts)), 2)), 0
    return parts, scales.weighed


@dataclass(frozen=True)
class _Scales:
    """Gives rows of a table out, each set of them once."""

    table: PlotTable
    settings: EstimateSettings
    before: Weighed
    weighed: Weighed

    def weigh(self, rows: NDArray[np.int64], openers: frozenset[int] | None = None) -> Outcome:
        """Return the outcome of rows; `openers`, and what was taken, count among them."""
        keep = np.zeros(len(self.table), bool)
        keep[rows] = True
        part = self.table.where(keep)
        key = part.digest, openers
        found = self.weighed.get(key) or self.before.get(key)
        if found is None:
            outcome = Association(self.settings, part, openers)
            found = outcome.score, outcome.rows
        self.weighed[key] = found
        return found


def _as_one(
    a: NDArray[np.int64], b: NDArray[np.int64], scales: _Scales
) -> NDArray[np.int64] | None:
    """Return the rows of the one object that explains two tracks no worse than two; or `None`."""
    stop = min(int(a[-1]), int(b[-1])) + 1
    if max(a[0], b[0]) >= stop or at_once(a, b, scales.table):
        return None
    rows = np.union1d(a, b)
    later = int(np.searchsorted(rows, max(a[0], b[0])))
    before, rows, after = np.split(rows, [max(later - LEAD, 0), int(np.searchsorted(rows, stop))])
    # The first plots of a track may be the false ones.
    heads = [
        np.searchsorted(rows, part[(part >= rows[0]) & (part < stop)][:LEAST_PLOTS])
        for part in (a, b)
    ]
    if not any(
        np.isin(rows[scales.weigh(rows[:FEW], frozenset((int(head[0]),)))[1]], other).any()
        for head, other in zip(heads, (b, a), strict=True)
    ):
        return None
    openers = np.union1d(*heads).tolist()
    begin = rows[: LEAD + ENOUGH]
    for some in (begin, rows) if len(begin) < len(rows) else (rows,):
        tried = {row: scales.weigh(some, frozenset((row,))) for row in openers}
        best = max(openers, key=lambda row: tried[row][0])
        if tried[best][0] < max(scales.weigh(some)[0], CONFIRM):
            return None
        openers = [best]
    return np.concatenate([before, rows[tried[best][1]], after])
