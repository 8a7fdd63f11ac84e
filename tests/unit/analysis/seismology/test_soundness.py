"""The evidence against integration by brute force, and the search against trying every set."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest

from trilogue.analysis.seismology.soundness import Problem


def problem(seed: int, n: int, wrong: dict[int, float]) -> Problem:
    rng = np.random.default_rng(seed)
    angle = np.sort(rng.uniform(0, 2 * np.pi, n))
    design = np.stack([-1.24e-4 * np.sin(angle), -1.24e-4 * np.cos(angle), np.ones(n)], axis=1)
    apart = np.abs(angle[:, None] - angle)
    covariance = np.exp(-apart) + 0.05 * np.eye(n)
    residuals = 0.5 * np.linalg.cholesky(covariance) @ rng.standard_normal(n)
    for i, late in wrong.items():
        residuals[i] += late
    return Problem(residuals, design, covariance, np.full(n, 0.1))


def test_evidence_is_the_integral_over_model_and_scale() -> None:
    """Compare two sets' ratio with sums over a fine grid of model and scale."""
    p = problem(3, 6, {2: 2.0})
    sets = [(True,) * 6, (True, True, False, True, True, True)]
    logs = []
    for members in sets:
        inside = np.array(members)
        inverse = np.linalg.inv(p.covariance[np.ix_(inside, inside)])
        _, logdet = np.linalg.slogdet(p.covariance[np.ix_(inside, inside)])
        fit = p.fit(members)
        sd = np.sqrt(np.diag(fit.model_covariance))
        line = np.linspace(-9, 9, 25)
        grid = fit.step + np.stack(np.meshgrid(line, line, line), -1).reshape(-1, 3) * sd
        left = p.residuals[inside] - grid @ p.design[inside].T
        chi = np.einsum("gi,ij,gj->g", left, inverse, left)
        total = 0.0
        for log_scale in np.linspace(-3, 4, 141):  # of the variance; prior ν/s² ~ χ²(2)
            s2 = np.exp(log_scale)
            prior = np.exp(-1.0 / s2) / s2  # times d ln s²
            likelihood = np.exp(-chi / (2 * s2)) * (2 * np.pi * s2) ** (-inside.sum() / 2)
            total += float(prior * likelihood.sum()) * np.prod(sd * (line[1] - line[0])) * 0.05
        logs.append(np.log(total) - logdet / 2)
        prior_odds = np.log1p(-0.1) * inside.sum()
        late = fit.predicted[~inside]
        share = np.where(late > 0, 0.9, 0.1)
        unsound = float((np.log(0.1 * share / 4.0) - np.abs(late) / 4.0).sum())
        logs[-1] += prior_odds + unsound
    by_formula = p.fit(sets[0]).score - p.fit(sets[1]).score
    assert logs[0] - logs[1] == pytest.approx(by_formula, abs=0.02)


def test_what_one_change_does_follows_from_one_inverse() -> None:
    p = problem(4, 9, {})
    full = (True,) * 9
    without = tuple(i != 3 for i in range(9))
    a, b = p.fit(full), p.fit(without)
    assert a.predicted[3] == pytest.approx(b.predicted[3], abs=1e-6)
    assert a.predicted_variance[3] == pytest.approx(b.predicted_variance[3], rel=1e-6)
    assert a.leverage[3] == pytest.approx(b.leverage[3], abs=1e-6)
    assert a.chi_squared - b.chi_squared == pytest.approx(
        a.predicted[3] ** 2 / a.predicted_variance[3]
    )


@pytest.mark.parametrize("seed", range(8))
def test_the_search_finds_the_best_of_all_sets(seed: int) -> None:
    p = problem(seed, 8, {1: 4.0, 5: 6.0})
    every = [s for s in product((False, True), repeat=8) if sum(s) >= 4]
    best = max(every, key=lambda members: p.fit(members).score)
    found = p.best_of_all()
    assert p.fit(found).score == pytest.approx(p.fit(best).score)


def test_a_late_arrival_is_unsound_and_the_others_are_sound() -> None:
    p = problem(11, 12, {4: 5.0})
    sound = p.weigh(p.best((True,) * 12)).sound()
    assert sound[4] < 0.05
    assert np.delete(sound, 4).min() > 0.5


def test_lateness_is_more_suspicious_than_earliness() -> None:
    late, early = problem(12, 12, {4: 2.5}), problem(12, 12, {4: -2.5})
    shift = problem(12, 12, {}).fit((True,) * 12).predicted[4]
    assert abs(shift) < 1.0
    a = late.weigh(late.best((True,) * 12)).sound()[4]
    b = early.weigh(early.best((True,) * 12)).sound()[4]
    assert a < b


def test_probabilities_sum_to_one_and_sets_keep_their_size() -> None:
    p = problem(5, 5, {0: 3.0, 1: 9.0})
    weighed = p.weigh(p.best((True,) * 5))
    assert weighed.probabilities.sum() == pytest.approx(1.0)
    assert weighed.sets.sum(axis=1).min() >= 4
