from __future__ import annotations

import math

import pytest

from trilogue.analysis.seismology.events import KnownTest, Magnitude, known_tests
from trilogue.analysis.seismology.yields import RELATIONS, estimate_yield


def mb(*values: float, sourced: bool = True) -> list[Magnitude]:
    return [Magnitude("mb", value, sourced) for value in values]


def test_each_relation_gives_back_the_magnitude_of_its_yield() -> None:
    for relation in RELATIONS:
        log_yield = relation.log_yield(5.3, 700.0)
        back = relation.a + relation.b * log_yield + relation.c * math.log10(700.0)
        assert back == pytest.approx(5.3)


def test_at_containment_depth_the_relation_with_depth_is_the_one_without() -> None:
    """Patton's relation at h = 122 Y^(1/3) has Bowers's slope, and his intercept to 0.01."""
    patton, bowers = RELATIONS[2], RELATIONS[1]
    for value in (4.5, 5.5, 6.3):
        assert patton.log_yield(value, None) == pytest.approx(
            bowers.log_yield(value, None), abs=0.02
        )


@pytest.mark.parametrize("test", known_tests().values(), ids=known_tests().keys())
def test_published_yields_lie_within_the_spread(test: KnownTest) -> None:
    estimate = estimate_yield(test.magnitudes, depth_m=test.depth_m)
    assert estimate.low_kt <= test.yield_kt <= estimate.high_kt
    assert estimate.high_kt / estimate.low_kt > 5.0


def test_the_spread_between_relations_is_in_the_interval() -> None:
    estimate = estimate_yield(mb(6.2), depth_m=770.0)
    each = estimate.by_relation.values()
    assert estimate.low_kt < min(each)
    assert max(each) < estimate.high_kt


def test_agencies_that_disagree_widen_the_interval() -> None:
    agreed, torn = estimate_yield(mb(6.0, 6.0)), estimate_yield(mb(5.7, 6.3))
    assert torn.high_kt / torn.low_kt > agreed.high_kt / agreed.low_kt


def test_unsourced_magnitudes_stay_flagged() -> None:
    assert "mb 5.3 is unsourced" in estimate_yield(mb(5.3, sourced=False)).notes


def test_an_unknown_depth_is_said() -> None:
    assert any("depth unknown" in note for note in estimate_yield(mb(5.3)).notes)


@pytest.mark.parametrize("magnitudes", [[], [Magnitude("ML", 4.1, sourced=True)]])
def test_without_a_body_wave_magnitude_there_is_no_yield(magnitudes: list[Magnitude]) -> None:
    with pytest.raises(ValueError, match="no body-wave magnitude"):
        estimate_yield(magnitudes)


def test_a_source_above_ground_is_none() -> None:
    with pytest.raises(ValueError, match="no depth of burial"):
        estimate_yield(mb(5.3), depth_m=0.0)
