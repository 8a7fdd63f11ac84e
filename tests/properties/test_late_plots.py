"""Plots that come late or out of order leave the picture as it would have been in order."""

from __future__ import annotations

from functools import cache

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from trilogue.analysis.scenario.play import play
from trilogue.analysis.scenario.scenario import load
from trilogue.analysis.tracking.estimate import Picture
from trilogue.analysis.tracking.plots import PlotTable, canonical
from trilogue.analysis.tracking.tracker import Tracker, track


@cache
def plots() -> PlotTable:
    """Two of a salvo's five, up to half a minute after the first's cut-off, every third plot."""
    played = play(load("salvo"), 3)
    last = played.flights[0].launched + played.flights[0].trajectory.burnout_s + 30.0
    table, origin = played.observed.plots, played.observed.origin
    keep = (origin < 2) & (table.time <= last) & (np.arange(len(table)) % 3 == 0)
    return canonical(table.where(keep))[0]


@cache
def in_order() -> Picture:
    return track(plots())


def assert_same(one: Picture, other: Picture) -> None:
    assert len(one.flights) == len(other.flights) == 2
    for a, b in zip(one.flights, other.flights, strict=True):
        assert a.track == b.track
        np.testing.assert_array_equal(a.plots, b.plots)
        # To the last bit, which is less than the promised part in a thousand million.
        np.testing.assert_array_equal(a.now.state, b.now.state)
        np.testing.assert_array_equal(a.now.covariance, b.now.covariance)
        assert (a.burnout, a.launch, a.impact, a.classes) == (
            b.burnout,
            b.launch,
            b.impact,
            b.classes,
        )


@settings(max_examples=6)
@given(st.data())
def test_batches_in_any_order_end_in_the_same_picture(data: st.DataObject) -> None:
    table = plots()
    size = data.draw(st.integers(2, 9), "batches")
    seed = data.draw(st.integers(0, 2**32 - 1), "shuffle")
    batch = np.random.default_rng(seed).integers(0, size, len(table))
    tracker = Tracker()
    for number in range(size):
        tracker.add(table.where(batch == number))
        if data.draw(st.booleans(), "look in between"):
            tracker.picture()
    assert_same(tracker.picture(), in_order())


@settings(max_examples=4)
@given(delay=st.floats(0.0, 60.0), late=st.sampled_from(["KR", "JP", "US"]))
def test_what_one_participant_shares_late_ends_in_the_same_picture(delay: float, late: str) -> None:
    table = plots()
    owner = np.array([s.owner for s in table.sensors])[table.sensor]
    arrives = table.time + np.where(owner == late, delay, 0.0)
    tracker = Tracker()
    for begin in np.arange(arrives.min(), arrives.max() + 20.0, 20.0):
        tracker.add(table.where((arrives >= begin) & (arrives < begin + 20.0)))
    assert_same(tracker.picture(), in_order())
