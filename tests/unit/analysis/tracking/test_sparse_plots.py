"""Plots with holes, as partial consent makes them: an estimate, or none and why; no crash."""

from __future__ import annotations

import random

import numpy as np
import pytest
from tests.support.flights import cut, readables, table

from trilogue.analysis.tracking.tracker import track
from trilogue.picture.plotted import table_of

ALL = ("KR", "US", "JP")


@pytest.mark.parametrize(
    ("seed", "held", "owners"),
    [
        # The smoother, the hypotheses on the cut-off, the boost looked back upon, and the
        # association each went astray on one of these.
        (4, 21, ("KR", "JP")),
        (6, 14, ("KR", "US")),
        (4, 28, ("US",)),
        (8, 35, ("US", "JP")),
        (8, 21, ("US",)),
        (20, 7, ALL),
        (18, 7, ALL),
        (25, 21, ("US",)),
        (55, 35, ("US",)),
        *((seed, held, ALL) for seed in range(100, 104) for held in (5, 12, 24)),
    ],
)
def test_holes_of_half_a_minute_crash_nothing_and_every_number_is_one(
    seed: int, held: int, owners: tuple[str, ...]
) -> None:
    given = sorted(readables(cut(table(every=2), 30.0)), key=lambda one: one.report.index)
    random.Random(seed).shuffle(given)
    kept = table_of([one for one in given[:held] if one.report.speaker in owners]).table
    for one in track(kept).flights:
        for state in (*one.history, *one.smoothed):
            assert np.isfinite(state.state).all()
            assert np.isfinite(state.covariance).all()
        for point in (one.launch, one.impact):
            if point is not None:
                assert point.semi_major_m >= point.semi_minor_m > 0.0
                assert np.isfinite([point.latitude, point.longitude, point.semi_major_m]).all()
        if one.impact is None:
            assert one.remarks
