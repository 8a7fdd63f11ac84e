"""Do 90 % intervals hold? Over simulated records, each drawn from what the record is like."""

from __future__ import annotations

import itertools

import numpy as np
from numpy.typing import NDArray

from benchmarks.patterns.flights import flights
from trilogue.analysis.patterns.intervals import share
from trilogue.analysis.patterns.outcomes import learning
from trilogue.analysis.patterns.tally import Days, doubling
from trilogue.analysis.patterns.tempo import tempo
from trilogue.analysis.patterns.trajectories import least_energy

__all__ = [
    "changes", "clustered_rates", "false_alarms", "learning_factors", "ranges", "rates", "shares",
]  # fmt: skip

BEGIN = 730_000
YEAR = 365.25
Held = NDArray[np.bool_]


def _days(times: NDArray[np.float64]) -> Days:
    day, count = np.unique(np.floor(times).astype(np.int64), return_counts=True)
    return Days(day, count.astype(np.int64))


def _poisson(rng: np.random.Generator, a: float, b: float, yearly: float) -> NDArray[np.float64]:
    return rng.uniform(a, b, rng.poisson(yearly * (b - a) / YEAR))


def rates(number: int, seed: int) -> Held:
    """Return whether intervals of the last rate held it: 4 to 40 a year over 5 to 20 years."""
    rng, held = np.random.default_rng(seed), []
    while len(held) < number:
        end = BEGIN + int(rng.uniform(5.0, 20.0) * YEAR)
        yearly = float(np.exp(rng.uniform(np.log(4.0), np.log(40.0))))
        one = tempo(_days(_poisson(rng, BEGIN, end, yearly)), BEGIN, end).rates[-1]
        held.append(one.low <= yearly <= one.high)
    return np.array(held)


def clustered_rates(number: int, seed: int) -> Held:
    """Return the same where the rate of each quarter varies by a half, as in the record."""
    rng, held = np.random.default_rng(seed), []
    while len(held) < number:
        n = int(rng.integers(24, 80))
        end = BEGIN + round(n * YEAR / 4.0)
        yearly = float(np.exp(rng.uniform(np.log(6.0), np.log(24.0))))
        edges = np.linspace(BEGIN, end, n + 1)
        level = yearly * rng.gamma(4.0, 0.25, n)
        times = [_poisson(rng, a, b, r) for a, b, r in zip(edges, edges[1:], level, strict=False)]
        whole = np.concatenate(times)
        if not len(whole):
            continue
        one = tempo(_days(whole), BEGIN, end).rates[-1]
        held.append(one.low <= yearly <= one.high)
    return np.array(held)


def changes(number: int, seed: int) -> Held:
    """Return whether intervals of dates held the changes that were found.

    One to three changes by factors of 2.5 to 12 over ten to thirty years. A change that was found
    is held against the true one nearest to it; those not found have no interval.
    """
    rng, held = np.random.default_rng(seed), []
    while len(held) < number:
        end = BEGIN + int(rng.uniform(10.0, 30.0) * YEAR)
        count = int(rng.integers(1, 4))
        true = np.sort(rng.uniform(BEGIN + 1.2 * YEAR, end - 1.2 * YEAR, count))
        if count > 1 and np.diff(true).min() < 1.5 * YEAR:
            continue
        yearly, times, ends = float(rng.uniform(3.0, 12.0)), [], [BEGIN, *true, end]
        for a, b in itertools.pairwise(ends):
            times.append(_poisson(rng, a, b, yearly))
            factor = float(np.exp(rng.uniform(np.log(2.5), np.log(12.0))))
            yearly = yearly / factor if yearly > 12.0 else yearly * factor
        whole = np.concatenate(times)
        if len(whole) < 5:
            continue
        found = tempo(_days(whole), BEGIN, end).changes
        for one in found:
            nearest = true[np.abs(true - one.day).argmin()]
            held.append(one.low <= np.floor(nearest) <= one.high)
    return np.array(held)


def shares(number: int, seed: int) -> Held:
    """Return whether intervals of shares held: 3 to 60 tests, probabilities of 0.2 to 0.98."""
    rng, held = np.random.default_rng(seed), []
    for _ in range(number):
        n, p = int(rng.integers(3, 61)), float(rng.uniform(0.2, 0.98))
        found = share(int(rng.binomial(n, p)), n)
        assert found is not None
        held.append(found.low <= p <= found.high)
    return np.array(held)


def learning_factors(number: int, seed: int) -> Held:
    """Return whether intervals of the common odds factor held: 12 classes of 4 to 40 tests."""
    rng, held = np.random.default_rng(seed), []
    for _ in range(number):
        slope = float(rng.normal(0.0, 0.6))
        tests: dict[tuple[str, int, bool], int] = {}
        for k in range(12):
            level = float(rng.normal(0.5, 1.5))
            for i in range(1, int(rng.integers(4, 41)) + 1):
                b = doubling(i)
                good = bool(rng.random() < 1.0 / (1.0 + np.exp(-(level + slope * b))))
                key = (f"c{k}", b, good)
                tests[key] = tests.get(key, 0) + 1
        factor = learning(_Only(tests))[0].odds_factor  # type: ignore[arg-type]
        held.append(factor.low <= np.exp(slope) <= factor.high)
    return np.array(held)


class _Only:
    """A tally that has tests and nothing else."""

    def __init__(self, tests: dict[tuple[str, int, bool], int]) -> None:
        self.tests = tests


def ranges(number: int, seed: int) -> Held:
    """Return whether ranges at least energy held those of missiles of other families."""
    held = []
    for one in flights(number, seed):
        found = least_energy(one.apogee_m, one.distance_m)
        if found is not None:
            held.append(found.low <= one.furthest_m <= found.high)
    return np.array(held)


def false_alarms(number: int, seed: int) -> Held:
    """Return whether series without a change showed one: clustered quarters, shuffled each time."""
    rng, alarms = np.random.default_rng(seed), []
    for k in range(number):
        n = int(rng.integers(24, 120))
        yearly = float(np.exp(rng.uniform(np.log(3.0), np.log(24.0))))
        counts = rng.permutation(rng.poisson(yearly / 4.0 * rng.gamma(2.0, 0.5, n)))
        if not counts.any():
            continue
        edges = BEGIN + np.round(np.arange(n + 1) * YEAR / 4.0)
        times = [rng.uniform(a, b, c) for a, b, c in zip(edges, edges[1:], counts, strict=False)]
        found = tempo(_days(np.concatenate(times)), BEGIN, int(edges[-1]), seed=k)
        alarms.append(bool(found.changes))
    return np.array(alarms)
