"""A salvo in clutter: our tracker against Stone Soup's JPDA, by its own metric."""

import numpy as np
import pytest
from benchmarks.tracking import salvo


@pytest.fixture(scope="module")
def seen() -> salvo.Seen:
    """Until the fifth has been seen for some seconds."""
    return salvo.see(9_002, 10.0, until=236.0, every=10.0)


def test_five_tracks_none_false_and_nearer_than_the_peer(seen: salvo.Seen) -> None:
    ours = salvo.judge(seen, salvo.our_positions(seen))
    theirs = salvo.judge(seen, salvo.peer_positions(seen))
    assert (ours.tracks, ours.hits, ours.false_kept) == (5, 5, 0)
    assert ours.gospa <= theirs.gospa
    # The peer is none of straw: it has all five as well.
    assert theirs.hits == 5


def test_the_judge_counts_what_is_missed_false_and_off(seen: salvo.Seen) -> None:
    truth = [seen.truth(when) for when in seen.asked]
    perfect = salvo.judge(seen, truth)
    assert (perfect.gospa, perfect.missed, perfect.false) == (0.0, 0.0, 0.0)
    off = salvo.judge(seen, [[p + np.array([0.0, 300.0, 0.0]) for p in some] for some in truth])
    assert off.missed == 0.0
    assert 300.0 <= off.gospa < 300.0 * np.sqrt(5.0) + 1e-6
    blind = salvo.judge(seen, [some[1:] for some in truth])
    assert blind.missed == pytest.approx(1.0)
    ghost = salvo.judge(seen, [[*some, np.zeros(3)] for some in truth])
    assert ghost.false == pytest.approx(1.0)
    assert (ghost.tracks, ghost.false_kept) == (6, 1)
