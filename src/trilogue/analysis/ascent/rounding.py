"""What a number on a screen says of the truth: between which two others it lay, and no more.

A vehicle that climbs five steps from one row to the next is rounded alike for many rows, so errors
of rounding do not average out, and least squares would take them for a trend. Here the likelihood
of an error is uniform over one step, blurred by a normal deviate (what a display lags and jumps),
over a faint floor (what was misread).

>>> import numpy as np
>>> score, information = slope(np.array([0.0, 40.0, 60.0]), 100.0, 15.0)
>>> [f"{s:.3f}" for s in score]  # it pulls where the error leaves the step, and not within it
['0.000', '-0.028', '-0.084']
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy.special import ndtr

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["blur", "likelihood", "slope"]

_FLOOR = 1e-4
_BLURS = np.array([0.15, 0.25, 0.4, 0.7, 1.2, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0, 128.0, 256.0])
"""In steps. Sharper than the first, the likelihood is a box that no slope describes; numbers that
were smoothed have steps much finer than their errors."""


def likelihood(
    error: NDArray[np.float64], step: NDArray[np.float64] | float, sd: NDArray[np.float64] | float
) -> NDArray[np.float64]:
    """Return the logarithm of the likelihood of errors shown in a step and blurred by `sd`."""
    inside = ndtr((error + step / 2.0) / sd) - ndtr((error - step / 2.0) / sd)
    return np.asarray(np.log((1.0 - _FLOOR) * inside + _FLOOR))


def slope(
    error: NDArray[np.float64], step: NDArray[np.float64] | float, sd: NDArray[np.float64] | float
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the derivative of `likelihood` by the error, and its bend downwards, at least zero."""
    a, b = (error + step / 2.0) / sd, (error - step / 2.0) / sd
    bell_a, bell_b = (np.exp(-0.5 * x**2) / np.sqrt(2.0 * np.pi) for x in (a, b))
    inside = (1.0 - _FLOOR) * (ndtr(a) - ndtr(b)) + _FLOOR
    score = (1.0 - _FLOOR) * (bell_a - bell_b) / (inside * sd)
    bend = (1.0 - _FLOOR) * (b * bell_b - a * bell_a) / (inside * sd**2)
    return score, np.maximum(score**2 - bend, 0.0)


def blur(
    error: NDArray[np.float64], step: NDArray[np.float64], weight: NDArray[np.float64]
) -> float:
    """Return the blur, in steps, that makes errors most likely."""
    sums = [float(np.sum(weight * likelihood(error, step, k * step))) for k in _BLURS]
    return float(_BLURS[int(np.argmax(sums))])
