"""Our filters against Stone Soup's, plot by plot, to a thousandth of a standard deviation.

The peer's models were written a second time for it, in `benchmarks.tracking.stonesoup_peer`; its
predictors and updaters are its own.
"""

import numpy as np
import pytest
from benchmarks.tracking import speed, stonesoup_peer
from stonesoup.types.array import StateVector, StateVectors
from stonesoup.types.state import State

from trilogue.analysis.tracking.kernels.dynamics import BOOST_TURN, COAST, REENTRY

PEER = 1e-3


@pytest.fixture(scope="module")
def the() -> speed.Case:
    """Boost, cut-off, and free flight out of the air."""
    return speed.case("900 km", 5, after=25.0)


def test_interacting_modes(the: speed.Case) -> None:
    ours, theirs = speed.our_modes(the)(), speed.peer_modes(the)().run
    assert speed.difference(ours, theirs).max() < PEER
    # Of the modes' probabilities nothing was compared: mixed states depend on them.
    assert len(the.seconds) > 200


@pytest.mark.parametrize("mode", [BOOST_TURN, REENTRY])
def test_unscented_filter(the: speed.Case, mode: int) -> None:
    part, first = speed.settled(the, mode)
    ours = speed.our_unscented(part, mode, first)()
    theirs = speed.peer_unscented(part, mode, first)().run
    assert speed.difference(ours, theirs).max() < PEER
    assert len(part.seconds) > 40


@pytest.mark.parametrize("mode", [0, BOOST_TURN, COAST, REENTRY])
def test_the_peer_moves_one_state_as_it_moves_many(the: speed.Case, mode: int) -> None:
    """It has floats for one and rows for many: two forms of one equation."""
    motion = stonesoup_peer.Motion(mode, the.settings.noise)
    interval = stonesoup_peer.at(0.9) - stonesoup_peer.at(0.0)
    some = speed.our_modes(the)().states[[60, 150, -1], mode].T.copy()
    many = motion.function(State(some.view(StateVectors)), time_interval=interval)
    for k in range(some.shape[1]):
        one = motion.function(State(StateVector(some[:, k])), time_interval=interval)
        assert np.allclose(np.ravel(one), np.asarray(many)[:, k], rtol=1e-13, atol=1e-9)


@pytest.mark.parametrize("mode", [0, BOOST_TURN, COAST, REENTRY])
def test_the_peer_is_given_right_jacobians(the: speed.Case, mode: int) -> None:
    motion = stonesoup_peer.Motion(mode, the.settings.noise)
    interval = stonesoup_peer.at(0.4) - stonesoup_peer.at(0.0)
    x = speed.our_modes(the)().states[150, mode]
    f = motion.jacobian(State(StateVector(x)), time_interval=interval)
    steps = np.r_[[10.0] * 3, [0.1] * 3, [0.01] * 3, 1e-3]
    points = np.hstack([x[:, None] + np.diag(steps), x[:, None] - np.diag(steps)])
    moved = np.asarray(motion.function(State(points.view(StateVectors)), time_interval=interval))
    slopes = (moved[:, :10] - moved[:, 10:]) / (2.0 * steps)
    # In units of what a step of each element does to the others.
    scale = steps[None, :] / steps[:, None]
    # Both sides leave out how the rate of turning depends on the velocity.
    assert np.abs((f - slopes) * scale).max() < (1e-3 if mode == BOOST_TURN else 2e-4)
